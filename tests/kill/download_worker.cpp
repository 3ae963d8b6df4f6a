// SPDX-License-Identifier: Apache-2.0
// Downloads titles and tells each thing as it becomes true, one line each, written at once; whoever
// started it may kill it at any moment.
//   download_worker get API_URL TOKEN FOLDER TITLE...  "open", "has ID TITLE BYTES whole|part
//   PRIORITY
//                                                      paused|not", "listed", "done ID TITLE"
//   download_worker get-and-tell ...                   and what each call has asked for, when it
//                                                      returns: "added ID TITLE", "priority ID N",
//                                                      "paused ID"; "resumes ID" before it is
//                                                      called
//   download_worker get-and-lie ...                    says "done" of each when it begins, and is
//                                                      gone: for those who check
//   download_worker renew API_URL TOKEN FOLDER         "open", "renewed ID" for each download
//   download_worker remove FOLDER                      "open", "has …", "listed", "removed ID"
//   download_worker export FOLDER OUT                  a JSON object for each resource of complete
//                                                      titles; its media in OUT/<row>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/download_folder.h"
#include "playhead/offline/download_manager.h"
#include "store/layout.h"
#include "trust/clock_source.h"
#include "vault/content_key.h"
#include "vault/vault_reader.h"

namespace {

using namespace playhead;
using namespace playhead::offline;

constexpr std::size_t kRowsAtOnce = 1'000;
constexpr std::size_t kBytesAtOnce = 1 << 20;

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

int fail(const char* what, const Error& error) {
  say(std::string("failed ") + what + ": " + describe(error));
  return 1;
}

// What is still to come; told on the client's thread, waited for on the main one.
class Watch final : public DownloadListener {
 public:
  void on_download_changed(const DownloadStatus& status) override {
    const std::lock_guard lock(mutex_);
    if (status.state == DownloadState::kCompleted) finish(status);
    if (status.state == DownloadState::kFailed && status.failure) {
      failure_ = describe(status.failure->error);
    }
    note_renewal(status);
    changed_.notify_all();
  }
  void on_download_removed(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    if (open_.erase(id) > 0) say("removed " + id);
    changed_.notify_all();
  }

  void expect(const std::string& id) {
    const std::lock_guard lock(mutex_);
    open_.insert(id);
  }
  // For what was complete before anybody listened.
  void look_at(const DownloadStatus& status) {
    const std::lock_guard lock(mutex_);
    if (status.state == DownloadState::kCompleted) finish(status);
  }
  // Its permission is asked for anew: told of, and then that it was answered.
  void expect_renewal(const std::string& id) {
    const std::lock_guard lock(mutex_);
    open_.insert(id);
    renewals_[id] = false;
  }
  // "" when all expected came to pass, else why one did not.
  std::string wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_.empty() || !failure_.empty(); });
    return failure_;
  }

 private:
  void finish(const DownloadStatus& status) {
    if (open_.erase(status.id) > 0) say("done " + status.id + " " + status.request.title_id);
  }

  void note_renewal(const DownloadStatus& status) {
    const auto found = renewals_.find(status.id);
    if (found == renewals_.end()) return;
    if (status.rights == RightsState::kRenewing) {
      found->second = true;
    } else if (found->second) {
      const bool is_well =
          status.rights == RightsState::kValid || status.rights == RightsState::kExpiring;
      if (!is_well) failure_ = "a renewal of " + status.id + " came to nothing";
      renewals_.erase(found);
      if (open_.erase(status.id) > 0 && is_well) say("renewed " + status.id);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  // Under mutex_.
  std::set<std::string> open_;
  std::map<std::string, bool> renewals_;  // by id: it is under way
  std::string failure_;
};

Result<std::unique_ptr<DownloadManager>> open_manager(const std::string& api,
                                                      const std::string& token,
                                                      const std::string& folder, Watch& watch) {
  ClientConfig config;
  config.api_url = api;
  config.token_provider = [token](bool, TokenCallback done) { done(token); };
  PLAYHEAD_TRY(auto client, Client::create(std::move(config)));
  OfflineConfig offline;
  offline.path = folder;
  offline.free_space_floor = 0;
  offline.parallel_titles = 4;
  return DownloadManager::open(std::move(client), std::move(offline), &watch);
}

void say_known(const std::vector<DownloadStatus>& known) {
  for (const DownloadStatus& status : known) {
    say("has " + status.id + " " + status.request.title_id + " " +
        std::to_string(status.bytes_done) +
        (status.state == DownloadState::kCompleted ? " whole " : " part ") +
        std::to_string(status.request.priority) +
        (status.state == DownloadState::kPaused ? " paused" : " not"));
  }
  say("listed");
}

// Each call, and that it has returned: what it asks for is on disk by then.
Result<void> tell_all(DownloadManager& manager, const std::string& id, const std::string& title) {
  say("added " + id + " " + title);
  PLAYHEAD_TRY(const DownloadStatus status, manager.find(id));
  const int priority = status.request.priority + 1;
  if (auto set = manager.set_priority(id, priority); !set) return set;
  say("priority " + id + " " + std::to_string(priority));
  if (auto paused = manager.pause(id); !paused) return paused;
  say("paused " + id);
  say("resumes " + id);
  return manager.resume(id);
}

int get(const std::vector<std::string>& words) {
  const bool lies = words[1] == "get-and-lie";
  Watch watch;
  auto manager = open_manager(words[2], words[3], words[4], watch);
  if (!manager) return fail("open", manager.error());
  say("open");
  const auto known = (*manager)->list();
  if (!known) return fail("list", known.error());
  say_known(*known);
  for (std::size_t i = 5; i < words.size(); ++i) {
    DownloadRequest request;
    request.title_id = words[i];
    const auto id = (*manager)->add(request);
    if (!id) return fail("add", id.error());
    if (lies) say("done " + *id + " " + words[i]);
    if (words[1] == "get-and-tell") {
      if (auto told = tell_all(**manager, *id, words[i]); !told) return fail("ask", told.error());
    }
    watch.expect(*id);
    const auto status = (*manager)->find(*id);
    if (status) watch.look_at(*status);
  }
  if (lies) std::raise(SIGKILL);
  const std::string failure = watch.wait();
  if (!failure.empty()) say("failed " + failure);
  return failure.empty() ? 0 : 1;
}

int renew_all(const std::vector<std::string>& words) {
  Watch watch;
  auto manager = open_manager(words[2], words[3], words[4], watch);
  if (!manager) return fail("open", manager.error());
  say("open");
  const auto known = (*manager)->list();
  if (!known) return fail("list", known.error());
  for (const DownloadStatus& status : *known) {
    watch.expect_renewal(status.id);
    if (auto asked = (*manager)->renew(status.id); !asked) return fail("renew", asked.error());
  }
  const std::string failure = watch.wait();
  if (!failure.empty()) say("failed " + failure);
  return failure.empty() ? 0 : 1;
}

int remove_all(const std::string& folder) {
  Watch watch;
  auto manager = open_manager("", "", folder, watch);
  if (!manager) return fail("open", manager.error());
  say("open");
  const auto known = (*manager)->list();
  if (!known) return fail("list", known.error());
  say_known(*known);
  for (const DownloadStatus& status : *known) watch.expect(status.id);
  if (auto removed = (*manager)->remove_all(); !removed) return fail("remove", removed.error());
  const std::string failure = watch.wait();
  if (!failure.empty()) say("failed " + failure);
  return failure.empty() ? 0 : 1;
}

Result<void> copy_media(VaultReader& reader, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  std::vector<uint8_t> bytes(kBytesAtOnce);
  for (int64_t at = 0; at < reader.size();) {
    PLAYHEAD_TRY(const std::size_t count, reader.read_at(at, bytes));
    if (count == 0) return make_error(ErrorCode::kStoreIo, "the file ends too early");
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(count));
    at += static_cast<int64_t>(count);
  }
  out.close();
  if (!out) return make_error(ErrorCode::kStoreIo, "what was read cannot be written");
  return {};
}

