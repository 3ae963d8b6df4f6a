// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "playhead/result.h"

namespace playhead::abr {

// Every constant of the rules. Apps take a Preset; single values are for experiments. Seconds and
// shares are doubles here because they enter logarithms and probabilities, not the timeline.
// "Measured" means: the best mean over the public traces of tests/abr, where the mean is flat
// around it (+-25 % of the value moves it by less than 0.01 unless said).
struct Settings {
  // --- rules -------------------------------------------------------------------------------------
  // Share of the forecast spent where the margin holds (product requirement: 0.8). Higher: better
  // picture, more rebuffering; lower: the reverse.
  double margin = 0.8;
  // Below this buffer level the margin is never exceeded, s (product requirement). Higher: calmer,
  // wastes throughput (30 s costs 0.045 of the mean); lower: more risk after a seek.
  double guard_s = 10;
  // Weight of the linear scale of quality, the rest is logarithmic (measured). Higher: lives for
  // the top of the ladder; lower: content with the middle.
  double linear_share = 0.47;
  // What the bytes of the best picture cost, in units of its quality; lower pictures cost in
  // proportion to their bitrate. 0: bytes are free. Higher: stays further below the top, where a
  // little more quality takes many bytes.
  double data_price = 0;
  // Price of a second of rebuffering, in seconds x 1/4 of the best picture (Pensieve's 4.3 on its
  // 0..4.3 scale is 1). Higher: fewer stalls, lower picture; lower: the reverse.
  double stall_price = 1.0;
  // Price of a switch, in units of the change of quality it makes (Pensieve: 1; measured). Higher:
  // fewer switches, later climbs; lower: follows every wobble.
  double switch_price = 1.6;

  // --- what may happen next ----------------------------------------------------------------------
  // Chance that the link goes silent (8, 20 or 45 s) during one segment, on a link of reference
  // volatility. Higher: hoards buffer; lower: long stalls on radio links.
  double silence_chance = 0.016;
  // Volatility at which that chance holds, and how fast it falls or rises around it. A lower
  // reference: steady links are distrusted too.
  double silence_reference = 0.17;
  double silence_power = 2.5;
  // Bounds of the chance, as multiples of silence_chance. A lower floor: no reserve on steady
  // links; a higher ceiling: a lower picture on nervous ones.
  double silence_floor = 0.1;
  double silence_ceiling = 1;
  // Time to first byte at which that chance holds, s; it is proportional to it within a quarter and
  // twice (3G answers after 0.1 s and more and is silent for long; LTE, 5G and lines after 0.02 to
  // 0.05 s). Lower: near links hoard too; higher: none does.
  double silence_delay_s = 0.06;
  // Share of a forecast error that stays. Higher: plans for the worst to last; lower: expects every
  // dip to pass.
  double persistence = 0.15;
  // Segments looked ahead. More: memory and time; fewer: a full buffer is worth less than it is.
  double horizon = 30;
  // Share of the known surplus of the segments after the next that is charged to it. 0: blind to
  // hard scenes ahead; 1: assumes none of them will be fetched lower.
  double complexity_share = 0.15;

  // --- abandon rule ------------------------------------------------------------------------------
  // Seconds of receiving after which the running transfer counts as much as the forecast. Shorter:
  // gives up on every dip; longer: sits through the stall.
  double abandon_blend_s = 4;
  // The running transfer may lower the forecast by at most this factor (natural logarithm): a dead
  // link says nothing about the link after it. Higher: restarts in silences, for nothing.
  double abandon_max_drop = 2.3;
  // What dropping must gain, in score. Higher: fewer wasted bytes, longer stalls.
  double abandon_gain = 0;
  // A link that has collapsed since the transfer began is waited for until so many seconds before it
  // would be too late for the lowest Representation. More: gives up what comes after all; less:
  // stalls when the link goes on falling. 0: waits on.
  double last_exit_s = 1;
  // 0: never abandons.
  double abandon = 1;

  // --- estimators --------------------------------------------------------------------------------
  // Share of the surprise taken over into the level, per transfer. Higher: follows noise; lower:
  // late after a step.
  double level_gain = 0.6;
  // Share of a new error in the spread, and the weight of good surprises in it (bad ones: 1).
  // Faster: one dip makes it timid; a higher weight: a climb makes it timid.
  double spread_gain = 0.05;
  double spread_up_weight = 0.2;
  // Spread before the first error, and its bounds. A higher floor wastes steady links, a lower one
  // trusts them too much.
  double spread_initial = 0.4;
  double spread_min = 0.25;
  double spread_max = 0.6;
  // Share of a new change in the volatility when it rises and when it falls: what a link once did
  // it may do again. Faster fall: forgets before the next silence.
  double volatility_rise = 0.08;
  double volatility_fall = 0.02;
  // Volatility before anything is known. Higher: slow climb at the start.
  double volatility_initial = 0.12;
  // Seconds of receiving compared with the next such. Longer: sees less of it on fast links.
  double volatility_window_s = 1;
  // Share of a new time to first byte (measured). Higher: nervous; lower: late after a change of
  // path.
  double ttfb_gain = 0.5;
  // kDualEwma: half-lives, s of transfer time (dash.js 3 and 8). Shorter: nervous; longer: late.
  double ewma_fast_s = 3;
  double ewma_slow_s = 8;
  // kHarmonicMean: requests looked back (Pensieve, MPC: 5). More: late; fewer: nervous.
  double harmonic_count = 5;
  // kSlidingQuantile: which quantile, and the window as a sum of square roots of bytes (ExoPlayer:
  // 0.5 and 2000). Lower quantile: timid; larger window: late.
  double quantile = 0.5;
  double quantile_window = 2000;

  // --- buffer rule -------------------------------------------------------------------------------
  // BOLA's gamma p, s: how much an empty buffer is feared (Sabre: 5). Higher: lower picture until
  // the buffer is full; lower: more stalls.
  double bola_gp_s = 5;

  // --- replacing what is buffered ----------------------------------------------------------------
  // Kept untouched ahead of the playhead, s: it will be on screen before better media is there.
  // Less: glitches when late; more: the better picture comes late.
  double replace_keep_s = 10;
  // Least gain in quality (0..1; above 1: never) to fetch a segment twice. Lower: wastes bytes for
  // little.
  double replace_min_gain = 0.25;
};

enum class Preset : uint8_t {
  kVod,         // minutes of buffer, the end is known
  kLive,        // 10 to 30 s of buffer, no end
  kLowLatency,  // 1 to 4 s of buffer
  kDataSaver,   // content with the middle of the ladder
  kMaxQuality,  // accepts more stalls and switches for the top of it
};
inline constexpr Preset kAllPresets[] = {Preset::kVod, Preset::kLive, Preset::kLowLatency,
                                         Preset::kDataSaver, Preset::kMaxQuality};
[[nodiscard]] const char* to_string(Preset preset);
[[nodiscard]] Settings settings_for(Preset preset);

// One constant by name, as files and logs name it.
struct SettingField {
  std::string_view name;
  double Settings::*value;
  double least, most;  // what set_setting() accepts
};
[[nodiscard]] std::span<const SettingField> setting_fields();
// Errors: kInvalidArgument for an unknown name or a value out of bounds.
Result<void> set_setting(Settings& settings, std::string_view name, double value);

}  // namespace playhead::abr
