// SPDX-License-Identifier: Apache-2.0
#include "drm_system_ids.h"

#include <algorithm>
#include <vector>

#include "base64.h"

namespace playhead::drm {
namespace {

struct Row {
  std::string_view name;
  std::string_view uuid;
  bool is_registered;  // false: another spelling of the row of the same name
};
// dashif.org/identifiers/content_protection, and what packagers write beside it.
constexpr Row kRows[] = {
    {"w3c-common", "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b", true},
    {"clearkey-dashif", "e2719d58-a985-b3c9-781a-b030af78d30e", true},
    {"widevine", "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", true},
    {"playready", "9a04f079-9840-4286-ab92-e65be0885f95", true},
    {"playready", "79f0049a-4098-8642-ab92-e65be0885f95", false},
    {"fairplay", "94ce86fb-07ff-4f43-adb8-93d2fa968ca2", true},
    {"fairplay", "29701fe4-3cc7-4a34-8c5b-ae90c7439a47", false},
    {"marlin", "5e629af5-38da-4063-8977-97ffbd9902d4", true},
    {"wiseplay", "3d5e6d35-9b9a-41e8-b843-dd3c6e72c42c", true},
};

struct KeyFormatRow {
  std::string_view key_format;
  std::string_view name;
};
constexpr KeyFormatRow kKeyFormats[] = {
    {"com.apple.streamingkeydelivery", "fairplay"},
    {"com.microsoft.playready", "playready"},
    {"com.widevine", "widevine"},
    {"com.widevine.alpha", "widevine"},
    {"org.w3.clearkey", "clearkey-dashif"},
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

const Row* row_of(const KeyId& id) {
  const std::string uuid = format_uuid(id);
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [&](const Row& r) { return r.uuid == uuid; });
  return row == std::end(kRows) ? nullptr : row;
}

}  // namespace

std::string_view system_name(const KeyId& system_id) {
  const Row* row = row_of(system_id);
  return row == nullptr ? std::string_view() : row->name;
}

std::optional<KeyId> system_id_of(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.is_registered && row.name == name) return parse_uuid(row.uuid);
  }
  return std::nullopt;
}

KeyId registered_system_id(const KeyId& system_id) {
  const Row* row = row_of(system_id);
  if (row == nullptr || row->is_registered) return system_id;
  return system_id_of(row->name).value_or(system_id);
}

std::optional<KeyId> system_id_of_scheme(std::string_view scheme) {
  constexpr std::string_view kPrefix = "urn:uuid:";
  if (lower(scheme.substr(0, kPrefix.size())) == kPrefix) scheme.remove_prefix(kPrefix.size());
  return parse_uuid(scheme);
}

std::optional<KeyId> system_id_of_key_format(std::string_view key_format) {
  const std::string wanted = lower(key_format);
  for (const KeyFormatRow& row : kKeyFormats) {
    if (row.key_format == wanted) return system_id_of(row.name);
  }
  return system_id_of_scheme(wanted);
}

std::optional<KeyId> parse_uuid(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size() && i < 40; ++i) {
    const bool is_dash = text[i] == '-' && (i == 8 || i == 13 || i == 18 || i == 23);
    if (!is_dash) digits += text[i];
  }
  if (digits.size() != 32 || (text.size() != 32 && text.size() != 36)) return std::nullopt;
  const std::optional<std::vector<uint8_t>> bytes = from_hex(digits);
  if (!bytes) return std::nullopt;
  KeyId id{};
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return id;
}

std::string format_uuid(const KeyId& id) {
  std::string text = to_hex(id);
  for (const std::size_t dash :
       {std::size_t{8}, std::size_t{13}, std::size_t{18}, std::size_t{23}}) {
    text.insert(dash, 1, '-');
  }
  return text;
}

}  // namespace playhead::drm
