// SPDX-License-Identifier: Apache-2.0
#include "server_app.h"

#include <atomic>
#include <functional>
#include <iostream>
#include <memory>
#include <system_error>

#include "api.h"
#include "catalogue.h"
#include "clock.h"
#include "http/http_server.h"
#include "license_service.h"
#include "log.h"
#include "media_handler.h"
#include "process.h"
#include "progress_writer.h"
#include "router.h"
#include "secrets.h"
#include "sqlite_store.h"
#include "timestamps.h"

namespace playhead::server {
namespace {

// Old rows that go in one transaction: all writes wait for it.
constexpr int64_t kPrunedAtOnce = 2'000;

std::filesystem::path secret_file(const std::filesystem::path& given,
                                  const std::filesystem::path& data) {
  return given.empty() ? data / "secrets" : given;
}

Result<std::vector<CdnLocation>> read_locations(const std::filesystem::path& file) {
  if (file.empty()) return std::vector<CdnLocation>();
  const auto text = read_small_file(file);
  if (!text.ok()) return text.error();
  return parse_locations(text.value());
}

Result<ApiConfig> api_config(const ServeOptions& options, std::string own_authority) {
  auto locations = read_locations(options.cdn_file);
  if (!locations.ok()) return locations.error();
  const auto weights = parse_weights(options.recommend_weights);
  if (!weights.ok()) return weights.error();
  ApiConfig config;
  config.url_ttl_s = options.url_ttl_s;
  config.download_ttl_s = options.download_ttl_s;
  config.media_origin = options.media_origin;
  config.own_authority = std::move(own_authority);
  config.is_tls = !options.http.tls_certificate.empty();
  config.api_origin = options.api_origin;
  config.default_country = options.default_country;
  config.has_dev_accounts = options.has_dev_accounts;
  config.token_lives = {options.access_token_s, options.refresh_token_s};
  config.weights = weights.value();
  config.heartbeat_s = options.heartbeat_s;
  config.locations = std::move(locations.value());
  return config;
}

// Everything of a running server, in the order it is built; torn down in reverse.
int run(const ServeOptions& options, const Secrets& secrets, SqliteStore& store, const Clock& clock,
        const Log& log) {
  HttpServerConfig http = options.http;
  http.max_connections = connections_within_limit(http.max_connections, log);
  auto server = HttpServer::listen(http, clock, log);
  if (!server.ok()) return fail(server.error());
  const std::string address = authority(options.http.host, server.value()->port());
  auto config = api_config(options, address);
  if (!config.ok()) return fail(config.error());
  bool has_more_to_prune = false;  // the writer's thread
  const auto prune = [&]() -> Status {
    const auto left = store.prune(clock.now_ms() - options.keep_events_s * 1000, kPrunedAtOnce);
    has_more_to_prune = left.ok() && left.value();
    return left.ok() ? Status(Done{}) : left.error();
  };

  Catalogue catalogue(options.media, clock, log);
  catalogue.rescan();
  const UrlSigner signer(secrets.url_key);
  const JwtCodec tokens(secrets.token_key);
  Metrics metrics;
  ProgressWriter::Limits limits;
  limits.max_waiting = options.max_waiting_writes;
  LoadShedder load({.most = LoadShedder::most_of(limits.max_waiting)});
  ProgressWriter writer(store, clock, limits, [&](std::size_t writes, int64_t took_us) {
    metrics.note_commit(writes);
    load.note_commit(took_us);
  });
  LicenseConfig license;
  license.license_s = options.license_s;
  license.default_persistent_s = options.download_ttl_s;
  LicenseService licenses(catalogue, store, options.media, clock, log, license);
  PinGuard pins(clock, {});
  RateLimiter limiter(clock, {options.rate_per_second, options.rate_burst});
  Api api({catalogue, store, store, writer, load, licenses, signer, tokens, pins, limiter, clock, log},
          std::move(config.value()));
  const MediaHandler media(options.media, options.media_origin, signer, clock, log);
  const HttpServer& sockets = *server.value();
  Router router(api, media, metrics,
                {[&] { return writer.waiting(); }, [&] { return sockets.open_connections(); },
                 [&] { return catalogue.titles()->by_id.size(); }},
                load, clock);

  server.value()->start(router);
  if (!options.port_file.empty()) {
    if (Status written = write_port_file(options.port_file, server.value()->port());
        !written.ok()) {
      server.value()->stop(0);
      return fail(written.error());
    }
  }
  std::cout << "listening on " << (options.http.tls_certificate.empty() ? "http://" : "https://") << address << std::endl;
  std::atomic<bool> is_stopping{false};  // what is left to prune is left to the next start
  const std::function<void()> prune_old = [&] {
    const auto pruned = [&](const Status& done) {
      if (!done.ok()) return log.error("old_events_stay", {{"why", done.error().message}});
      if (has_more_to_prune) prune_old();
    };
    if (!writer.submit(prune, pruned) && !is_stopping) log.warn("old_events_stay", {{"why", "overloaded"}});
  };
  prune_old();  // and then daily; nobody waits for what is left of months
  wait_for_end([&] { catalogue.rescan(); }, prune_old);

  is_stopping = true;
  log.info("stopping");
  server.value()->stop(kStopGraceMs);
  writer.stop();
  std::error_code ignored;
  if (!options.port_file.empty()) std::filesystem::remove(options.port_file, ignored);
  log.info("stopped");
  return 0;
}

}  // namespace

int serve(const ServeOptions& options) {
  const SystemClock clock;
  const Log log(clock, STDERR_FILENO, options.logs_json ? Log::Format::kJson : Log::Format::kText);
  take_signals();
  std::error_code ignored;
  if (!std::filesystem::is_directory(options.media, ignored)) {
    return fail(Error{500, "bad_folder",
                      "The media folder does not exist: " + options.media.string() + "."});
  }
  if (Status made = make_folder(options.data); !made.ok()) return fail(made.error());
  const auto secrets = load_or_create_secrets(secret_file(options.secret_file, options.data), log);
  if (!secrets.ok()) return fail(secrets.error());
  auto store = SqliteStore::open(options.data / "playhead.db");
  if (!store.ok()) return fail(store.error());
  return run(options, secrets.value(), *store.value(), clock, log);
}

int print_token(const TokenOptions& options) {
  const SystemClock clock;
  const Log log(clock);
  if (Status made = make_folder(options.data); !made.ok()) return fail(made.error());
  const auto secrets = load_or_create_secrets(secret_file(options.secret_file, options.data), log);
  if (!secrets.ok()) return fail(secrets.error());
  const JwtCodec codec(secrets.value().token_key);
  if (!options.is_refresh) {
    std::cout << codec.mint(options.user, clock.now_s(), options.ttl_s) << '\n';
    return 0;
  }
  auto store = SqliteStore::open(options.data / "playhead.db");
  if (!store.ok()) return fail(store.error());
  TokenLives lives;
  lives.refresh_s = options.ttl_s;
  TokenService logins(*store.value(), codec, clock, lives);
  std::string token;
  const Status saved = store.value()->transact([&]() -> Status {
    auto pair = logins.log_in(options.user);
    if (!pair.ok()) return pair.error();
    token = std::move(pair.value().refresh_token);
    return Done{};
  });
  if (!saved.ok()) return fail(saved.error());
  std::cout << token << '\n';
  return 0;
}

int entitle(const EntitleOptions& options) {
  if (Status made = make_folder(options.data); !made.ok()) return fail(made.error());
  auto store = SqliteStore::open(options.data / "playhead.db");
  if (!store.ok()) return fail(store.error());
  std::optional<Entitlement> entitlement;
  if (options.what != EntitleOptions::What::kForget) {
    entitlement.emplace();
    entitlement->is_granted = options.what == EntitleOptions::What::kGrant;
    if (options.life_s) entitlement->until_s = SystemClock().now_s() + *options.life_s;
  }
  const Status said = store.value()->set_entitlement(options.user, options.title, entitlement);
  return said.ok() ? 0 : fail(said.error());
}

int encrypt(const PackageOptions& options) {
  const SystemClock clock;
  const Log log(clock);
  const Status done = package(options, log);
  return done.ok() ? 0 : fail(done.error());
}

int describe(const std::filesystem::path& title, const std::filesystem::path& changes) {
  const auto text = changed_title(title, changes);
  if (!text.ok()) return fail(text.error());
  std::cout << text.value() << '\n' << std::flush;
  return std::cout ? 0 : 1;
}

int print_licenses(const std::filesystem::path& data, const std::string& user) {
  constexpr std::size_t kMaxLines = 1000;
  auto store = SqliteStore::open(data / "playhead.db");
  if (!store.ok()) return fail(store.error());
  const auto events = store.value()->license_events(user, kMaxLines);
  if (!events.ok()) return fail(events.error());
  for (const LicenseEvent& event : events.value()) {
    const bool is_released = event.kind == LicenseEvent::Kind::kReleased;
    std::cout << format_rfc3339(event.at_ms / 1000) << (is_released ? " released " : " persistent ")
              << event.movie_id << ' ' << event.kids << '\n';
  }
  return 0;
}

}  // namespace playhead::server
