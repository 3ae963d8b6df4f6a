// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "store.h"

namespace playhead::server {

class SqliteConnection;

// Store in one SQLite file: write-ahead log, synchronous=FULL (NORMAL loses acknowledged rows in a
// power cut). One connection writes; readers take a connection from a pool and never wait for it.
class SqliteStore final : public Store {
 public:
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& file);
  ~SqliteStore() override;

  [[nodiscard]] Status write_progress(std::span<const ProgressWrite> batch) override;
  [[nodiscard]] Result<std::optional<SavedPosition>> position(std::string_view user_id,
                                                              std::string_view movie_id) override;
  [[nodiscard]] Result<std::vector<SavedPosition>> recent_positions(std::string_view user_id,
                                                                    std::size_t limit) override;
  [[nodiscard]] Status write_license_events(std::span<const LicenseEvent> batch) override;
  [[nodiscard]] Result<std::vector<LicenseEvent>> license_events(std::string_view user_id,
                                                                 std::size_t limit) override;
  [[nodiscard]] Result<std::optional<Entitlement>> entitlement(std::string_view user_id,
                                                               std::string_view movie_id) override;
  [[nodiscard]] Status set_entitlement(std::string_view user_id, std::string_view movie_id,
                                       std::optional<Entitlement> entitlement) override;

 private:
  SqliteStore(std::filesystem::path file, std::unique_ptr<SqliteConnection> writer);
  [[nodiscard]] Result<std::vector<SavedPosition>> read(std::string_view user_id,
                                                        std::string_view movie_id,
                                                        std::size_t limit);
  // Commits what `write` did, or undoes it when it failed.
  [[nodiscard]] Status in_transaction(const std::function<Status()>& write);
  [[nodiscard]] Result<std::unique_ptr<SqliteConnection>> take_reader();
  void give_back(std::unique_ptr<SqliteConnection> reader);

  const std::filesystem::path file_;
  std::unique_ptr<SqliteConnection> writer_;  // the writing thread's
  std::mutex mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_readers_;  // under mutex_
};

}  // namespace playhead::server
