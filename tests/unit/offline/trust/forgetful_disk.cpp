// SPDX-License-Identifier: Apache-2.0
#include "unit/offline/trust/forgetful_disk.h"

#include <algorithm>
#include <utility>

namespace playhead::offline::test {

class ForgetfulDisk::OpenFile final : public File {
 public:
  OpenFile(ForgetfulDisk& disk, std::shared_ptr<Content> content)
      : disk_(disk), content_(std::move(content)) {}

  Result<void> append(ByteView bytes) override {
    if (auto may = disk_.may_write(); !may) return may;
    content_->now.insert(content_->now.end(), bytes.begin(), bytes.end());
    return {};
  }
  Result<std::size_t> read_at(int64_t offset, std::span<uint8_t> out) override {
    const auto from = std::min(static_cast<std::size_t>(offset), content_->now.size());
    // In small pieces, as a disk may.
    const std::size_t size = std::min({out.size(), content_->now.size() - from, std::size_t{100}});
    std::copy_n(content_->now.begin() + static_cast<std::ptrdiff_t>(from), size, out.begin());
    return size;
  }
  Result<int64_t> size() override { return static_cast<int64_t>(content_->now.size()); }
  Result<void> truncate(int64_t size) override {
    if (auto may = disk_.may_write(); !may) return may;
    content_->now.resize(static_cast<std::size_t>(size));
    return {};
  }
  Result<void> sync() override {
    if (auto may = disk_.may_write(); !may) return may;
    content_->synced = content_->now;
    return {};
  }

 private:
  ForgetfulDisk& disk_;
  const std::shared_ptr<Content> content_;
};

Result<void> ForgetfulDisk::may_write() {
  if (is_read_only_) return make_error(ErrorCode::kStoreIo, "read-only", 30);
  if (is_dead()) return make_error(ErrorCode::kStoreIo, "no power", 5);
  if (calls_left_) --*calls_left_;
  return {};
}

void ForgetfulDisk::restore_power(uint64_t luck) {
  calls_left_.reset();
  for (auto it = files_.begin(); it != files_.end();) {
    Content& content = *it->second;
    luck = luck * 6364136223846793005U + 1442695040888963407U;
    const bool is_lost = !content.is_name_synced && (luck >> 60 & 1) != 0;
    if (is_lost) {
      it = files_.erase(it);
      continue;
    }
    const Bytes synced = content.synced.value_or(Bytes());
    if (content.now != synced) {
      switch (luck >> 61 & 3) {
        case 0:
          content.now = synced;
          break;
        case 1:
          content.now.resize(content.now.size() / 2);
          break;
        case 2:
          content.now.clear();
          break;
        default:
          break;
      }
    }
    content.synced = content.now;
    content.is_name_synced = true;
    ++it;
  }
}

std::map<std::string, Bytes> ForgetfulDisk::copy_all() const {
  std::map<std::string, Bytes> all;
  for (const auto& [path, content] : files_) all[path] = content->now;
  return all;
}

void ForgetfulDisk::put_all(const std::map<std::string, Bytes>& files) {
  files_.clear();
  for (const auto& [path, bytes] : files) {
    files_[path] = std::make_shared<Content>(Content{bytes, bytes, true});
  }
}

Result<void> ForgetfulDisk::make_folder(const std::string&) {
  return is_read_only_ ? may_write() : Result<void>();
}

Result<std::unique_ptr<File>> ForgetfulDisk::open_for_reading(const std::string& path) {
  if (is_unreadable_) return make_error(ErrorCode::kStoreIo, "unreadable", 5);
  const auto found = files_.find(path);
  if (found == files_.end()) return make_error(ErrorCode::kNotFound, "no such file", 2);
  return std::unique_ptr<File>(new OpenFile(*this, found->second));
}

Result<std::unique_ptr<File>> ForgetfulDisk::open_for_appending(const std::string& path) {
  if (auto may = may_write(); !may) return std::move(may).error();
  std::shared_ptr<Content>& content = files_[path];
  if (!content) content = std::make_shared<Content>();
  return std::unique_ptr<File>(new OpenFile(*this, content));
}

Result<void> ForgetfulDisk::rename(const std::string& from, const std::string& to) {
  if (auto may = may_write(); !may) return may;
  files_[to] = files_.at(from);
  files_.erase(from);
  return {};
}

Result<void> ForgetfulDisk::remove(const std::string& path) {
  if (auto may = may_write(); !may) return may;
  files_.erase(path);
  return {};
}

Result<void> ForgetfulDisk::sync_folder(const std::string& path) {
  if (auto may = may_write(); !may) return may;
  for (auto& [name, content] : files_) {
    if (name.rfind(path + "/", 0) == 0) content->is_name_synced = true;
  }
  return {};
}

Result<std::vector<FileSystem::Entry>> ForgetfulDisk::list(const std::string& path) {
  std::vector<Entry> entries;
  for (const auto& [name, content] : files_) {
    if (name.rfind(path + "/", 0) != 0) continue;
    const auto size = static_cast<int64_t>(content->now.size());
    entries.push_back({name.substr(path.size() + 1), false, size});
  }
  return entries;
}

Result<std::unique_ptr<FolderLock>> ForgetfulDisk::lock(const std::string&) {
  return std::make_unique<FolderLock>();
}

}  // namespace playhead::offline::test
