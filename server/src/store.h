// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

namespace playhead::server {

// One report of where a user is in a title.
struct ProgressWrite {
  std::string user_id;
  std::string movie_id;
  int64_t position_ms = 0;
  int64_t recorded_at_ms = 0;  // client time; orders the writes of one (user, title)
  int64_t received_at_ms = 0;  // server time; for support, never for ordering
  std::string session_id;      // empty = not given
};

struct SavedPosition {
  std::string movie_id;
  int64_t position_ms = 0;
  int64_t recorded_at_ms = 0;
};

// What outlives the process. Errors are 503 `storage_unavailable`.
class Store {
 public:
  virtual ~Store() = default;

  // Writes all of `batch` or nothing; when it returns ok the rows survive a crash and a power cut.
  // Per (user, title) the newest `recorded_at_ms` wins; among equals the one written last.
  // Called by one thread only.
  [[nodiscard]] virtual Status write_progress(std::span<const ProgressWrite> batch) = 0;

  // Any thread, also while a batch is being written. Sees every batch whose write has returned.
  [[nodiscard]] virtual Result<std::optional<SavedPosition>> position(
      std::string_view user_id, std::string_view movie_id) = 0;

  // Newest first. Any thread.
  [[nodiscard]] virtual Result<std::vector<SavedPosition>> recent_positions(
      std::string_view user_id, std::size_t limit) = 0;
};

}  // namespace playhead::server
