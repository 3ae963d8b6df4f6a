// SPDX-License-Identifier: Apache-2.0
#include "engine/download_rig.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "store/layout.h"
#include "support/web_dates.h"
#include "vault/device_sealer.h"
#include "vault/file_device_keys.h"
#include "vault/vault_reader.h"

namespace playhead::offline::test {

namespace {

using playhead::test::http_date;

class TestFile final : public File {
 public:
  TestFile(std::unique_ptr<File> real, std::shared_ptr<TestDisk::DiskFault> fault,
           std::shared_ptr<int64_t> appended, std::shared_ptr<int64_t> read)
      : real_(std::move(real)),
        fault_(std::move(fault)),
        appended_(std::move(appended)),
        read_(std::move(read)) {}
  Result<void> append(ByteView bytes) override {
    if (auto able = fault_->at(TestDisk::Step::kAppend); !able) return able;
    *appended_ += static_cast<int64_t>(bytes.size());
    return real_->append(bytes);
  }
  Result<std::size_t> read_at(int64_t offset, std::span<uint8_t> out) override {
    auto count = real_->read_at(offset, out);
    if (count) *read_ += static_cast<int64_t>(*count);
    return count;
  }
  Result<int64_t> size() override { return real_->size(); }
  Result<void> truncate(int64_t size) override { return real_->truncate(size); }
  Result<void> sync() override {
    if (auto able = fault_->at(TestDisk::Step::kSync); !able) return able;
    return real_->sync();
  }

 private:
  std::unique_ptr<File> real_;
  std::shared_ptr<TestDisk::DiskFault> fault_;
  std::shared_ptr<int64_t> appended_;
  std::shared_ptr<int64_t> read_;
};

std::shared_ptr<Executor> borrowed(Executor& executor) {
  return {std::shared_ptr<void>(), &executor};
}

}  // namespace

Result<void> TestDisk::DiskFault::at(Step now) const {
  if (step != now) return {};
  return make_error(code, "as the test wants it", code == ErrorCode::kStoreFull ? 28 : 5);
}

Result<std::unique_ptr<File>> TestDisk::open_for_appending(const std::string& path) {
  const bool is_media = path.find("/content/") != std::string::npos;
  if (is_media) {
    if (auto able = fault_->at(Step::kCreate); !able) return std::move(able).error();
  }
  PLAYHEAD_TRY(auto file, real_->open_for_appending(path));
  if (!is_media) return file;
  return std::unique_ptr<File>(
      std::make_unique<TestFile>(std::move(file), fault_, appended_, read_));
}

Result<std::unique_ptr<File>> TestDisk::open_for_reading(const std::string& path) {
  PLAYHEAD_TRY(auto file, real_->open_for_reading(path));
  if (path.find("/content/") == std::string::npos) return file;
  return std::unique_ptr<File>(
      std::make_unique<TestFile>(std::move(file), fault_, appended_, read_));
}

Result<void> TestDisk::rename(const std::string& from, const std::string& to) {
  if (auto able = fault_->at(Step::kRename); !able) return able;
  return real_->rename(from, to);
}

SimTitle small_title(int segments) {
  SimTitle title;
  title.segments = segments;
  title.bitrates_bps = {400'000, 900'000};
  return title;
}

std::size_t content_folders(const DownloadRig& rig) {
  std::size_t count = 0;
  const std::filesystem::path content = rig.config.path + "/content";
  if (!std::filesystem::exists(content)) return 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(content)) ++count;
  return count;
}

DownloadRig::DownloadRig(SimTitle title, uint64_t seed) : world(seed, std::move(title)) {
  world.service.url = "https://api.test";
  config.path = folder.path("downloads");
  auto& transport = *world.transport;
  // Real services say what time it is.
  transport.serve([this](const WebRequest& request) {
    auto answer = world.service.answer(request);
    if (answer) answer->headers.push_back({"Date", http_date(world.executor.wall_now())});
    return answer;
  });
  transport.serve([this](const WebRequest& request) -> std::optional<WebAnswer> {
    return host ? host(request) : std::nullopt;
  });
  world.start_app();
}