Result<void> export_download(const DownloadFolder& folder, const DownloadRow& download,
                             const std::string& out) {
  const std::string& id = download.added.id;
  PLAYHEAD_TRY(const SealedRecords sealed, folder.store().sealed_records(id));
  PLAYHEAD_TRY(const ContentKey key,
               ContentKey::unwrap(folder.sealer(), key_owner(download.added), sealed.content_key));
  for (int64_t after = 0;;) {
    PLAYHEAD_TRY(const auto rows, folder.store().resources(id, after, kRowsAtOnce));
    if (rows.empty()) return {};
    for (const ResourceRow& row : rows) {
      after = row.row;
      const std::string path = layout::file(folder.root(), id, row.file);
      PLAYHEAD_TRY(auto reader, VaultReader::open(folder.files(), path, key, {id, row.file}));
      if (auto begun = reader.expect(row.digest); !begun) return std::move(begun).error();
      const std::string copy = std::to_string(row.row);
      if (auto copied = copy_media(reader, out + "/" + copy); !copied) {
        return std::move(copied).error();
      }
      PLAYHEAD_TRY(const bool is_as_kept, reader.is_expected());
      nlohmann::json line{{"id", id},
                          {"title", download.added.title_id},
                          {"kind", static_cast<int>(row.planned.kind)},
                          {"is_done", row.state == ResourceState::kDone},
                          {"url", row.planned.key.stable_key},
                          {"file", row.file},
                          {"is_as_kept", is_as_kept},
                          {"copy", copy}};
      if (const auto& range = row.planned.key.range) {
        line["start"] = range->first;
        line["size"] = reader.size();
      }
      say(line.dump());
    }
  }
}

int export_all(const std::string& root, const std::string& out) {
  const std::shared_ptr<ClockSource> clock = make_system_clock_source();
  const auto folder = DownloadFolder::open({root, make_file_system(), nullptr, clock}, WallTime{});
  if (!folder) return fail("open", folder.error());
  const auto downloads = (*folder)->store().list();
  if (!downloads) return fail("list", downloads.error());
  for (const DownloadRow& download : *downloads) {
    if (download.state != DownloadState::kCompleted) continue;
    if (auto copied = export_download(**folder, download, out); !copied) {
      return fail("export", copied.error());
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv, argv + argc);
  if (words.size() >= 5 && words[1].starts_with("get")) return get(words);
  if (words.size() == 5 && words[1] == "renew") return renew_all(words);
  if (words.size() == 3 && words[1] == "remove") return remove_all(words[2]);
  if (words.size() == 4 && words[1] == "export") return export_all(words[2], words[3]);
  say("see the top of the source");
  return 2;
}
