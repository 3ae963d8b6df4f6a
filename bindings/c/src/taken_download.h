// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "handle.h"
#include "playhead/offline/download.h"
#include "playhead/playhead.h"
#include "playhead/result.h"

namespace playhead::capi {

// Words of one list in a request (chosen: no title has as many languages).
inline constexpr std::size_t kMaxWords = 64;

// Words with spaces between them, as the interface has lists of names.
[[nodiscard]] std::string join_words(const std::vector<std::string>& words);
// Errors: kInvalidArgument (more than kMaxWords).
[[nodiscard]] Result<std::vector<std::string>> read_words(const char* text);

// Errors: kInvalidArgument: negative numbers and lists that are too long. What else is wrong with a
// request is said by DownloadManager::add().
[[nodiscard]] Result<DownloadRequest> read_request(const playhead_download_request& from);

// How a download stood, with everything that pointers to it point to.
class TakenDownload {
 public:
  explicit TakenDownload(DownloadStatus status);
  TakenDownload(const TakenDownload&) = delete;
  TakenDownload& operator=(const TakenDownload&) = delete;

  [[nodiscard]] const playhead_download& c_download() const { return c_download_; }

 private:
  void fill_request();
  void fill_failure();

  const DownloadStatus status_;
  const std::string audio_languages_, text_languages_, video_codecs_;
  std::string message_;
  playhead_download_request c_request_{};
  playhead_download c_download_{};
};

}  // namespace playhead::capi

struct playhead_download_list {
  static constexpr auto kKind = playhead::capi::HandleKind::kDownloadList;
  std::vector<std::unique_ptr<const playhead::capi::TakenDownload>> downloads;
};
