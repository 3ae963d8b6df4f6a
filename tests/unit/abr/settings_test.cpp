// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/settings.h"

#include <limits>
#include <set>

#include <doctest/doctest.h>

namespace playhead::abr {
namespace {

TEST_CASE("settings: every constant has one name and lies within its bounds") {
  std::set<std::string_view> names;
  for (const SettingField& field : setting_fields()) {
    CAPTURE(field.name);
    CHECK(names.insert(field.name).second);
    CHECK(field.least < field.most);
    for (const Preset preset : kAllPresets) {
      const Settings settings = settings_for(preset);
      CHECK(settings.*field.value >= field.least);
      CHECK(settings.*field.value <= field.most);
    }
  }
  // None was forgotten: the struct holds nothing but these.
  CHECK(setting_fields().size() * sizeof(double) == sizeof(Settings));
}

TEST_CASE("settings: the product's margin and guard hold in every preset") {
  for (const Preset preset : kAllPresets) {
    CAPTURE(to_string(preset));
    CHECK(settings_for(preset).margin <= 0.8);
    CHECK(settings_for(preset).guard_s >= 10);
  }
}

TEST_CASE("settings: set by name") {
  Settings settings;
  CHECK(set_setting(settings, "stall_price", 1.5).has_value());
  CHECK(settings.stall_price == 1.5);
  CHECK_FALSE(set_setting(settings, "stall_price", -1).has_value());
  CHECK_FALSE(
      set_setting(settings, "stall_price", std::numeric_limits<double>::quiet_NaN()).has_value());
  CHECK_FALSE(set_setting(settings, "no such", 1).has_value());
  CHECK(settings.stall_price == 1.5);
}

}  // namespace
}  // namespace playhead::abr
