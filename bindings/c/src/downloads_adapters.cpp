// SPDX-License-Identifier: Apache-2.0
#include "downloads_adapters.h"

#include <algorithm>
#include <vector>

#include "guard.h"
#include "handles.h"
#include "taken_download.h"

namespace playhead::capi {

static_assert(std::tuple_size_v<DeviceKey> == PLAYHEAD_DEVICE_KEY_BYTES);

bool CDeviceKeys::is_complete(const playhead_device_keys& table) {
  const bool has_half_a_counter =
      (table.read_counter == nullptr) != (table.write_counter == nullptr);
  return table.get_key != nullptr && !has_half_a_counter;
}

// One object from the app's callback to our caller: no copy of the key stays behind.
Result<DeviceKey> CDeviceKeys::get() {
  Result<DeviceKey> key{DeviceKey{}};
  const InAppCall inside(AppCall::kAsked);
  const playhead_status status =
      ask_app(kThrew, [&] { return (*table_)->get_key((*table_)->user, key->data()); });
  if (status == -PLAYHEAD_ERROR_OFFLINE_OTHER_DEVICE) {
    key = make_error(ErrorCode::kOfflineOtherDevice, "the app's key store has lost the key");
  } else if (status != PLAYHEAD_OK) {
    key = make_error(ErrorCode::kStoreIo, "the app's key store gave no key", status);
  } else if (std::all_of(key->begin(), key->end(), [](uint8_t byte) { return byte == 0; })) {
    key = make_error(ErrorCode::kStoreIo, "the app's key store gave an empty key");
  }
  return key;
}

Result<std::optional<uint64_t>> CDeviceKeys::read_counter() {
  if ((*table_)->read_counter == nullptr) return std::optional<uint64_t>();
  uint64_t counter = 0;
  const InAppCall inside(AppCall::kAsked);
  const playhead_status status =
      ask_app(kThrew, [&] { return (*table_)->read_counter((*table_)->user, &counter); });
  if (status == PLAYHEAD_OK) return std::optional(counter);
  return make_error(ErrorCode::kStoreIo, "the app's key store gave no counter", status);
}

Result<void> CDeviceKeys::write_counter(uint64_t counter) {
  if ((*table_)->write_counter == nullptr) return {};
  const InAppCall inside(AppCall::kAsked);
  const playhead_status status =
      ask_app(kThrew, [&] { return (*table_)->write_counter((*table_)->user, counter); });
  if (status == PLAYHEAD_OK) return {};
  return make_error(ErrorCode::kStoreIo, "the app's key store did not keep the counter", status);
}

void CDownloadListener::on_download_changed(const DownloadStatus& status) {
  const TakenDownload taken(status);
  const InAppCall inside(AppCall::kTold);
  guard_void([&] { (*table_)->changed((*table_)->user, &taken.c_download()); });
}

void CDownloadListener::on_download_removed(const std::string& id) {
  if ((*table_)->removed == nullptr) return;
  const InAppCall inside(AppCall::kTold);
  guard_void([&] { (*table_)->removed((*table_)->user, id.c_str()); });
}

VideoChooser make_chooser(SharedTable<playhead_video_chooser> table) {
  if (table == nullptr) return nullptr;
  return [table = std::move(table)](const VideoQuestion& question) -> std::optional<std::size_t> {
    std::vector<playhead_video_offer> offers;
    for (const VideoOffer& from : question.offers) {
      playhead_video_offer& to = offers.emplace_back(PLAYHEAD_VIDEO_OFFER_INIT);
      to.can_decode = from.can_decode ? 1 : 0;
      to.codecs = from.codecs.c_str();
      to.bitrate_bps = from.bitrate;
      to.width = from.width;
      to.height = from.height;
    }
    std::vector<const playhead_video_offer*> pointers;
    for (const playhead_video_offer& offer : offers) pointers.push_back(&offer);
    const std::string codecs = join_words(question.wish.codecs);
    playhead_video_question asked = PLAYHEAD_VIDEO_QUESTION_INIT;
    asked.offer_count = static_cast<int32_t>(offers.size());
    asked.offers = pointers.data();
    asked.free_bytes = question.free_bytes;
    asked.max_bitrate_bps = question.wish.max_bitrate;
    asked.video_codecs = codecs.c_str();
    asked.max_height = question.wish.max_height;
    const int32_t none = -1;  // which is also the choice of one that throws
    const InAppCall inside(AppCall::kAsked);
    const int32_t chosen = ask_app(none, [&] { return (*table)->choose((*table)->user, &asked); });
    if (chosen < 0 || chosen >= asked.offer_count) return std::nullopt;
    return static_cast<std::size_t>(chosen);
  };
}

Result<VideoQuestion> read_question(const playhead_video_question& from) {
  const auto invalid = [](const char* why) { return make_error(ErrorCode::kInvalidArgument, why); };
  if (from.offer_count < 0 || (from.offer_count > 0 && from.offers == nullptr)) {
    return invalid("a question without its offers");
  }
  VideoQuestion question;
  for (int32_t i = 0; i < from.offer_count; ++i) {
    playhead_video_offer offer{};
    if (!read_struct(from.offers[i], offer)) return invalid("an offer that cannot be read");
    question.offers.push_back({text_or_empty(offer.codecs), offer.width, offer.height,
                               offer.bitrate_bps, offer.can_decode != 0});
  }
  question.wish.max_height = from.max_height;
  question.wish.max_bitrate = from.max_bitrate_bps;
  PLAYHEAD_TRY(question.wish.codecs, read_words(from.video_codecs));
  question.free_bytes = from.free_bytes;
  return question;
}

UrlResolver make_resolver(SharedTable<playhead_url_resolver> table) {
  if (table == nullptr) return nullptr;
  return [table = std::move(table)](const std::string& id, const DownloadRequest& request,
                                    UrlCallback answer) {
    DownloadStatus status;
    status.id = id;
    status.request = request;
    auto* asked =
        make_handle(std::make_unique<playhead_url_request>(std::move(answer), std::move(status)));
    const InAppCall inside(AppCall::kTold);
    const bool has_returned = tell_app(
        [&] { (*table)->resolve((*table)->user, id.c_str(), request.url.c_str(), asked); });
    // Whoever throws has none; if it has answered before, this does nothing.
    if (!has_returned) playhead_url_request_answer(asked, nullptr);
  };
}

}  // namespace playhead::capi

const playhead_download_request* playhead_url_request_get(
    const playhead_url_request* request) noexcept {
  const playhead::capi::Pinned pinned(request);
  return pinned ? pinned->asked_for.c_download().request : nullptr;
}

void playhead_url_request_answer(playhead_url_request* request, const char* url) noexcept {
  playhead::capi::guard_void([&] {
    const auto owned = playhead::capi::Pinned<playhead_url_request>::take(request);
    if (owned && owned->done) owned->done(playhead::capi::text_or_empty(url));
  });
}
