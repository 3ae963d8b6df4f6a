// SPDX-License-Identifier: Apache-2.0
#include "title_keys.h"

#include <algorithm>
#include <cerrno>

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

std::string bytes_of(const json& row, const char* name) {
  const auto found = row.find(name);
  if (found == row.end() || !found->is_string()) return {};
  auto bytes = from_hex(found->get_ref<const std::string&>());
  return bytes && bytes->size() == kKeyBytes ? std::move(*bytes) : std::string();
}

void wipe_texts(json& object) {
  if (!object.is_object() || !object.contains("keys") || !object["keys"].is_array()) return;
  for (json& row : object["keys"]) {
    if (row.is_object() && row.contains("key") && row["key"].is_string()) {
      wipe(row["key"].get_ref<std::string&>());
    }
  }
}

}  // namespace

TitleKeys::~TitleKeys() {
  for (ContentKey& content : keys_) wipe(content.key);
}

const ContentKey* TitleKeys::find(std::string_view kid) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const ContentKey& content) { return content.kid == kid; });
  return found == keys_.end() ? nullptr : &*found;
}

Result<TitleKeys> TitleKeys::parse(std::string_view text) {
  if (!json_depth_within(text, kMaxJsonDepth)) return unreadable("nested too deeply");
  json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto list = object.is_object() ? object.find("keys") : object.end();
  if (!object.is_object() || list == object.end() || !list->is_array()) {
    return unreadable("there is no list of keys");
  }
  TitleKeys keys;
  keys.keys_.reserve(list->size());  // does not grow, so no copy stays behind
  bool is_whole = true;
  for (const json& row : *list) {
    keys.keys_.push_back({bytes_of(row, "kid"), bytes_of(row, "key")});
    const ContentKey& added = keys.keys_.back();
    is_whole = is_whole && !added.kid.empty() && !added.key.empty();
  }
  wipe_texts(object);
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
  std::string text(kMaxKeyFileBytes + 1, '\0');
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
  auto keys = parse(std::string_view(text).substr(0, size));
  wipe(text);
  return keys;
}

}  // namespace playhead::server
