// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/limits.h"

#include <algorithm>

namespace playhead::abr {

namespace {

// Most heights remembered; no title has more.
constexpr std::size_t kMaxHeights = 64;

// What the device cannot or may not show.
Limit fact_against(const LimitCandidate& c, const LimitInputs& in) {
  if (!c.is_decodable) return Limit::kCodec;
  if (c.security_level > in.security_level) return Limit::kSecurity;
  if (c.hdcp_tenths > in.hdcp_tenths) return Limit::kHdcp;
  return Limit::kNone;
}

// A picture smaller than the view in both directions is stretched; the first that is not is the
// largest worth fetching. `enough` is its number of pixels, 0 when none reaches the view.
int64_t pixels_worth_showing(std::span<const LimitCandidate> candidates, const LimitInputs& in) {
  if (in.viewport_width <= 0 || in.viewport_height <= 0) return 0;
  const int64_t ratio = std::max(in.pixel_ratio_permille, 1);
  const int64_t width = in.viewport_width * ratio / 1000;
  const int64_t height = in.viewport_height * ratio / 1000;
  int64_t enough = 0;
  for (const LimitCandidate& c : candidates) {
    if (c.width < width && c.height < height) continue;
    if (fact_against(c, in) != Limit::kNone) continue;
    const int64_t pixels = static_cast<int64_t>(c.width) * c.height;
    if (pixels > 0 && (enough == 0 || pixels < enough)) enough = pixels;
  }
  return enough;
}

Limit wish_against(const LimitCandidate& c, const LimitInputs& in, int64_t enough_pixels) {
  if (in.hardware_only && !c.is_hardware_decodable) return Limit::kHardware;
  if (in.max_bitrate.bps > 0 && c.bitrate > in.max_bitrate) return Limit::kBitrate;
  if (in.max_height > 0 && c.height > in.max_height) return Limit::kHeight;
  if (in.is_metered && in.metered_bitrate.bps > 0 && c.bitrate > in.metered_bitrate) {
    return Limit::kDataSaver;
  }
  if (enough_pixels > 0 && static_cast<int64_t>(c.width) * c.height > enough_pixels) {
    return Limit::kViewport;
  }
  if (in.smooth_height > 0 && c.height > in.smooth_height) return Limit::kDroppedFrames;
  if (in.memory_bitrate.bps > 0 && c.bitrate > in.memory_bitrate) return Limit::kMemory;
  return Limit::kNone;
}

// Smallest of those the facts allow.
std::optional<std::size_t> last_resort(std::span<const LimitCandidate> candidates,
                                       const LimitInputs& in) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (fact_against(candidates[i], in) != Limit::kNone) continue;
    if (!found || candidates[i].bitrate < candidates[*found].bitrate) found = i;
  }
  return found;
}

}  // namespace

const char* to_string(Limit limit) {
  switch (limit) {
    case Limit::kNone:
      return "none";
    case Limit::kCodec:
      return "codec";
    case Limit::kSecurity:
      return "security";
    case Limit::kHdcp:
      return "hdcp";
    case Limit::kManual:
      return "manual";
    case Limit::kHardware:
      return "hardware";
    case Limit::kBitrate:
      return "bitrate";
    case Limit::kHeight:
      return "height";
    case Limit::kDataSaver:
      return "data_saver";
    case Limit::kViewport:
      return "viewport";
    case Limit::kDroppedFrames:
      return "dropped_frames";
    case Limit::kMemory:
      return "memory";
  }
  return "unknown";
}

LimitResult apply_limits(std::span<const LimitCandidate> candidates, const LimitInputs& inputs) {
  LimitResult result;
  const bool is_manual = inputs.manual && *inputs.manual < candidates.size() &&
                         fact_against(candidates[*inputs.manual], inputs) == Limit::kNone;
  const int64_t enough = pixels_worth_showing(candidates, inputs);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Limit limit = fact_against(candidates[i], inputs);
    if (limit == Limit::kNone) {
      if (is_manual) {
        limit = i == *inputs.manual ? Limit::kNone : Limit::kManual;
      } else {
        limit = wish_against(candidates[i], inputs, enough);
      }
    }
    result.limits.push_back(limit);
    if (limit == Limit::kNone) result.allowed.push_back(i);
  }
  if (!result.allowed.empty()) return result;
  if (const auto kept = last_resort(candidates, inputs)) {
    result.allowed.push_back(*kept);
    result.is_last_resort = true;
  }
  return result;
}

void DroppedFrames::add(int height, int64_t shown, int64_t dropped, MonotonicTime now) {
  if (height <= 0 || shown < 0 || dropped < 0) return;
  if (sizes_.size() >= kMaxHeights && sizes_.count(height) == 0) return;
  Size& size = sizes_[height];
  // Counts stay small enough to multiply, and young enough to matter.
  constexpr int64_t kMost = int64_t{1} << 40;
  size.shown = std::min(size.shown + std::min(shown, kMost), kMost);
  size.dropped = std::min(size.dropped + std::min(dropped, kMost), kMost);
  const int64_t all = size.shown + size.dropped;
  if (all < kMinFrames) return;
  if (size.dropped * 100 > all * kMaxDroppedPercent) {
    // What was fetched before the ban is still shown: the ban begins anew, but grows no longer.
    if (size.ban == Duration{0} || now >= size.banned_until) {
      size.ban = size.ban == Duration{0} ? kFirstBan : std::min(size.ban * 2, kLongestBan);
    }
    size.banned_until = now + size.ban;
  }
  size.shown = 0;
  size.dropped = 0;
}

int DroppedFrames::smooth_height(MonotonicTime now) const {
  for (const auto& [height, size] : sizes_) {
    if (size.ban > Duration{0} && now < size.banned_until) return height - 1;
  }
  return 0;
}

}  // namespace playhead::abr
