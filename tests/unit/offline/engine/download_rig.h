// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/manager_impl.h"
#include "playhead/offline/download_manager.h"
#include "support/sim_world.h"
#include "support/temp_folder.h"
#include "trust/clock_source.h"

// A download manager in the simulated world, over real files: what tests of it have in common.
namespace playhead::offline::test {

using playhead::test::SimTitle;
using playhead::test::SimWorld;
using playhead::test::TempFolder;
using playhead::test::WebAnswer;
using playhead::test::WebRequest;

// The system's files, and what a test makes of the disk.
class TestDisk final : public FileSystem {
 public:
  // Of media files: what cannot be done.
  enum class Step : uint8_t { kNothing, kCreate, kAppend, kSync, kRename };

  Result<void> make_folder(const std::string& path) override { return real_->make_folder(path); }
  Result<std::unique_ptr<File>> open_for_reading(const std::string& path) override;
  Result<std::unique_ptr<File>> open_for_appending(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override {
    if (failing_removals <= 0) return real_->remove(path);
    --failing_removals;
    return make_error(ErrorCode::kStoreIo, "as the test wants it", 5);
  }
  Result<void> sync_folder(const std::string& path) override { return real_->sync_folder(path); }
  Result<std::vector<Entry>> list(const std::string& path) override { return real_->list(path); }
  Result<int64_t> free_bytes(const std::string&) override { return *free_; }
  Result<std::unique_ptr<FolderLock>> lock(const std::string& file) override {
    return real_->lock(file);
  }

  int failing_removals = 0;
  // Of media files, since the beginning.
  [[nodiscard]] int64_t bytes_appended() const { return *appended_; }
  [[nodiscard]] int64_t bytes_read() const { return *read_; }
  void set_free_bytes(int64_t bytes) { *free_ = bytes; }
  struct DiskFault {
    Step step = Step::kNothing;
    ErrorCode code = ErrorCode::kStoreFull;
    [[nodiscard]] Result<void> at(Step now) const;
  };
  void fail(Step step, ErrorCode code = ErrorCode::kStoreFull) { *fault_ = {step, code}; }

 private:
  std::unique_ptr<FileSystem> real_ = make_file_system();
  std::shared_ptr<int64_t> appended_ = std::make_shared<int64_t>(0);
  std::shared_ptr<int64_t> read_ = std::make_shared<int64_t>(0);
  std::shared_ptr<int64_t> free_ = std::make_shared<int64_t>(int64_t{100} << 30);
  std::shared_ptr<DiskFault> fault_ = std::make_shared<DiskFault>();
};

// What is done to the device's clocks.
struct TestDevice {
  Duration set_by{0};  // the system's clock, against the truth
  Duration slept{0};   // so far; nothing ran meanwhile
  int boots = 1;
  MonotonicTime booted;
};

// The device's clocks: those of the simulation, and what a test does to them.
class TestClock final : public ClockSource {
 public:
  TestClock(Executor& executor, std::shared_ptr<const TestDevice> device)
      : executor_(executor), device_(std::move(device)) {}
  ClockFacts read() override {
    return {executor_.wall_now() + device_->slept + device_->set_by,
            executor_.now() + device_->slept - device_->booted,
            "boot-" + std::to_string(device_->boots)};
  }

 private:
  Executor& executor_;
  const std::shared_ptr<const TestDevice> device_;
};

struct Told final : DownloadListener {
  void on_download_changed(const DownloadStatus& status) override {
    changes.push_back(status);
    last = status;
  }
  void on_download_removed(const std::string& id) override { removed.push_back(id); }
  std::vector<DownloadStatus> changes;
  std::vector<std::string> removed;
  DownloadStatus last;
};

// Two pictures, segments of four seconds.
[[nodiscard]] SimTitle small_title(int segments = 10);

class DownloadRig {
 public:
  explicit DownloadRig(SimTitle title = {}, uint64_t seed = 1);
  ~DownloadRig();

  // The process begins, ends in good order, or is gone at once.
  void open();
  void close();

  std::string add(DownloadRequest request = {});
  [[nodiscard]] DownloadStatus status(const std::string& id);
  // False after `limit` of virtual time.
  bool run_until(const std::string& id, DownloadState state, Duration limit = 10min);
  void run_for(Duration duration) { world.run_for(duration); }
  // Media, init and key requests so far, without their queries.
  [[nodiscard]] std::vector<std::string> requests(const std::string& part = "") const;
  // Reads every resource of a complete download back and compares it with what the host has.
  // Answers how many.
  int check_bytes(const std::string& id);

  SimWorld world;
  TempFolder folder;
  OfflineConfig config;
  std::shared_ptr<TestDisk> disk = std::make_shared<TestDisk>();
  std::shared_ptr<TestDevice> device = std::make_shared<TestDevice>();
  Told told;
  std::vector<std::shared_ptr<Executor>> lanes;  // of the next open(); none: no threads
  std::shared_ptr<LicenceKeeper> licences;       // of the next open(); null: the client's
  std::unique_ptr<DownloadManager> manager;
  // What the host has beside the title; nothing: ask the title. And how it answers for it.
  std::function<std::optional<std::string>(const std::string& url)> more;
  std::function<std::optional<WebAnswer>(const WebRequest&)> host;
};

// Folders of downloads, on the disk.
[[nodiscard]] std::size_t content_folders(const DownloadRig& rig);

}  // namespace playhead::offline::test
