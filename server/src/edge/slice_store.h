// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "clock.h"
#include "edge/eviction.h"
#include "http_types.h"
#include "log.h"
#include "result.h"

namespace playhead::server {

// Files are kept and asked for in slices of so many bytes; the last one of a file is shorter.
inline constexpr int64_t kSliceBytes = int64_t{512} * 1024;

// What the origin says of a file.
struct FileInfo {
  std::string etag;
  std::string mime;
  std::string cache_control;
  int64_t length = 0;  // of the whole file, in bytes

  bool operator==(const FileInfo&) const = default;
};

struct Slice {
  FileInfo info;
  FilePart part;  // this slice alone; stays readable when the store gives it up
};

// Slices of media files in a folder, at most so many bytes of them. A slice is one file with a line of JSON before its
// bytes, written aside and renamed: what a kill leaves is whole or not there. Nothing is synced, the origin has it all;
// what an earlier run left is compared with its checksum when it is asked for, as a power cut leaves holes. Any thread.
class SliceStore {
 public:
  struct Config {
    std::filesystem::path folder;  // made when missing; whatever else is in it is left alone
    int64_t max_bytes = 0;
    int64_t max_age_ms = int64_t{86'400} * 1000;  // then a file is asked for anew
  };

  // Finds what an earlier run left. Error `bad_cache`.
  [[nodiscard]] static Result<std::unique_ptr<SliceStore>> open(
      const Config& config, std::unique_ptr<EvictionPolicy> eviction, const Clock& clock,
      const Log& log);
  ~SliceStore();

  // `path` is that of the file, "/media/m_1/v/seg-3.m4s". Counts as a use.
  [[nodiscard]] std::optional<Slice> find(const std::string& path, int64_t index);

  // Keeps `bytes` and returns them as find() would. What is there of the file with another FileInfo is given up. When
  // the disk fails the slice is not kept, only returned.
  [[nodiscard]] std::optional<Slice> put(const std::string& path, int64_t index,
                                         const FileInfo& info, std::string_view bytes);

  struct Numbers {
    int64_t bytes = 0;
    std::size_t slices = 0;
    uint64_t evicted = 0;
  };
  [[nodiscard]] Numbers numbers() const;

 private:
  struct Entry {
    std::string path;
    int64_t index = 0;
    int64_t body_offset = 0;
    int64_t body_bytes = 0;
    std::string checksum{};  // of an earlier run's, until it was compared
  };
  struct File {
    FileInfo info;
    int64_t since_ms = 0;
    std::map<int64_t, uint64_t> slices;  // id by index
  };

  SliceStore(const Config& config, std::unique_ptr<EvictionPolicy> eviction, const Clock& clock,
             const Log& log);
  void load();
  void adopt(const std::filesystem::path& file, uint64_t id);
  [[nodiscard]] std::filesystem::path file_of(uint64_t id) const;
  [[nodiscard]] bool write(uint64_t id, std::string_view head, std::string_view bytes) const;
  [[nodiscard]] std::optional<FilePart> open_part(uint64_t id, const Entry& entry) const;
  void insert(uint64_t id, Entry entry, const FileInfo& info, int64_t since_ms);
  void remove(uint64_t id);
  void remove_file(const std::string& path);
  void make_room();

  const Config config_;
  const Clock& clock_;
  const Log& log_;
  mutable std::mutex mutex_;
  std::unique_ptr<EvictionPolicy> eviction_;
  std::unordered_map<std::string, File> files_;
  std::unordered_map<uint64_t, Entry> entries_;
  uint64_t next_id_ = 1;
  int64_t bytes_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace playhead::server
