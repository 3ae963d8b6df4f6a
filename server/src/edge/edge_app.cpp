// SPDX-License-Identifier: Apache-2.0
#include "edge/edge_app.h"

#include <iostream>
#include <map>
#include <memory>
#include <system_error>
#include <utility>

#include "clock.h"
#include "edge/edge_handler.h"
#include "edge/session_tracker.h"
#include "edge/slice_cache.h"
#include "edge/slice_store.h"
#include "edge/upstream.h"
#include "log.h"
#include "process.h"
#include "secrets.h"
#include "signed_url.h"

namespace playhead::server {
namespace {

Result<std::map<std::string, std::string>> read_next_titles(const std::filesystem::path& file) {
  if (file.empty()) return std::map<std::string, std::string>();
  const auto text = read_small_file(file);
  if (!text.ok()) return text.error();
  return parse_next_titles(text.value());
}

}  // namespace

int run_edge(const EdgeOptions& options) {
  const SystemClock clock;
  const Log log(clock, STDERR_FILENO, options.logs_json ? Log::Format::kJson : Log::Format::kText);
  take_signals();
  auto url_key = load_url_key(options.secret_file, log);
  if (!url_key.ok()) return fail(url_key.error());
  auto next = read_next_titles(options.next_file);
  if (!next.ok()) return fail(next.error());
  auto store = SliceStore::open({options.cache, options.cache_bytes},
                                options.evicts_lru ? make_lru_eviction() : make_content_eviction(),
                                clock, log);
  if (!store.ok()) return fail(store.error());
  HttpServerConfig http = options.http;
  http.max_connections = connections_within_limit(http.max_connections, log);
  auto server = HttpServer::listen(http, clock, log);
  if (!server.ok()) return fail(server.error());

  const UrlSigner signer(std::move(url_key.value()));
  std::unique_ptr<Upstream> upstream = make_http_upstream(options.origin, log);
  SliceCache cache(*store.value(), *upstream, signer, clock);
  SessionTracker sessions(std::move(next.value()));
  EdgeHandler handler(cache, *store.value(), *upstream, sessions, signer, clock);
  server.value()->start(handler);
  if (!options.port_file.empty()) {
    if (Status written = write_port_file(options.port_file, server.value()->port());
        !written.ok()) {
      server.value()->stop(0);
      upstream.reset();
      return fail(written.error());
    }
  }
  std::cout << "listening on " << (options.http.tls_certificate.empty() ? "http://" : "https://")
            << authority(options.http.host, server.value()->port()) << std::endl;
  wait_for_end([] {});

  log.info("stopping");
  server.value()->stop(kStopGraceMs);
  upstream.reset();  // nothing it still knows may answer what is torn down now
  std::error_code ignored;
  if (!options.port_file.empty()) std::filesystem::remove(options.port_file, ignored);
  log.info("stopped");
  return 0;
}

}  // namespace playhead::server
