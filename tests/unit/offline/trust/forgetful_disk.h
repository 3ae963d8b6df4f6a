// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "files/file_system.h"

namespace playhead::offline::test {

using Bytes = std::vector<uint8_t>;

// Files in memory. What was not synced may be gone after a power cut, wholly or in part.
class ForgetfulDisk final : public FileSystem {
 public:
  ForgetfulDisk() = default;

  // The power goes before that many further writing calls are done; they fail then.
  void cut_power_after(int calls) { calls_left_ = calls; }
  [[nodiscard]] bool is_dead() const { return calls_left_ && *calls_left_ <= 0; }
  // What the disk holds when the power is back: `luck` decides about each thing that was not
  // synced.
  void restore_power(uint64_t luck);
  void set_read_only(bool value) { is_read_only_ = value; }
  void set_unreadable(bool value) { is_unreadable_ = value; }

  [[nodiscard]] bool has(const std::string& path) const { return files_.count(path) > 0; }
  Bytes& bytes(const std::string& path) { return files_.at(path)->now; }
  void erase(const std::string& path) { files_.erase(path); }
  // Whole contents, for backups; and back.
  [[nodiscard]] std::map<std::string, Bytes> copy_all() const;
  void put_all(const std::map<std::string, Bytes>& files);

  Result<void> make_folder(const std::string& path) override;
  Result<std::unique_ptr<File>> open_for_reading(const std::string& path) override;
  Result<std::unique_ptr<File>> open_for_appending(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_folder(const std::string& path) override;
  Result<std::vector<Entry>> list(const std::string& path) override;
  Result<int64_t> free_bytes(const std::string&) override { return int64_t{1} << 40; }
  Result<std::unique_ptr<FolderLock>> lock(const std::string& file) override;

 private:
  struct Content {
    Bytes now;
    std::optional<Bytes> synced;  // none: nothing of it was
    bool is_name_synced = false;
  };
  class OpenFile;
  Result<void> may_write();

  std::map<std::string, std::shared_ptr<Content>> files_;
  std::optional<int> calls_left_;
  bool is_read_only_ = false;
  bool is_unreadable_ = false;
};

}  // namespace playhead::offline::test
