// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manifest/dash/mpd.h"
#include "playhead/bytes.h"

namespace playhead::dash {

// An MPD in which Periods that are known stand without their content: `<Period …></Period>`.
struct ReducedMpd {
  std::vector<uint8_t> text;
  std::vector<KnownPeriod> known;  // in the order they stand there
  struct Cut {
    std::size_t at = 0;     // in `text`: behind it nothing is where it was
    std::size_t bytes = 0;  // left out up to there
  };
  std::vector<Cut> cuts;
};

// Where in the text of an MPD its Periods are, to find them again in the text of a later one.
class PeriodTexts {
 public:
  PeriodTexts() = default;
  // `mpd` is what parse_mpd() made of `text` or, with `reduced`, of what reduce() made of it.
  PeriodTexts(SharedBytes text, const Mpd& mpd, const ReducedMpd* reduced,
              const PeriodTexts* before);

  // What is new in `later`. Costs a comparison of the bytes, and a copy of those that are new.
  // Whoever parses it has to find all of `known` as children of the MPD: what looks like a Period
  // may stand in a comment.
  [[nodiscard]] ReducedMpd reduce(ByteView later) const;

  [[nodiscard]] const SharedBytes& text() const { return text_; }

 private:
  struct Place {
    std::size_t first = 0;
    std::size_t length = 0;     // 0: it cannot be found again
    std::size_t start_tag = 0;  // bytes of its start tag
    KnownPeriod counts;
  };
  void add(std::string_view name, const Period& period, std::string_view parsed, std::size_t shift);
  [[nodiscard]] std::string_view view(std::size_t first, std::size_t length) const {
    return as_text(text_.view()).substr(first, length);
  }

  SharedBytes text_;
  std::string_view name_;      // of the elements, with its prefix
  std::vector<Place> places_;  // one for each Period of the Mpd
  std::unordered_map<std::string_view, std::size_t> by_start_tag_;
};

}  // namespace playhead::dash
