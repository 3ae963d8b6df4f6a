// SPDX-License-Identifier: Apache-2.0
#include "decode/key_trial.h"

namespace playhead {

namespace {

// Failures without a whole frame that no damage explains (chosen). Less: a broken picture is taken
// for a wrong key; more: it takes longer to tell.
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

}  // namespace

void KeyTrial::on_sample(const EncodedSample& sample, MediaTime time) {
  last_.reset();
  if (!sample.crypto || right_.count(sample.crypto->kid) != 0) return;
  last_ = Sent{sample.crypto->kid, sample.is_key_frame, encrypted_bytes(sample)};
  sent_[time.us] = *last_;
  if (sent_.size() > kMaxSent) sent_.erase(sent_.begin());
}

void KeyTrial::forget_samples() {
  sent_.clear();
  last_.reset();
  is_sound_ = false;
}

KeyTrial::Verdict KeyTrial::on_frame(MediaTime time, bool is_whole) {
  const auto found = sent_.find(time.us);
  const bool is_in_doubt = found != sent_.end() && right_.count(found->second.kid) == 0;
  if (!is_in_doubt) {
    if (found != sent_.end()) sent_.erase(found);
    is_sound_ = true;
    return Verdict::kShow;
  }
  const Sent sent = found->second;
  sent_.erase(found);
  if (!is_whole) return blame(sent);
  const bool tells = sent.encrypted > 0 && (sent.is_entry || sent.encrypted >= kTelling);
  if (!tells) return is_sound_ ? Verdict::kShow : Verdict::kDrop;
  failures_ = failed_entries_ = 0;
  if (++whole_ < needed_) return Verdict::kHold;
  whole_ = 0;
  right_.insert(sent.kid);
  is_sound_ = true;
  return Verdict::kShow;
}

KeyTrial::Verdict KeyTrial::on_failure() {
  if (!last_ || right_.count(last_->kid) != 0) return Verdict::kShow;
  return blame(*last_);
}

KeyTrial::Verdict KeyTrial::blame(const Sent& sent) {
  whole_ = 0;
  is_sound_ = false;
  ++failures_;
  if (sent.is_entry) ++failed_entries_;
  const bool is_entry_only = needed_ == 1 && failed_entries_ >= kFailedEntries;
  return failures_ >= kFailures || is_entry_only ? Verdict::kWrong : Verdict::kDrop;
}

}  // namespace playhead
