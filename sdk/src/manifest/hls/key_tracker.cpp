// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/key_tracker.h"

#include <algorithm>
#include <array>

#include "base/url.h"

namespace playhead::hls {
namespace {

struct MethodRow {
  std::string_view name;
  EncryptionMethod method;
};
constexpr std::array<MethodRow, 7> kMethods{{
    {"AES-128", EncryptionMethod::kAes128},
    {"AES-256", EncryptionMethod::kAes256},
    {"AES-256-GCM", EncryptionMethod::kAes256Gcm},
    {"AES-256-CTR", EncryptionMethod::kAes256Ctr},
    {"SAMPLE-AES", EncryptionMethod::kSampleAes},
    {"SAMPLE-AES-CTR", EncryptionMethod::kSampleAesCtr},
    {"SAMPLE-AES-CENC", EncryptionMethod::kSampleAesCtr},
}};

EncryptionMethod method_of(std::string_view name) {
  for (const MethodRow& row : kMethods) {
    if (row.name == name) return row.method;
  }
  return EncryptionMethod::kUnknown;
}

// "0x1566B" as the last digits of a 128-bit number. But vectors of 8 bytes, which the clause does
// not know, are written by packagers that pad them at the end, as Common Encryption does.
std::optional<std::array<uint8_t, 16>> parse_iv(std::string_view text) {
  if (text.substr(0, 2) != "0x" && text.substr(0, 2) != "0X") return std::nullopt;
  text.remove_prefix(2);
  if (text.empty() || text.size() > 32) return std::nullopt;
  std::string padded;
  if (text.size() == 16) text = padded.assign(text).append(16, '0');
  std::array<uint8_t, 16> iv{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int digit = hex_digit(text[text.size() - 1 - i]);
    if (digit < 0) return std::nullopt;
    const int shifted = i % 2 == 0 ? digit : digit * 16;
    iv[15 - i / 2] = static_cast<uint8_t>(iv[15 - i / 2] + shifted);
  }
  return iv;
}

// "0x" and 32 digits, or a UUID: packagers write both.
std::optional<KeyId> parse_key_id(std::string_view text) {
  if (text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X") text.remove_prefix(2);
  KeyId kid{};
  std::size_t digits = 0;
  for (const char letter : text) {
    if (letter == '-') continue;
    const int digit = hex_digit(letter);
    if (digit < 0 || digits == 2 * kid.size()) return std::nullopt;
    kid[digits / 2] = static_cast<uint8_t>(kid[digits / 2] * 16 + digit);
    ++digits;
  }
  if (digits != 2 * kid.size()) return std::nullopt;
  return kid;
}

}  // namespace

std::optional<SegmentKey> read_key(const AttributeList& list, std::string_view clause,
                                   TagContext& context) {
  const std::string_view method = list.get("METHOD");
  if (method == "NONE") {
    if (list.items().size() > 1) context.violate(clause, "METHOD=NONE with other attributes");
    return std::nullopt;
  }
  SegmentKey key;
  key.method = method_of(method);
  if (method.empty()) {
    context.violate(clause, "METHOD is missing");
  } else if (key.method == EncryptionMethod::kUnknown) {
    context.skip("unknown METHOD of encryption");
  }
  if (key.method == EncryptionMethod::kSampleAes) context.require_version(5, "SAMPLE-AES");
  if (const auto format = list.find("KEYFORMAT")) {
    key.key_format = *format;
    context.require_version(5, "KEYFORMAT");
  }
  if (const auto versions = list.find("KEYFORMATVERSIONS")) {
    key.key_format_versions = *versions;
    context.require_version(5, "KEYFORMATVERSIONS");
  }
  if (const auto iv = list.find("IV")) {
    key.iv = parse_iv(*iv);
    context.require_version(2, "IV of EXT-X-KEY");
    key.has_bad_iv = !key.iv;
    if (!key.iv) context.violate(clause, "IV is not a hexadecimal number of 128 bits");
  }
  if (const auto kid = list.find("KEYID")) {
    key.kid = parse_key_id(*kid);
    if (!key.kid) context.skip("KEYID that is not 16 bytes in hexadecimal digits");
  }
  // A key without a usable URI still says that the segments are encrypted.
  const std::string_view uri = list.get("URI");
  Result<std::string> url = resolve_url(context.url(), uri);
  if (!uri.empty() && url) {
    key.uri = *std::move(url);
  } else {
    context.violate(clause, "URI is missing or unusable");
  }
  return key;
}

std::string_view name_of(EncryptionMethod method) {
  for (const MethodRow& row : kMethods) {
    if (row.method == method) return row.name;
  }
  return {};
}

void KeyTracker::set(SegmentKey key) {
  const auto same = std::find_if(keys_.begin(), keys_.end(), [&](const SegmentKey& known) {
    return known.key_format == key.key_format;
  });
  if (same == keys_.end()) {
    keys_.push_back(std::move(key));
  } else {
    *same = std::move(key);
  }
  is_changed_ = true;
}

void KeyTracker::clear() {
  keys_.clear();
  current_ = nullptr;
  is_changed_ = false;
}

void KeyTracker::restore(std::shared_ptr<const SegmentKeys> keys) {
  keys_ = keys == nullptr ? SegmentKeys() : *keys;
  current_ = std::move(keys);
  is_changed_ = false;
}

const std::shared_ptr<const SegmentKeys>& KeyTracker::current() {
  if (is_changed_) {
    is_changed_ = false;
    if (current_ == nullptr || *current_ != keys_) {
      current_ = std::make_shared<const SegmentKeys>(keys_);
      kept_ += keys_.size();
    }
  }
  return current_;
}

}  // namespace playhead::hls
