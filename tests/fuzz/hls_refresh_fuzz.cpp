// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "fuzz/read_everything.h"
#include "manifest/hls/hls_presentation.h"
#include "manifest/hls/media_playlist_refresh.h"

// Two states of a media playlist, "%%" between them; without it, the second one has a segment more.
// Whatever is compared instead of parsed, the result is the same.
namespace {

using namespace playhead;
using hls::MediaPlaylist;

const std::string kUrl = "https://h.example/a/live.m3u8";

void require_equal(const LoadedIndex& a, const LoadedIndex& b) {
  fuzz::require(a.segments->size() == b.segments->size());
  fuzz::require(a.events.size() == b.events.size());
  for (std::size_t i = 0; i < a.segments->size(); ++i) {
    const Segment x = a.segments->at(i);
    const Segment y = b.segments->at(i);
    fuzz::require(x.number == y.number && x.start == y.start && x.end == y.end);
    fuzz::require(x.media == y.media && x.is_gap == y.is_gap && x.bitrate == y.bitrate);
    fuzz::require(x.discontinuity_sequence == y.discontinuity_sequence);
    fuzz::require((x.init == nullptr) == (y.init == nullptr));
    fuzz::require(x.init == nullptr || *x.init == *y.init);
    fuzz::require((x.keys == nullptr) == (y.keys == nullptr));
    fuzz::require(x.keys == nullptr || *x.keys == *y.keys);
    fuzz::require(x.date.has_value() == y.date.has_value());
    fuzz::require(a.segments->parts(i).size() == b.segments->parts(i).size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kSeparator = "%%";
  const std::size_t split = text.find(kSeparator);
  std::string before(text.substr(0, split));
  const std::string after = split == std::string_view::npos
                                ? before + "\n#EXTINF:1,\nz.ts\n"
                                : std::string(text.substr(split + kSeparator.size()));
  const auto bytes = [](const std::string& s) { return SharedBytes({s.begin(), s.end()}); };
  auto parsed = hls::parse_media_playlist(bytes(before), kUrl, nullptr);
  if (!parsed) return 0;
  const auto previous = std::make_shared<const MediaPlaylist>(*std::move(parsed));
  MediaPlaylist forgetful = *previous;
  forgetful.tail_offset = 0;  // nothing of its text can be taken over

  const auto merged =
      hls::refresh_media_playlist(previous, {bytes(after), kUrl, nullptr, {}, nullptr, 0});
  const auto parsed_anew =
      hls::refresh_media_playlist(std::make_shared<const MediaPlaylist>(std::move(forgetful)),
                                  {bytes(after), kUrl, nullptr, {}, nullptr, 0});
  fuzz::require(merged.has_value() == parsed_anew.has_value());
  if (!merged) return 0;
  fuzz::require(merged->outcome == parsed_anew->outcome);
  const LoadedIndex index = hls::make_loaded_index(merged->playlist);
  fuzz::check(*index.segments);
  require_equal(index, hls::make_loaded_index(parsed_anew->playlist));
  return 0;
}
