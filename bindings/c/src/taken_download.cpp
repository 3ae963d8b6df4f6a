// SPDX-License-Identifier: Apache-2.0
#include "taken_download.h"

#include <sstream>
#include <utility>

#include "handles.h"

namespace playhead::capi {
namespace {

// The C numbers are the C++ ones; a new enumerator must be given to both.
#define PLAYHEAD_SAME(Enum, enumerator, constant) \
  static_assert(static_cast<int>(Enum::enumerator) == PLAYHEAD_##constant)
PLAYHEAD_SAME(DownloadState, kQueued, DOWNLOAD_QUEUED);
PLAYHEAD_SAME(DownloadState, kPreparing, DOWNLOAD_PREPARING);
PLAYHEAD_SAME(DownloadState, kDownloading, DOWNLOAD_DOWNLOADING);
PLAYHEAD_SAME(DownloadState, kWaiting, DOWNLOAD_WAITING);
PLAYHEAD_SAME(DownloadState, kPaused, DOWNLOAD_PAUSED);
PLAYHEAD_SAME(DownloadState, kVerifying, DOWNLOAD_VERIFYING);
PLAYHEAD_SAME(DownloadState, kCompleted, DOWNLOAD_COMPLETED);
PLAYHEAD_SAME(DownloadState, kFailed, DOWNLOAD_FAILED);
PLAYHEAD_SAME(DownloadState, kRemoving, DOWNLOAD_REMOVING);
PLAYHEAD_SAME(WaitReason, kNothing, WAIT_NOTHING);
PLAYHEAD_SAME(WaitReason, kNetwork, WAIT_NETWORK);
PLAYHEAD_SAME(WaitReason, kUnmetered, WAIT_UNMETERED);
PLAYHEAD_SAME(WaitReason, kCharging, WAIT_CHARGING);
PLAYHEAD_SAME(WaitReason, kStorage, WAIT_STORAGE);
PLAYHEAD_SAME(WaitReason, kAuth, WAIT_AUTH);
PLAYHEAD_SAME(NextAction, kNone, NEXT_NONE);
PLAYHEAD_SAME(NextAction, kRetry, NEXT_RETRY);
PLAYHEAD_SAME(NextAction, kFreeSpace, NEXT_FREE_SPACE);
PLAYHEAD_SAME(NextAction, kSignIn, NEXT_SIGN_IN);
PLAYHEAD_SAME(NextAction, kRenew, NEXT_RENEW);
PLAYHEAD_SAME(NextAction, kRemoveAndAdd, NEXT_REMOVE_AND_ADD);
PLAYHEAD_SAME(RightsState, kNone, RIGHTS_NONE);
PLAYHEAD_SAME(RightsState, kValid, RIGHTS_VALID);
PLAYHEAD_SAME(RightsState, kExpiring, RIGHTS_EXPIRING);
PLAYHEAD_SAME(RightsState, kRenewing, RIGHTS_RENEWING);
PLAYHEAD_SAME(RightsState, kExpired, RIGHTS_EXPIRED);
PLAYHEAD_SAME(RightsState, kDenied, RIGHTS_DENIED);
PLAYHEAD_SAME(RightsState, kContactNeeded, RIGHTS_CONTACT_NEEDED);
PLAYHEAD_SAME(RightsState, kClockUntrusted, RIGHTS_CLOCK_UNTRUSTED);
PLAYHEAD_SAME(RightsState, kTampered, RIGHTS_TAMPERED);
#undef PLAYHEAD_SAME

int64_t us_of(const std::optional<Duration>& time) { return time.value_or(Duration{0}).count(); }

}  // namespace

std::string join_words(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined += ' ';
    joined += word;
  }
  return joined;
}

Result<std::vector<std::string>> read_words(const char* text) {
  std::vector<std::string> words;
  std::istringstream stream(text_or_empty(text));
  for (std::string word; stream >> word;) {
    if (words.size() == kMaxWords) {
      return make_error(ErrorCode::kInvalidArgument,
                        "a list has " + std::to_string(kMaxWords) + " words at most");
    }
    words.push_back(word);
  }
  return words;
}

Result<DownloadRequest> read_request(const playhead_download_request& from) {
  const bool is_negative =
      from.max_height < 0 || from.max_bitrate_bps < 0 || from.from_us < 0 || from.to_us < 0;
  if (is_negative) {
    return make_error(ErrorCode::kInvalidArgument,
                      "max_height, max_bitrate_bps, from_us and to_us are not negative");
  }
  DownloadRequest request;
  request.title_id = text_or_empty(from.title_id);
  request.url = text_or_empty(from.url);
  request.profile_id = text_or_empty(from.profile_id);
  request.video.max_height = from.max_height;
  request.video.max_bitrate = from.max_bitrate_bps;
  PLAYHEAD_TRY(request.video.codecs, read_words(from.video_codecs));
  PLAYHEAD_TRY(request.audio_languages, read_words(from.audio_languages));
  PLAYHEAD_TRY(request.text_languages, read_words(from.text_languages));
  request.thumbnails = from.no_thumbnails == 0;
  if (from.from_us > 0) request.from = Duration{from.from_us};
  if (from.to_us > 0) request.to = Duration{from.to_us};
  request.priority = from.priority;
  request.app_data = text_or_empty(from.app_data);
  return request;
}

TakenDownload::TakenDownload(DownloadStatus status)
    : status_(std::move(status)),
      audio_languages_(join_words(status_.request.audio_languages)),
      text_languages_(join_words(status_.request.text_languages)),
      video_codecs_(join_words(status_.request.video.codecs)) {
  fill_request();
  playhead_download& to = c_download_ = PLAYHEAD_DOWNLOAD_INIT;
  to.state = static_cast<int32_t>(status_.state);
  to.id = status_.id.c_str();
  to.request = &c_request_;
  to.waits_for = static_cast<int32_t>(status_.waits_for);
  to.rights = static_cast<int32_t>(status_.rights);
  to.bytes_done = status_.bytes_done;
  to.bytes_total = status_.bytes_total;
  to.bytes_per_second = status_.bytes_per_second;
  to.time_left_us = us_of(status_.time_left);
  to.duration_us = status_.duration.count();
  to.playable_until_us = status_.playable_until.count();
  to.is_total_exact = status_.is_total_exact ? 1 : 0;
  to.has_time_left = status_.time_left ? 1 : 0;
  to.width = status_.width;
  to.height = status_.height;
  to.video_codec = status_.video_codec.c_str();
  to.expires_at_us = status_.expires_at.value_or(WallTime{}).us;
  to.added_at_us = status_.added_at.us;
  to.has_expires_at = status_.expires_at ? 1 : 0;
  fill_failure();
}

void TakenDownload::fill_request() {
  const DownloadRequest& from = status_.request;
  playhead_download_request& to = c_request_ = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  to.priority = from.priority;
  to.title_id = from.title_id.c_str();
  to.url = from.url.c_str();
  to.profile_id = from.profile_id.c_str();
  to.audio_languages = audio_languages_.c_str();
  to.text_languages = text_languages_.c_str();
  to.video_codecs = video_codecs_.c_str();
  to.app_data = from.app_data.c_str();
  to.max_bitrate_bps = from.video.max_bitrate;
  to.from_us = us_of(from.from);
  to.to_us = us_of(from.to);
  to.max_height = from.video.max_height;
  to.no_thumbnails = from.thumbnails ? 0 : 1;
}

void TakenDownload::fill_failure() {
  playhead_download& to = c_download_;
  to.error_name = to.error_context = to.message = "";
  if (!status_.failure) return;
  const Error& error = status_.failure->error;
  message_ = describe(error);
  to.error_code = static_cast<int32_t>(error.code);
  to.error_severity = static_cast<int32_t>(error.severity);
  to.error_detail = error.detail;
  to.is_retryable = status_.failure->is_retryable ? 1 : 0;
  to.next_action = static_cast<int32_t>(status_.failure->next_action);
  to.error_name = playhead_error_name(to.error_code);
  to.error_context = error.context.c_str();
  to.message = message_.c_str();
}

}  // namespace playhead::capi
