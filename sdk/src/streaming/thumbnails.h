// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "playhead/events.h"
#include "playhead/presentation.h"
#include "streaming/index_table.h"
#include "streaming/played_tracks.h"
#include "streaming/segment_keys.h"

namespace playhead {

// The Representation of a Period's thumbnails: the smallest that fills a preview, else the
// largest. Null: it has none. `is_hls`: the size declared is that of one picture, not of an image.
[[nodiscard]] const Representation* select_thumbnails(const Period& period, bool is_hls);

// What of an image of `segment` stands for `time`; without the image itself. `declared`: pixels of
// the whole image by the manifest, 0 unknown; the image's own header wins.
[[nodiscard]] ThumbnailReady locate_thumbnail(const Segment& segment, const TileLayout& tiles,
                                              ByteView image, int declared_width,
                                              int declared_height, MediaTime time);

// Answers which picture stands for a moment: fetches the images of an image track one at a time,
// keeps the last ones, and answers the latest question alone. Engine thread.
class Thumbnails {
 public:
  struct Context {
    IdentityKeyRing& keys;
    IndexTable& indexes;
    std::function<void(ThumbnailReady)> on_answer;  // inside turn()
    std::function<void()> on_change;                // never inside a call
    std::function<void(int64_t)> on_bytes;
  };
  explicit Thumbnails(Context context) : context_(std::move(context)) {}

  void ask(MediaTime time, uint64_t tag, MonotonicTime now);
  void forget_images() { images_.clear(); }
  // Answers, or starts what the answer needs.
  void turn(const PlayedTracks& played, bool is_hls);
  // Nothing was asked for lately.
  [[nodiscard]] bool is_idle(MonotonicTime now) const;
  // The Representation asked for last; empty: none.
  [[nodiscard]] const std::string& representation_id() const { return representation_id_; }

 private:
  struct Question {
    MediaTime time;
    uint64_t tag = 0;
  };
  struct Image {
    std::string key;  // its location, or what else failed
    SharedBytes bytes;
    uint64_t id = 0;
    std::optional<Error> error;
    MonotonicTime failed;
  };

  // Nothing: the answer has to wait.
  [[nodiscard]] std::optional<ThumbnailReady> answer(const PlayedTracks& played, bool is_hls,
                                                     MediaTime time);
  // Null: it was not fetched, or failed a while ago.
  const Image* find(const std::string& key);
  const Image* image_at(const Segment& segment);
  void keep(Image image);
  void on_fetched(const std::string& key, Result<FetchedResource> result);
  void trim();

  Context context_;
  std::optional<Question> question_;
  MonotonicTime asked_;
  std::string representation_id_;
  std::list<Image> images_;  // used last first
  uint64_t images_fetched_ = 0;
  bool is_fetching_ = false;
  CancelHandle fetch_;
};

}  // namespace playhead
