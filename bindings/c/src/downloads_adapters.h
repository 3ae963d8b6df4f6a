// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "callback_table.h"
#include "playhead/offline/download_manager.h"
#include "playhead/playhead.h"
#include "taken_download.h"

struct playhead_url_request {
  static constexpr auto kKind = playhead::capi::HandleKind::kUrlRequest;
  playhead_url_request(playhead::UrlCallback answer, playhead::DownloadStatus status)
      : done(std::move(answer)), asked_for(std::move(status)) {}
  playhead::UrlCallback done;
  playhead::capi::TakenDownload asked_for;
};

// What downloads ask an app for, over the app's callback tables.
namespace playhead::capi {

class CDeviceKeys final : public DeviceKeys {
 public:
  explicit CDeviceKeys(SharedTable<playhead_device_keys> table) : table_(std::move(table)) {}
  [[nodiscard]] static bool is_complete(const playhead_device_keys& table);

  Result<DeviceKey> get() override;
  Result<std::optional<uint64_t>> read_counter() override;
  Result<void> write_counter(uint64_t counter) override;

 private:
  SharedTable<playhead_device_keys> table_;
};

class CDownloadListener final : public DownloadListener {
 public:
  explicit CDownloadListener(SharedTable<playhead_download_listener> table)
      : table_(std::move(table)) {}

  void on_download_changed(const DownloadStatus& status) override;
  void on_download_removed(const std::string& id) override;

 private:
  SharedTable<playhead_download_listener> table_;
};

[[nodiscard]] VideoChooser make_chooser(SharedTable<playhead_video_chooser> table);

// Errors: kInvalidArgument.
[[nodiscard]] Result<VideoQuestion> read_question(const playhead_video_question& from);

[[nodiscard]] UrlResolver make_resolver(SharedTable<playhead_url_resolver> table);

}  // namespace playhead::capi
