// SPDX-License-Identifier: Apache-2.0
#include "title_drm.h"

#include <nlohmann/json.hpp>

#include "hex.h"
#include "license_rules.h"

namespace playhead::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxKeys = 1024;
constexpr std::size_t kMaxEntitled = 10'000;
constexpr int64_t kMaxHeight = 16'384;

Error bad(const std::string& why) { return Error{500, "bad_title", "'drm': " + why}; }

Result<std::optional<int64_t>> seconds_member(const json& drm, const char* name) {
  const auto found = drm.find(name);
  if (found == drm.end()) return std::optional<int64_t>();
  const bool is_fit = found->is_number_integer() && found->get<int64_t>() >= 1 &&
                      found->get<int64_t>() <= kMaxLicenseSeconds;
  if (!is_fit) return bad(std::string("'") + name + "' is no number of seconds");
  return std::optional<int64_t>(found->get<int64_t>());
}

Result<TitleKeyUse> read_use(const json& row) {
  const auto kid = row.is_object() ? row.find("kid") : row.end();
  if (!row.is_object() || kid == row.end() || !kid->is_string()) return bad("a key has no 'kid'");
  auto bytes = from_hex(kid->get_ref<const std::string&>());
  if (!bytes || bytes->size() != kKeyBytes) return bad("a 'kid' is not 32 hex digits");
  TitleKeyUse use{std::move(*bytes), 0};
  if (const auto height = row.find("height"); height != row.end()) {
    const bool is_fit = height->is_number_integer() && height->get<int64_t>() >= 0 &&
                        height->get<int64_t>() <= kMaxHeight;
    if (!is_fit) return bad("a 'height' is no number of lines");
    use.height = height->get<int>();
  }
  return use;
}

Status read_keys(const json& drm, TitleDrm& out) {
  const auto keys = drm.find("keys");
  if (keys == drm.end() || !keys->is_array() || keys->empty() || keys->size() > kMaxKeys) {
    return bad("'keys' is no list of keys");
  }
  for (const json& row : *keys) {
    auto use = read_use(row);
    if (!use.ok()) return use.error();
    out.keys.push_back(std::move(use.value()));
  }
  return Done{};
}

Status read_entitled(const json& drm, TitleDrm& out) {
  const auto entitled = drm.find("entitled");
  if (entitled == drm.end()) {
    out.entitled = {"*"};
    return Done{};
  }
  if (!entitled->is_array() || entitled->size() > kMaxEntitled) {
    return bad("'entitled' is no list of users");
  }
  for (const json& user : *entitled) {
    if (!user.is_string()) return bad("'entitled' is no list of users");
    out.entitled.push_back(user.get<std::string>());
  }
  return Done{};
}

}  // namespace

Result<TitleDrm> parse_title_drm(const json& drm) {
  if (!drm.is_object()) return bad("is not an object");
  TitleDrm out;
  if (Status read = read_keys(drm, out); !read.ok()) return read.error();
  if (Status read = read_entitled(drm, out); !read.ok()) return read.error();
  const auto temporary = seconds_member(drm, "license_seconds");
  if (!temporary.ok()) return temporary.error();
  const auto persistent = seconds_member(drm, "persistent_seconds");
  if (!persistent.ok()) return persistent.error();
  out.license_s = temporary.value();
  out.persistent_s = persistent.value();
  if (const auto allowed = drm.find("persistent"); allowed != drm.end()) {
    if (!allowed->is_boolean()) return bad("'persistent' is neither true nor false");
    out.allows_persistent = allowed->get<bool>();
  }
  return out;
}

}  // namespace playhead::server
