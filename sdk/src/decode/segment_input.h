// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "container/protection_scanner.h"
#include "decode/byte_stream.h"
#include "decode/fragment_scanner.h"
#include "decode/ts_table_reader.h"
#include "playhead/error.h"
#include "playhead/media.h"
#include "playhead/media_backend.h"
#include "playhead/unique_function.h"

namespace playhead {

// What libavformat reads a segment through: waits for bytes, and for fMP4 watches the top-level
// boxes go by. Of those only what carries samples is passed on; the rest (sidx, emsg, prft, mfra …)
// becomes `free`, because libavformat would act upon offsets in them that do not hold for a segment
// appended to its init segment. Of encryption libavformat sees nothing either: ProtectionScanner.
// Worker thread.
class SegmentInput {
 public:
  // kTsSearch: packets that begin somewhere.
  enum class Framing { kNone, kBoxes, kTsPackets, kTsSearch, kAdtsFrames };

  // A moov or moof is held whole; larger ones are taken for damage. A real moof is below 100 KB.
  static constexpr uint64_t kMaxHeaderBoxBytes = uint64_t{16} << 20;

  // `before_wait` runs each time the worker is about to sleep for want of bytes.
  // `on_protection` tells of keys in boxes before libavformat reads them.
  SegmentInput(ByteStream& stream, UniqueFunction<void()> before_wait,
               UniqueFunction<void(MediaProtection)> on_protection)
      : stream_(stream),
        before_wait_(std::move(before_wait)),
        protection_(std::move(on_protection)) {}

  void set_framing(Framing framing) { framing_ = framing; }
  // What the playlist says; before the first read().
  void set_protection(const SegmentProtection& by_playlist) {
    protection_.set_key(by_playlist.kid, by_playlist.iv);
  }

  // Waits for `count` bytes; fewer at the end.
  [[nodiscard]] std::vector<uint8_t> peek(std::size_t count);
  void skip(std::size_t count);
  // Some bytes, at least one; 0 at the end, or when nothing more can be read.
  [[nodiscard]] std::size_t read(std::span<uint8_t> out);

  // After the end: the last box or packet is not complete, or a box header is nonsense.
  [[nodiscard]] bool is_cut_short() const;
  // Of kBoxes: a moov box went by.
  [[nodiscard]] bool has_moov() const { return has_moov_; }
  // Of kBoxes: why reading ended before the stream did, where the boxes of encryption say so.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] bool is_protected() const { return protection_.is_protected(); }
  // How the sample of that track at byte `position` of what was read is encrypted; null: clear. See
  // ProtectionScanner::take().
  [[nodiscard]] Result<std::shared_ptr<const CryptoInfo>> take_crypto(int track_id,
                                                                      int64_t position) {
    return protection_.take(static_cast<uint32_t>(track_id), static_cast<uint64_t>(position));
  }
  // Of MPEG-TS: the tables so far say that the stream's samples are encrypted.
  [[nodiscard]] bool is_encrypted_pid(int pid) const { return ts_.is_encrypted(pid); }
  // Ticks by which libavformat's presentation times of this track are too late by now.
  [[nodiscard]] int64_t composition_shift(int track_id) const;
  // Duration in ticks of the track's next sample in file order; 0 when not known.
  [[nodiscard]] int64_t take_duration(int track_id);

 private:
  std::size_t wait_for(std::size_t count);
  std::size_t read_boxes(std::span<uint8_t> out);
  bool begin_box();
  bool hold_box(uint32_t type, uint64_t size);
  Result<void> read_protection(uint32_t type);
  std::size_t read_adts(std::span<uint8_t> out);
  void scan(uint32_t type, ByteView box);

  ByteStream& stream_;
  UniqueFunction<void()> before_wait_;
  Framing framing_ = Framing::kNone;
  uint64_t served_bytes_ = 0;
  // kBoxes.
  uint64_t position_ = 0;      // of the current box within what was read
  uint64_t box_bytes_ = 0;     // of all of it
  std::vector<uint8_t> held_;  // all of the current box, where it is one that is read whole
  std::size_t held_at_ = 0;
  ProtectionScanner protection_;
  std::optional<Error> error_;
  std::array<uint8_t, 8> header_{};  // of the current box, with the type we pass on
  std::size_t header_left_ = 0;
  uint64_t box_left_ = 0;  // behind those 8 bytes
  bool box_is_endless_ = false;
  bool is_damaged_ = false;
  bool has_moov_ = false;
  struct Track {
    int64_t composition_shift = 0;  // as libavformat keeps it: the maximum so far
    std::deque<uint32_t> durations;
  };
  std::map<int, Track> tracks_;  // by track id
  TrackDurations default_durations_;
  TsTableReader ts_;  // kTsPackets, kTsSearch
  // kAdtsFrames.
  std::size_t frame_left_ = 0;
};

}  // namespace playhead
