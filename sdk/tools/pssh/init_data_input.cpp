// SPDX-License-Identifier: Apache-2.0
#include "init_data_input.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base64.h"
#include "data_uri.h"

namespace playhead::tools {
namespace {

using Bytes = std::vector<uint8_t>;

std::string without_space(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out;
}

bool is_box(const Bytes& bytes) {
  return bytes.size() >= 8 && as_text(bytes).substr(4, 4) == "pssh";
}

// Its first number is its length (little-endian).
bool is_playready_object(const Bytes& bytes) {
  if (bytes.size() < 6) return false;
  const std::size_t length = bytes[0] | bytes[1] << 8 | bytes[2] << 16;
  return bytes[3] == 0 && length >= 6 && length <= bytes.size();
}

std::optional<InitData> recognise(Bytes bytes) {
  InitDataType type = InitDataType::kPssh;
  if (!is_box(bytes)) {
    if (!bytes.empty() && bytes.front() == '{') {
      type = InitDataType::kKeyIds;
    } else if (is_playready_object(bytes)) {
      type = InitDataType::kPlayReady;
    } else {
      return std::nullopt;
    }
  }
  return InitData{type, SharedBytes(std::move(bytes))};
}

}  // namespace

Result<InitData> read_init_data(std::string text) {
  if (auto found = recognise(Bytes(text.begin(), text.end()))) return *std::move(found);
  std::string packed = without_space(text);
  if (packed.starts_with("{")) return *recognise(Bytes(packed.begin(), packed.end()));
  if (auto uri = drm::parse_data_uri(packed)) {
    if (auto found = recognise(std::move(uri->bytes))) return *std::move(found);
  }
  if (packed.starts_with("0x") || packed.starts_with("0X")) packed.erase(0, 2);
  if (auto bytes = drm::from_hex(packed)) {
    if (auto found = recognise(*std::move(bytes))) return *std::move(found);
  }
  if (auto bytes = drm::from_base64(packed)) {
    if (auto found = recognise(*std::move(bytes))) return *std::move(found);
  }
  return make_error(ErrorCode::kDrmInitData,
                    "neither pssh boxes, a PlayReady Object nor keyids JSON");
}

}  // namespace playhead::tools
