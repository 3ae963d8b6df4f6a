// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/fetcher.h"
#include "playhead/media_backend.h"
#include "playhead/segment_index.h"
#include "text/emsg_scanner.h"

namespace playhead {

[[nodiscard]] Request request_for(const ResourceLocation& location, ResourceKind kind,
                                  int64_t max_bytes);

// InitSegments by location, so that a Representation's is fetched once.
class InitCache {
 public:
  [[nodiscard]] const SharedBytes* find(const ResourceLocation& location) const;
  void put(const ResourceLocation& location, SharedBytes bytes);

 private:
  std::map<std::string, SharedBytes> entries_;
};

// A Segment and where its bytes are to be had beside its own URLs.
struct SegmentSources {
  Segment segment;
  FetchOptions media, init;
  RequestTimeouts timeouts = {};
};

struct SegmentLoadCallbacks {
  UniqueFunction<void(std::vector<StreamInfo>)> on_streams;
  UniqueFunction<void(std::vector<EncodedSample>)> on_samples;
  // An event of the title, on its way to the demuxer or out of it. Null, as the next: nobody cares.
  UniqueFunction<void(text::EventMessageScanner::Found)> on_event_message;
  UniqueFunction<void(MetadataSample)> on_metadata;
  // As of DemuxerCallbacks.
  UniqueFunction<void(MediaProtection)> on_protection;
  // Bytes came from the network (init or media).
  UniqueFunction<void(int64_t bytes, MonotonicTime received)> on_bytes;
  // The segment's bytes are all here; the network is free.
  UniqueFunction<void(const TransferStats&)> on_fetched;
  // An attempt failed and will be repeated.
  UniqueFunction<void(const Error&)> on_retry;
  // Last: all samples were delivered, or why not.
  UniqueFunction<void(Result<void>)> on_end;
};

// Gets one Segment: fetches its InitSegment and its media side by side and takes them apart while
// they arrive. Destroying it cancels. Engine thread.
class SegmentLoad {
 public:
  SegmentLoad(ResourceFetcher& fetcher, MediaBackend& backend, Executor& executor, InitCache& inits,
              SegmentSources sources, Container container, SegmentLoadCallbacks callbacks);

  // Starts the network. Bytes wait until demux() is called.
  void start();
  // Starts taking apart what has come and will come: at most one load of a track at a time, so that
  // samples stay in order.
  void demux();
  // From here on no callback runs; for a load that is on the call stack and is destroyed a little
  // later.
  void silence();

  [[nodiscard]] const Segment& segment() const { return segment_; }
  [[nodiscard]] bool is_fetched() const { return is_fetched_; }

 private:
  void fetch_init();
  void fetch_media();
  void on_media(SharedBytes bytes, MonotonicTime received);
  void on_media_done(Result<TransferStats> result);
  // Hands the demuxer what it may have by now, in order.
  void pass_on();
  void look_for_events(ByteView media);
  void fail(Error error);

  ResourceFetcher& fetcher_;
  MediaBackend& backend_;
  Executor& executor_;
  InitCache& inits_;
  Segment segment_;
  FetchOptions media_options_, init_options_;
  RequestTimeouts timeouts_;
  Container container_;
  SegmentLoadCallbacks callbacks_;

  std::optional<SharedBytes> init_;   // set when there, or when none is needed (empty)
  std::vector<SharedBytes> waiting_;  // media not yet given to the demuxer
  bool is_fetched_ = false;
  bool is_finished_ = false;  // the demuxer was told that no more comes
  bool is_over_ = false;      // on_end ran, or silenced
  std::unique_ptr<SegmentDemuxer> demuxer_;
  bool init_passed_ = false;
  text::EventMessageScanner scanner_;
  // Last: their callbacks use everything above.
  CancelHandle init_fetch_;
  CancelHandle media_fetch_;
};

}  // namespace playhead
