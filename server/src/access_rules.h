// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "maturity.h"
#include "store.h"
#include "title_drm.h"

// Who may play what, where and on what. Pure; any thread.
namespace playhead::server {

// `country` "" = not known: then only what is for everywhere.
[[nodiscard]] inline bool is_available_in(const std::vector<std::string>& countries,
                                          std::string_view country) {
  return countries.empty() ||
         std::find(countries.begin(), countries.end(), country) != countries.end();
}

// What stands between a profile and a title. A protected profile is opened by its PIN; that PIN
// also opens titles above the profile's rating. Without a PIN nothing does.
enum class ProfileGate { kOpen, kNeedsPin, kClosed };
[[nodiscard]] constexpr ProfileGate profile_gate(std::optional<Maturity> title, Maturity profile,
                                                 bool has_pin) {
  if (has_pin) return ProfileGate::kNeedsPin;
  return is_within(title, profile) ? ProfileGate::kOpen : ProfileGate::kClosed;
}

// What the operator said goes first, then the title's list; a clear title is for everybody.
[[nodiscard]] inline bool is_entitled(const std::optional<Entitlement>& said,
                                      const std::optional<TitleDrm>& drm, std::string_view user,
                                      int64_t now_s) {
  if (said) return said->is_granted && !(said->until_s && *said->until_s <= now_s);
  if (!drm) return true;
  return std::any_of(drm->entitled.begin(), drm->entitled.end(),
                     [&](const std::string& name) { return name == "*" || name == user; });
}

// What a device says of itself; empty lists say nothing, and everything is tried then.
struct DeviceInfo {
  std::string device_id;  // empty = not given
  std::string type = "other";
  std::vector<std::string> formats;  // of stream formats
  std::vector<std::string> codecs;
  std::vector<std::string> drm;
};

[[nodiscard]] inline bool says(const std::vector<std::string>& list, std::string_view name) {
  return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

// The first of `formats` that the device takes; empty = it can play none of them, has no decoder
// for the pictures, or has no licence system the title is protected with.
[[nodiscard]] inline std::string choose_format(const std::vector<std::string>& formats,
                                               const std::vector<std::string>& codecs,
                                               bool is_protected, const DeviceInfo& device) {
  if (is_protected && !says(device.drm, "clearkey")) return {};
  const bool can_decode = codecs.empty() || device.codecs.empty() ||
                          std::any_of(codecs.begin(), codecs.end(), [&](const std::string& codec) {
                            return says(device.codecs, codec);
                          });
  if (!can_decode) return {};
  const auto fit = std::find_if(formats.begin(), formats.end(), [&](const std::string& format) {
    return says(device.formats, format);
  });
  return fit == formats.end() ? std::string() : *fit;
}

}  // namespace playhead::server
