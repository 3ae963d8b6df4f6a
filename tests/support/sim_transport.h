// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/transport.h"
#include "support/sim_link.h"
#include "support/virtual_executor.h"
#include "support/web.h"

namespace playhead::test {

// Something that goes wrong with requests whose URL contains a text.
struct SimFault {
  std::string url_contains;
  int times = -1;  // how often; -1 without end
  int skip = 0;    // matching requests to let pass before
  MonotonicTime from{};
  MonotonicTime until = MonotonicTime::max();

  // What: any combination; the first fault that matches a request is used.
  std::optional<int> status;  // answered with this, an empty body and `headers`
  std::vector<HttpHeader> headers;
  std::optional<int64_t> break_after;  // body bytes
  WebAnswer::Break break_kind = WebAnswer::Break::kReset;
  bool refuses_connection = false;
  bool is_silent = false;  // never answers
  Duration latency{0};
};

// What became of a request.
struct SimRecord {
  MonotonicTime started;
  std::string url;
  std::string method;
  ResourceKind kind = ResourceKind::kMedia;
  std::optional<ByteRange> range;
  std::vector<HttpHeader> headers;  // credentials included
  int status = 0;                   // 0: no answer (yet)
  int64_t body_bytes = 0;
  bool is_new_connection = false;
  bool is_done = false;
  bool is_cancelled = false;
  std::optional<ErrorCode> error;
  MonotonicTime finished;
};

// Transport over an in-memory web behind a simulated link; everything happens on one
// VirtualExecutor, so the same seed gives the same run. Obeys the Transport contract.
//
// Time of a transfer: handshakes of a new connection, one round trip and the server's latency to
// the head, then the body at a fair share of the link's rate. Bodies are shared, not copied.
class SimTransport final : public Transport {
 public:
  SimTransport(VirtualExecutor& executor, SimLink link = {});
  ~SimTransport() override;

  // The web. Later handlers are asked first.
  void serve(WebHandler handler);
  // One resource at exactly this URL.
  void serve(const std::string& url, WebAnswer answer);
  void serve_text(const std::string& url, std::string_view text) { serve(url, text_answer(text)); }

  // Told of every request that reaches the web, redirected ones included.
  void watch(std::function<void(const WebRequest&)> watcher);

  // Told when a request starts and when it ends (done or cancelled).
  void observe(std::function<void(const SimRecord&)> observer);
  // May change what a request is answered with, before anything of it is sent.
  using Meddler = std::function<void(const SimRecord&, const WebRequest&, WebAnswer&)>;
  void meddle(Meddler meddler);
  // Records of ended requests are dropped now and then, so that days fit into memory.
  void forget_records();
  // The longest time bodies gather before a piece of them is delivered; 50 ms unless told. With
  // `packet_first` the first piece of each body is one packet, as on a real network.
  void set_slices(Duration longest, bool packet_first);

  void add_fault(SimFault fault);
  void clear_faults();
  // From now on; transfers in flight feel it at once.
  void set_link(SimLink link);
  // All connections break, as when the network changes.
  void drop_connections();
  // Lets everything held go on, now and from now on.
  void release();

  [[nodiscard]] const std::vector<SimRecord>& records() const;
  [[nodiscard]] int connections_opened() const;
  [[nodiscard]] int64_t bytes_delivered() const;
  // Transfers not yet done or cancelled.
  [[nodiscard]] std::size_t in_flight() const;

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override;
  void preconnect(const std::string& url) override;
  void network_changed() override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with handles and timers
};

}  // namespace playhead::test
