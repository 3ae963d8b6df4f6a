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
// Errors of all: kStoreIo, kStoreFull, kInvalidArgument (a negative offset or size); `detail` is
// errno.
class File {
 public:
  virtual ~File() = default;
  // At the end. After an error some of the bytes may be there.
  virtual Result<void> append(ByteView bytes) = 0;
  // As many bytes as there are from `offset` on, at most all of `out`.
  virtual Result<std::size_t> read_at(int64_t offset, std::span<uint8_t> out) = 0;
  virtual Result<int64_t> size() = 0;
  virtual Result<void> truncate(int64_t size) = 0;
  // What was written survives a power cut (fsync; F_FULLFSYNC where fsync is not enough). The name
  // of a new file does not: sync_folder(). Once it failed it fails for good: what was written since
  // the last sync() may be lost although it can still be read, and no later sync() brings it back.
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
  // With the folders above it; mode 0700. Durable when it returns.
  virtual Result<void> make_folder(const std::string& path) = 0;
  virtual Result<std::unique_ptr<File>> open_for_reading(const std::string& path) = 0;  // kNotFound
  // Creates it when it is absent; mode 0600. It can be read, too.
  virtual Result<std::unique_ptr<File>> open_for_appending(const std::string& path) = 0;
  // Over what is there; durable after sync_folder() of both folders, that of `to` first: the other
  // way round a power cut in between may leave neither name.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  // Removing what is not there succeeds; folders with all they hold.
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<void> sync_folder(const std::string& path) = 0;
  struct Entry {
    std::string name;
    bool is_folder = false;
    int64_t size = 0;
  };
  // In any order. Errors: kNotFound.
  virtual Result<std::vector<Entry>> list(const std::string& path) = 0;
  virtual Result<int64_t> free_bytes(const std::string& path) = 0;
  // Creates the file when it is absent and never removes it. Errors: kOfflineBusy (another process,
  // or this one, has it).
  virtual Result<std::unique_ptr<FolderLock>> lock(const std::string& file) = 0;
};

// The system's own: POSIX. There is none for Windows yet.
[[nodiscard]] std::unique_ptr<FileSystem> make_file_system();

}  // namespace playhead::offline
