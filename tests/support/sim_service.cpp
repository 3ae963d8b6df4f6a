// SPDX-License-Identifier: Apache-2.0
#include "support/sim_service.h"

#include <nlohmann/json.hpp>

#include "base/iso8601.h"

namespace playhead::test {

namespace {

WebAnswer error_answer(int status, const char* code) {
  const nlohmann::json body = {{"error", {{"code", code}, {"message", code}}}};
  return text_answer(body.dump(), status);
}

}  // namespace

std::optional<WebAnswer> SimService::answer(const WebRequest& request) {
  if (request.url.rfind(url, 0) != 0) return std::nullopt;
  if (request.header("Authorization") != "Bearer " + token) {
    return error_answer(401, "unauthorized");
  }
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (path == "/api/v1/stream" && request.method == "GET") return start_stream(request);
  if (path == "/api/v1/download" && request.method == "POST") return start_download(request);
  if (path == "/api/v1/stream/progress" && request.method == "POST") {
    return save_progress(request);
  }
  return error_answer(404, "unknown_endpoint");
}

WebAnswer SimService::start_stream(const WebRequest& request) {
  const std::string marker = "movie_id=";
  const std::size_t at = request.target.find(marker);
  if (at == std::string::npos) return error_answer(400, "movie_id_missing");
  std::string id = request.target.substr(at + marker.size());
  id = id.substr(0, id.find('&'));
  const auto title = titles.find(id);
  if (title == titles.end()) return error_answer(404, "unknown_title");
  ++starts;
  if (url_life) {
    expires_at_s = now_s() + url_life->count() / 1'000'000;
    signature = static_cast<int>(*expires_at_s);
    signed_at.push_back(clock->now());
  }
  const double position = saved.count(id) != 0 ? saved[id].position_s : 0;
  nlohmann::json body = {
      {"stream_url", title->second.manifest_url + "?sig=" + std::to_string(signature)},
      {"resume_position_seconds", position >= 0.95 * title->second.duration_s ? 0.0 : position},
      {"manifest_type", "hls"}};
  if (expires_at_s) body["expires_at"] = *expires_at_s;
  return text_answer(body.dump());
}

WebAnswer SimService::start_download(const WebRequest& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  const std::string id = body.is_object() ? body.value("movie_id", "") : "";
  const auto title = titles.find(id);
  if (title == titles.end()) return error_answer(404, "unknown_title");
  if (download_status != 200) return error_answer(download_status, "refused");
  ++downloads;
  nlohmann::json answer = {
      {"download_url", title->second.manifest_url + "?sig=" + std::to_string(signature)}};
  if (download_expires_at_s) answer["expires_at"] = *download_expires_at_s;
  return text_answer(answer.dump());
}

WebAnswer SimService::save_progress(const WebRequest& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (body.is_discarded() || !body.contains("movie_id") || !body.contains("position_seconds")) {
    return error_answer(400, "malformed");
  }
  const std::string id = body["movie_id"];
  if (titles.count(id) == 0) return error_answer(404, "unknown_title");
  Saved report;
  report.position_s = body["position_seconds"];
  const auto recorded = parse_iso_date_time(body.value("recorded_at", ""));
  if (!recorded) return error_answer(400, "recorded_at");
  report.recorded_at_ms = recorded->us / 1000;
  report.session = body.value("session_id", "");
  accepted.push_back(report);
  if (saved.count(id) == 0 || saved[id].recorded_at_ms <= report.recorded_at_ms) saved[id] = report;
  return status_answer(204);
}

}  // namespace playhead::test
