// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "manifest/base64.h"
#include "manifest/dash/representation_mapper.h"
#include "manifest/dash/xml_text.h"

namespace playhead::dash {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// A UUID in any of its spellings: with hyphens or without, in braces, as a URN.
std::optional<KeyId> parse_key_id(std::string_view text) {
  constexpr std::string_view kUrn = "urn:uuid:";
  if (text.substr(0, kUrn.size()) == kUrn) text.remove_prefix(kUrn.size());
  KeyId id{};
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '-' || c == '{' || c == '}') continue;
    const int digit = hex_digit(c);
    if (digit < 0 || digits >= 2 * id.size()) return std::nullopt;
    uint8_t& byte = id[digits / 2];
    byte = static_cast<uint8_t>(byte << 4 | digit);
    ++digits;
  }
  if (digits != 2 * id.size()) return std::nullopt;
  return id;
}

// UUIDs are compared without regard to case; so is the scheme of MP4's own protection.
std::string lower_if_uuid(std::string_view scheme) {
  std::string text(scheme);
  const auto has_prefix = [&](std::string_view prefix) {
    return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                      [](char a, char b) { return a == lower(b); });
  };
  if (has_prefix("urn:uuid:") || has_prefix("urn:mpeg:dash:mp4protection")) {
    for (char& c : text) c = lower(c);
  }
  return text;
}

}  // namespace

SharedBytes ProtectionMapper::decode(std::string_view text, int& warnings) {
  if (text.empty()) return {};
  for (const auto& [known, bytes] : decoded_) {
    if (known == text) return bytes;
  }
  std::optional<std::vector<uint8_t>> bytes = decode_base64(text);
  if (!bytes) {
    ++warnings;
    return {};
  }
  constexpr std::size_t kKept = 16;  // a few systems times a few keys
  if (decoded_.size() >= kKept) decoded_.erase(decoded_.begin());
  return decoded_.emplace_back(text, SharedBytes(*std::move(bytes))).second;
}

playhead::ContentProtection ProtectionMapper::map_one(const ContentProtection& source,
                                                      int& warnings) {
  playhead::ContentProtection protection;
  protection.scheme = lower_if_uuid(source.scheme);
  protection.value = source.value;
  protection.robustness = source.robustness;
  protection.license_url = source.license_url;
  for_each_word(source.default_kid, [&](std::string_view word) {
    if (const std::optional<KeyId> id = parse_key_id(word)) {
      protection.default_kids.push_back(*id);
    } else {
      ++warnings;
    }
  });
  if (source.pssh.size() == 1) {
    protection.pssh = decode(source.pssh.front(), warnings);
  } else if (!source.pssh.empty()) {
    std::vector<uint8_t> boxes;
    for (const std::string_view text : source.pssh) {
      const SharedBytes box = decode(text, warnings);
      boxes.insert(boxes.end(), box.view().begin(), box.view().end());
    }
    protection.pssh = SharedBytes(std::move(boxes));
  }
  protection.playready_object = decode(source.playready_object, warnings);
  return protection;
}

void ProtectionMapper::map(const std::vector<ContentProtection>& sources,
                           std::vector<playhead::ContentProtection>& out, int& warnings) {
  out.reserve(out.size() + sources.size());
  const std::vector<KeyId>* first = nullptr;
  for (const ContentProtection& source : sources) out.push_back(map_one(source, warnings));
  for (const playhead::ContentProtection& protection : out) {
    if (protection.default_kids.empty()) continue;
    // ISO/IEC 23001-7 §11.2: all elements of a set name the same keys.
    if (first != nullptr && *first != protection.default_kids) ++warnings;
    if (first == nullptr) first = &protection.default_kids;
  }
}

}  // namespace playhead::dash
