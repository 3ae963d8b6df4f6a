// SPDX-License-Identifier: Apache-2.0
#include "contract/c_transport_world.h"

#include <cstring>
#include <future>
#include <map>
#include <utility>

#include "transport_adapter.h"

namespace playhead::test {

namespace {

// What an app's HTTP may hold while there is no room: smaller than any window of the contract.
constexpr int64_t kAppWindow = int64_t{256} << 10;

// The app: all of it on its own thread, but for the callbacks.
class App {
 public:
  static playhead_transport table() {
    playhead_transport table = PLAYHEAD_TRANSPORT_INIT;
    table.user = new App;
    table.destroy = [](void* user) { delete static_cast<App*>(user); };
    table.start = [](void* user, playhead_transfer* transfer,
                     const playhead_transfer_request* request) {
      static_cast<App*>(user)->start(transfer, read(*request));
    };
    table.cancel = [](void* user, playhead_transfer* transfer) {
      static_cast<App*>(user)->run([transfer](App& app) { app.calls_.erase(transfer); });
    };
    table.resume = [](void* user, playhead_transfer* transfer) {
      static_cast<App*>(user)->run([transfer](App& app) {
        const auto call = app.calls_.find(transfer);
        if (call != app.calls_.end()) std::exchange(call->second.held, {}).clear();
      });
    };
    table.preconnect = [](void* user, const char* url) {
      static_cast<App*>(user)->curl_.preconnect(url);
    };
    table.network_changed = [](void* user) { static_cast<App*>(user)->curl_.network_changed(); };
    return table;
  }
  ~App() {
    std::promise<void> ended;
    run([&](App& app) {
      app.calls_.clear();
      ended.set_value();
    });
    ended.get_future().wait();
  }

 private:
  struct Call {
    std::vector<SharedBytes> held;
    CancelHandle handle;
  };

  static Request read(const playhead_transfer_request& from) {
    Request to;
    to.url = from.url;
    to.method = from.method;
    to.kind = ResourceKind::kManifest;
    for (const char* const* header = from.headers; *header != nullptr; header += 2) {
      to.headers.push_back({header[0], header[1]});
      if (std::strcmp(header[0], "Accept-Encoding") == 0) to.kind = ResourceKind::kMedia;
    }
    to.body.assign(static_cast<const char*>(from.body), from.body_bytes);
    to.timeouts = {1h, 1h, 1h};
    to.max_bytes = int64_t{1} << 40;
    to.max_redirects = 0;
    to.window = std::make_shared<FlowWindow>(kAppWindow);
    return to;
  }

  template <typename Action>
  void run(Action action) {
    thread_.post([this, action = std::move(action)]() mutable { action(*this); });
  }

  void start(playhead_transfer* transfer, Request request) {
    run([transfer, request = std::move(request)](App& app) mutable {
      FetchCallbacks callbacks;
      callbacks.on_head = [transfer](const ResponseHead& head) {
        std::vector<const char*> headers;
        for (const HttpHeader& header : head.headers) {
          headers.push_back(header.name.c_str());
          headers.push_back(header.value.c_str());
        }
        headers.push_back(nullptr);
        playhead_transfer_head(transfer, head.status, headers.data());
      };
      callbacks.on_body = [&app, transfer](SharedBytes bytes, MonotonicTime) {
        const auto status = playhead_transfer_body(transfer, bytes.data(), bytes.size());
        if (status == PLAYHEAD_TRANSFER_WAIT) app.calls_[transfer].held.push_back(std::move(bytes));
      };
      callbacks.on_done = [&app, transfer](const Result<TransferStats>& result) {
        finish(transfer, result);
        app.calls_.erase(transfer);
      };
      Call& call = app.calls_[transfer];
      call.handle = app.curl_.start(std::move(request), app.thread_, std::move(callbacks));
      playhead_transfer_sent(transfer);
    });
  }

  static void finish(playhead_transfer* transfer, const Result<TransferStats>& result) {
    if (!result) {
      playhead_transfer_finish(transfer, -static_cast<playhead_status>(result.error().code),
                               nullptr, result.error().detail);
      return;
    }
    playhead_transfer_facts facts = PLAYHEAD_TRANSFER_FACTS_INIT;
    facts.connection_reused = result->connection_reused ? 1 : 0;
    facts.http_major = result->http_major;
    facts.wire_bytes = result->wire_bytes;
    playhead_transfer_finish(transfer, PLAYHEAD_OK, &facts, 0);
  }

  ThreadExecutor thread_{"app"};
  std::map<playhead_transfer*, Call> calls_;  // its thread's
  CurlTransport curl_{CurlConfig{}};
};

}  // namespace

CTransportWorld::CTransportWorld() {
  const playhead_transport table = App::table();
  transport_ = capi::make_c_transport(capi::CallbackTable<playhead_transport>::adopt(&table));
}

}  // namespace playhead::test
