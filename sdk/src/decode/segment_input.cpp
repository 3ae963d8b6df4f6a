// SPDX-License-Identifier: Apache-2.0
#include "decode/segment_input.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "decode/id3_timestamp.h"

namespace playhead {

namespace {

constexpr uint64_t kTsPacketBytes = 188;

// ISO/IEC 13818-7 §6.2: length of the frame that begins here, header included; 0 if none does.
std::size_t adts_frame_bytes(ByteView head) {
  if (head.size() < 7 || head[0] != 0xff || (head[1] & 0xf6) != 0xf0) return 0;
  return std::size_t{head[3] & 3U} << 11 | std::size_t{head[4]} << 3 | head[5] >> 5;
}

bool is_passed_on(uint32_t type) {
  return type == box_type("ftyp") || type == box_type("styp") || type == box_type("moov") ||
         type == box_type("moof") || type == box_type("mdat");
}

}  // namespace

std::size_t SegmentInput::wait_for(std::size_t count) {
  if (stream_.unread() < count && !stream_.ended()) before_wait_();
  return std::min(stream_.wait_for(count), count);
}

std::vector<uint8_t> SegmentInput::peek(std::size_t count) {
  std::vector<uint8_t> bytes(wait_for(count));
  bytes.resize(stream_.peek(bytes));
  return bytes;
}

void SegmentInput::skip(std::size_t count) {
  std::array<uint8_t, 4096> unwanted{};
  while (count > 0 && wait_for(1) > 0) {
    count -= stream_.read(std::span(unwanted).first(std::min(count, unwanted.size())));
  }
}

std::size_t SegmentInput::read(std::span<uint8_t> out) {
  if (framing_ == Framing::kBoxes) return read_boxes(out);
  if (framing_ == Framing::kAdtsFrames) return read_adts(out);
  if (wait_for(1) == 0) return 0;
  const std::size_t count = stream_.read(out);
  served_bytes_ += count;
  const bool is_ts = framing_ == Framing::kTsPackets || framing_ == Framing::kTsSearch;
  if (is_ts) ts_.read(out.first(count));
  return count;
}

// Never past the end of a box, so that what composition_shift() knows is what libavformat has read.
std::size_t SegmentInput::read_boxes(std::span<uint8_t> out) {
  const bool is_over = header_left_ == 0 && box_left_ == 0 && held_at_ == held_.size();
  if (is_over && !begin_box()) return 0;
  if (held_at_ < held_.size()) {
    const std::size_t count = std::min(held_.size() - held_at_, out.size());
    std::copy_n(held_.begin() + static_cast<std::ptrdiff_t>(held_at_), count, out.begin());
    held_at_ += count;
    return count;
  }
  if (header_left_ > 0) {
    const std::size_t count = std::min(header_left_, out.size());
    std::copy_n(header_.end() - static_cast<std::ptrdiff_t>(header_left_), count, out.begin());
    header_left_ -= count;
    return count;
  }
  if (wait_for(1) == 0) return 0;
  const std::size_t count = stream_.read(out.first(std::min<uint64_t>(out.size(), box_left_)));
  if (!box_is_endless_) box_left_ -= count;
  return count;
}

bool SegmentInput::begin_box() {
  if (is_damaged_ || error_) return false;
  position_ += std::exchange(box_bytes_, 0);
  held_.clear();
  held_at_ = 0;
  std::vector<uint8_t> bytes = peek(8);
  if (bytes.empty()) return false;
  if (bytes.size() == 8 && bytes[0] + bytes[1] + bytes[2] == 0 && bytes[3] == 1) bytes = peek(16);
  const auto box = read_box_header(bytes);
  if (!box) {
    is_damaged_ = true;
    return false;
  }
  if (box->type == box_type("moov") || box->type == box_type("moof")) {
    return hold_box(box->type, box->size);
  }
  box_bytes_ = box->size;
  stream_.read(header_);
  if (!is_passed_on(box->type)) std::copy_n("free", 4, header_.begin() + 4);
  header_left_ = header_.size();
  box_is_endless_ = box->size == 0;
  box_left_ = box_is_endless_ ? std::numeric_limits<uint64_t>::max() : box->size - header_.size();
  return true;
}

bool SegmentInput::hold_box(uint32_t type, uint64_t size) {
  if (size == 0 || size > kMaxHeaderBoxBytes || wait_for(size) < size) {
    is_damaged_ = true;
    return false;
  }
  held_.resize(size);
  box_bytes_ = stream_.read(held_);
  scan(type, held_);
  if (Result<void> read = read_protection(type); !read) {
    error_ = std::move(read).error();
    held_.clear();
    return false;
  }
  return true;
}

Result<void> SegmentInput::read_protection(uint32_t type) {
  if (type == box_type("moof") && !protection_.is_protected()) return {};
  const uint64_t end = position_ + held_.size();
  // Descriptions of samples in mdat: the samples wait for them.
  StreamBytes behind = [this, end](uint64_t offset, std::size_t count) {
    std::vector<uint8_t> bytes;
    if (offset - end > ByteStream::kMaxUnreadBytes) return bytes;
    wait_for(offset - end + count);
    bytes.resize(count);
    bytes.resize(stream_.peek_at(offset - end, bytes));
    return bytes;
  };
  return type == box_type("moov") ? protection_.read_movie(held_, position_, behind)
                                  : protection_.read_fragment(held_, position_, behind);
}

// Frame by frame, to know at the end whether the last one is whole (libavformat drops it silently).
std::size_t SegmentInput::read_adts(std::span<uint8_t> out) {
  if (frame_left_ == 0) {
    const std::vector<uint8_t> head = peek(kId3HeaderBytes);
    const std::size_t tag_bytes = id3_tag_bytes(head);
    frame_left_ = tag_bytes > 0 ? tag_bytes : adts_frame_bytes(head);
    if (frame_left_ == 0) framing_ = Framing::kNone;  // something else follows, or nothing
  }
  if (wait_for(1) == 0) return 0;
  const bool is_framed = framing_ == Framing::kAdtsFrames;
  const std::size_t limit = is_framed ? std::min(frame_left_, out.size()) : out.size();
  const std::size_t count = stream_.read(out.first(limit));
  if (is_framed) frame_left_ -= count;
  return count;
}

void SegmentInput::scan(uint32_t type, ByteView box) {
  if (type == box_type("moov")) {
    has_moov_ = true;
    default_durations_ = scan_default_durations(box);
    return;
  }
  for (TrackFragment& fragment : scan_fragment(box, default_durations_)) {
    Track& track = tracks_[static_cast<int>(fragment.track_id)];
    track.composition_shift = std::max(track.composition_shift, fragment.composition_shift);
    const std::size_t room =
        kMaxFragmentDurations - std::min(kMaxFragmentDurations, track.durations.size());
    const std::size_t count = std::min(room, fragment.durations.size());
    track.durations.insert(track.durations.end(), fragment.durations.begin(),
                           fragment.durations.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

bool SegmentInput::is_cut_short() const {
  if (stream_.truncated() || is_damaged_) return true;
  switch (framing_) {
    case Framing::kBoxes:
      return header_left_ > 0 || (box_left_ > 0 && !box_is_endless_);
    case Framing::kTsPackets:
      return served_bytes_ % kTsPacketBytes != 0;
    case Framing::kAdtsFrames:
      return frame_left_ > 0;
    case Framing::kTsSearch:
    case Framing::kNone:
      break;
  }
  return false;
}

int64_t SegmentInput::composition_shift(int track_id) const {
  const auto found = tracks_.find(track_id);
  return found == tracks_.end() ? 0 : found->second.composition_shift;
}

int64_t SegmentInput::take_duration(int track_id) {
  const auto found = tracks_.find(track_id);
  if (found == tracks_.end() || found->second.durations.empty()) return 0;
  const uint32_t duration = found->second.durations.front();
  found->second.durations.pop_front();
  return duration;
}

}  // namespace playhead
