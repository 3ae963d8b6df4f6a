// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"
#include "secret_text.h"
#include "title_keys.h"

// The W3C's Clear Key messages ("Encrypted Media Extensions" §9.1.3 and §9.1.4). Pure; any thread.
namespace playhead::server {

struct ClearKeyChallenge {
  enum class Kind {
    kTemporary,
    kPersistent,
    kRelease,  // has no "type": a persistent licence is given back
  };
  std::vector<KeyId> kids;  // each once, as they were asked for; never empty
  Kind kind = Kind::kTemporary;
};

// Key ids one message may hold; a title has a handful.
inline constexpr std::size_t kMaxChallengeKids = 1024;

// 400 `bad_challenge` for what is no such message, names no key or more than kMaxChallengeKids.
[[nodiscard]] Result<ClearKeyChallenge> parse_challenge(std::string_view text);

// {"keys":[...],"type":...,"expires_at":...,"server_time":...}; the last two are ours, whole
// seconds since 1970 by our clock: other readers pass over them.
[[nodiscard]] SecretText license_text(const std::vector<const ContentKey*>& keys, bool is_persistent,
                                      int64_t expires_at_s, int64_t now_s);

// {"kids":[...]}: the answer to a release.
[[nodiscard]] std::string release_text(const std::vector<KeyId>& kids);

}  // namespace playhead::server
