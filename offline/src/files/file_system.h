// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead::offline {

// One open file. One thread at a time; closing it (the destructor) makes nothing durable.
// Errors of all: kStoreIo, kStoreFull; `detail` is errno.
class File {
 public:
  virtual ~File() = default;
  // At the end.
  virtual Result<void> append(ByteView bytes) = 0;
  // As many bytes as there are from `offset` on, at most all of `out`.
  virtual Result<std::size_t> read_at(int64_t offset, std::span<uint8_t> out) = 0;
  virtual Result<int64_t> size() = 0;
  virtual Result<void> truncate(int64_t size) = 0;
  // What was written survives a power cut (fsync; F_FULLFSYNC where fsync is not enough).
  virtual Result<void> sync() = 0;
};

// Lets go when it is destroyed or the process ends.
class FolderLock {
 public:
  virtual ~FolderLock() = default;
};

// The disk, as far as downloads need it; paths are absolute. Any thread. Tests supply one that
// fails at the n-th call, and one that forgets what was not synced. Errors: kStoreIo, kStoreFull.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // With the folders above it.
  virtual Result<void> make_folder(const std::string& path) = 0;
  virtual Result<std::unique_ptr<File>> open_for_reading(const std::string& path) = 0;  // kNotFound
  // Creates it when it is absent; mode 0600.
  virtual Result<std::unique_ptr<File>> open_for_appending(const std::string& path) = 0;
  // Over what is there; durable after sync_folder() of both folders.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  // Removing what is not there succeeds; folders with all they hold.
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<void> sync_folder(const std::string& path) = 0;
  struct Entry {
    std::string name;
    bool is_folder = false;
    int64_t size = 0;
  };
  virtual Result<std::vector<Entry>> list(const std::string& path) = 0;
  virtual Result<int64_t> free_bytes(const std::string& path) = 0;
  // Errors: kOfflineBusy (another process has it).
  virtual Result<std::unique_ptr<FolderLock>> lock(const std::string& file) = 0;
};

[[nodiscard]] std::unique_ptr<FileSystem> make_file_system();

}  // namespace playhead::offline
