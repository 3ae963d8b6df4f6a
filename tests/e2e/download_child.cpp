// SPDX-License-Identifier: Apache-2.0
// Downloads one title and ends; killed at any moment by whoever started it.
//   download_child get API_URL TOKEN FOLDER TITLE [pump]   lines: "have N" finished resources that
//   an
//                                                          earlier life left, then "completed ID"
//   download_child list FOLDER ID                           a line for each resource: hash and name
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "playhead/offline/download_manager.h"
#include "store/download_store.h"
#include "store/layout.h"
#include "vault/device_sealer.h"
#include "vault/file_device_keys.h"
#include "vault/vault_reader.h"

namespace {

using namespace playhead;
using namespace playhead::offline;

class Watch final : public DownloadListener {
 public:
  void on_download_changed(const DownloadStatus& status) override {
    const std::lock_guard lock(mutex_);
    const bool is_over =
        status.state == DownloadState::kCompleted || status.state == DownloadState::kFailed;
    if (!is_over) return;
    status_ = status;
    is_over_ = true;
    over_.notify_all();
  }
  void on_download_removed(const std::string&) override {}
  DownloadStatus wait() {
    std::unique_lock lock(mutex_);
    over_.wait(lock, [this] { return is_over_; });
    return status_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool is_over_ = false;
  DownloadStatus status_;
};

int fail(const char* what, const Error& error) {
  std::printf("%s: %s\n", what, describe(error).c_str());
  return 1;
}

// Of all downloads, by the journal alone.
int64_t finished_resources(const std::string& folder) {
  const auto files = make_file_system();
  if (!files->make_folder(folder)) return -1;
  const auto store = DownloadStore::open(*files, folder);
  if (!store) return -1;
  const auto rows = (*store)->list();
  int64_t count = rows ? 0 : -1;
  if (!rows) return count;
  for (const DownloadRow& row : *rows) count += row.resources_done;
  return count;
}

int get(const std::vector<std::string>& arguments) {
  std::printf("have %lld\n", static_cast<long long>(finished_resources(arguments[4])));
  std::fflush(stdout);
  ClientConfig config;
  config.api_url = arguments[2];
  config.token_provider = [token = arguments[3]](bool, TokenCallback done) { done(token); };
  auto client = Client::create(std::move(config));
  if (!client) return fail("client", client.error());
  OfflineConfig offline;
  offline.path = arguments[4];
  offline.free_space_floor = 0;
  offline.runs_by_itself = arguments.size() < 7;
  Watch watch;
  auto manager = DownloadManager::open(*client, offline, &watch);
  if (!manager) return fail("manager", manager.error());
  DownloadRequest request;
  request.title_id = arguments[5];
  const auto id = (*manager)->add(request);
  if (!id) return fail("add", id.error());
  auto status = (*manager)->find(*id);
  if (!status) return fail("find", status.error());
  if (!offline.runs_by_itself) {
    while ((*manager)->pump(50ms)) {
    }
    status = (*manager)->find(*id);
  } else if (status->state != DownloadState::kCompleted) {
    status = watch.wait();
  }
  if (status->state != DownloadState::kCompleted) {
    return fail("download", status->failure ? status->failure->error : Error{});
  }
  std::printf("completed %s\n", id->c_str());
  return 0;
}

int list(const std::string& folder, const std::string& id) {
  std::shared_ptr<FileSystem> files = make_file_system();
  auto store = DownloadStore::open(*files, folder);
  if (!store) return fail("store", store.error());
  const auto keys = make_file_device_keys(files, folder);
  auto sealer = make_device_sealer(*keys);
  if (!sealer) return fail("sealer", sealer.error());
  const auto sealed = (*store)->sealed_records(id);
  if (!sealed) return fail("records", sealed.error());
  const auto download = (*store)->find(id);
  if (!download) return fail("row", download.error());
  auto key = ContentKey::unwrap(**sealer, key_owner(download->added), sealed->content_key);
  if (!key) return fail("key", key.error());
  const auto rows = (*store)->resources(id, 0, 100'000);
  if (!rows) return fail("rows", rows.error());
  for (const ResourceRow& row : *rows) {
    auto reader =
        VaultReader::open(*files, layout::file(folder, id, row.file), *key, {id, row.file});
    if (!reader) return fail("file", reader.error());
    if (auto begun = reader->expect(row.digest); !begun) return fail("digest", begun.error());
    std::vector<uint8_t> bytes(static_cast<std::size_t>(reader->size()));
    if (auto read = reader->read_at(0, bytes); !read) return fail("read", read.error());
    const auto is_it = reader->is_expected();
    if (!is_it) return fail("digest", is_it.error());
    if (!*is_it) return fail("digest", make_error(ErrorCode::kOfflineDamaged, row.file));
    const auto digest = sha256(bytes);
    if (!digest) return fail("hash", digest.error());
    for (const uint8_t byte : *digest) std::printf("%02x", byte);
    const std::string& name = row.planned.key.stable_key;
    std::printf(" %s\n", name.substr(name.rfind('/') + 1).c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  if (arguments.size() >= 6 && arguments[1] == "get") return get(arguments);
  if (arguments.size() == 4 && arguments[1] == "list") return list(arguments[2], arguments[3]);
  std::printf("see the top of the source\n");
  return 2;
}
