// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "account_store.h"
#include "store.h"

namespace playhead::server {

class SqliteConnection;

// Store in one SQLite file: write-ahead log, synchronous=FULL (NORMAL loses acknowledged rows in a
// power cut). One connection writes; readers take a connection from a pool and never wait for it.
class SqliteStore final : public Store, public AccountStore {
 public:
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& file);
  ~SqliteStore() override;

  [[nodiscard]] Status write_progress(std::span<const ProgressWrite> batch) override;
  [[nodiscard]] Result<std::optional<SavedPosition>> position(const Viewer& viewer,
                                                              std::string_view movie_id) override;
  [[nodiscard]] Result<std::vector<SavedPosition>> recent_positions(const Viewer& viewer,
                                                                    std::size_t limit) override;
  [[nodiscard]] Status write_license_events(std::span<const LicenseEvent> batch) override;
  [[nodiscard]] Result<std::vector<LicenseEvent>> license_events(std::string_view user_id,
                                                                 std::size_t limit) override;
  [[nodiscard]] Result<std::optional<Entitlement>> entitlement(std::string_view user_id,
                                                               std::string_view movie_id) override;
  [[nodiscard]] Status set_entitlement(std::string_view user_id, std::string_view movie_id,
                                       std::optional<Entitlement> entitlement) override;

  [[nodiscard]] Status transact(const std::function<Status()>& write) override;

  // AccountStore; in sqlite_accounts.cpp.
  [[nodiscard]] Result<std::vector<Profile>> profiles(std::string_view user_id) override;
  [[nodiscard]] Result<std::vector<Rating>> ratings(const Viewer& viewer,
                                                    std::size_t limit) override;
  [[nodiscard]] Result<std::vector<Rating>> ratings_of_peers(const Viewer& viewer,
                                                             std::size_t limit) override;
  [[nodiscard]] Result<RatingSum> rating_sum(std::string_view movie_id) override;
  [[nodiscard]] Result<std::optional<PlaybackSession>> session(
      std::string_view session_id) override;
  [[nodiscard]] Result<std::vector<PlaybackSession>> recent_sessions(const Viewer& viewer,
                                                                     std::size_t limit) override;
  [[nodiscard]] Result<bool> knows_refresh_token(std::string_view digest) override;
  [[nodiscard]] Result<bool> put_profile(const Profile& profile, std::size_t max) override;
  [[nodiscard]] Status put_rating(const Rating& rating) override;
  [[nodiscard]] Status put_session(const PlaybackSession& session) override;
  [[nodiscard]] Status touch_session(std::string_view session_id, int64_t seen_at_ms,
                                     bool has_ended) override;
  [[nodiscard]] Status add_event(const PlaybackEvent& event) override;
  [[nodiscard]] Status add_heartbeat(const Heartbeat& beat) override;
  [[nodiscard]] Status add_refresh_token(const RefreshToken& token) override;
  [[nodiscard]] Result<std::optional<RefreshToken>> refresh_token(std::string_view digest) override;
  [[nodiscard]] Status use_refresh_token(std::string_view digest) override;
  [[nodiscard]] Status revoke_family(std::string_view family) override;
  [[nodiscard]] Result<bool> prune(int64_t before_ms, int64_t most) override;

 private:
  SqliteStore(std::filesystem::path file, std::unique_ptr<SqliteConnection> writer);
  // Lends a reader to `use`, and keeps it for the next one when that went well.
  [[nodiscard]] Status with_reader(const std::function<Status(SqliteConnection&)>& use);
  [[nodiscard]] Result<std::unique_ptr<SqliteConnection>> take_reader();
  void give_back(std::unique_ptr<SqliteConnection> reader);

  const std::filesystem::path file_;
  std::unique_ptr<SqliteConnection> writer_;  // the writing thread's
  std::mutex mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_readers_;  // under mutex_
};

}  // namespace playhead::server
