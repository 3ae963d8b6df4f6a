// SPDX-License-Identifier: Apache-2.0
#include "session/release_json.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "session/json_fields.h"

namespace playhead {

namespace {

using namespace json_fields;

constexpr int kReleaseFormat = 1;

Result<std::vector<uint8_t>> bytes_field(const Json& json, const char* name) {
  PLAYHEAD_TRY(const std::string encoded, text_field(json, name));
  auto bytes = decode_base64(encoded);
  if (!bytes) return bad_field(name, "is not base64");
  return *std::move(bytes);
}

}  // namespace

std::string encode_release(const KeptRelease& release) {
  const LicenseRequest& request = release.request;
  std::vector<uint8_t> kids;
  for (const KeyId& kid : request.kids) kids.insert(kids.end(), kid.begin(), kid.end());
  return to_text({{"format", kReleaseFormat},
                  {"at_us", release.at.us},
                  {"of_service", release.is_of_service},
                  {"license_url", release.license_url},
                  {"url", request.url},
                  {"scheme", request.scheme},
                  {"challenge", encode_base64(request.challenge.view())},
                  {"kids", encode_base64(kids)},
                  {"persistent", request.kind == SessionKind::kPersistent},
                  {"level", static_cast<int>(request.level)}});
}

Result<KeptRelease> decode_release(std::string_view text) {
  PLAYHEAD_TRY(const Json json, parse_object(text));
  PLAYHEAD_TRY(const int64_t format, integer_field(json, "format"));
  if (format != kReleaseFormat) return bad_field("format", "is not known");
  KeptRelease release;
  LicenseRequest& request = release.request;
  request.type = DrmMessageType::kRelease;
  PLAYHEAD_TRY(const int64_t at_us, integer_field(json, "at_us"));
  PLAYHEAD_TRY(release.is_of_service, flag_field(json, "of_service"));
  PLAYHEAD_TRY(release.license_url, text_field(json, "license_url"));
  PLAYHEAD_TRY(request.url, text_field(json, "url"));
  PLAYHEAD_TRY(request.scheme, text_field(json, "scheme"));
  PLAYHEAD_TRY(std::vector<uint8_t> challenge, bytes_field(json, "challenge"));
  PLAYHEAD_TRY(const std::vector<uint8_t> kids, bytes_field(json, "kids"));
  PLAYHEAD_TRY(const bool is_persistent, flag_field(json, "persistent"));
  PLAYHEAD_TRY(const int64_t level, integer_field(json, "level"));
  constexpr std::size_t kKidBytes = std::tuple_size_v<KeyId>;
  if (kids.size() % kKidBytes != 0) return bad_field("kids", "has half an id");
  for (std::size_t at = 0; at < kids.size(); at += kKidBytes) {
    std::copy_n(kids.begin() + static_cast<std::ptrdiff_t>(at), kKidBytes, request.kids.emplace_back().begin());
  }
  release.at = WallTime{at_us};
  request.challenge = SharedBytes(std::move(challenge));
  request.kind = is_persistent ? SessionKind::kPersistent : SessionKind::kTemporary;
  request.level = static_cast<SecurityLevel>(level);
  return release;
}

}  // namespace playhead
