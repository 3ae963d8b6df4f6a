// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "files/file_system.h"

namespace playhead::offline {
namespace {

// macOS refuses more than INT_MAX bytes in one call, Linux shortens it.
constexpr std::size_t kMaxCallBytes = std::size_t{1} << 30;

Error disk_error(const std::string& what, int number) {
  const bool is_full = number == ENOSPC || number == EDQUOT;
  return make_error(is_full ? ErrorCode::kStoreFull : ErrorCode::kStoreIo, what, number);
}

// The last part of a path: names of downloads are ids; the folders above may name a person.
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

// A call is made again when a signal interrupted it.
template <typename Call>
auto again(const Call& call) {
  auto answer = call();
  while (answer < 0 && errno == EINTR) answer = call();
  return answer;
}

class OwnedDescriptor {
 public:
  explicit OwnedDescriptor(int number) : number_(number) {}
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  OwnedDescriptor(const OwnedDescriptor&) = delete;
  OwnedDescriptor& operator=(const OwnedDescriptor&) = delete;
  // Not again after EINTR: the number may be another file's by then.
  ~OwnedDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

OwnedDescriptor open_file(const std::string& path, int flags) {
  return OwnedDescriptor(
      again([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600); }));
}

// 0, or errno.
int flush(int file) {
#ifdef F_FULLFSYNC
  // fsync() of Apple's systems stops at the drive's own memory.
  if (again([&] { return ::fcntl(file, F_FULLFSYNC); }) == 0) return 0;
    // Refused on some network and foreign file systems: what is left is fsync().
#endif
  return again([&] { return ::fsync(file); }) == 0 ? 0 : errno;
}

class PosixFile final : public File {
 public:
  PosixFile(OwnedDescriptor file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {}

  Result<void> append(ByteView bytes) override {
    while (!bytes.empty()) {
      const std::size_t count = std::min(bytes.size(), kMaxCallBytes);
      const auto written = again([&] { return ::write(file_.get(), bytes.data(), count); });
      if (written < 0) return disk_error(name_ + " cannot be written", errno);
      if (written == 0) return disk_error(name_ + " takes no bytes", ENOSPC);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<std::size_t> read_at(int64_t offset, std::span<uint8_t> out) override {
    if (offset < 0) return make_error(ErrorCode::kInvalidArgument, "a negative offset");
    std::size_t done = 0;
    while (done < out.size()) {
      const std::size_t count = std::min(out.size() - done, kMaxCallBytes);
      const auto at = static_cast<off_t>(offset + static_cast<int64_t>(done));
      const auto read = again([&] { return ::pread(file_.get(), out.data() + done, count, at); });
      if (read < 0) return disk_error(name_ + " cannot be read", errno);
      if (read == 0) break;
      done += static_cast<std::size_t>(read);
    }
    return done;
  }

  Result<int64_t> size() override {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) {
      return disk_error("the size of " + name_ + " is not known", errno);
    }
    return static_cast<int64_t>(status.st_size);
  }

  Result<void> truncate(int64_t size) override {
    if (size < 0) return make_error(ErrorCode::kInvalidArgument, "a negative size");
    if (again([&] { return ::ftruncate(file_.get(), static_cast<off_t>(size)); }) != 0) {
      return disk_error(name_ + " cannot be cut", errno);
    }
    return {};
  }

  Result<void> sync() override {
    if (!sync_error_) {
      if (const int number = flush(file_.get()); number != 0) {
        sync_error_ = disk_error(name_ + " cannot be made durable", number);
      }
    }
    return sync_error_ ? Result<void>(*sync_error_) : Result<void>();
  }

 private:
  OwnedDescriptor file_;
  std::string name_;
  // Kernels report a lost write once and mark its pages clean: a second fsync() would claim
  // success.
  std::optional<Error> sync_error_;
};

class PosixLock final : public FolderLock {
 public:
  explicit PosixLock(OwnedDescriptor file) : file_(std::move(file)) {}

 private:
  OwnedDescriptor file_;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<void> make_folder(const std::string& path) override {
    int number = ::mkdir(path.c_str(), 0700) == 0 ? 0 : errno;
    if (number == ENOENT && path.find('/', 1) != std::string::npos) {
      if (auto made = make_folder(folder_of(path)); !made) return made;
      number = ::mkdir(path.c_str(), 0700) == 0 ? 0 : errno;
    }
    struct stat status {};
    const bool is_there =
        number == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    if (number != 0 && !is_there) {
      return disk_error("the folder " + name_of(path) + " cannot be made", number);
    }
    // One that is there, too: whoever made it may have been killed before this. The folders above
    // an app's own may be closed to it; their names are older than the app.
    auto synced = sync_folder(folder_of(path));
    return is_there && !synced && synced.error().detail == EACCES ? Result<void>() : synced;
  }

  Result<std::unique_ptr<File>> open_for_reading(const std::string& path) override {
    return opened(open_file(path, O_RDONLY), path);
  }

  Result<std::unique_ptr<File>> open_for_appending(const std::string& path) override {
    return opened(open_file(path, O_RDWR | O_CREAT | O_APPEND), path);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return disk_error(name_of(from) + " cannot be renamed", errno);
  }

  Result<void> remove(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);  // links are removed, not followed
    if (!error) return {};
    return disk_error(name_of(path) + " cannot be removed", error.value());
  }

  Result<void> sync_folder(const std::string& path) override {
    // Through links: the app may keep its downloads behind one.
    const OwnedDescriptor folder(
        again([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (folder.get() < 0) return disk_error("a folder cannot be opened", errno);
    const int number = flush(folder.get());
    // Some network and foreign file systems know no such call for folders: nobody can do more
    // there.
    if (number == 0 || number == EINVAL || number == ENOTSUP) return {};
    return disk_error("a folder cannot be made durable", number);
  }

  Result<std::vector<Entry>> list(const std::string& path) override {
    std::error_code error;
    std::vector<Entry> entries;
    std::filesystem::directory_iterator at(path, error);
    for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
      std::error_code gone;  // removed meanwhile, or no plain file: 0 bytes
      Entry entry{at->path().filename().string(), false, 0};
      const auto status = at->symlink_status(gone);
      entry.is_folder = std::filesystem::is_directory(status);
      if (std::filesystem::is_regular_file(status)) {
        const std::uintmax_t size = at->file_size(gone);
        if (!gone) entry.size = static_cast<int64_t>(size);
      }
      entries.push_back(std::move(entry));
    }
    if (!error) return entries;
    if (error.value() == ENOENT) return make_error(ErrorCode::kNotFound, name_of(path), ENOENT);
    return disk_error("the folder " + name_of(path) + " cannot be listed", error.value());
  }

  Result<int64_t> free_bytes(const std::string& path) override {
    struct statvfs status {};
    if (again([&] { return ::statvfs(path.c_str(), &status); }) != 0) {
      return disk_error("the free space is not known", errno);
    }
    constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    const uint64_t block = std::max<uint64_t>(status.f_frsize, 1);
    const uint64_t blocks = std::min<uint64_t>(status.f_bavail, kMost / block);
    return static_cast<int64_t>(blocks * block);
  }

  Result<std::unique_ptr<FolderLock>> lock(const std::string& file) override {
    OwnedDescriptor opened = open_file(file, O_RDWR | O_CREAT);
    if (opened.get() < 0) return disk_error("the lock cannot be made", errno);
    if (again([&] { return ::flock(opened.get(), LOCK_EX | LOCK_NB); }) == 0) {
      return std::unique_ptr<FolderLock>(std::make_unique<PosixLock>(std::move(opened)));
    }
    const int number = errno;
    if (number != EWOULDBLOCK) return disk_error("the folder cannot be locked", number);
    return make_error(ErrorCode::kOfflineBusy, "the folder is locked", number);
  }

 private:
  static Result<std::unique_ptr<File>> opened(OwnedDescriptor file, const std::string& path) {
    const int number = errno;
    if (file.get() >= 0) {
      return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(file), name_of(path)));
    }
    if (number == ENOENT) return make_error(ErrorCode::kNotFound, name_of(path), number);
    return disk_error(name_of(path) + " cannot be opened", number);
  }
};

}  // namespace

std::unique_ptr<FileSystem> make_file_system() { return std::make_unique<PosixFileSystem>(); }

}  // namespace playhead::offline
