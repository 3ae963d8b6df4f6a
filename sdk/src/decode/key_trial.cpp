// SPDX-License-Identifier: Apache-2.0
#include "decode/key_trial.h"

#include <algorithm>

namespace playhead {

namespace {

// Failures without enough whole frames in a row, which no damage explains (chosen). Less: a broken
// picture is taken for a wrong key; more: it takes longer to tell.
constexpr int kFailures = 5;
// Key frames of which nothing whole came (chosen): they depend on nothing.
constexpr int kFailedEntries = 3;
// Bytes that do not decode by chance.
constexpr std::size_t kTelling = 256;
// Samples inside a decoder; more were lost in it.
constexpr std::size_t kMaxSent = 64;

std::size_t encrypted_bytes(const EncodedSample& sample) {
  if (sample.crypto->subsamples.empty()) return sample.data.size();
  std::size_t sum = 0;
  for (const Subsample& part : sample.crypto->subsamples) sum += part.encrypted;
  return sum;
}

// Frames of sound (chosen): 85 ms of AAC, decoded ahead of what is heard.
constexpr int kWholeFrames = 4;
// VP9 and AV1: of a picture or a frame of Opus a quarter of garbage passes for media (a marker bit
// each of header and tile; packets of a length and a duration that may be), of eight in a row 2 in
// 100,000.
constexpr int kUnsureFrames = 8;
// HEVC: garbage ends a slice behind each coding tree unit with a probability of 1 in 140
// (§9.3.4.3.5 of the specification: 2 of 256 … 510), and what is behind it stays undone; so many
// units have to be done for 1 in 10,000. They are 64x64 pixels at most.
constexpr int kUnits = 1280;
constexpr int kMostFrames = 16;

}  // namespace

int trust_after(const StreamInfo& stream) {
  if (stream.codec == "hevc") {
    const int units = ((stream.width + 63) / 64) * ((stream.height + 63) / 64);
    return units > 0 ? std::clamp((kUnits + units - 1) / units, 2, kMostFrames) : kMostFrames;
  }
  // Its decoder tells what it had to conceal.
  if (stream.codec == "h264") return 1;
  const bool is_known = stream.kind == TrackKind::kAudio && stream.codec != "opus";
  return is_known ? kWholeFrames : kUnsureFrames;
}

// What came of it before is as good as proven.
void KeyTrial::trust(const KeyId& kid) {
  if (!right_.insert(kid).second) return;
  whole_ = failures_ = failed_entries_ = 0;
  seen_whole_.clear();
  seen_failed_.clear();
}

void KeyTrial::on_sample(const EncodedSample& sample, MediaTime time) {
  last_.reset();
  if (!sample.crypto || trusts(sample.crypto->kid)) return;
  last_ = Sent{time, sample.crypto->kid, sample.is_key_frame, encrypted_bytes(sample)};
  sent_[time.us] = *last_;
  if (sent_.size() > kMaxSent) sent_.erase(sent_.begin());
}

void KeyTrial::forget_samples() {
  sent_.clear();
  last_.reset();
  is_sound_ = has_held_ = false;
}

bool KeyTrial::is_in_doubt(MediaTime time) const {
  const auto found = sent_.find(time.us);
  return found != sent_.end() && !trusts(found->second.kid);
}

KeyTrial::Verdict KeyTrial::on_frame(MediaTime time, bool is_whole) {
  const auto found = sent_.find(time.us);
  if (!is_in_doubt(time)) {
    if (found != sent_.end()) sent_.erase(found);
    if (has_held_ && whole_ > 0) {
      if (++whole_ < needed_) return Verdict::kHold;  // behind what is held
      whole_ = 0;
    }
    has_held_ = false;
    is_sound_ = true;
    return Verdict::kShow;
  }
  const Sent sent = found->second;
  sent_.erase(found);
  if (!is_whole) return blame(sent);
  const bool tells = sent.encrypted > 0 && (sent.is_entry || sent.encrypted >= kTelling);
  if (!tells && whole_ == 0) return is_sound_ ? Verdict::kShow : Verdict::kDrop;
  has_held_ = true;
  if (!seen_whole_.insert(time).second || ++whole_ < needed_) return Verdict::kHold;
  trust(sent.kid);
  proof_ = sent.kid;
  has_held_ = false;
  is_sound_ = true;
  return Verdict::kShow;
}

KeyTrial::Verdict KeyTrial::on_failure() {
  if (!is_in_doubt()) return Verdict::kShow;
  return blame(*last_);
}

KeyTrial::Verdict KeyTrial::blame(const Sent& sent) {
  whole_ = 0;
  seen_whole_.clear();
  is_sound_ = has_held_ = false;
  if (!seen_failed_.insert(sent.time).second) return Verdict::kDrop;
  ++failures_;
  if (sent.is_entry) ++failed_entries_;
  const bool is_entry_only = needed_ == 1 && failed_entries_ >= kFailedEntries;
  return failures_ >= kFailures || is_entry_only ? Verdict::kWrong : Verdict::kDrop;
}

}  // namespace playhead
