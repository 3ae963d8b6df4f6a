// SPDX-License-Identifier: Apache-2.0
#include "title_keys.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto.h"
#include "hex.h"
#include "json_text.h"
#include "unique_fd.h"

namespace playhead::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxKeyFileBytes = std::size_t{64} * 1024;

Error unreadable(const char* why) {
  return Error{500, "keys_unreadable",
               std::string("The title's keys cannot be read: ") + why + "."};
}

std::string_view text_of(const json& row, const char* name) {
  const auto found = row.is_object() ? row.find(name) : row.end();
  return found == row.end() || !found->is_string() ? std::string_view() : found->get_ref<const std::string&>();
}

std::string bytes_of(std::string_view hex) {
  auto bytes = from_hex(hex);
  return bytes && bytes->size() == kKeyBytes ? std::move(*bytes) : std::string();
}

// Behind the quotation mark that ends the text beginning at `at`.
std::size_t end_of_text(const SecretText& json, std::size_t at) {
  for (++at; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at + 1;
    }
  }
  return json.size();
}

std::size_t behind_space(const SecretText& json, std::size_t at) {
  return std::min(json.find_first_not_of(" \t\r\n", at), json.size());
}

}  // namespace

// The parser would leave copies of keys behind: their texts are taken out of `json`, and the number each has in `keys_`
// stands in its place.
void TitleKeys::take_keys(SecretText& json) {
  for (std::size_t at = 0, end = 0; at < json.size(); at = end) {
    end = json[at] == '"' ? end_of_text(json, at) : at + 1;
    if (std::string_view(json).substr(at, end - at) != "\"key\"") continue;
    const std::size_t colon = behind_space(json, end);
    const std::size_t value = behind_space(json, colon + 1);
    if (value >= json.size() || json[colon] != ':' || json[value] != '"') continue;
    end = end_of_text(json, value);
    const std::size_t digits = std::max(end - value, std::size_t{2}) - 2;
    std::string key = bytes_of(std::string_view(json).substr(value + 1, digits));
    std::string number = key.empty() ? "none" : std::to_string(keys_.size());
    number.resize(digits, ' ');
    json.replace(value + 1, digits, std::string_view(number));
    if (!key.empty()) keys_.push_back({{}, std::move(key)});
  }
}

const std::string* TitleKeys::taken(std::string_view number) const {
  std::size_t index = 0;
  const bool is_one = std::from_chars(number.data(), number.data() + number.size(), index).ec == std::errc();
  return is_one && index < keys_.size() ? &keys_[index].key : nullptr;
}

TitleKeys::~TitleKeys() {
  for (ContentKey& content : keys_) wipe(content.key);
}

const ContentKey* TitleKeys::find(std::string_view kid) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const ContentKey& content) { return content.kid == kid; });
  return found == keys_.end() ? nullptr : &*found;
}

Result<TitleKeys> TitleKeys::parse(SecretText text) {
  if (!json_depth_within(text, kMaxJsonDepth)) return unreadable("nested too deeply");
  TitleKeys pool;
  pool.take_keys(text);
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto list = object.is_object() ? object.find("keys") : object.end();
  if (!object.is_object() || list == object.end() || !list->is_array()) {
    return unreadable("there is no list of keys");
  }
  TitleKeys keys;
  keys.keys_.reserve(list->size());  // does not grow, so no copy stays behind
  bool is_whole = true;
  for (const json& row : *list) {
    const std::string* key = pool.taken(text_of(row, "key"));
    keys.keys_.push_back({bytes_of(text_of(row, "kid")), key != nullptr ? *key : std::string()});
    const ContentKey& added = keys.keys_.back();
    is_whole = is_whole && !added.kid.empty() && !added.key.empty();
  }
  if (!is_whole) return unreadable("a key or its id is not 32 hex digits");
  return keys;
}

Result<TitleKeys> TitleKeys::read(const std::filesystem::path& file, const Log& log) {
  const UniqueFd in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!in.valid() || ::fstat(in.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return unreadable("there is no such file");
  }
  if ((info.st_mode & 077) != 0) {
    log.warn("key_file_readable_by_others", {{"file", file.string()}});
  }
  SecretText text(kMaxKeyFileBytes + 1, '\0');
  std::size_t size = 0;
  for (ssize_t count = 1; count > 0 && size < text.size();) {
    count = ::read(in.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno != EINTR) return unreadable("reading fails");
    if (count < 0)
      count = 1;
    else
      size += static_cast<std::size_t>(count);
  }
  if (size > kMaxKeyFileBytes) return unreadable("more than 64 KiB");
  text.resize(size);
  return parse(std::move(text));
}

}  // namespace playhead::server
