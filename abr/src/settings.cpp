// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/settings.h"

#include <cmath>
#include <string>

namespace playhead::abr {

namespace {

constexpr SettingField kFields[] = {
    {"margin", &Settings::margin, 0.1, 2},
    {"guard_s", &Settings::guard_s, 0, 1000},
    {"linear_share", &Settings::linear_share, 0, 1},
    {"data_price", &Settings::data_price, 0, 10},
    {"stall_price", &Settings::stall_price, 0, 100},
    {"switch_price", &Settings::switch_price, 0, 100},
    {"silence_chance", &Settings::silence_chance, 0, 0.2},
    {"silence_reference", &Settings::silence_reference, 0.001, 10},
    {"silence_power", &Settings::silence_power, 0, 10},
    {"silence_floor", &Settings::silence_floor, 0, 5},
    {"silence_ceiling", &Settings::silence_ceiling, 0, 5},
    {"silence_delay_s", &Settings::silence_delay_s, 0.001, 100},
    {"persistence", &Settings::persistence, 0, 1},
    {"horizon", &Settings::horizon, 1, 60},
    {"complexity_share", &Settings::complexity_share, 0, 1},
    {"abandon_blend_s", &Settings::abandon_blend_s, 0.01, 100},
    {"abandon_max_drop", &Settings::abandon_max_drop, 0, 20},
    {"abandon_gain", &Settings::abandon_gain, -1, 100},
    {"last_exit_s", &Settings::last_exit_s, 0, 30},
    {"abandon", &Settings::abandon, 0, 1},
    {"level_gain", &Settings::level_gain, 0.01, 1},
    {"spread_gain", &Settings::spread_gain, 0.001, 1},
    {"spread_up_weight", &Settings::spread_up_weight, 0, 1},
    {"spread_initial", &Settings::spread_initial, 0.01, 3},
    {"spread_min", &Settings::spread_min, 0.01, 3},
    {"spread_max", &Settings::spread_max, 0.01, 3},
    {"volatility_rise", &Settings::volatility_rise, 0.001, 1},
    {"volatility_fall", &Settings::volatility_fall, 0.001, 1},
    {"volatility_initial", &Settings::volatility_initial, 0, 2},
    {"volatility_window_s", &Settings::volatility_window_s, 0.1, 60},
    {"ttfb_gain", &Settings::ttfb_gain, 0.01, 1},
    {"ewma_fast_s", &Settings::ewma_fast_s, 0.1, 1000},
    {"ewma_slow_s", &Settings::ewma_slow_s, 0.1, 1000},
    {"harmonic_count", &Settings::harmonic_count, 1, 1000},
    {"quantile", &Settings::quantile, 0, 1},
    {"quantile_window", &Settings::quantile_window, 1, 1e6},
    {"bola_gp_s", &Settings::bola_gp_s, 0.1, 1000},
    {"replace_keep_s", &Settings::replace_keep_s, 0, 1000},
    {"replace_min_gain", &Settings::replace_min_gain, 0, 2},
};

}  // namespace

const char* to_string(Preset preset) {
  switch (preset) {
    case Preset::kVod:
      return "vod";
    case Preset::kLive:
      return "live";
    case Preset::kLowLatency:
      return "low_latency";
    case Preset::kDataSaver:
      return "data_saver";
    case Preset::kMaxQuality:
      return "max_quality";
  }
  return "unknown";
}

Settings settings_for(Preset preset) {
  Settings s;
  switch (preset) {
    case Preset::kVod:
      break;
    case Preset::kLive:
      // The buffer cannot grow past the live edge: a silence costs more than it can hold, so
      // hoarding for it is in vain.
      s.silence_chance = 0.008;
      s.abandon_blend_s = 2;
      break;
    case Preset::kLowLatency:
      // With 1 to 4 s a dip is a stall: dear stalls, quick reactions, no reserve to build.
      s.stall_price = 2;
      s.silence_chance = 0.003;
      s.persistence = 0.3;
      s.abandon_blend_s = 0.5;
      s.horizon = 15;
      break;
    case Preset::kDataSaver:
      // The logarithm values the first steps most; priced bytes make the middle of the ladder the
      // best of it.
      s.linear_share = 0;
      s.data_price = 0.8;
      s.margin = 0.6;
      s.replace_min_gain = 2;  // no gain is: nothing is paid for twice
      break;
    case Preset::kMaxQuality:
      s.linear_share = 0.8;
      s.stall_price = 0.7;
      s.silence_chance = 0.008;
      break;
  }
  return s;
}

std::span<const SettingField> setting_fields() { return kFields; }

Result<void> set_setting(Settings& settings, std::string_view name, double value) {
  for (const SettingField& field : kFields) {
    if (field.name != name) continue;
    if (!(value >= field.least && value <= field.most)) {
      return make_error(ErrorCode::kInvalidArgument,
                        "setting " + std::string(name) + " is out of its bounds");
    }
    // Millionths, as the decision log writes them: what is logged is what was used.
    settings.*field.value = std::round(value * 1e6) / 1e6;
    return {};
  }
  return make_error(ErrorCode::kInvalidArgument, "no setting is called " + std::string(name));
}

}  // namespace playhead::abr
