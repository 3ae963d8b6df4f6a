// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manifest/hls/playlist.h"
#include "manifest/hls/tag_context.h"

namespace playhead::hls {

// The EXT-X-DATERANGE tags of a playlist by their ID (RFC 8216bis §4.4.5.1): several tags with one
// ID say together what is known of it, and those of a playlist before count as well.
class DateRangeTable {
 public:
  // A tag. What it breaks, or contradicts, is reported; the first statement counts.
  void add_tag(const AttributeList& list, TagContext& context);
  // What another playlist knew.
  void add_known(const DateRange& range);

  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] std::vector<DateRange> take() { return std::move(ranges_); }

 private:
  DateRange* find(const std::string& id);

  std::vector<DateRange> ranges_;
  std::unordered_map<std::string, std::size_t> by_id_;
  std::size_t attributes_ = 0;
};

}  // namespace playhead::hls
