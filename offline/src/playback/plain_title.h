// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "container/movie_file.h"
#include "playback/reading_desk.h"
#include "vault/content_key.h"

namespace playhead::offline {

// A downloaded MP4 without a manifest, as players know titles: a playlist of its fragments, which
// are made of the file's bytes when they are asked for. Immutable; any thread.
class PlainTitle {
 public:
  struct Answer {
    std::string type;
    std::vector<uint8_t> head;             // comes first
    std::vector<MovieFile::Stretch> body;  // of the file
  };

  // Null: the download has a manifest. Reads what the file says of its samples. On the reading
  // thread. Errors: kOfflineIncomplete (that is not there yet), kContainerUnsupported (no MP4),
  // kContainerSyntax, those of VaultReader::open() and of the journal.
  static Result<std::shared_ptr<const PlainTitle>> open(LibraryParts& parts, const std::string& id,
                                                        const std::string& url,
                                                        const ContentKey& key);

  // `stable_key`: without query and fragment; `is_manifest`: the title's own URL. Nothing: it is
  // no part of it.
  [[nodiscard]] std::optional<Answer> find(std::string_view stable_key, bool is_manifest) const;
  // Of the file.
  [[nodiscard]] const std::string& file_key() const { return file_key_; }

 private:
  PlainTitle(std::string file_key, MovieFile movie)
      : file_key_(std::move(file_key)), movie_(std::move(movie)) {}
  [[nodiscard]] std::string playlist() const;

  const std::string file_key_;
  const MovieFile movie_;
};

}  // namespace playhead::offline
