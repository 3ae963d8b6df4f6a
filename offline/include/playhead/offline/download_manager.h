// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "playhead/client.h"
#include "playhead/offline/device_keys.h"
#include "playhead/offline/download.h"
#include "playhead/offline/video_policy.h"
#include "playhead/unique_function.h"

namespace playhead {

using UrlCallback = UniqueFunction<void(Result<std::string>)>;
// Where a download that was added by URL is to be had by now: its host refuses the URL it has (401,
// 403) or does not know it (404, 410). Called on the client's thread; must not block nor destroy
// the manager. `answer` once, from any thread: a URL of the same manifest or file, with another
// signature maybe; what has the same path goes on where it was. An empty one, or none, says that
// there is none: the download fails with kForbidden. Without an answer for 60 s it waits (kAuth)
// and asks again.
using UrlResolver =
    std::function<void(const std::string& id, const DownloadRequest& request, UrlCallback answer)>;

struct OfflineConfig {
  // Folder of the downloads; created when absent, used by one process at a time.
  std::string path;
  // Null: a file of mode 0600 in `path`. Whoever can read the folder then can read the downloads.
  std::shared_ptr<DeviceKeys> device_keys;
  int parallel_titles = 2;    // 1..8
  int parallel_segments = 4;  // of all titles together, 1..16
  bool only_unmetered = true;
  bool only_charging = false;
  int64_t quota_bytes = 0;                        // of what can be read; 0: none
  int64_t free_space_floor = int64_t{512} << 20;  // left on the disk for others
  // How long what an expired title consists of stays on the disk. Its keys are destroyed at once
  // and its bytes nobody can read: the quota does not count them, and a renewal fetches it anew.
  Duration keep_expired = std::chrono::hours{24 * 7};
  // Titles with an end are not played when the service was not heard of for that long.
  Duration max_without_contact = std::chrono::hours{24 * 30};
  // Empty: choose_download_video().
  VideoChooser choose_video;
  // Empty: a URL that is refused stays so.
  UrlResolver resolve_url;
  // Instead of kStoreCorrupt: the journal that cannot be read is put aside (corrupt.db in `path`),
  // what was downloaded goes, and the folder is empty. Better asked of the user than always set.
  bool start_over_when_corrupt = false;
  // False: nothing runs by itself; the app calls pump().
  bool runs_by_itself = true;
};

// Told on the client's thread; must not destroy the manager.
class DownloadListener {
 public:
  virtual ~DownloadListener() = default;
  // State, failure, rights or tracks are others; and once a second while bytes come.
  virtual void on_download_changed(const DownloadStatus& status) = 0;
  virtual void on_download_removed(const std::string& id) = 0;
};

// The downloads of a device. Any thread; calls return at once, what they cause is told. What they
// ask for is on disk before they return.
class PLAYHEAD_API DownloadManager {
 public:
  // Opens the folder; downloads that were under way go on. While it lives players of that client
  // can play PlaySource::download_id. Errors: kOfflineBusy (another process has it), kStoreIo,
  // kStoreFull, kStoreNewer, kStoreCorrupt (nothing was deleted), kOfflineOtherDevice,
  // kInvalidArgument, kInvalidState (a manager of that client lives).
  static Result<std::unique_ptr<DownloadManager>> open(std::shared_ptr<Client> client,
                                                       OfflineConfig config,
                                                       DownloadListener* listener = nullptr);
  // Stops; nothing is lost.
  ~DownloadManager();
  DownloadManager(const DownloadManager&) = delete;
  DownloadManager& operator=(const DownloadManager&) = delete;

  // The id. The same title (DownloadRequest::url says when), profile and choice of tracks again:
  // the id it has. Errors: kInvalidArgument, kStoreFull, kStoreIo, kStoreCorrupt.
  Result<std::string> add(const DownloadRequest& request);
  // Errors of the next six: kNotFound, kStoreIo, kStoreFull, kStoreCorrupt.
  Result<void> pause(const std::string& id);
  Result<void> resume(const std::string& id);  // what failed is tried again
  // Bytes and keys; works offline: what the service has to be told waits. Wins over everything.
  Result<void> remove(const std::string& id);
  Result<void> set_priority(const std::string& id, int priority);
  // Asks the service for the permission anew. What has expired, and lost its keys by that, is
  // fetched again then.
  Result<void> renew(const std::string& id);
  // Reads every byte and compares its hash, now or once it is complete; what is damaged is fetched
  // again.
  Result<void> verify(const std::string& id);
  // All of them, whatever fails for one; the first error. Errors: kStoreIo, kStoreFull,
  // kStoreCorrupt.
  Result<void> pause_all();
  Result<void> resume_all();  // but what failed: that is resumed by its id
  Result<void> remove_all();

  void set_conditions(const DownloadConditions& conditions);
  // In the place of those of OfflineConfig, until it ends: what they forbid waits, what they allow
  // goes on. Nothing that is there goes for a smaller quota. Errors: kInvalidArgument.
  Result<void> set_limits(const DownloadLimits& limits);

  // From the store, without a network; by priority and order. Errors: kStoreIo, kStoreCorrupt.
  [[nodiscard]] Result<std::vector<DownloadStatus>> list() const;
  // Errors: kNotFound, kStoreIo, kStoreCorrupt.
  [[nodiscard]] Result<DownloadStatus> find(const std::string& id) const;

  // Works for about `slice` on the calling thread, for apps whose background time is limited; true:
  // there is more to do. Only with runs_by_itself off.
  bool pump(Duration slice);

  class PLAYHEAD_LOCAL Impl;

 private:
  explicit DownloadManager(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead
