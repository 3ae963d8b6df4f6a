// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "maturity.h"
#include "result.h"
#include "store.h"

namespace playhead::server {

// Somebody of an account.
struct Profile {
  std::string user_id;
  std::string profile_id;  // empty: the default profile
  std::string name;
  Maturity maturity = Maturity::kTvMa;
  std::string pin_hash;  // hash_pin()'s; empty = not protected
  int64_t created_at_ms = 0;
};

struct Rating {
  std::string user_id;
  std::string profile_id;
  std::string movie_id;
  int stars = 0;  // 1 to 5
  int64_t at_ms = 0;
};

// One viewing on one device, as far as quality of service is concerned.
struct PlaybackSession {
  std::string session_id;
  std::string user_id;
  std::string profile_id;
  std::string movie_id;
  std::string device_id;    // empty = not given
  std::string device_type;  // "phone", "tv" …: the contract's DeviceType
  int64_t started_at_ms = 0;
  int64_t seen_at_ms = 0;  // of the last thing heard of it
  bool is_ended = false;
};

// Something that happened while playing.
struct PlaybackEvent {
  std::string user_id;
  std::string event_id;  // the client's idempotency key
  std::string session_id;
  std::string type;
  int64_t at_ms = 0;  // client time
  int64_t received_at_ms = 0;
  std::string body;  // the event as JSON
};

struct Heartbeat {
  std::string user_id;
  std::string session_id;
  std::string profile_id;
  std::string movie_id;
  std::string heartbeat_id;  // the client's idempotency key; empty = it is known by its timestamp_ms
  int64_t timestamp_ms = 0;  // client time
  int64_t duration_ms = 0;
  int64_t bitrate_kbps = 0;
  int64_t buffering_count = 0;
  int64_t received_at_ms = 0;
};

// A right to a new access token; what the client has is known by its digest only.
struct RefreshToken {
  std::string digest;
  std::string family;  // all that came of one login
  std::string user_id;
  int64_t expires_at_s = 0;
  bool is_used = false;
};

// What accounts have beside positions and licences. Errors are 503 `storage_unavailable`.
class AccountStore {
 public:
  virtual ~AccountStore() = default;

  // Any thread, also while something is being written.
  // In the order they were made.
  [[nodiscard]] virtual Result<std::vector<Profile>> profiles(std::string_view user_id) = 0;
  // Newest first.
  [[nodiscard]] virtual Result<std::vector<Rating>> ratings(const Viewer& viewer,
                                                            std::size_t limit) = 0;
  // What others who rated one of the viewer's rated titles think, of all titles. Newest first.
  [[nodiscard]] virtual Result<std::vector<Rating>> ratings_of_peers(const Viewer& viewer,
                                                                     std::size_t limit) = 0;
  // Of all who rated it: how many, and the sum of their stars.
  struct RatingSum {
    int64_t count = 0;
    int64_t stars = 0;
  };
  [[nodiscard]] virtual Result<RatingSum> rating_sum(std::string_view movie_id) = 0;
  [[nodiscard]] virtual Result<std::optional<PlaybackSession>> session(
      std::string_view session_id) = 0;
  // Newest first.
  [[nodiscard]] virtual Result<std::vector<PlaybackSession>> recent_sessions(const Viewer& viewer,
                                                                             std::size_t limit) = 0;
  // Whether there is such a token, used or not.
  [[nodiscard]] virtual Result<bool> knows_refresh_token(std::string_view digest) = 0;

  // Inside Store::transact() only, on its thread.
  // New, or in place of the one with this id. False: the account has `max` of them already.
  [[nodiscard]] virtual Result<bool> put_profile(const Profile& profile, std::size_t max) = 0;
  [[nodiscard]] virtual Status put_rating(const Rating& rating) = 0;
  // One that is there stays as it is.
  [[nodiscard]] virtual Status put_session(const PlaybackSession& session) = 0;
  [[nodiscard]] virtual Status touch_session(std::string_view session_id, int64_t seen_at_ms,
                                             bool has_ended) = 0;
  // What is there with the same key stays as it is.
  [[nodiscard]] virtual Status add_event(const PlaybackEvent& event) = 0;
  [[nodiscard]] virtual Status add_heartbeat(const Heartbeat& beat) = 0;
  [[nodiscard]] virtual Status add_refresh_token(const RefreshToken& token) = 0;
  // Sees what the running transaction has written.
  [[nodiscard]] virtual Result<std::optional<RefreshToken>> refresh_token(
      std::string_view digest) = 0;
  [[nodiscard]] virtual Status use_refresh_token(std::string_view digest) = 0;
  [[nodiscard]] virtual Status revoke_family(std::string_view family) = 0;
  // Forgets events, heartbeats and sessions not heard of since `before_ms`, and refresh tokens
  // that ended before `before_ms`; `most` or so (> 0) in all, as others wait for the transaction. Whether there may be
  // more.
  [[nodiscard]] virtual Result<bool> prune(int64_t before_ms, int64_t most) = 0;
};

}  // namespace playhead::server
