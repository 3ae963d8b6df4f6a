// SPDX-License-Identifier: Apache-2.0
#include "engine/request_json.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/json_depth.h"
#include "base/url.h"
#include "plan/unsigned_url.h"
#include "session/api_types.h"
#include "vault/crypto.h"

namespace playhead::offline {

namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxAppData = 4096;

Error corrupt(const char* what) {
  return make_error(ErrorCode::kStoreCorrupt, std::string("a download's ") + what);
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> parse(std::string_view text, const char* what) {
  if (!is_json_shallow(text, kMaxDepth)) return corrupt(what);
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return corrupt(what);
  return json;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int64_t number_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

std::vector<std::string> texts_of(const Json& object, const char* name) {
  std::vector<std::string> texts;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) return texts;
  for (const Json& item : *found) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::optional<Duration> time_of(const Json& object, const char* name) {
  if (object.find(name) == object.end()) return std::nullopt;
  return Duration{number_of(object, name)};
}

Json choice_of(const DownloadRequest& request) {
  Json json = {{"title", request.title_id},
               {"url", request.url},
               {"profile", request.profile_id},
               {"max_height", request.video.max_height},
               {"max_bitrate", request.video.max_bitrate},
               {"codecs", request.video.codecs},
               {"audio", request.audio_languages},
               {"text", request.text_languages},
               {"thumbnails", request.thumbnails}};
  if (request.from) json["from_us"] = request.from->count();
  if (request.to) json["to_us"] = request.to->count();
  return json;
}

}  // namespace

Result<void> check_request(const DownloadRequest& request) {
  const auto invalid = [](const char* why) { return make_error(ErrorCode::kInvalidArgument, why); };
  if (request.title_id.empty()) {
    const auto origin = url_origin(request.url);
    const bool is_http = origin && (origin->scheme == "http" || origin->scheme == "https");
    if (!is_http) return invalid("a download needs a title or an http(s) URL");
  } else if (request.title_id.size() > kMaxIdBytes) {
    return invalid("a title id has 1 to 256 bytes");
  }
  if (request.profile_id.size() > kMaxIdBytes) return invalid("a profile id has 256 bytes at most");
  if (request.app_data.size() > kMaxAppData) return invalid("app_data has 4 KiB at most");
  const bool is_empty = request.from && request.to && *request.from >= *request.to;
  if (is_empty) return invalid("the time range is empty");
  return {};
}

std::string write_request(const DownloadRequest& request) { return to_text(choice_of(request)); }

Result<DownloadRequest> read_request(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse(text, "request"));
  DownloadRequest request;
  request.title_id = text_of(json, "title");
  request.url = text_of(json, "url");
  request.profile_id = text_of(json, "profile");
  request.video.max_height = static_cast<int>(number_of(json, "max_height"));
  request.video.max_bitrate = number_of(json, "max_bitrate");
  request.video.codecs = texts_of(json, "codecs");
  request.audio_languages = texts_of(json, "audio");
  request.text_languages = texts_of(json, "text");
  const auto thumbnails = json.find("thumbnails");
  request.thumbnails =
      thumbnails == json.end() || !thumbnails->is_boolean() || thumbnails->get<bool>();
  request.from = time_of(json, "from_us");
  request.to = time_of(json, "to_us");
  return request;
}

Result<std::string> identity_of(const DownloadRequest& request) {
  Json json = choice_of(request);
  // Another signature is the same title.
  json["url"] = request.title_id.empty() ? unsigned_url(request.url) : "";
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name;
  PLAYHEAD_TRY(const Sha256Digest digest, sha256(as_bytes(to_text(json))));
  for (const uint8_t byte : digest) {
    name.push_back(kDigits[byte >> 4]);
    name.push_back(kDigits[byte & 15]);
  }
  return name;
}

}  // namespace playhead::offline
