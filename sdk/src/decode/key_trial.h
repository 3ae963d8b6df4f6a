// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "playhead/media.h"

namespace playhead {

// How many whole frames in a row garbage does not give by chance: 1 … 16. Higher: the first ones
// come later; lower: garbage is shown.
[[nodiscard]] int trust_after(const StreamInfo& stream);

// Whether the keys of encrypted samples are the right ones, by what comes of the samples: a wrong
// key gives bytes, but no media, and decoders conceal that. A key counts as the right one once
// something whole came of it; until then nothing doubtful is to be shown or heard. Pure; one
// thread.
class KeyTrial {
 public:
  // `needed`: so many whole frames in a row show that a key is right, see trust_after().
  explicit KeyTrial(int needed) : needed_(needed) {}

  // Somebody else has proven it, and need not again.
  void trust(const KeyId& kid);
  [[nodiscard]] bool trusts(const KeyId& kid) const { return right_.count(kid) != 0; }
  // The key that was proven here since the last call, for others; none: no further one.
  [[nodiscard]] std::optional<KeyId> take_proof() { return std::exchange(proof_, std::nullopt); }

  // The sample goes to the decoder.
  void on_sample(const EncodedSample& sample, MediaTime time);
  // The decoder was emptied: what it held does not come.
  void forget_samples();

  enum class Verdict : uint8_t {
    kShow,   // and whatever was held before it
    kHold,   // until it is known
    kDrop,   // it is damaged, or built on what was
    kWrong,  // the key is the wrong one
  };
  // The last sample's key is in doubt; that of the sample of that time is.
  [[nodiscard]] bool is_in_doubt() const { return last_ && !trusts(last_->kid); }
  [[nodiscard]] bool is_in_doubt(MediaTime time) const;
  // What comes of the last sample would be held.
  [[nodiscard]] bool holds_back() const { return needed_ > 1 && is_in_doubt(); }

  // What came of the sample of that time. `is_whole`: nothing had to be concealed.
  [[nodiscard]] Verdict on_frame(MediaTime time, bool is_whole);
  // Nothing comes of the last sample: kDrop when that tells something of its key, kShow when it
  // does not, kWrong.
  [[nodiscard]] Verdict on_failure();

 private:
  struct Sent {
    MediaTime time;
    KeyId kid{};
    bool is_entry = false;  // a key frame: nothing else is to blame
    std::size_t encrypted = 0;
  };
  [[nodiscard]] Verdict blame(const Sent& sent);

  const int needed_;
  std::set<KeyId> right_;
  std::optional<KeyId> proof_;
  std::map<int64_t, Sent> sent_;  // of keys that are in doubt, by time in us
  std::optional<Sent> last_;      // none: it was clear, or its key is right
  // What has told something already: the same sample tells nothing more the next time.
  std::set<MediaTime> seen_whole_;  // in a row
  std::set<MediaTime> seen_failed_;
  int whole_ = 0;     // frames in a row of keys in doubt
  int failures_ = 0;  // of keys in doubt, since one was right
  int failed_entries_ = 0;
  bool has_held_ = false;  // and they have not come out
  bool is_sound_ = false;  // what pictures refer to was shown
};

}  // namespace playhead
