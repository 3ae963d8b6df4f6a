// SPDX-License-Identifier: Apache-2.0
#include "downloads.h"

#include <algorithm>
#include <array>

namespace demo {
namespace {

// Removing a title takes milliseconds; one turn of work at it, microseconds.
constexpr int64_t kRemovalSliceUs = 100'000;
// A disk that refuses does so again: what is left goes when the folder is opened next.
constexpr int kMostRemovalSlices = 100;

std::string reason_of(playhead_status status) {
  if (status == -PLAYHEAD_ERROR_OFFLINE_BUSY) {
    return "another program has these downloads open: end it first, or name another folder with "
           "--dir";
  }
  return std::string(playhead_error_name(status)) + ": " + playhead_error_meaning(status);
}

DownloadView view_of(const playhead_download& download) {
  DownloadView view;
  view.id = download.id;
  view.title_id = download.request->title_id != nullptr ? download.request->title_id : "";
  view.url = download.request->url != nullptr ? download.request->url : "";
  view.state = download.state;
  view.waits_for = download.waits_for;
  view.rights = download.rights;
  view.bytes_done = download.bytes_done;
  view.bytes_total = download.bytes_total;
  view.is_total_exact = download.is_total_exact != 0;
  view.bytes_per_second = download.bytes_per_second;
  if (download.has_time_left != 0) view.time_left_us = download.time_left_us;
  view.duration_us = download.duration_us;
  view.playable_until_us = download.playable_until_us;
  view.width = download.width;
  view.height = download.height;
  view.video_codec = download.video_codec;
  if (download.has_expires_at != 0) view.expires_at_us = download.expires_at_us;
  view.error_name = download.error_name;
  view.message = download.message;
  view.next_action = download.next_action;
  return view;
}

}  // namespace

std::unique_ptr<Downloads> Downloads::open(playhead_client* client, const std::string& folder,
                                           DownloadWork work, std::string& sentence) {
  playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
  config.path = folder.c_str();
  config.is_pumped = work == DownloadWork::kNone ? 1 : 0;
  playhead_downloads* opened = nullptr;
  const playhead_status status = playhead_downloads_open(client, &config, &opened);
  if (status != PLAYHEAD_OK) {
    sentence = "the downloads in " + folder + " cannot be opened: " + reason_of(status);
    return nullptr;
  }
  std::unique_ptr<Downloads> downloads(new Downloads(opened));
  if (work == DownloadWork::kNone) {
    playhead_download_conditions conditions = PLAYHEAD_DOWNLOAD_CONDITIONS_INIT;
    conditions.is_offline = 1;
    static_cast<void>(playhead_downloads_set_conditions(opened, &conditions));
  }
  return downloads;
}

std::string Downloads::add(const DownloadWish& wish, std::string& sentence) {
  playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  request.title_id = wish.title_id.c_str();
  request.url = wish.url.c_str();
  request.max_height = wish.max_height;
  request.audio_languages = wish.audio.c_str();
  request.text_languages = wish.text.c_str();
  std::array<char, PLAYHEAD_DOWNLOAD_ID_BYTES> id{};
  const playhead_status status =
      playhead_downloads_add(downloads_.get(), &request, id.data(), id.size(), nullptr);
  if (status != PLAYHEAD_OK) {
    sentence = reason_of(status);
    return "";
  }
  const auto view = find(id.data());
  if (view &&
      (view->state == PLAYHEAD_DOWNLOAD_FAILED || view->state == PLAYHEAD_DOWNLOAD_PAUSED)) {
    static_cast<void>(playhead_downloads_resume(downloads_.get(), id.data()));
  } else if (view && view->rights == PLAYHEAD_RIGHTS_EXPIRED) {
    static_cast<void>(playhead_downloads_renew(downloads_.get(), id.data()));
  }
  return id.data();
}

bool Downloads::remove(const std::string& id, std::string& sentence) {
  const playhead_status status = playhead_downloads_remove(downloads_.get(), id.c_str());
  if (status != PLAYHEAD_OK) sentence = reason_of(status);
  return status == PLAYHEAD_OK;
}

void Downloads::finish_removals() {
  const auto is_removing = [](const DownloadView& view) {
    return view.state == PLAYHEAD_DOWNLOAD_REMOVING;
  };
  for (int slice = 0; slice < kMostRemovalSlices; ++slice) {
    const std::vector<DownloadView> all = list();
    if (std::none_of(all.begin(), all.end(), is_removing)) return;
    static_cast<void>(playhead_downloads_pump(downloads_.get(), kRemovalSliceUs, nullptr));
  }
}

bool Downloads::read(std::vector<DownloadView>& views, std::string& sentence) const {
  views.clear();
  playhead_download_list* taken = nullptr;
  const playhead_status status = playhead_downloads_list(downloads_.get(), &taken);
  const DownloadListHandle list(taken);
  if (status != PLAYHEAD_OK) {
    sentence = "the list of downloads cannot be read: " + reason_of(status);
    return false;
  }
  const int32_t count = playhead_download_list_count(list.get());
  for (int32_t i = 0; i < count; ++i) {
    playhead_download download = PLAYHEAD_DOWNLOAD_INIT;
    if (playhead_download_list_get(list.get(), i, &download) != PLAYHEAD_OK) continue;
    views.push_back(view_of(download));
  }
  return true;
}

std::vector<DownloadView> Downloads::list() const {
  std::vector<DownloadView> views;
  std::string sentence;
  read(views, sentence);
  return views;
}

std::optional<DownloadView> Downloads::find(const std::string& name) const {
  std::optional<DownloadView> found;
  for (const DownloadView& view : list()) {
    if (view.id == name) return view;
    if (view.name() != name) continue;
    const bool is_better = view.state == PLAYHEAD_DOWNLOAD_COMPLETED && found &&
                           found->state != PLAYHEAD_DOWNLOAD_COMPLETED;
    if (!found || is_better) found = view;
  }
  return found;
}

}  // namespace demo
