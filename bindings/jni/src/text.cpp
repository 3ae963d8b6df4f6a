// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "mirror.h"

namespace playhead::jni {
namespace {

constexpr uint32_t kReplacement = 0xfffd;

// Takes the next character off `text`, which is not empty; what is no UTF-8 (RFC 3629) gives U+FFFD and goes byte by
// byte.
uint32_t take(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  uint32_t character = length < 2 ? first : first & (0x7fU >> length);
  bool good = length != 0 && length <= text.size();
  for (std::size_t i = 1; good && i < length; ++i) {
    good = (byte(i) & 0xc0U) == 0x80;
    character = character << 6U | (byte(i) & 0x3fU);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  good = good && character >= kLeast[length] && character <= 0x10ffff && (character < 0xd800 || character > 0xdfff);
  text.remove_prefix(good ? length : 1);
  return good ? character : kReplacement;
}

void append(std::string& out, uint32_t character) {
  if (character < 0x80) {
    out += static_cast<char>(character);
    return;
  }
  const int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  constexpr uint32_t kMark[] = {0, 0xc0, 0xe0, 0xf0};
  out += static_cast<char>(kMark[more] | character >> (6U * static_cast<uint32_t>(more)));
  for (int i = more - 1; i >= 0; --i) {
    out += static_cast<char>(0x80U | (character >> (6U * static_cast<uint32_t>(i)) & 0x3fU));
  }
}

}  // namespace

jstring java_text(JNIEnv* env, const char* text) {
  if (text == nullptr) return nullptr;
  std::u16string units;
  for (std::string_view rest = text; !rest.empty();) {
    const uint32_t character = take(rest);
    if (character < 0x10000) {
      units += static_cast<char16_t>(character);
    } else {
      units += static_cast<char16_t>(0xd800 + ((character - 0x10000) >> 10U));
      units += static_cast<char16_t>(0xdc00 + ((character - 0x10000) & 0x3ffU));
    }
  }
  return env->NewString(reinterpret_cast<const jchar*>(units.data()), static_cast<jsize>(units.size()));
}

std::string c_text(JNIEnv* env, jstring text) {
  std::string out;
  if (text == nullptr) return out;
  std::u16string units(static_cast<std::size_t>(env->GetStringLength(text)), u'\0');
  env->GetStringRegion(text, 0, static_cast<jsize>(units.size()), reinterpret_cast<jchar*>(units.data()));
  for (std::size_t i = 0; i < units.size(); ++i) {
    uint32_t character = units[i];
    if (character >= 0xd800 && character < 0xe000) {
      const bool is_pair = character < 0xdc00 && i + 1 < units.size() && units[i + 1] >= 0xdc00 && units[i + 1] < 0xe000;
      character = is_pair ? 0x10000 + ((character - 0xd800) << 10U) + (units[++i] - 0xdc00U) : kReplacement;
    }
    append(out, character == 0 ? kReplacement : character);
  }
  return out;
}

}  // namespace playhead::jni
