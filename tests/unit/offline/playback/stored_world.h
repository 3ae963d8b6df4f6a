// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playback/offline_library_impl.h"
#include "support/temp_folder.h"
#include "support/virtual_executor.h"
#include "unit/offline/vault_world.h"

// Downloads as they lie on a disk: real files, a real journal, real rights; virtual time.
namespace playhead::offline::test {

using playhead::test::TempFolder;
using playhead::test::VirtualExecutor;

// A device whose clock is right and that is never restarted.
class VirtualClock final : public ClockSource {
 public:
  explicit VirtualClock(const VirtualExecutor& executor) : executor_(executor) {}
  ClockFacts read() override {
    return {executor_.wall_now(), Duration{executor_.now().us}, "the only boot"};
  }

 private:
  const VirtualExecutor& executor_;
};

class StoredWorld {
 public:
  struct File {
    std::string url;
    std::string body;
    std::optional<ByteRange> range{};  // of the resource at that URL
    ResourceState state = ResourceState::kDone;
    std::string final_url{};
    ResourceKind kind = ResourceKind::kMedia;
    std::string track = "t";
  };
  struct Title {
    std::string id = "d-1";
    std::string title_id = "m1";
    std::string manifest_url = "https://cdn.test/t/main.m3u8?sig=1";
    std::string tracks;
    DownloadState state = DownloadState::kCompleted;
    std::vector<File> files;
    std::optional<Duration> expires_in, playback;
  };

  StoredWorld();
  ~StoredWorld();

  // Puts it there as the download engine would.
  void add(const Title& title);
  // A file that was on its way is there.
  void finish(const std::string& id, const File& file);
  [[nodiscard]] std::string path_of(const std::string& id, const std::string& url,
                                    std::optional<ByteRange> range = {});
  [[nodiscard]] ResourceRow row_of(const std::string& id, const std::string& url,
                                   std::optional<ByteRange> range = {});
  Result<std::unique_ptr<OfflineTitle>> open(const std::string& id);
  // The same when it must open.
  std::unique_ptr<OfflineTitle> opened(const std::string& id = "d-1");

  TempFolder folder;
  VirtualExecutor executor;
  VirtualClock source{executor};
  FixedKeys keys{1};
  std::unique_ptr<FileSystem> files = make_file_system();
  std::unique_ptr<Sealer> sealer = sealer_of(1);
  std::unique_ptr<TrustedClock> clock;
  std::unique_ptr<DownloadStore> store;
  std::map<std::string, std::shared_ptr<TitleRights>> rights;
  bool can_keep_rights = true;       // the disk takes the record of a first play
  std::vector<std::string> damaged;  // ids the library told of
  std::shared_ptr<OfflineLibraryImpl> library;

 private:
  void write(const std::string& id, const File& file);

  std::map<std::string, ContentKey> content_keys_;
};

// A request and what it was answered.
struct Answer {
  std::string order;  // 'h', 'b', 'd'; runs of 'b' are one
  ResponseHead head;
  std::string body;
  std::optional<Result<TransferStats>> done;
  CancelHandle handle;

  [[nodiscard]] ErrorCode error() const {
    return done && !*done ? done->error().code : ErrorCode::kInternal;
  }
};
std::unique_ptr<Answer> ask(Transport& transport, Executor& executor, const std::string& url,
                            std::optional<ByteRange> range = {}, const std::string& method = "GET");

}  // namespace playhead::offline::test
