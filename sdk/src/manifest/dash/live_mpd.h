// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "manifest/dash/dash_presentation.h"
#include "manifest/dash/period_texts.h"
#include "manifest/diagnostic.h"
#include "playhead/bytes.h"
#include "playhead/presentation.h"
#include "playhead/result.h"

namespace playhead::dash {

// One MPD after the other of the same presentation. Each answer is refresh() of the one before and
// the new MPD, and costs time with what is new: Periods that stand in the new text as they stood in
// the old one, byte for byte, are compared, not parsed, and their model is taken over. Keeps the
// latest text and Presentation and nothing older. Use from one thread at a time; what it answers is
// immutable.
class LiveMpd {
 public:
  // The next MPD; remote elements are resolved (XlinkResolver), patches applied (apply_patch).
  // Errors: those of parse_mpd() and make_presentation(); latest() then stays. Strict mode and
  // diagnostics read everything anew.
  [[nodiscard]] Result<std::shared_ptr<const Presentation>> update(
      SharedBytes text, const std::string& url, const ParseOptions& options = {});

  // Null before the first update().
  [[nodiscard]] const std::shared_ptr<const Presentation>& latest() const { return latest_; }
  // Periods the latest update took over.
  [[nodiscard]] std::size_t taken_over() const { return taken_over_; }

 private:
  bool take_over(const SharedBytes& text, const std::string& url, const ParseOptions& options);
  void keep(Presentation next);

  std::shared_ptr<const Presentation> latest_;
  PeriodTexts texts_;
  MappedPeriods mapped_;
  std::size_t taken_over_ = 0;
};

}  // namespace playhead::dash
