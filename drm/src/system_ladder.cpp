// SPDX-License-Identifier: Apache-2.0
#include "system_ladder.h"

#include <algorithm>
#include <utility>

namespace playhead::drm {
namespace {

bool has(const std::vector<SampleScheme>& schemes, SampleScheme scheme) {
  return std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
}

bool fits(const DrmCapabilities& capabilities, std::optional<SampleScheme> scheme) {
  if (capabilities.level == SecurityLevel::kNone) return false;
  if (!capabilities.decrypts_samples && !capabilities.has_secure_decoder) return false;
  if (!scheme || has(capabilities.schemes, *scheme)) return true;
  // SAMPLE-AES of a playlist is cbcs in fMP4, and a scheme of each codec in MPEG-TS.
  return *scheme == SampleScheme::kCbcs && (has(capabilities.schemes, SampleScheme::kHlsAvc) ||
                                            has(capabilities.schemes, SampleScheme::kHlsAac));
}

}  // namespace

SecurityLevel level_of(const DrmSystem& system) {
  const SecurityLevel video = system.query(TrackKind::kVideo).level;
  return video != SecurityLevel::kNone ? video : system.query(TrackKind::kAudio).level;
}

std::string rung_name(const std::string& name, SecurityLevel level) {
  return name + "/" + std::to_string(static_cast<int>(level));
}

std::vector<DrmChoice> make_ladder(std::vector<DrmChoice> choices,
                                   std::span<const LadderSystem> systems,
                                   std::optional<SampleScheme> scheme) {
  const auto of = [&](const DrmChoice& choice) -> const LadderSystem& {
    return systems[choice.system];
  };
  std::erase_if(choices,
                [&](const DrmChoice& choice) { return !fits(of(choice).capabilities, scheme); });
  const bool is_any_announced = std::any_of(
      choices.begin(), choices.end(), [](const DrmChoice& choice) { return choice.is_announced; });
  std::erase_if(choices,
                [&](const DrmChoice& choice) { return is_any_announced && !choice.is_announced; });
  // Names in the order in which the first of each stands.
  std::vector<std::string> names;
  for (const DrmChoice& choice : choices) {
    if (std::find(names.begin(), names.end(), of(choice).name) == names.end()) {
      names.push_back(of(choice).name);
    }
  }
  const auto rank = [&](const DrmChoice& choice) {
    const LadderSystem& system = of(choice);
    return std::pair(system.is_distrusted,
                     std::find(names.begin(), names.end(), system.name) - names.begin());
  };
  std::stable_sort(choices.begin(), choices.end(),
                   [&](const DrmChoice& a, const DrmChoice& b) { return rank(a) < rank(b); });
  return choices;
}

Fallback fallback_of(ErrorCode code, FailureSource source) {
  // For this level, perhaps.
  if (code == ErrorCode::kDrmLicenseRefused) return Fallback::kKeys;
  if (source == FailureSource::kService) return Fallback::kStay;
  switch (code) {
    case ErrorCode::kDrmInitData:
    case ErrorCode::kDrmBusy:
    case ErrorCode::kDrmNoLicense:
    case ErrorCode::kStoreIo:
    case ErrorCode::kStoreCorrupt:
      return Fallback::kKeys;
    case ErrorCode::kDrmLicense:
    case ErrorCode::kDrmExpired:
      return Fallback::kStay;
    default:
      return Fallback::kSystem;
  }
}

const Error& better_reason(const Error& first, const Error& second) {
  const auto rank = [](const Error& error) {
    switch (error.code) {
      case ErrorCode::kDrmLicenseRefused:
        return 2;
      case ErrorCode::kDrmNoSystem:
        return 0;
      default:
        return 1;
    }
  };
  return rank(second) >= rank(first) ? second : first;
}

}  // namespace playhead::drm
