// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

namespace playhead::server {

// Who watches: a profile of an account. The views outlive the call they are passed to.
struct Viewer {
  Viewer(std::string_view user, std::string_view profile = {})
      : user_id(user), profile_id(profile) {}
  Viewer(const char* user) : user_id(user) {}
  Viewer(const std::string& user) : user_id(user) {}

  std::string_view user_id;
  std::string_view profile_id;  // empty = the default profile
};

// One report of where a user is in a title.
struct ProgressWrite {
  std::string user_id;
  std::string movie_id;
  int64_t position_ms = 0;
  int64_t recorded_at_ms = 0;   // client time; orders the writes of one (viewer, title)
  int64_t received_at_ms = 0;   // server time; for support, never for ordering
  std::string session_id;       // empty = not given
  std::string profile_id = {};  // empty = the default profile
};

struct SavedPosition {
  std::string movie_id;
  int64_t position_ms = 0;
  int64_t recorded_at_ms = 0;
};

// Whether a user may have licences of a title, where somebody said so.
struct Entitlement {
  bool is_granted = false;
  std::optional<int64_t> until_s;  // epoch s from which on a grant is over; absent = never
};

// What became of a licence that a device keeps.
struct LicenseEvent {
  enum class Kind { kPersistent = 0, kReleased = 1 };  // stored: the numbers never change
  int64_t at_ms = 0;                                   // server time
  std::string user_id;
  std::string movie_id;
  Kind kind = Kind::kPersistent;
  std::string kids;  // hex, a blank between two
};

// What outlives the process. Errors are 503 `storage_unavailable`.
class Store {
 public:
  virtual ~Store() = default;

  // Writes all of `batch` or nothing; when it returns ok the rows survive a crash and a power cut.
  // Per (viewer, title) the newest `recorded_at_ms` wins; among equals the one written last.
  // Called by one thread only.
  [[nodiscard]] virtual Status write_progress(std::span<const ProgressWrite> batch) = 0;

  // Any thread, also while a batch is being written. Sees every batch whose write has returned.
  [[nodiscard]] virtual Result<std::optional<SavedPosition>> position(
      const Viewer& viewer, std::string_view movie_id) = 0;

  // Newest first. Any thread.
  [[nodiscard]] virtual Result<std::vector<SavedPosition>> recent_positions(const Viewer& viewer,
                                                                            std::size_t limit) = 0;

  // All of `batch` or nothing, durable as above. Called by the thread of write_progress().
  [[nodiscard]] virtual Status write_license_events(std::span<const LicenseEvent> batch) = 0;

  // Newest first. Any thread.
  [[nodiscard]] virtual Result<std::vector<LicenseEvent>> license_events(std::string_view user_id,
                                                                         std::size_t limit) = 0;

  // For this title, else for all ("*"); empty when nothing was said. Any thread.
  [[nodiscard]] virtual Result<std::optional<Entitlement>> entitlement(
      std::string_view user_id, std::string_view movie_id) = 0;

  // Takes the place of what was said before. `movie_id` "*" is every title of which nothing is said
  // in particular. Empty `entitlement`: nothing is said any more. As write_progress().
  [[nodiscard]] virtual Status set_entitlement(std::string_view user_id, std::string_view movie_id,
                                               std::optional<Entitlement> entitlement) = 0;

  // Runs `write`, then makes durable what it wrote through this store's interfaces; nothing of it
  // stays when it or the commit fails. Called by the thread of write_progress().
  [[nodiscard]] virtual Status transact(const std::function<Status()>& write) = 0;
};

}  // namespace playhead::server
