// SPDX-License-Identifier: Apache-2.0
#include "vault/file_device_keys.h"

#include <algorithm>
#include <array>
#include <utility>

#include "vault/crypto.h"

namespace playhead::offline {
namespace {

// "PHDK" ‖ version ‖ 32 bytes of key ‖ the first 8 of the SHA-256 of all that.
constexpr std::array<uint8_t, 5> kMagic = {'P', 'H', 'D', 'K', 1};
constexpr std::size_t kSumAt = kMagic.size() + std::tuple_size_v<DeviceKey>;
constexpr std::size_t kSumBytes = 8;
constexpr std::size_t kFileBytes = kSumAt + kSumBytes;

// Wiped, for the key is in it.
class KeyFile {
 public:
  KeyFile() = default;
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;
  ~KeyFile() { wipe(bytes_); }

  std::span<uint8_t> bytes() { return bytes_; }
  std::span<uint8_t> key() { return bytes().subspan(kMagic.size(), std::tuple_size_v<DeviceKey>); }
  std::span<uint8_t> sum() { return bytes().subspan(kSumAt); }
  std::span<uint8_t> magic() { return bytes().first(kMagic.size()); }
  Result<Sha256Digest> digest() { return sha256(bytes().first(kSumAt)); }

 private:
  std::array<uint8_t, kFileBytes> bytes_{};
};

class FileDeviceKeys final : public DeviceKeys {
 public:
  FileDeviceKeys(std::shared_ptr<FileSystem> files, std::string folder)
      : files_(std::move(files)), folder_(std::move(folder)) {}

  Result<DeviceKey> get() override {
    auto file = files_->open_for_reading(path());
    if (!file && file.error().code == ErrorCode::kNotFound) return create();
    if (!file) return file.error();
    PLAYHEAD_TRY(DeviceKey key, read(**file));
    // Its name may not be on disk for good yet: create() failed at its last step.
    auto done = files_->sync_folder(folder_);
    if (done) return key;
    wipe(key);
    return done.error();
  }

 private:
  [[nodiscard]] std::string path() const { return folder_ + "/device.key"; }

  static Result<DeviceKey> read(File& file) {
    KeyFile content;
    PLAYHEAD_TRY(const int64_t size, file.size());
    PLAYHEAD_TRY(const std::size_t count, file.read_at(0, content.bytes()));
    PLAYHEAD_TRY(const Sha256Digest sum, content.digest());
    const bool is_whole = size == static_cast<int64_t>(kFileBytes) && count == kFileBytes &&
                          is_same(content.magic(), kMagic) &&
                          is_same(content.sum(), ByteView(sum).first(kSumBytes));
    if (!is_whole) {
      return make_error(ErrorCode::kOfflineOtherDevice, "the file of the device key is damaged");
    }
    DeviceKey key{};
    std::copy(content.key().begin(), content.key().end(), key.begin());
    return key;
  }

  // The key is on disk for good before anything is sealed with it.
  Result<DeviceKey> create() {
    KeyFile content;
    std::copy(kMagic.begin(), kMagic.end(), content.magic().begin());
    if (auto done = fill_random(content.key()); !done) return done.error();
    PLAYHEAD_TRY(const Sha256Digest sum, content.digest());
    std::copy_n(sum.begin(), kSumBytes, content.sum().begin());
    if (auto written = write(content); !written) return written.error();
    DeviceKey key{};
    std::copy(content.key().begin(), content.key().end(), key.begin());
    return key;
  }

  Result<void> write(KeyFile& content) {
    if (auto made = files_->make_folder(folder_); !made) return made;
    const std::string part = path() + ".part";
    if (auto removed = files_->remove(part); !removed) return removed;
    PLAYHEAD_TRY(const std::unique_ptr<File> file, files_->open_for_appending(part));
    if (auto done = file->append(content.bytes()); !done) return done;
    if (auto done = file->sync(); !done) return done;
    if (auto done = files_->rename(part, path()); !done) return done;
    return files_->sync_folder(folder_);
  }

  const std::shared_ptr<FileSystem> files_;
  const std::string folder_;
};

}  // namespace

std::unique_ptr<DeviceKeys> make_file_device_keys(std::shared_ptr<FileSystem> files,
                                                  const std::string& folder) {
  return std::make_unique<FileDeviceKeys>(std::move(files), folder);
}

}  // namespace playhead::offline
