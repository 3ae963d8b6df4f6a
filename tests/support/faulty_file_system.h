// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "files/file_system.h"

namespace playhead::test {

// A disk in memory that fails at a chosen call and forgets what was not synced: bytes until
// File::sync(), names until sync_folder() of their folder. Every call of FileSystem and File
// counts. Any thread.
class FaultyFileSystem final : public offline::FileSystem {
 public:
  enum class Fault : uint8_t {
    kNone,
    kIoError,   // that call alone: EIO
    kFull,      // from that call on nothing can be written: ENOSPC, until free_space()
    kFullOnce,  // that call alone; the next one may be without need of space
    kGone,      // from that call on nothing works: the process was killed, or the power went
  };
  // What is left after kGone.
  enum class Loss : uint8_t {
    kNothing,    // a kill: the system still writes everything
    kUnsynced,   // only what was synced is there
    kTornBytes,  // names are there; of bytes not synced some, and zeros in the place of others
    kNamesOnly,  // names are there, bytes not synced are not
  };

  FaultyFileSystem();
  ~FaultyFileSystem() override;

  // The n-th call from now on, from 1. A failing append writes half of its bytes.
  void fail_at(int64_t call, Fault fault);
  [[nodiscard]] bool has_failed() const;
  // Calls since fail_at().
  [[nodiscard]] int64_t calls() const;
  void free_space();
  void set_free_bytes(int64_t bytes);
  // As after the next start; open files and locks are dead. Torn bytes by `seed`.
  void restart(Loss loss, uint32_t seed = 0);

  // Behind everybody's back, not counted: a file's bytes, and what somebody makes of them.
  [[nodiscard]] std::vector<uint8_t> bytes_of(const std::string& path) const;
  void overwrite(const std::string& path, std::vector<uint8_t> bytes);
  [[nodiscard]] bool exists(const std::string& path) const;

  Result<void> make_folder(const std::string& path) override;
  Result<std::unique_ptr<offline::File>> open_for_reading(const std::string& path) override;
  Result<std::unique_ptr<offline::File>> open_for_appending(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_folder(const std::string& path) override;
  Result<std::vector<Entry>> list(const std::string& path) override;
  Result<int64_t> free_bytes(const std::string& path) override;
  Result<std::unique_ptr<offline::FolderLock>> lock(const std::string& file) override;

 private:
  struct Node;
  struct Disk;
  class OpenFile;
  class Lock;
  using NodePtr = std::shared_ptr<Node>;

  std::shared_ptr<Disk> disk_;
};

}  // namespace playhead::test
