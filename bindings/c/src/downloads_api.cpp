// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "downloads_adapters.h"
#include "guard.h"
#include "handles.h"
#include "taken_download.h"

struct playhead_downloads {
  static constexpr auto kKind = playhead::capi::HandleKind::kDownloads;
  std::shared_ptr<playhead::LogSink> log;  // may be null
  bool is_pumped = false;
  std::unique_ptr<playhead::capi::CDownloadListener> listener;  // may be null
  // Last member: ends first, and with it every call that could come in.
  std::unique_ptr<playhead::DownloadManager> manager;
};

namespace playhead::capi {
namespace {

// Longest slice of playhead_downloads_pump (chosen: what mobile systems give a background task).
constexpr Duration kMaxSlice = std::chrono::minutes{10};

// The reason goes to the log, as the status cannot carry it.
playhead_status refuse(const std::shared_ptr<LogSink>& log, const Error& error) {
  if (log) log->log(LogLevel::kError, "capi", describe(error));
  return status_of(error.code);
}

playhead_status answer(const playhead_downloads& handle, const Result<void>& result) {
  return result ? PLAYHEAD_OK : refuse(handle.log, result.error());
}

// The same members have the same names in both, there and here.
template <typename From, typename To>
void read_limits(const From& from, To& to) {
  if (from.parallel_titles != 0) to.parallel_titles = from.parallel_titles;
  if (from.parallel_segments != 0) to.parallel_segments = from.parallel_segments;
  to.only_unmetered = from.allow_metered == 0;
  to.only_charging = from.only_charging != 0;
  to.quota_bytes = from.quota_bytes;
  if (from.free_space_floor_bytes != 0) {
    to.free_space_floor = std::max<int64_t>(from.free_space_floor_bytes, 0);
  }
}

OfflineConfig read_config(const playhead_downloads_config& from) {
  OfflineConfig to;
  to.path = text_or_empty(from.path);
  to.runs_by_itself = from.is_pumped == 0;
  read_limits(from, to);
  to.start_over_when_corrupt = from.start_over_when_corrupt != 0;
  if (from.keep_expired_us != 0) {
    to.keep_expired = std::max(Duration{from.keep_expired_us}, Duration{0});
  }
  if (from.max_without_contact_us != 0) {
    to.max_without_contact = Duration{from.max_without_contact_us};
  }
  return to;
}

// The tables are taken first, so that each is given back whatever fails afterwards.
playhead_status open_downloads(const Pinned<playhead_client>& client,
                               const playhead_downloads_config* theirs,
                               playhead_downloads** out_downloads) {
  playhead_downloads_config config{};
  if (!read_struct(theirs, config)) return status_of(ErrorCode::kInvalidArgument);
  const auto keys = CallbackTable<playhead_device_keys>::adopt(config.device_keys);
  const auto chooser = CallbackTable<playhead_video_chooser>::adopt(config.video_chooser);
  const auto resolver = CallbackTable<playhead_url_resolver>::adopt(config.url_resolver);
  const auto listener = CallbackTable<playhead_download_listener>::adopt(config.listener);
  const bool keys_are_bad = config.device_keys != nullptr &&
                            (keys == nullptr || !CDeviceKeys::is_complete(*keys->operator->()));
  const bool chooser_is_bad =
      config.video_chooser != nullptr && (chooser == nullptr || (*chooser)->choose == nullptr);
  const bool listener_is_bad =
      config.listener != nullptr && (listener == nullptr || (*listener)->changed == nullptr);
  const bool resolver_is_bad =
      config.url_resolver != nullptr && (resolver == nullptr || (*resolver)->resolve == nullptr);
  if (is_refused(AppCall::kTold)) return status_of(ErrorCode::kInvalidState);
  if (!client) return client.status();
  const bool is_bad = out_downloads == nullptr || keys_are_bad || chooser_is_bad ||
                      listener_is_bad || resolver_is_bad;
  if (is_bad) return status_of(ErrorCode::kInvalidArgument);

  OfflineConfig ours = read_config(config);
  if (keys != nullptr) ours.device_keys = std::make_shared<CDeviceKeys>(keys);
  ours.choose_video = make_chooser(chooser);
  ours.resolve_url = make_resolver(resolver);
  auto handle = std::make_unique<playhead_downloads>();
  handle->log = client->log;
  handle->is_pumped = !ours.runs_by_itself;
  if (listener != nullptr) handle->listener = std::make_unique<CDownloadListener>(listener);
  auto manager = DownloadManager::open(client->client, std::move(ours), handle->listener.get());
  if (!manager) return refuse(handle->log, manager.error());
  handle->manager = *std::move(manager);
  *out_downloads = make_handle(std::move(handle));
  return PLAYHEAD_OK;
}

playhead_status add_download(const Pinned<playhead_downloads>& handle,
                             const playhead_download_request* theirs, char* buffer,
                             uint64_t capacity, uint64_t& needed) {
  playhead_download_request request{};
  const bool has_room = buffer != nullptr || capacity == 0;
  if (!handle) return handle.status();
  if (!has_room || !read_struct(theirs, request)) {
    return status_of(ErrorCode::kInvalidArgument);
  }
  const auto ours = read_request(request);
  if (!ours) return refuse(handle->log, ours.error());
  const auto id = handle->manager->add(*ours);
  if (!id) return refuse(handle->log, id.error());
  needed = id->size() + 1;
  if (needed <= capacity) std::memcpy(buffer, id->c_str(), needed);
  return PLAYHEAD_OK;
}

// A command that names a download.
template <typename Command>
playhead_status command(playhead_downloads* handle, const char* id, Command run) noexcept {
  return guard(AppCall::kAsked, [&] {
    const Pinned pinned(handle);
    if (!pinned) return pinned.status();
    if (id == nullptr) return status_of(ErrorCode::kInvalidArgument);
    return answer(*pinned, run(*pinned->manager, std::string(id)));
  });
}

playhead_status command_all(playhead_downloads* handle,
                            Result<void> (DownloadManager::*run)()) noexcept {
  return guard(AppCall::kAsked, [&] {
    const Pinned pinned(handle);
    if (!pinned) return pinned.status();
    return answer(*pinned, (pinned->manager.get()->*run)());
  });
}

void append(playhead_download_list& list, DownloadStatus status) {
  list.downloads.push_back(std::make_unique<const TakenDownload>(std::move(status)));
}

playhead_status get_download(const playhead_download_list* list, int32_t index,
                             playhead_download* out) {
  const Pinned pinned(list);
  const bool is_there =
      pinned && index >= 0 && static_cast<std::size_t>(index) < pinned->downloads.size();
  const playhead_download download =
      is_there ? pinned->downloads[static_cast<std::size_t>(index)]->c_download()
               : playhead_download{};
  const bool is_written = write_struct(download, out);
  if (!pinned) return pinned.status();
  return is_there && is_written ? PLAYHEAD_OK : status_of(ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace playhead::capi

using playhead::DownloadManager;
using playhead::ErrorCode;
using playhead::capi::AppCall;
using playhead::capi::command;
using playhead::capi::command_all;
using playhead::capi::contain;
using playhead::capi::guard;
using playhead::capi::guard_void;
using playhead::capi::make_handle;
using playhead::capi::Pinned;
using playhead::capi::status_of;

playhead_status playhead_downloads_open(playhead_client* client,
                                        const playhead_downloads_config* config,
                                        playhead_downloads** out_downloads) noexcept {
  if (out_downloads != nullptr) *out_downloads = nullptr;
  return contain([&] {
    return playhead::capi::open_downloads(Pinned(client), config, out_downloads);
  });
}

int32_t playhead_choose_download_video(const playhead_video_question* question) noexcept {
  int32_t chosen = -1;
  guard_void([&] {
    playhead_video_question ours{};
    if (!playhead::capi::read_struct(question, ours)) return;
    const auto asked = playhead::capi::read_question(ours);
    const auto offer = asked ? playhead::choose_download_video(*asked) : std::nullopt;
    if (offer) chosen = static_cast<int32_t>(*offer);
  });
  return chosen;
}

playhead_status playhead_downloads_close(playhead_downloads* downloads) noexcept {
  return guard(AppCall::kTold, [&] {
    if (downloads == nullptr) return playhead_status{PLAYHEAD_OK};
    const auto taken = Pinned<playhead_downloads>::take(downloads);
    // The folder can be opened again once this has returned: also while the listener is in a call.
    taken.wait_until_alone();
    return taken.status();
  });
}

playhead_status playhead_downloads_add(playhead_downloads* downloads,
                                       const playhead_download_request* request, char* buffer,
                                       uint64_t capacity, uint64_t* out_needed) noexcept {
  uint64_t needed = 0;
  if (buffer != nullptr && capacity > 0) buffer[0] = '\0';
  const playhead_status status = guard(AppCall::kAsked, [&] {
    return playhead::capi::add_download(Pinned(downloads), request, buffer, capacity, needed);
  });
  if (out_needed != nullptr) *out_needed = needed;
  return status;
}

playhead_status playhead_downloads_pause(playhead_downloads* downloads, const char* id) noexcept {
  return command(downloads, id,
                 [](auto& manager, const auto& name) { return manager.pause(name); });
}

playhead_status playhead_downloads_resume(playhead_downloads* downloads, const char* id) noexcept {
  return command(downloads, id,
                 [](auto& manager, const auto& name) { return manager.resume(name); });
}

playhead_status playhead_downloads_remove(playhead_downloads* downloads, const char* id) noexcept {
  return command(downloads, id,
                 [](auto& manager, const auto& name) { return manager.remove(name); });
}

playhead_status playhead_downloads_set_priority(playhead_downloads* downloads, const char* id,
                                                int32_t priority) noexcept {
  return command(downloads, id, [priority](auto& manager, const auto& name) {
    return manager.set_priority(name, priority);
  });
}

playhead_status playhead_downloads_renew(playhead_downloads* downloads, const char* id) noexcept {
  return command(downloads, id,
                 [](auto& manager, const auto& name) { return manager.renew(name); });
}

playhead_status playhead_downloads_verify(playhead_downloads* downloads, const char* id) noexcept {
  return command(downloads, id,
                 [](auto& manager, const auto& name) { return manager.verify(name); });
}

playhead_status playhead_downloads_pause_all(playhead_downloads* downloads) noexcept {
  return command_all(downloads, &DownloadManager::pause_all);
}

playhead_status playhead_downloads_resume_all(playhead_downloads* downloads) noexcept {
  return command_all(downloads, &DownloadManager::resume_all);
}

playhead_status playhead_downloads_remove_all(playhead_downloads* downloads) noexcept {
  return command_all(downloads, &DownloadManager::remove_all);
}

playhead_status playhead_downloads_set_conditions(
    playhead_downloads* downloads, const playhead_download_conditions* conditions) noexcept {
  return guard(AppCall::kAsked, [&] {
    playhead_download_conditions ours{};
    const Pinned pinned(downloads);
    if (!pinned) return pinned.status();
    if (!playhead::capi::read_struct(conditions, ours)) {
      return status_of(ErrorCode::kInvalidArgument);
    }
    playhead::DownloadConditions to;
    to.is_online = ours.is_offline == 0;
    to.is_metered = ours.is_metered != 0;
    to.is_charging = ours.is_on_battery == 0;
    pinned->manager->set_conditions(to);
    return playhead_status{PLAYHEAD_OK};
  });
}

playhead_status playhead_downloads_set_limits(playhead_downloads* downloads,
                                              const playhead_download_limits* limits) noexcept {
  return guard(AppCall::kAsked, [&] {
    playhead_download_limits ours{};
    const Pinned pinned(downloads);
    if (!pinned) return pinned.status();
    if (!playhead::capi::read_struct(limits, ours)) return status_of(ErrorCode::kInvalidArgument);
    playhead::DownloadLimits to;
    playhead::capi::read_limits(ours, to);
    return playhead::capi::answer(*pinned, pinned->manager->set_limits(to));
  });
}

playhead_status playhead_downloads_list(playhead_downloads* downloads,
                                        playhead_download_list** out_list) noexcept {
  if (out_list != nullptr) *out_list = nullptr;
  return guard(AppCall::kAsked, [&] {
    const Pinned pinned(downloads);
    if (!pinned) return pinned.status();
    if (out_list == nullptr) return status_of(ErrorCode::kInvalidArgument);
    auto all = pinned->manager->list();
    if (!all) return status_of(all.error().code);
    auto list = std::make_unique<playhead_download_list>();
    for (playhead::DownloadStatus& status : *all) {
      playhead::capi::append(*list, std::move(status));
    }
    *out_list = make_handle(std::move(list));
    return playhead_status{PLAYHEAD_OK};
  });
}

playhead_status playhead_downloads_find(playhead_downloads* downloads, const char* id,
                                        playhead_download_list** out_list) noexcept {
  if (out_list != nullptr) *out_list = nullptr;
  return guard(AppCall::kAsked, [&] {
    const Pinned pinned(downloads);
    if (!pinned) return pinned.status();
    if (id == nullptr || out_list == nullptr) return status_of(ErrorCode::kInvalidArgument);
    auto status = pinned->manager->find(id);
    if (!status) return status_of(status.error().code);
    auto list = std::make_unique<playhead_download_list>();
    playhead::capi::append(*list, *std::move(status));
    *out_list = make_handle(std::move(list));
    return playhead_status{PLAYHEAD_OK};
  });
}

int32_t playhead_download_list_count(const playhead_download_list* list) noexcept {
  const Pinned pinned(list);
  return pinned ? static_cast<int32_t>(pinned->downloads.size()) : 0;
}

playhead_status playhead_download_list_get(const playhead_download_list* list, int32_t index,
                                           playhead_download* out_download) noexcept {
  return guard([&] { return playhead::capi::get_download(list, index, out_download); });
}

void playhead_download_list_release(playhead_download_list* list) noexcept {
  guard_void([&] { static_cast<void>(Pinned<playhead_download_list>::take(list)); });
}

playhead_status playhead_downloads_pump(playhead_downloads* downloads, int64_t slice_us,
                                        int32_t* out_has_more) noexcept {
  if (out_has_more != nullptr) *out_has_more = 0;
  return guard(AppCall::kTold, [&] {
    const Pinned pinned(downloads);
    if (!pinned) return pinned.status();
    if (!pinned->is_pumped) return status_of(ErrorCode::kInvalidState);
    const playhead::Duration slice =
        std::clamp(playhead::Duration{slice_us}, playhead::Duration{0}, playhead::capi::kMaxSlice);
    const bool has_more = pinned->manager->pump(slice);
    if (out_has_more != nullptr) *out_has_more = has_more ? 1 : 0;
    return playhead_status{PLAYHEAD_OK};
  });
}
