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
#include "streaming/segment_keys.h"
#include "text/emsg_scanner.h"

namespace playhead {

[[nodiscard]] Request request_for(const ResourceLocation& location, ResourceKind kind,
                                  int64_t max_bytes);

// InitSegments by location and encryption, so that a Representation's is fetched once. Decrypted.
class InitCache {
 public:
  [[nodiscard]] const SharedBytes* find(const ResourceLocation& location,
                                        const std::optional<ByteCipher>& cipher = {}) const;
  void put(const ResourceLocation& location, SharedBytes bytes,
           const std::optional<ByteCipher>& cipher = {});
  // What was made of it was no good: it may have been damaged on its way, and is fetched again.
  void drop(const ResourceLocation& location, const std::optional<ByteCipher>& cipher = {});
  void clear() { entries_.clear(); }

 private:
  std::map<std::string, SharedBytes> entries_;
};

// A Segment and where its bytes are to be had beside its own URLs.
struct SegmentSources {
  Segment segment;
  FetchOptions media, init;
  RequestTimeouts timeouts = {};
  std::vector<std::string> key_uris = {};  // where else its identity key is
  // Its media comes as SegmentLoad::set_room() says; else as fast as it can.
  bool waits_for_room = false;
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

// Gets one Segment: fetches its key, its InitSegment and its media side by side and takes them
// apart while they arrive. Encrypted bytes wait for their key; samples do not, but all of the
// segment is not there before it is. Destroying it cancels. Engine thread.
//
// Beside errors of fetcher and demuxer: those of IdentityKeyRing, and kDrmWrongKey where what was
// decrypted is no media.
class SegmentLoad {
 public:
  // What belongs to others and lives longer.
  struct Context {
    ResourceFetcher& fetcher;
    IdentityKeyRing& keys;
    MediaBackend& backend;
    Executor& executor;
    InitCache& inits;
  };
  SegmentLoad(const Context& context, SegmentSources sources, Container container,
              SegmentLoadCallbacks callbacks);

  // Starts the network. Bytes wait until demux() is called.
  void start();
  // Starts taking apart what has come and will come: at most one load of a track at a time, so that
  // samples stay in order.
  void demux();
  // So many bytes of the media may come beyond those that have. Nothing without
  // SegmentSources::waits_for_room.
  void set_room(int64_t bytes);
  // From here on no callback runs; for a load that is on the call stack and is destroyed a little
  // later.
  void silence();

  [[nodiscard]] const Segment& segment() const { return segment_; }
  [[nodiscard]] bool is_fetched() const { return is_fetched_; }

 private:
  void wait_for_key();
  void fetch_init();
  void fetch_media();
  void on_demuxed(Result<void> result);
  void on_media(SharedBytes bytes, MonotonicTime received);
  void on_media_done(Result<TransferStats> result);
  // Hands the demuxer what it may have by now, in order.
  void pass_on();
  // True: the bytes of the media can be passed on.
  bool open_media();
  void pass_media(SharedBytes bytes);
  void finish_media();
  void look_for_events(ByteView media);
  void fail(Error error);

  Context context_;
  Segment segment_;
  FetchOptions media_options_, init_options_;
  RequestTimeouts timeouts_;
  std::vector<std::string> key_uris_;
  Container container_;
  SegmentLoadCallbacks callbacks_;
  const std::shared_ptr<FlowWindow> window_;  // null: as much as there is
  int64_t media_bytes_ = 0;                   // received

  std::optional<ByteCipher> cipher_;             // of the media
  std::optional<SegmentProtection> protection_;  // of its samples
  bool has_key_ = true;                          // or needs none
  std::unique_ptr<SegmentDecryptor> decryptor_;  // once there is the key of `cipher_`
  std::optional<SharedBytes> init_;              // set when there, or when none is needed (empty)
  std::vector<SharedBytes> waiting_;             // media not yet given to the demuxer
  bool is_fetched_ = false;
  bool is_finished_ = false;  // the demuxer was told that no more comes
  bool is_over_ = false;      // on_end ran, or silenced
  bool has_samples_ = false;  // some were delivered
  bool is_demuxed_ = false;   // all of them were
  std::unique_ptr<SegmentDemuxer> demuxer_;
  bool init_passed_ = false;
  text::EventMessageScanner scanner_;
  // Last: their callbacks use everything above.
  CancelHandle key_wait_;
  CancelHandle init_fetch_;
  CancelHandle media_fetch_;
};

}  // namespace playhead
