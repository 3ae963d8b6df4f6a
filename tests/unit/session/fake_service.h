// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "playhead/transport.h"
#include "session/api_types.h"

namespace playhead::test {

// The service behind a Transport, on virtual time: keeps positions by last-write-wins and answers
// as the wire contract says, unless a script says otherwise.
class FakeService final : public Transport {
 public:
  struct Answer {
    int status = 200;
    std::string body;
    std::vector<HttpHeader> headers;
    std::optional<ErrorCode> failure;  // no answer at all
  };
  struct Seen {
    Request request;
    MonotonicTime at;
  };
  struct Position {
    double seconds = 0;
    std::string recorded_at;
    std::string session_id;
  };

  explicit FakeService(Executor& executor) : executor_(executor) {}

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override;
  void preconnect(const std::string&) override {}

  // Overrides the answer; nothing: as usual.
  std::function<std::optional<Answer>(const Request&)> script;
  // The service acted, but the answer never comes back.
  std::function<bool(const Request&)> loses_answer;
  Duration latency = 20ms;  // half before the service acts, half after
  std::string valid_token = "token-1";
  Duration clock_ahead{0};  // of the service, against the executor's wall clock
  bool sends_date = true;

  std::vector<Seen> seen;
  std::map<std::string, Position> positions;  // by title
  std::vector<std::string> posted;            // "title@seconds", every accepted report

  [[nodiscard]] int count(const std::string& path_part) const;

 private:
  struct Exchange;
  Answer act(const Request& request);
  Answer act_on_progress(const Request& request);
  void finish(const std::shared_ptr<Exchange>& exchange);

  Executor& executor_;
};

// {"error": {...}} as the service writes it.
FakeService::Answer problem(int status, const std::string& code, const std::string& message,
                            std::vector<HttpHeader> headers = {});

}  // namespace playhead::test
