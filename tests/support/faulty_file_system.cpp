// SPDX-License-Identifier: Apache-2.0
#include "support/faulty_file_system.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace playhead::test {

using offline::File;
using offline::FolderLock;

namespace {

Error disk_error(int number) {
  return make_error(number == ENOSPC ? ErrorCode::kStoreFull : ErrorCode::kStoreIo,
                    "the disk of the test", number);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

// A file or a folder; `durable` is what a power cut leaves.
struct FaultyFileSystem::Node {
  bool is_folder = false;
  std::vector<uint8_t> bytes, durable_bytes;
  std::map<std::string, NodePtr> names, durable_names;
};

struct FaultyFileSystem::Disk {
  std::mutex mutex;
  NodePtr root = std::make_shared<Node>(Node{true, {}, {}, {}, {}});
  std::set<std::string> locks;
  int64_t generation = 0;  // of starts
  int64_t calls = 0;
  int64_t fails_at = 0;
  Fault fault = Fault::kNone;
  bool is_full = false;
  int64_t free = int64_t{1} << 40;

  // What this call meets: 0 or errno.
  int enter(bool needs_space) {
    ++calls;
    const bool is_now = fails_at != 0 && calls == fails_at;
    const bool is_reached = fails_at != 0 && calls >= fails_at;
    if (fault == Fault::kGone && is_reached) return EIO;
    if (fault == Fault::kIoError && is_now) return EIO;
    if (fault == Fault::kFullOnce && is_now) return needs_space ? ENOSPC : EIO;
    if (fault == Fault::kFull && is_now) is_full = true;
    return is_full && needs_space ? ENOSPC : 0;
  }

  NodePtr find(const std::string& path) const {
    NodePtr node = root;
    for (std::size_t at = 1; at < path.size() && node;) {
      const std::size_t end = std::min(path.find('/', at), path.size());
      const auto name = node->names.find(path.substr(at, end - at));
      node = name == node->names.end() ? nullptr : name->second;
      at = end + 1;
    }
    return node;
  }
};

class FaultyFileSystem::OpenFile final : public File {
 public:
  OpenFile(std::shared_ptr<Disk> disk, NodePtr node, bool is_writable)
      : disk_(std::move(disk)),
        node_(std::move(node)),
        generation_(disk_->generation),
        is_writable_(is_writable) {}

  Result<void> append(ByteView bytes) override {
    const std::lock_guard lock(disk_->mutex);
    const int number = enter(true);
    if (number == EBADF) return disk_error(number);
    if (number != 0) bytes = bytes.first(bytes.size() / 2);
    node_->bytes.insert(node_->bytes.end(), bytes.begin(), bytes.end());
    return number == 0 ? Result<void>() : disk_error(number);
  }

  Result<std::size_t> read_at(int64_t offset, std::span<uint8_t> out) override {
    const std::lock_guard lock(disk_->mutex);
    if (const int number = enter(false); number != 0) return disk_error(number);
    if (offset < 0) return make_error(ErrorCode::kInvalidArgument, "a negative offset");
    const auto begin = std::min<uint64_t>(static_cast<uint64_t>(offset), node_->bytes.size());
    const std::size_t count = std::min<std::size_t>(out.size(), node_->bytes.size() - begin);
    std::copy_n(node_->bytes.begin() + static_cast<std::ptrdiff_t>(begin), count, out.begin());
    return count;
  }

  Result<int64_t> size() override {
    const std::lock_guard lock(disk_->mutex);
    if (const int number = enter(false); number != 0) return disk_error(number);
    return static_cast<int64_t>(node_->bytes.size());
  }

  Result<void> truncate(int64_t size) override {
    const std::lock_guard lock(disk_->mutex);
    if (size < 0) return make_error(ErrorCode::kInvalidArgument, "a negative size");
    const bool grows = static_cast<uint64_t>(size) > node_->bytes.size();
    if (const int number = is_writable_ ? enter(grows) : EBADF; number != 0) {
      return disk_error(number);
    }
    node_->bytes.resize(static_cast<std::size_t>(size));
    return {};
  }

  Result<void> sync() override {
    const std::lock_guard lock(disk_->mutex);
    if (sync_error_ == 0) sync_error_ = enter(true);
    if (sync_error_ != 0) return disk_error(sync_error_);
    node_->durable_bytes = node_->bytes;
    return {};
  }

 private:
  int enter(bool needs_space) {
    if (generation_ != disk_->generation || (needs_space && !is_writable_)) return EBADF;
    return disk_->enter(needs_space);
  }

  std::shared_ptr<Disk> disk_;
  NodePtr node_;
  int64_t generation_;
  bool is_writable_;
  int sync_error_ = 0;
};

class FaultyFileSystem::Lock final : public FolderLock {
 public:
  Lock(std::shared_ptr<Disk> disk, std::string path)
      : disk_(std::move(disk)), path_(std::move(path)), generation_(disk_->generation) {}
  ~Lock() override {
    const std::lock_guard lock(disk_->mutex);
    if (generation_ == disk_->generation) disk_->locks.erase(path_);
  }

 private:
  std::shared_ptr<Disk> disk_;
  std::string path_;
  int64_t generation_;
};

FaultyFileSystem::FaultyFileSystem() : disk_(std::make_shared<Disk>()) {}
FaultyFileSystem::~FaultyFileSystem() = default;

void FaultyFileSystem::fail_at(int64_t call, Fault fault) {
  const std::lock_guard lock(disk_->mutex);
  disk_->calls = 0;
  disk_->fails_at = call;
  disk_->fault = fault;
}

bool FaultyFileSystem::has_failed() const {
  const std::lock_guard lock(disk_->mutex);
  return disk_->fails_at != 0 && disk_->calls >= disk_->fails_at;
}

int64_t FaultyFileSystem::calls() const {
  const std::lock_guard lock(disk_->mutex);
  return disk_->calls;
}

void FaultyFileSystem::free_space() {
  const std::lock_guard lock(disk_->mutex);
  disk_->is_full = false;
  disk_->fails_at = 0;
}

void FaultyFileSystem::set_free_bytes(int64_t bytes) {
  const std::lock_guard lock(disk_->mutex);
  disk_->free = bytes;
}

void FaultyFileSystem::restart(Loss loss, uint32_t seed) {
  const std::lock_guard lock(disk_->mutex);
  ++disk_->generation;
  disk_->locks.clear();
  disk_->is_full = false;
  disk_->fails_at = 0;
  std::minstd_rand random(seed + 1);
  std::vector<NodePtr> nodes = {disk_->root};
  while (!nodes.empty()) {
    const NodePtr node = nodes.back();
    nodes.pop_back();
    if (loss == Loss::kUnsynced) node->names = node->durable_names;
    if (loss == Loss::kUnsynced || loss == Loss::kNamesOnly) node->bytes = node->durable_bytes;
    if (loss == Loss::kTornBytes && node->bytes != node->durable_bytes) {
      // What was synced is safe where it was not cut since; anything may have happened to the rest.
      std::vector<uint8_t>& bytes = node->bytes;
      const std::size_t safe = std::min(bytes.size(), node->durable_bytes.size());
      bytes.resize(safe + random() % (bytes.size() - safe + 1));
      if (random() % 2 == 0) {
        const std::size_t zeros = random() % (bytes.size() - safe + 1);
        std::fill(bytes.end() - static_cast<std::ptrdiff_t>(zeros), bytes.end(), uint8_t{0});
      }
    }
    node->durable_names = node->names;
    node->durable_bytes = node->bytes;
    for (const auto& [name, child] : node->names) nodes.push_back(child);
  }
}

std::vector<uint8_t> FaultyFileSystem::bytes_of(const std::string& path) const {
  const std::lock_guard lock(disk_->mutex);
  const NodePtr node = disk_->find(path);
  return node ? node->bytes : std::vector<uint8_t>();
}

void FaultyFileSystem::overwrite(const std::string& path, std::vector<uint8_t> bytes) {
  const std::lock_guard lock(disk_->mutex);
  const NodePtr folder = disk_->find(folder_of(path));
  if (!folder) return;
  NodePtr& node = folder->names[name_of(path)];
  if (!node) node = std::make_shared<Node>();
  folder->durable_names[name_of(path)] = node;
  node->bytes = node->durable_bytes = std::move(bytes);
}

bool FaultyFileSystem::exists(const std::string& path) const {
  const std::lock_guard lock(disk_->mutex);
  return disk_->find(path) != nullptr;
}

Result<void> FaultyFileSystem::make_folder(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  if (const int number = disk_->enter(true); number != 0) return disk_error(number);
  NodePtr node = disk_->root;
  for (std::size_t at = 1; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string name = path.substr(at, end - at);
    NodePtr& child = node->names[name];
    if (!child) child = std::make_shared<Node>(Node{true, {}, {}, {}, {}});
    if (!child->is_folder) return disk_error(EEXIST);
    node->durable_names[name] = child;
    node = child;
    at = end + 1;
  }
  return {};
}

Result<std::unique_ptr<File>> FaultyFileSystem::open_for_reading(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  if (const int number = disk_->enter(false); number != 0) return disk_error(number);
  NodePtr node = disk_->find(path);
  if (!node) return make_error(ErrorCode::kNotFound, name_of(path), ENOENT);
  return std::unique_ptr<File>(std::make_unique<OpenFile>(disk_, std::move(node), false));
}

Result<std::unique_ptr<File>> FaultyFileSystem::open_for_appending(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  NodePtr node = disk_->find(path);
  if (const int number = disk_->enter(!node); number != 0) return disk_error(number);
  const NodePtr folder = disk_->find(folder_of(path));
  if (!folder) return make_error(ErrorCode::kNotFound, name_of(path), ENOENT);
  if (node && node->is_folder) return disk_error(EISDIR);
  if (!node) node = folder->names[name_of(path)] = std::make_shared<Node>();
  return std::unique_ptr<File>(std::make_unique<OpenFile>(disk_, std::move(node), true));
}

Result<void> FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(disk_->mutex);
  if (const int number = disk_->enter(true); number != 0) return disk_error(number);
  const NodePtr node = disk_->find(from);
  const NodePtr folder = disk_->find(folder_of(to));
  if (!node || !folder) return disk_error(ENOENT);
  disk_->find(folder_of(from))->names.erase(name_of(from));
  folder->names[name_of(to)] = node;
  return {};
}

Result<void> FaultyFileSystem::remove(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  if (const int number = disk_->enter(false); number != 0) return disk_error(number);
  if (const NodePtr folder = disk_->find(folder_of(path))) folder->names.erase(name_of(path));
  return {};
}

Result<void> FaultyFileSystem::sync_folder(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  if (const int number = disk_->enter(true); number != 0) return disk_error(number);
  const NodePtr folder = disk_->find(path);
  if (!folder) return disk_error(ENOENT);
  folder->durable_names = folder->names;
  return {};
}

Result<std::vector<offline::FileSystem::Entry>> FaultyFileSystem::list(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  if (const int number = disk_->enter(false); number != 0) return disk_error(number);
  const NodePtr folder = disk_->find(path);
  if (!folder) return make_error(ErrorCode::kNotFound, name_of(path), ENOENT);
  std::vector<Entry> entries;
  for (const auto& [name, node] : folder->names) {
    entries.push_back({name, node->is_folder, static_cast<int64_t>(node->bytes.size())});
  }
  return entries;
}

Result<int64_t> FaultyFileSystem::free_bytes(const std::string&) {
  const std::lock_guard lock(disk_->mutex);
  if (const int number = disk_->enter(false); number != 0) return disk_error(number);
  return disk_->is_full ? 0 : disk_->free;
}

Result<std::unique_ptr<FolderLock>> FaultyFileSystem::lock(const std::string& file) {
  const std::lock_guard lock(disk_->mutex);
  if (const int number = disk_->enter(false); number != 0) return disk_error(number);
  if (!disk_->locks.insert(file).second) {
    return make_error(ErrorCode::kOfflineBusy, "the folder is locked", EWOULDBLOCK);
  }
  return std::unique_ptr<FolderLock>(std::make_unique<Lock>(disk_, file));
}

}  // namespace playhead::test
