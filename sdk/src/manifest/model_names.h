// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "playhead/live.h"
#include "playhead/media.h"
#include "playhead/presentation.h"
#include "playhead/protection.h"

// What the enumerators of the model are called in print: the text dump and JSON. Empty: said by
// leaving it out.
namespace playhead {

template <typename Enum, std::size_t kCount>
constexpr std::string_view name_in(const std::string_view (&names)[kCount], Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < kCount ? names[index] : "?";
}

constexpr std::string_view name_of(TrackKind kind) {
  constexpr std::string_view kNames[] = {"video", "audio", "text", "image"};
  return name_in(kNames, kind);
}

constexpr std::string_view name_of(Container container) {
  constexpr std::string_view kNames[] = {"unknown", "fmp4", "mpeg-ts", "packed-audio", "webvtt"};
  return name_in(kNames, container);
}

constexpr std::string_view name_of(PresentationType type) {
  constexpr std::string_view kNames[] = {"vod", "event", "live"};
  return name_in(kNames, type);
}

constexpr std::string_view name_of(IndexSource::Kind kind) {
  constexpr std::string_view kNames[] = {"inline", "hls-media-playlist", "sidx"};
  return name_in(kNames, kind);
}

constexpr std::string_view name_of(VideoRange range) {
  constexpr std::string_view kNames[] = {"", "SDR", "PQ", "HLG"};
  return name_in(kNames, range);
}

constexpr std::string_view name_of(HdcpLevel level) {
  constexpr std::string_view kNames[] = {"", "TYPE-0", "TYPE-1"};
  return name_in(kNames, level);
}

constexpr std::string_view name_of(EncryptionMethod method) {
  constexpr std::string_view kNames[] = {"AES-128",     "AES-256",    "AES-256-GCM",
                                         "AES-256-CTR", "SAMPLE-AES", "SAMPLE-AES-CTR",
                                         "unknown"};
  return name_in(kNames, method);
}

constexpr std::string_view name_of(ProducerReferenceTime::Type type) {
  constexpr std::string_view kNames[] = {"encoder", "captured", "application"};
  return name_in(kNames, type);
}

}  // namespace playhead
