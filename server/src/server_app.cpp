// SPDX-License-Identifier: Apache-2.0
#include "server_app.h"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>

#include <pthread.h>

#include "api.h"
#include "catalogue.h"
#include "clock.h"
#include "http_server.h"
#include "license_service.h"
#include "log.h"
#include "media_handler.h"
#include "progress_writer.h"
#include "router.h"
#include "secrets.h"
#include "sqlite_store.h"
#include "timestamps.h"

namespace playhead::server {
namespace {

// How long running requests may take after the signal to end, in ms; service managers wait 10 s or
// more before they kill.
constexpr int64_t kGraceMs = 5000;

int fail(const Error& error) {
  std::cerr << "playhead-server: " << error.message << '\n';
  return 1;
}

Status make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return Done{};
  return Error{500, "bad_folder",
               "Cannot make the folder " + folder.string() + ": " + error.message() + "."};
}

std::filesystem::path secret_file(const std::filesystem::path& given,
                                  const std::filesystem::path& data) {
  return given.empty() ? data / "secrets" : given;
}

// Written aside and renamed: whoever waits for the file never reads half of it.
Status write_port_file(const std::filesystem::path& file, uint16_t port) {
  const std::filesystem::path aside = file.string() + ".new";
  std::ofstream out(aside);
  out << port << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(aside, file, error);
  if (out && !error) return Done{};
  return Error{500, "bad_port_file", "Cannot write the port file " + file.string() + "."};
}

// The signals that steer the server are taken by waiting for them, in the main thread alone. They
// are blocked before any thread is made, because threads inherit the mask.
sigset_t steering_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

// An IPv6 address stands in brackets in an authority (RFC 3986 §3.2.2).
std::string authority(const std::string& host, uint16_t port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

void wait_for_end(Catalogue& catalogue) {
  const sigset_t signals = steering_signals();
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) return;
    catalogue.rescan();
  }
}

// Everything of a running server, in the order it is built; torn down in reverse.
int run(const ServeOptions& options, const Secrets& secrets, Store& store, const Clock& clock,
        const Log& log) {
  HttpServerConfig http;
  http.host = options.host;
  http.port = options.port;
  http.threads = options.threads;
  auto server = HttpServer::listen(http, clock, log);
  if (!server.ok()) return fail(server.error());
  const std::string address = authority(options.host, server.value()->port());

  Catalogue catalogue(options.media, clock, log);
  catalogue.rescan();
  const UrlSigner signer(secrets.url_key);
  const JwtCodec tokens(secrets.token_key);
  ProgressWriter writer(store, {});
  LicenseConfig license;
  license.license_s = options.license_s;
  license.default_persistent_s = options.download_ttl_s;
  LicenseService licenses(catalogue, store, options.media, clock, log, license);
  Api api({catalogue, store, writer, licenses, signer, tokens, clock, log},
          {options.url_ttl_s, options.download_ttl_s, options.media_origin, address,
           options.api_origin});
  const MediaHandler media(options.media, options.media_origin, signer, clock, log);
  Router router(api, media);

  server.value()->start(router);
  if (!options.port_file.empty()) {
    if (Status written = write_port_file(options.port_file, server.value()->port());
        !written.ok()) {
      server.value()->stop(0);
      return fail(written.error());
    }
  }
  std::cout << "listening on http://" << address << std::endl;
  wait_for_end(catalogue);

  log.info("stopping");
  server.value()->stop(kGraceMs);
  writer.stop();
  std::error_code ignored;
  if (!options.port_file.empty()) std::filesystem::remove(options.port_file, ignored);
  log.info("stopped");
  return 0;
}

}  // namespace

int serve(const ServeOptions& options) {
  const SystemClock clock;
  const Log log(clock);
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = steering_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
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
  std::cout << JwtCodec(secrets.value().token_key).mint(options.user, clock.now_s(), options.ttl_s)
            << '\n';
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
