// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/store.h"
#include "playhead/time.h"

namespace playhead {

// Store in one SQLite file (plus SQLite's "-wal" and "-shm" and our "-lock" beside it).
//
// Durability: WAL with synchronous=FULL, so a completion means the power may go. Whatever queued up
// while the last commit was written shares the next one (group commit).
// Threads: a writer thread of its own; callers never wait for the disk.
// Processes: several may use one file; each write waits up to the busy timeout for the others.
// Damage: a file that is not a healthy database, at open() or found later, is renamed to
// "<path>.corrupt-N" (N = 1..4, the last one is replaced) and a fresh one takes its place. The call
// that met the damage later on answers kStoreCorrupt; the next one works again.
class SqliteStore final : public Store {
 public:
  struct Options {
    // Chosen: longer than the slowest commit seen on a loaded disk. Shorter: writes fail while
    // another process is busy. Longer: a stuck process holds our queue longer.
    Duration busy_timeout = 5s;
  };

  // Opens or creates the file; its folder must exist. Blocks for the disk (a few milliseconds).
  // Errors: kStoreIo (folder missing or not writable, file of another program), kStoreFull,
  // kStoreNewer (a newer schema: left untouched), kInvalidArgument (no path).
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, Options options);
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path) {
    return open(path, Options{});
  }
  // Finishes every queued call first.
  ~SqliteStore() override;

  void write(std::vector<StoreWrite> writes, Executor& executor,
             UniqueFunction<void(Result<uint64_t>)> done) override;
  void list(std::string collection, std::string after_key, int limit, Executor& executor,
            UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) override;

  // Where open() put a damaged file; empty when the file was healthy or new.
  [[nodiscard]] const std::string& damaged_file() const { return damaged_file_; }

 private:
  class Worker;
  SqliteStore(std::unique_ptr<Worker> worker, std::string damaged_file);

  std::unique_ptr<Worker> worker_;
  const std::string damaged_file_;
};

}  // namespace playhead
