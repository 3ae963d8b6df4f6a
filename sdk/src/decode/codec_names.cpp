// SPDX-License-Identifier: Apache-2.0
#include "decode/codec_names.h"

#include <algorithm>
#include <array>

namespace playhead {

namespace {

struct Row {
  std::string_view prefix;  // up to a dot or the end
  std::string_view name;
};

// The longest prefix wins, so the object types of mp4a and mp4v (mp4ra.org) come before the bare
// fourcc. 40.x are MPEG-4 audio object types; 40.34 is MPEG-1 layer 3.
constexpr std::array kRows{
    Row{"avc1", "h264"},          Row{"avc2", "h264"},
    Row{"avc3", "h264"},          Row{"avc4", "h264"},
    Row{"hvc1", "hevc"},          Row{"hev1", "hevc"},
    Row{"dvh1", "hevc"},          Row{"dvhe", "hevc"},
    Row{"dva1", "h264"},          Row{"dvav", "h264"},
    Row{"vvc1", "vvc"},           Row{"vvi1", "vvc"},
    Row{"vp08", "vp8"},           Row{"vp8", "vp8"},
    Row{"vp09", "vp9"},           Row{"vp9", "vp9"},
    Row{"av01", "av1"},           Row{"mp4v.20", "mpeg4"},
    Row{"mp4v.60", "mpeg2video"}, Row{"mp4v.61", "mpeg2video"},
    Row{"mp4v.6A", "mpeg1video"}, Row{"mp4a.40.34", "mp3"},
    Row{"mp4a.40.36", "mp4als"},  Row{"mp4a.40", "aac"},
    Row{"mp4a.66", "aac"},        Row{"mp4a.67", "aac"},
    Row{"mp4a.68", "aac"},        Row{"mp4a.69", "mp3"},
    Row{"mp4a.6B", "mp3"},        Row{"mp4a.6b", "mp3"},
    Row{"mp4a.a5", "ac3"},        Row{"mp4a.A5", "ac3"},
    Row{"mp4a.a6", "eac3"},       Row{"mp4a.A6", "eac3"},
    Row{"mp4a.a9", "dts"},        Row{"mp4a.ad", "opus"},
    Row{"mp4a", "aac"},           Row{"mp3", "mp3"},
    Row{"ac-3", "ac3"},           Row{"ec-3", "eac3"},
    Row{"ac-4", "ac4"},           Row{"dtsc", "dts"},
    Row{"dtse", "dts"},           Row{"dtsh", "dts"},
    Row{"dtsl", "dts"},           Row{"opus", "opus"},
    Row{"Opus", "opus"},          Row{"vorbis", "vorbis"},
    Row{"flac", "flac"},          Row{"fLaC", "flac"},
    Row{"alac", "alac"},
};

bool has_prefix(std::string_view codec, std::string_view prefix) {
  return codec.substr(0, prefix.size()) == prefix &&
         (codec.size() == prefix.size() || codec[prefix.size()] == '.');
}

}  // namespace

std::string_view codec_name_of(std::string_view rfc6381_codec) {
  const Row* best = nullptr;
  for (const Row& row : kRows) {
    if (!has_prefix(rfc6381_codec, row.prefix)) continue;
    if (!best || row.prefix.size() > best->prefix.size()) best = &row;
  }
  return best ? best->name : std::string_view{};
}

}  // namespace playhead
