// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "library.h"

namespace demo {

// How one download stands: a copy of playhead_download.
struct DownloadView {
  std::string id, title_id, url;
  int32_t state = 0, waits_for = 0, rights = 0;  // PLAYHEAD_DOWNLOAD_…, WAIT_…, RIGHTS_…
  int64_t bytes_done = 0, bytes_total = 0;
  bool is_total_exact = false;
  int64_t bytes_per_second = 0;
  std::optional<int64_t> time_left_us;
  int64_t duration_us = 0, playable_until_us = 0;
  int width = 0, height = 0;
  std::string video_codec;
  std::optional<int64_t> expires_at_us;  // since 1970
  std::string error_name, message;       // empty: nothing went wrong
  int32_t next_action = 0;               // PLAYHEAD_NEXT_…

  // The title, or the URL where there is none.
  [[nodiscard]] const std::string& name() const { return title_id.empty() ? url : title_id; }
};

struct DownloadWish {
  std::string title_id, url;  // one of them
  int max_height = 0;
  std::string audio, text;  // languages with spaces between them; empty: what a player would choose
};

// Who works while the folder is open.
enum class DownloadWork {
  kBySelf,  // what is under way goes on
  kNone,    // only what is asked for, without a network
};

// The folder of downloads, through the library. One thread.
class Downloads {
 public:
  // Null after a failure, which `sentence` explains. The client outlives it.
  static std::unique_ptr<Downloads> open(playhead_client* client, const std::string& folder,
                                         DownloadWork work, std::string& sentence);

  // The id, empty after a failure. What failed or was paused before goes on, what has expired is
  // renewed.
  std::string add(const DownloadWish& wish, std::string& sentence);
  // False after a failure, which `sentence` explains.
  bool remove(const std::string& id, std::string& sentence);
  // With kNone: works until what was removed is gone.
  void finish_removals();
  // False after a failure, which `sentence` explains.
  bool read(std::vector<DownloadView>& views, std::string& sentence) const;
  // The same; nothing after a failure.
  [[nodiscard]] std::vector<DownloadView> list() const;
  // The download of that id, title or URL; of several titles the first that is complete.
  [[nodiscard]] std::optional<DownloadView> find(const std::string& name) const;

 private:
  explicit Downloads(playhead_downloads* downloads) : downloads_(downloads) {}

  DownloadsHandle downloads_;
};

}  // namespace demo