DownloadRig::~DownloadRig() { manager.reset(); }

void DownloadRig::open() {
  ManagerWorld parts{disk, std::make_shared<TestClock>(world.executor, device),
                     borrowed(world.executor), licences, lanes};
  auto opened = DownloadManager::Impl::open(world.client, config, &told, std::move(parts));
  REQUIRE_MESSAGE(opened, describe(opened.error()));
  manager = *std::move(opened);
}

void DownloadRig::close() { manager.reset(); }

std::string DownloadRig::add(DownloadRequest request) {
  if (request.title_id.empty() && request.url.empty()) request.title_id = "m1";
  const auto id = manager->add(request);
  REQUIRE_MESSAGE(id, describe(id.error()));
  return *id;
}

DownloadStatus DownloadRig::status(const std::string& id) {
  const auto found = manager->find(id);
  REQUIRE_MESSAGE(found, describe(found.error()));
  return *found;
}

bool DownloadRig::run_until(const std::string& id, DownloadState state, Duration limit) {
  return world.executor.run_until_true(
      [&] {
        const auto found = manager->find(id);
        return found && found->state == state;
      },
      limit);
}

std::vector<std::string> DownloadRig::requests(const std::string& part) const {
  std::vector<std::string> urls;
  for (const auto& record : world.transport->records()) {
    if (record.url.rfind("https://api.test", 0) == 0) continue;
    const std::string url = record.url.substr(0, record.url.find('?'));
    if (url.find(part) != std::string::npos) urls.push_back(url);
  }
  return urls;
}

int DownloadRig::check_bytes(const std::string& id) {
  close();
  std::shared_ptr<FileSystem> files = make_file_system();
  int compared = 0;
  {
    auto store = DownloadStore::open(*files, config.path);
    REQUIRE_MESSAGE(store, describe(store.error()));
    const auto keys = make_file_device_keys(files, config.path);
    auto sealer = make_device_sealer(*keys);
    REQUIRE(sealer);
    const auto sealed = (*store)->sealed_records(id);
    REQUIRE(sealed);
    const auto row = (*store)->find(id);
    REQUIRE(row);
    auto key = ContentKey::unwrap(**sealer, key_owner(row->added), sealed->content_key);
    REQUIRE_MESSAGE(key, describe(key.error()));
    const auto rows = (*store)->resources(id, 0, 100'000);
    REQUIRE(rows);
    std::string file;  // what `expected` is of: many ranges are of one
    std::optional<std::string> expected;
    for (const ResourceRow& row : *rows) {
      CAPTURE(row.planned.key.stable_key);
      REQUIRE(row.state == ResourceState::kDone);
      const bool is_document = row.planned.kind == ResourceKind::kManifest ||
                               row.planned.kind == ResourceKind::kPlaylist;
      auto reader =
          VaultReader::open(*files, layout::file(config.path, id, row.file), *key, {id, row.file});
      REQUIRE_MESSAGE(reader, describe(reader.error()));
      std::vector<uint8_t> bytes(static_cast<std::size_t>(reader->size()));
      REQUIRE(reader->read_at(0, bytes));
      REQUIRE(reader->expect(row.digest));
      CHECK(*reader->is_expected());
      CHECK(row.planned.size == reader->size());
      ++compared;
      if (is_document) continue;  // personalised
      if (!expected || row.planned.key.stable_key != file) {
        file = row.planned.key.stable_key;
        expected = more ? more(file) : std::nullopt;
        if (!expected) expected = world.title.body(file);
      }
      REQUIRE(expected);
      std::string_view part = *expected;
      if (const auto& range = row.planned.key.range) {
        part = part.substr(static_cast<std::size_t>(range->first),
                           static_cast<std::size_t>(range->length()));
      }
      CHECK((as_text(bytes) == part));
    }
  }
  open();
  return compared;
}

}  // namespace playhead::offline::test
