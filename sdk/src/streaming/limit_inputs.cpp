// SPDX-License-Identifier: Apache-2.0
#include "streaming/limit_inputs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace playhead {

namespace {

// RFC 8216bis 4.4.6.2: TYPE-0 asks for any HDCP, TYPE-1 for one that carries Type 1 content, which
// is 2.2 and later.
constexpr int kType0Tenths = 10, kType1Tenths = 22;
constexpr double kMaxPixelRatio = 16;  // no screen has more (chosen)
// Views and pictures larger than this are taken for this, so that products stay in their type.
constexpr int kMaxPixels = 1 << 17;

// Both enumerations are the same list.
static_assert(static_cast<int>(PictureLimit::kHdcp) == static_cast<int>(abr::Limit::kHdcp));
static_assert(static_cast<int>(PictureLimit::kBitrate) == static_cast<int>(abr::Limit::kBitrate));
static_assert(static_cast<int>(PictureLimit::kMemory) == static_cast<int>(abr::Limit::kMemory));
static_assert(static_cast<int>(AbrPreset::kVod) == static_cast<int>(abr::Preset::kVod));
static_assert(static_cast<int>(AbrPreset::kLowLatency) ==
              static_cast<int>(abr::Preset::kLowLatency));
static_assert(static_cast<int>(AbrPreset::kMaxQuality) ==
              static_cast<int>(abr::Preset::kMaxQuality));

}  // namespace

const char* to_string(PictureLimit limit) { return abr::to_string(static_cast<abr::Limit>(limit)); }

abr::Settings settings_of(AbrPreset preset) {
  return abr::settings_for(static_cast<abr::Preset>(preset));
}

abr::LimitInputs limit_inputs(const PictureLimits& limits, int smooth_height) {
  abr::LimitInputs in;
  in.max_bitrate = limits.max_bitrate;
  in.max_height = limits.max_height;
  in.is_metered = limits.saves_data;
  if (limits.data_saver_bitrate.bps > 0) in.metered_bitrate = limits.data_saver_bitrate;
  in.viewport_width = std::min(limits.viewport_width, kMaxPixels);
  in.viewport_height = std::min(limits.viewport_height, kMaxPixels);
  const bool has_ratio = limits.pixel_ratio > 0 && limits.pixel_ratio <= kMaxPixelRatio;
  in.pixel_ratio_permille =
      has_ratio ? static_cast<int>(std::lround(limits.pixel_ratio * 1000)) : 1000;
  in.hdcp_tenths =
      limits.hdcp_tenths == 0 ? std::numeric_limits<int>::max() : std::max(limits.hdcp_tenths, 0);
  in.smooth_height = smooth_height;
  return in;
}

abr::LimitCandidate limit_candidate(const Representation& representation) {
  abr::LimitCandidate candidate;
  candidate.bitrate = representation.bandwidth;
  candidate.width = representation.width;
  candidate.height = representation.height;
  candidate.frame_rate = representation.frame_rate;
  if (representation.hdcp_level == HdcpLevel::kType0) candidate.hdcp_tenths = kType0Tenths;
  if (representation.hdcp_level == HdcpLevel::kType1) candidate.hdcp_tenths = kType1Tenths;
  return candidate;
}

PictureLimit picture_limit(abr::Limit limit) { return static_cast<PictureLimit>(limit); }

}  // namespace playhead
