// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "log.h"
#include "result.h"
#include "search_index.h"
#include "title_drm.h"
#include "title_meta.h"

namespace playhead::server {

// What <media>/<id>/title.json says.
struct Title {
  std::string id;
  std::string name;
  std::string genre;
  int year = 0;
  int64_t duration_ms = 0;                       // > 0
  std::map<std::string, std::string> manifests;  // "hls", "hls-ts", "dash" -> path below the folder
  std::optional<TitleDrm> drm;                   // absent = no licence is needed
  TitleMeta meta = {};
};

// Parses one title.json; `id` is the folder it lies in. Error `bad_title` says what is wrong.
[[nodiscard]] Result<Title> parse_title(std::string_view json_text, std::string_view id);

// An immutable list of titles; shared, never changed.
struct TitleList {
  std::map<std::string, Title, std::less<>> by_id;
  // Genre -> its titles by name; the genres in alphabetical order.
  std::map<std::string, std::vector<const Title*>, std::less<>> by_genre;
  SearchIndex search;
  // Folders whose title.json is unusable -> when that was changed last.
  std::map<std::string, std::filesystem::file_time_type, std::less<>> left_out;
};

// The titles on disk: read at the start, on demand, and again when somebody asks for a title that
// appeared since. Any thread.
class Catalogue {
 public:
  Catalogue(std::filesystem::path root, const Clock& clock, const Log& log);

  // Reads all titles again. Folders with an unusable title.json are logged and left out. When the
  // media folder cannot be read (a disk that is away for a moment) the titles stay what they were:
  // clients take 404 for a refusal and drop their positions.
  void rescan();

  [[nodiscard]] std::shared_ptr<const TitleList> titles() const;

  // The title, kept alive by the pointer; null when there is none.
  [[nodiscard]] std::shared_ptr<const Title> find(std::string_view id);

 private:
  [[nodiscard]] std::shared_ptr<const Title> find_known(std::string_view id) const;
  [[nodiscard]] bool may_rescan_for(std::string_view id);

  const std::filesystem::path root_;
  const Clock& clock_;
  const Log& log_;
  mutable std::mutex mutex_;
  std::shared_ptr<const TitleList> titles_;  // under mutex_
  int64_t last_scan_ms_ = 0;                 // under mutex_
};

}  // namespace playhead::server
