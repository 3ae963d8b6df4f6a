// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "playhead/result.h"
#include "playhead/transport.h"

namespace playhead {

// Largest head of an answer, all lines and trailers together. Chosen: eight times what common
// servers send at most; an endless head must end.
inline constexpr std::size_t kMaxHeadBytes = std::size_t{64} << 10;

// Builds a ResponseHead from header lines as the HTTP library passes them on, one line per call.
// Interim answers (1xx) are skipped; trailers after the body are ignored, within the same bound.
class HeadParser {
 public:
  // `line` with or without its line end. True when it completed the head of a final answer.
  // kBadResponse: too large, or not HTTP.
  [[nodiscard]] Result<bool> add_line(std::string_view line);

  // A whole head that somebody else has read. kBadResponse: too large, or a header that is none.
  [[nodiscard]] Result<void> take(int status, std::vector<HttpHeader> headers);

  [[nodiscard]] bool is_complete() const { return is_complete_; }
  [[nodiscard]] ResponseHead& head() { return head_; }

 private:
  [[nodiscard]] Result<bool> add_status_line(std::string_view line);
  void add(HttpHeader header);

  ResponseHead head_;
  std::size_t bytes_ = 0;
  bool is_complete_ = false;
};

}  // namespace playhead
