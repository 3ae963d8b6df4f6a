// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "manifest/segment_index.h"
#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead {

// Makes a SegmentIndex of one or several segment indexes (ISO/IEC 14496-12 §8.16.3). Pure: it names
// the bytes it still needs, and whoever fetches them adds them:
//   add(first); while (builder.missing()) add(fetch(*builder.missing())); build();
class SidxIndexBuilder {
 public:
  // Bytes of the file from `file_offset` on; the first, and later each answer to missing().
  // kContainerSyntax: no usable sidx. kManifestLimit: too many indexes or references.
  Result<void> add(ByteView bytes, int64_t file_offset);
  // The next further index to fetch; nothing when all are there.
  [[nodiscard]] std::optional<ByteRange> missing() const;
  // Presentation time = container time + media_offset. kManifestEmpty without any segment.
  [[nodiscard]] Result<std::shared_ptr<const SegmentIndex>> build(
      std::string url, Duration media_offset, std::shared_ptr<const ResourceLocation> init) const;

 private:
  struct Entry {
    bool is_index = false;
    int64_t offset = 0;
    int64_t size = 0;
    int64_t duration_ticks = 0;
  };
  [[nodiscard]] std::optional<std::size_t> next_index() const;

  std::vector<Entry> entries_;  // in order of time; indexes are replaced by what they list
  std::size_t searched_ = 0;    // entries before it are segments
  std::size_t indexes_ = 0;
  int64_t timescale_ = 1;
  int64_t start_ticks_ = 0;
};

}  // namespace playhead
