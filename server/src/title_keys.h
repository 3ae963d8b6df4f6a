// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "log.h"
#include "result.h"
#include "secret_text.h"

namespace playhead::server {

inline constexpr std::size_t kKeyBytes = 16;

using KeyId = std::string;  // kKeyBytes raw bytes

struct ContentKey {
  KeyId kid;
  std::string key;  // kKeyBytes raw bytes
};

// The content keys of one title, for as long as somebody needs them: overwritten with the object.
class TitleKeys {
 public:
  TitleKeys() = default;
  ~TitleKeys();
  TitleKeys(TitleKeys&& other) noexcept = default;
  TitleKeys& operator=(TitleKeys&&) = delete;
  TitleKeys(const TitleKeys&) = delete;
  TitleKeys& operator=(const TitleKeys&) = delete;

  // Null when the title has no such key.
  [[nodiscard]] const ContentKey* find(std::string_view kid) const;
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

  // {"keys":[{"kid":"<32 hex digits>","key":"<32 hex digits>"}]}; 500 `keys_unreadable` without a
  // word of what the text says.
  [[nodiscard]] static Result<TitleKeys> parse(SecretText text);

  // Reads the file (at most 64 KiB). Warns when others than the owner may read it. Blocks for as
  // long as the disk takes. Errors as above.
  [[nodiscard]] static Result<TitleKeys> read(const std::filesystem::path& file, const Log& log);

 private:
  void take_keys(SecretText& json);
  [[nodiscard]] const std::string* taken(std::string_view number) const;

  std::vector<ContentKey> keys_;
};

// Below the title's folder. No type that is ever served (media_path.h).
inline constexpr const char* kKeysFile = "keys.json";

}  // namespace playhead::server
