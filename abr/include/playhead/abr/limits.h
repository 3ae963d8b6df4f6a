// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "playhead/bitrate.h"
#include "playhead/time.h"

// Which Representations may be chosen at all, before any rule sees them. Values in, values out: no
// clock, one thread.
namespace playhead::abr {

// What limits ask about a Representation.
struct LimitCandidate {
  Bitrate bitrate;            // 0 = not known
  int width = 0, height = 0;  // 0 = not known
  double frame_rate = 0;      // 0 = not known
  bool is_decodable = true;   // some decoder of this device takes the codec
  // In hardware, or in software without strain. Only asked when `hardware_only`.
  bool is_hardware_decodable = true;
  int security_level =
      0;                // least level of the DRM it needs; 0 = none (3000 hardware, 2000 software)
  int hdcp_tenths = 0;  // least HDCP of the output it needs, 22 = 2.2; 0 = none
};

enum class Limit : uint8_t {
  kNone,           // may be chosen
  kCodec,          // nothing here decodes it
  kSecurity,       // the DRM's security level is too low
  kHdcp,           // the output is not protected enough
  kManual,         // the viewer chose another one
  kHardware,       // only hardware decoding is wanted
  kBitrate,        // above the app's cap
  kHeight,         // above the app's cap
  kDataSaver,      // above the cap for metered networks
  kViewport,       // more pixels than the view can show
  kDroppedFrames,  // this device has dropped its frames lately
  kMemory          // too few seconds of it fit in the buffer
};
[[nodiscard]] const char* to_string(Limit limit);

// Zero means: no such limit.
struct LimitInputs {
  Bitrate max_bitrate;
  int max_height = 0;
  bool is_metered = false;  // or the viewer saves data
  Bitrate metered_bitrate = kDefaultMeteredBitrate;
  // The view, in layout units, and physical pixels in 1/1000 of such a unit.
  int viewport_width = 0, viewport_height = 0;
  int pixel_ratio_permille = 1000;
  bool hardware_only = false;
  // What this device and its output offer; a Representation that asks for more is out.
  int security_level = 0;
  int hdcp_tenths = 0;
  std::optional<std::size_t> manual;  // index
  // Tallest picture still decoded in time, see DroppedFrames; 0 = any.
  int smooth_height = 0;
  // Up to which enough seconds fit in the memory there is; 0 = any.
  Bitrate memory_bitrate;

  // About 900 MB an hour: a standard picture (chosen; data saver modes of large services lie
  // between 0.3 and 1 GB an hour). Higher: costs the viewer; lower: a poor picture.
  static constexpr Bitrate kDefaultMeteredBitrate{2'000'000};
};

struct LimitResult {
  std::vector<Limit> limits;         // why each candidate is out, or kNone
  std::vector<std::size_t> allowed;  // indexes that may be chosen, in the order given
  // The wishes left nothing: the smallest that the device can and may show is allowed after all.
  bool is_last_resort = false;
};

// Codec, security and HDCP are facts: what they exclude is never allowed, and nothing may be left.
// The rest are wishes: they never exclude everything. A manual choice counts before the wishes, not
// before the facts.
[[nodiscard]] LimitResult apply_limits(std::span<const LimitCandidate> candidates,
                                       const LimitInputs& inputs);

// Bans picture sizes whose frames come too late for this device; each ban expires, and lasts longer
// when it was needed again.
class DroppedFrames {
 public:
  // Share of dropped frames that is too many (dash.js: 0.15). Lower: bans after a hiccup; higher:
  // jerky for long.
  static constexpr int kMaxDroppedPercent = 15;
  // Frames before a share says anything (chosen: 4 s of 30 Hz).
  static constexpr int64_t kMinFrames = 120;
  // First ban; doubled each time up to the last (chosen). Shorter: jerks come back soon; longer: a
  // passing load costs the picture.
  static constexpr Duration kFirstBan = 60s;
  static constexpr Duration kLongestBan = 960s;

  // What happened since the last call while a picture of that size was shown. Heights <= 0 and
  // negative counts are ignored.
  void add(int height, int64_t shown, int64_t dropped, MonotonicTime now);
  // Tallest height that is not banned, 0 = no ban: every banned height and all above it are out.
  [[nodiscard]] int smooth_height(MonotonicTime now) const;

 private:
  struct Size {
    int64_t shown = 0, dropped = 0;
    Duration ban{0};  // length of the last
    MonotonicTime banned_until;
  };
  std::map<int, Size> sizes_;  // by height
};

}  // namespace playhead::abr
