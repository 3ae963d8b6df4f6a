// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "container/sample_encryption.h"
#include "container/sample_layout.h"
#include "container/track_encryption.h"
#include "playhead/encryption.h"
#include "playhead/media.h"
#include "playhead/result.h"
#include "playhead/unique_function.h"

namespace playhead {

// Reads the boxes of encrypted MP4 as they go by on their way to a demuxer that is to know nothing
// of encryption: sample entries get the type they have without it, boxes about it become `free`;
// no length and no place changes. Then says how the sample at a byte of the stream is encrypted.
// Boxes of files that are clear are not touched. Not thread-safe: one stream, one worker.
//
// `moov` may come more than once; each counts from there on.
class ProtectionScanner {
 public:
  // `on_protection` is called inside of read_movie() and read_fragment() with what was not told
  // yet.
  explicit ProtectionScanner(UniqueFunction<void(MediaProtection)> on_protection)
      : on_protection_(std::move(on_protection)) {}

  // A playlist says which key is in force: samples are told to need that one, whatever the boxes
  // call it, and on_protection tells of none. `iv`: of samples for which no box has a vector.
  void set_key(const KeyId& kid, const CipherIv& iv) { key_ = PlaylistKey{kid, iv}; }

  // A whole moov or moof box, which lies at byte `offset` of the stream; changed in place.
  // `behind` gives bytes of the stream behind the box: descriptions of samples that lie in mdat.
  // Errors: those of parse_protected_entry() and describe_samples(). After one the box is unchanged
  // and the stream is over.
  Result<void> read_movie(std::span<uint8_t> moov, uint64_t offset, StreamBytes& behind);
  Result<void> read_fragment(std::span<uint8_t> moof, uint64_t offset, StreamBytes& behind);

  // How the track's sample at that byte of the stream is encrypted; null: clear. Samples of a track
  // are asked for in the order in which they are listed; those passed over are forgotten.
  // Errors: kDrmSample (a sample of an encrypted track that no box has spoken of).
  Result<std::shared_ptr<const CryptoInfo>> take(uint32_t track_id, uint64_t offset);

  // Some track of the stream has encrypted samples, as far as is known by now.
  [[nodiscard]] bool is_protected() const { return is_protected_; }

 private:
  struct Described {
    uint64_t offset = 0;
    std::shared_ptr<const CryptoInfo> crypto;
  };
  struct Track {
    std::vector<std::optional<TrackEncryption>> entries;  // by sample description
    SeigGroups groups;                                    // of the stbl
    SampleDefaults defaults;
    std::deque<Described> samples;
    [[nodiscard]] bool is_protected() const;
  };
  struct Reading;  // one moov or moof, while it is read

  Result<void> read_track(Reading& reading, ByteView trak);
  Result<void> read_entries(Reading& reading, ByteView stsd, Track& track);
  Result<void> read_table(Reading& reading, ByteView stbl, Track& track);
  Result<void> read_defaults(ByteView mvex);
  Result<void> read_track_fragment(Reading& reading, ByteView traf, uint64_t& end_of_previous);
  void tell(const Reading& reading);

  UniqueFunction<void(MediaProtection)> on_protection_;
  std::optional<PlaylistKey> key_;
  std::map<uint32_t, Track> tracks_;
  bool is_protected_ = false;
  std::set<KeyId> told_kids_;
  std::vector<uint8_t> told_pssh_;
};

}  // namespace playhead
