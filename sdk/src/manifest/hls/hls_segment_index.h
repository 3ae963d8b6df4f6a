// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "manifest/hls/playlist.h"
#include "playhead/segment_index.h"

namespace playhead::hls {

// The segments of a media playlist, the first one at presentation time 0 unless the playlist is a
// refresh. Keeps the playlist; URLs are resolved when asked for. A URI that cannot be resolved is
// answered as written, for the Transport to refuse.
class HlsSegmentIndex final : public SegmentIndex {
 public:
  explicit HlsSegmentIndex(std::shared_ptr<const MediaPlaylist> playlist)
      : playlist_(std::move(playlist)) {}
  // `index`, if it is one of these; null: it is none, or null.
  [[nodiscard]] static const HlsSegmentIndex* of(const SegmentIndex* index) {
    return index ? index->as_hls() : nullptr;
  }

  [[nodiscard]] const std::shared_ptr<const MediaPlaylist>& playlist() const { return playlist_; }

  [[nodiscard]] std::size_t size() const override { return playlist_->size(); }
  [[nodiscard]] Segment at(std::size_t index) const override;
  // What applies to the segment in progress; it has no media and no times.
  [[nodiscard]] Segment in_progress() const;
  [[nodiscard]] std::optional<std::size_t> find(MediaTime time) const override {
    return playlist_->timeline.find(time);
  }
  [[nodiscard]] std::optional<std::size_t> find_number(uint64_t number) const override {
    return playlist_->timeline.find_number(number);
  }
  [[nodiscard]] MediaTime start() const override {
    return size() == 0 ? MediaTime{} : playlist_->timeline.start(0);
  }
  [[nodiscard]] MediaTime end() const override {
    return size() == 0 ? MediaTime{} : playlist_->timeline.end(size() - 1);
  }
  [[nodiscard]] std::vector<PartialSegment> parts(std::size_t index) const override;
  [[nodiscard]] std::vector<PreloadHint> preload_hints() const override {
    return playlist_->preload_hints;
  }
  [[nodiscard]] std::size_t memory_bytes() const override {
    return sizeof(*this) + playlist_->memory_bytes();
  }

 private:
  [[nodiscard]] const HlsSegmentIndex* as_hls() const override { return this; }

  std::shared_ptr<const MediaPlaylist> playlist_;  // never null
};

}  // namespace playhead::hls
