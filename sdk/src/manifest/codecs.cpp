// SPDX-License-Identifier: Apache-2.0
#include "manifest/codecs.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace playhead {
namespace {

enum class CodecKind : uint8_t { kUnknown, kVideo, kAudio, kText };

struct Row {
  std::string_view prefix;  // of the sample entry, RFC 6381 §3.3
  CodecKind kind;
};
constexpr std::array<Row, 43> kCodecs{{
    {"avc1", CodecKind::kVideo}, {"avc2", CodecKind::kVideo}, {"avc3", CodecKind::kVideo},
    {"avc4", CodecKind::kVideo}, {"hvc1", CodecKind::kVideo}, {"hev1", CodecKind::kVideo},
    {"hvc2", CodecKind::kVideo}, {"hev2", CodecKind::kVideo}, {"dvh1", CodecKind::kVideo},
    {"dvhe", CodecKind::kVideo}, {"dva1", CodecKind::kVideo}, {"dvav", CodecKind::kVideo},
    {"dav1", CodecKind::kVideo}, {"av01", CodecKind::kVideo}, {"vp08", CodecKind::kVideo},
    {"vp09", CodecKind::kVideo}, {"vp8", CodecKind::kVideo},  {"vp9", CodecKind::kVideo},
    {"vvc1", CodecKind::kVideo}, {"vvi1", CodecKind::kVideo}, {"mp4v", CodecKind::kVideo},
    {"lvc1", CodecKind::kVideo}, {"jxs", CodecKind::kVideo},  {"mjp", CodecKind::kVideo},
    {"mp4a", CodecKind::kAudio}, {"ac-3", CodecKind::kAudio}, {"ec-3", CodecKind::kAudio},
    {"ac-4", CodecKind::kAudio}, {"ec+3", CodecKind::kAudio}, {"opus", CodecKind::kAudio},
    {"flac", CodecKind::kAudio}, {"fLaC", CodecKind::kAudio}, {"vorbis", CodecKind::kAudio},
    {"alac", CodecKind::kAudio}, {"mhm1", CodecKind::kAudio}, {"mhm2", CodecKind::kAudio},
    {"dts", CodecKind::kAudio},  {"iamf", CodecKind::kAudio}, {"mp3", CodecKind::kAudio},
    {"stpp", CodecKind::kText},  {"wvtt", CodecKind::kText},  {"tx3g", CodecKind::kText},
    {"ttml", CodecKind::kText},
}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

CodecKind kind_of(std::string_view codec) {
  for (const Row& row : kCodecs) {
    if (starts_with_ignoring_case(codec, row.prefix)) return row.kind;
  }
  return CodecKind::kUnknown;
}

// Calls `visit(kind)` for each codec of a comma separated list.
template <typename Visit>
void for_each_kind(std::string_view codecs, Visit visit) {
  while (!codecs.empty()) {
    const std::size_t comma = std::min(codecs.find(','), codecs.size());
    std::string_view codec = codecs.substr(0, comma);
    codec.remove_prefix(std::min(codec.find_first_not_of(' '), codec.size()));
    if (!codec.empty()) visit(kind_of(codec));
    codecs.remove_prefix(std::min(comma + 1, codecs.size()));
  }
}

bool has_kind(std::string_view codecs, CodecKind wanted) {
  bool found = false;
  for_each_kind(codecs, [&](CodecKind kind) { found = found || kind == wanted; });
  return found;
}

}  // namespace

bool has_video_codec(std::string_view codecs) { return has_kind(codecs, CodecKind::kVideo); }
bool has_audio_codec(std::string_view codecs) { return has_kind(codecs, CodecKind::kAudio); }
bool has_text_codec(std::string_view codecs) { return has_kind(codecs, CodecKind::kText); }

bool has_only_audio_codecs(std::string_view codecs) {
  bool is_audio = false;
  bool is_other = false;
  for_each_kind(codecs, [&](CodecKind kind) {
    is_audio = is_audio || kind == CodecKind::kAudio;
    is_other = is_other || kind != CodecKind::kAudio;
  });
  return is_audio && !is_other;
}

}  // namespace playhead
