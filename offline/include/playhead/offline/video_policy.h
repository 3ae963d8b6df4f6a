// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/export.h"
#include "playhead/offline/download.h"

namespace playhead {

// A picture that a title offers.
struct VideoOffer {
  std::string codecs;  // RFC 6381
  int width = 0, height = 0;
  int64_t bitrate = 0;  // bit/s, 0 unknown
  bool can_decode = true;
};

struct VideoQuestion {
  std::vector<VideoOffer> offers;
  VideoWish wish;
  int64_t free_bytes = 0;  // on the disk of the downloads
};

// Which of the offers is downloaded; none: the title cannot be. Pure; called on the manager's
// thread.
using VideoChooser = std::function<std::optional<std::size_t>(const VideoQuestion&)>;

// The policy unless the app has its own (OfflineConfig::choose_video). Above 3000 MB (10^6 bytes)
// of free storage 720p in AV1, above 2000 MB 480p in HEVC, else 480p in H.264. What is missing, or
// not decoded here, is replaced by the nearest: the codec first (what else is efficient), then the
// largest picture that is not larger, then the smallest. What the wish says wins over both.
[[nodiscard]] PLAYHEAD_API std::optional<std::size_t> choose_download_video(
    const VideoQuestion& question);

// "av1", "hevc", "vp9", "h264", or "" for others: of the first codec of pictures in an RFC 6381
// list.
[[nodiscard]] PLAYHEAD_API std::string_view video_codec_family(std::string_view codecs);

}  // namespace playhead
