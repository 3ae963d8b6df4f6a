// SPDX-License-Identifier: Apache-2.0
#include "session/license_json.h"

#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/json_depth.h"
#include "playhead/secret_json.h"
#include "session/license_rules.h"

namespace playhead {
namespace {

using Json = nlohmann::json;

// Far deeper than any answer.
constexpr int kMaxJsonDepth = 64;

std::string hex_of(const KeyId& kid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : kid) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// The last second of the year 9999: what is later is no time.
constexpr int64_t kLatestSecond = 253'402'300'799;
// Taller than any picture; chosen.
constexpr int64_t kMostLines = 1 << 20;

// A whole number from 0 to `most` in json[name]. None: missing, null.
Result<std::optional<int64_t>> number_in(const Json& json, const char* name, int64_t most) {
  const auto field = json.find(name);
  if (field == json.end() || field->is_null()) return std::optional<int64_t>();
  const bool is_fit =
      field->is_number_unsigned() && field->get<uint64_t>() <= static_cast<uint64_t>(most);
  if (!is_fit) {
    return make_error(ErrorCode::kDrmLicense,
                      std::string("the answer's ") + name + " cannot be read");
  }
  return std::optional<int64_t>(field->get<int64_t>());
}

Result<LicenseTerms> terms_of(const Json& json, WallTime now) {
  PLAYHEAD_TRY(const auto expires_at, number_in(json, "expires_at", kLatestSecond));
  PLAYHEAD_TRY(const auto renew_after, number_in(json, "renew_after", kLatestSecond));
  PLAYHEAD_TRY(const auto max_height, number_in(json, "max_height", kMostLines));
  PLAYHEAD_TRY(const auto server_time, number_in(json, "server_time", kLatestSecond));
  const auto here = [&](std::optional<int64_t> second) -> std::optional<WallTime> {
    if (!second) return std::nullopt;
    if (server_time) return now + std::chrono::seconds(*second - *server_time);
    return WallTime{*second * 1'000'000};
  };
  LicenseTerms terms;
  terms.expires_at = here(expires_at);
  terms.renew_after = here(renew_after);
  terms.max_height = static_cast<int>(max_height.value_or(0));
  return terms;
}

}  // namespace

std::string license_body(const LicenseRequest& request, const std::string& url) {
  Json body = {{"license_url", url},
               {"challenge", encode_base64(request.challenge.view())},
               {"scheme", request.scheme},
               {"session", request.kind == SessionKind::kPersistent ? "persistent" : "temporary"},
               {"security_level", static_cast<int>(request.level)}};
  if (!request.kids.empty()) {
    Json kids = Json::array();
    for (const KeyId& kid : request.kids) kids.push_back(hex_of(kid));
    body["kids"] = std::move(kids);
  }
  // A URL need not be UTF-8.
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<LicenseAnswer> parse_license_body(std::string_view text, WallTime now) {
  const auto bad = [](const char* why) { return make_error(ErrorCode::kDrmLicense, why); };
  if (text.size() > static_cast<std::size_t>(kLicenseBytes)) return bad("larger than 1 MiB");
  if (!is_json_shallow(text, kMaxJsonDepth)) return bad("the answer is nested too deeply");
  const SecretJson secrets(text, "license");  // some hold keys in the clear
  const Json json = Json::parse(secrets.text(), nullptr, /*allow_exceptions=*/false);
  const auto field = json.is_object() ? json.find("license") : json.cend();
  const SecretBytes* encoded = field != json.end() && field->is_string()
                                   ? secrets.find(field->get_ref<const std::string&>())
                                   : nullptr;
  if (encoded == nullptr) {
    return bad("the answer is not of the form {\"license\":…}");
  }
  PLAYHEAD_TRY(const LicenseTerms terms, terms_of(json, now));
  std::optional<std::vector<uint8_t>> license = decode_base64(as_text(*encoded));
  if (!license) return bad("the licence is not base64");
  LicenseAnswer answer{share_secret(*license), terms};
  wipe_memory(license->data(), license->size());
  return answer;
}

}  // namespace playhead
