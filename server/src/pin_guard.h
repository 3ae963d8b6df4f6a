// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "account_store.h"
#include "clock.h"
#include "result.h"

namespace playhead::server {

// 4 to 8 digits.
[[nodiscard]] bool is_pin(std::string_view text);

// "pbkdf2-sha256$<iterations>$<salt>$<key>", salt and key in base64url.
[[nodiscard]] Result<std::string> hash_pin(std::string_view pin, int iterations);
// False also for a text that is no hash.
[[nodiscard]] bool pin_matches(std::string_view pin, std::string_view hash);

// Checks PINs of profiles and how often that fails: a PIN has so few digits that trying is all it
// takes. What was right is remembered (as a digest under a key of this process), so that only the
// first use pays for the slow hash. Counts live in memory: a restart forgets them. Any thread.
class PinGuard {
 public:
  struct Limits {
    int max_failures = 5;        // then nothing is tried until the window is over
    int64_t window_s = 15 * 60;  // from the first failure on
    // Tried 5 times in 15 min, 10,000 PINs take three weeks. Slower hashes burden the server, not
    // who tries; this is for the day the database is stolen (50 ms on a 2020 core).
    int iterations = 120'000;
  };

  PinGuard(const Clock& clock, Limits limits);

  // To keep. With `must_be_quick` always kNeedsTime.
  [[nodiscard]] Result<std::string> hash(std::string_view pin, bool must_be_quick = false) const;

  // Whether `pin` opens the profile; ok for a profile without PIN. Errors: 403 `pin_required` for
  // an empty one, 403 `pin_wrong`, 429 `pin_locked` after too many; with `must_be_quick` kNeedsTime
  // for one that is not remembered, which then counts as not tried.
  [[nodiscard]] Status check(const Profile& profile, std::string_view pin, bool must_be_quick = false);

 private:
  struct Failures {
    int count = 0;
    int64_t since_s = 0;
  };

  const Clock& clock_;
  const Limits limits_;
  const std::string key_;  // of the digests
  std::mutex mutex_;
  std::unordered_map<std::string, Failures> failures_;   // under mutex_; per profile
  std::unordered_map<std::string, std::string> proven_;  // under mutex_; per profile, a digest
};

}  // namespace playhead::server
