// SPDX-License-Identifier: Apache-2.0
#include "unit/session/fake_service.h"

#include <cstdio>

#include <nlohmann/json.hpp>

#include "base/rfc3339.h"

namespace playhead::test {

using Json = nlohmann::json;

// One request; its handle's death stops the answer, not what the service has already done.
struct FakeService::Exchange {
  Request request;
  Executor* executor = nullptr;
  FetchCallbacks callbacks;
  Answer answer;
  MonotonicTime started;
  bool is_cancelled = false;
  CancelHandle timer;
};

namespace {

// "Tue, 14 Nov 2023 22:13:20 GMT" from "2023-11-14T22:13:20.000Z"; the weekday is not looked at.
std::string http_date(WallTime time) {
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string text = format_rfc3339(time);
  const int month = std::stoi(text.substr(5, 2));
  return "Sun, " + text.substr(8, 2) + " " + kMonths[month - 1] + " " + text.substr(0, 4) + " " +
         text.substr(11, 8) + " GMT";
}

std::string header_of(const std::vector<HttpHeader>& headers, const std::string& name) {
  for (const HttpHeader& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

}  // namespace

FakeService::Answer problem(int status, const std::string& code, const std::string& message,
                            std::vector<HttpHeader> headers) {
  const Json body = {{"error", {{"code", code}, {"message", message}}}};
  return {status, body.dump(), std::move(headers), std::nullopt};
}

CancelHandle FakeService::start(Request request, Executor& executor, FetchCallbacks callbacks) {
  auto exchange = std::make_shared<Exchange>();
  exchange->request = std::move(request);
  exchange->executor = &executor;
  exchange->callbacks = std::move(callbacks);
  exchange->started = executor_.now();
  seen.push_back({exchange->request, exchange->started});
  // The way there: not stopped by cancelling, what left the device may arrive.
  auto arrival = std::make_shared<CancelHandle>();
  *arrival = executor_.post_at(executor_.now() + latency / 2, [this, exchange, arrival] {
    exchange->answer = act(exchange->request);
    if (loses_answer && loses_answer(exchange->request)) {
      exchange->answer.failure = ErrorCode::kConnectionLost;
    }
    if (!exchange->is_cancelled) {
      exchange->timer =
          executor_.post_at(executor_.now() + latency / 2, [this, exchange] { finish(exchange); });
    }
    executor_.post([arrival] { arrival->reset(); });
  });
  return CancelHandle([exchange] {
    exchange->is_cancelled = true;
    exchange->timer.reset();
  });
}

void FakeService::finish(const std::shared_ptr<Exchange>& exchange) {
  const Answer& answer = exchange->answer;
  FetchCallbacks& callbacks = exchange->callbacks;
  if (answer.failure) return callbacks.on_done(make_error(*answer.failure, "planned"));
  ResponseHead head;
  head.status = answer.status;
  head.url = exchange->request.url;
  head.headers = answer.headers;
  if (sends_date) {
    const WallTime date = executor_.wall_now() + clock_ahead;
    head.headers.push_back({"Date", http_date(date)});
  }
  callbacks.on_head(head);
  // In two pieces: nothing may rely on one.
  const std::size_t half = answer.body.size() / 2;
  for (const std::string& piece : {answer.body.substr(0, half), answer.body.substr(half)}) {
    if (exchange->is_cancelled) return;
    const ByteView bytes = as_bytes(piece);
    if (!piece.empty()) {
      callbacks.on_body(SharedBytes(std::vector<uint8_t>(bytes.begin(), bytes.end())),
                        executor_.now());
    }
  }
  if (exchange->is_cancelled) return;
  TransferStats stats;
  stats.started = exchange->started;
  stats.first_byte = stats.finished = executor_.now();
  callbacks.on_done(stats);
}

FakeService::Answer FakeService::act(const Request& request) {
  if (script) {
    if (auto answer = script(request)) return *std::move(answer);
  }
  if (header_of(request.credentials, "Authorization") != "Bearer " + valid_token) {
    return problem(401, "bad_token", "The token is not valid.");
  }
  if (request.url.find("/api/v1/stream/progress") != std::string::npos) {
    return act_on_progress(request);
  }
  const std::size_t id = request.url.find("movie_id=");
  const std::string title = request.url.substr(id + 9, request.url.find('&', id) - id - 9);
  Json body = {{"stream_url", "https://cdn.example/" + title + "/main.m3u8?exp=1&sig=s"},
                     {"resume_position_seconds", positions[title].seconds},
                     {"manifest_type", "hls"},
                     {"expires_at", (executor_.wall_now() + clock_ahead).us / 1'000'000 + 100}};
  if (!positions[title].recorded_at.empty()) body["recorded_at"] = positions[title].recorded_at;
  return {200, body.dump(), {}, std::nullopt};
}

FakeService::Answer FakeService::act_on_progress(const Request& request) {
  const Json body = Json::parse(request.body);
  const std::string title = body["movie_id"];
  const double seconds = body["position_seconds"];
  const std::string recorded_at = body["recorded_at"];
  char text[64];
  std::snprintf(text, sizeof text, "@%.3f", seconds);
  posted.push_back(title + text);
  Position& position = positions[title];
  if (recorded_at >= position.recorded_at) {  // RFC 3339 in UTC sorts as text
    position = {seconds, recorded_at, body["session_id"]};
  }
  return {204, "", {}, std::nullopt};
}

int FakeService::count(const std::string& path_part) const {
  int found = 0;
  for (const Seen& each : seen) found += each.request.url.find(path_part) != std::string::npos;
  return found;
}

}  // namespace playhead::test
