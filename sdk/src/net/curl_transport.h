// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "playhead/config.h"
#include "playhead/transport.h"

namespace playhead {

struct CurlConfig {
  std::string user_agent = "playhead";
  // HTTP/1.1 connections to one origin; more requests wait. 6 as in browsers: higher takes share
  // from others on the link, lower lets segments queue behind each other.
  int max_connections_per_host = 6;
  // Opened beside the connection of a manifest's request when its origin was not asked for anything
  // for a minute; plain http only. 2: with the manifest's own, one each for the InitSegment, the
  // first pictures and the first sound. Higher: handshakes that nobody needs; lower: a round trip
  // more before the first picture.
  int spare_connections = 2;
  std::string ca_file;  // PEM bundle; empty: the system's
  std::string proxy;    // "http://host:port"; empty: none, whatever the environment says
  std::vector<PinnedHost> pins;
  // Hosts that are not asked for by name: "host:port:address,address".
  std::vector<std::string> addresses;
  LogSink* log = nullptr;  // must outlive the transport
};

// Transport for http and https over libcurl: one network thread, kept and shared connections,
// HTTP/2 where TLS offers it. TLS 1.2 or newer, certificates always verified. Redirects are
// followed here, not by libcurl, which would hand custom headers to other hosts. Bodies of
// kManifest, kText and kApi may come compressed; for other kinds a content encoding is
// kBadResponse. With max_redirects 0 a redirect is delivered as the answer.
//
// Ending the transport drops transfers in flight without further callbacks; it takes milliseconds.
// Handles may outlive it.
class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(CurlConfig config = {});
  ~CurlTransport() override;

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override;

  // TCP and TLS are set up and the connection waits for the next request to the origin, which, when
  // it comes too early, waits for the connection instead of opening a second one. Nothing is sent
  // to the server but the handshakes.
  void preconnect(const std::string& url) override;

  void network_changed() override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with handles, which may outlive the transport
};

}  // namespace playhead
