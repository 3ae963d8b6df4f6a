// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "manifest/manifest_source.h"
#include "streaming/live_refresher.h"
#include "streaming/played_tracks.h"
#include "streaming/streaming_listener.h"
#include "streaming/thumbnails.h"
#include "streaming/trick_stream.h"

namespace playhead {

// What stands beside a title that is played: thumbnails, and key frames for trick play and
// scrubbing. Nothing of it is told the bitrate rules, and nothing goes into the buffer. Engine
// thread.
class Previews {
 public:
  // What is referred to belongs to the StreamingEngine.
  struct Context {
    ResourceFetcher& fetcher;
    IdentityKeyRing& key_ring;
    ManifestSource& manifests;
    MediaBackend& backend;
    Executor& executor;
    IndexTable& indexes;
    const TimelineMapper& mapper;
    StreamingListener& listener;
    const std::shared_ptr<const Presentation>& presentation;  // null before open()
    const PlayedTracks& played;
    // The URLs are refused. True: they are being renewed.
    std::function<bool(const Error&)> renew;
    TitleKeys* keys;  // may be null
  };
  explicit Previews(Context context);

  // Trick play or scrubbing begins: until it ends nothing else is fetched. `throughput`: 0 unknown.
  void begin_trick(Bitrate throughput);
  void end_trick();
  [[nodiscard]] bool is_trick() const { return is_trick_; }
  [[nodiscard]] TrickFind find_key_frame(const TrickWish& wish, MonotonicTime now) {
    return trick_.find(context_.played, wish, now);
  }

  void forget_images() { thumbnails_.forget_images(); }  // memory is short
  // The title has new URLs, or they could not be renewed.
  void on_new_urls() { trick_.on_new_urls(); }
  void on_no_new_urls() { trick_.on_no_new_urls(); }

  // The picture that stands for `time`: StreamingListener::on_thumbnail(), from turn().
  void ask_thumbnail(MediaTime time, uint64_t tag, MonotonicTime now) {
    thumbnails_.ask(time, tag, now);
  }
  [[nodiscard]] bool has_thumbnails(MediaTime position) const;

  // Each turn. `wall`: the time of whoever makes a live title. Answers how long until the next is
  // needed.
  Duration turn(MonotonicTime now, WallTime wall, bool is_live);

 private:
  [[nodiscard]] bool is_hls() const;

  Context context_;
  Thumbnails thumbnails_;
  TrickStream trick_;
  LiveRefresher refresher_;  // of HLS playlists
  bool is_trick_ = false;
};

}  // namespace playhead
