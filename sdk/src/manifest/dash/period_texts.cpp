// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/period_texts.h"

#include <algorithm>
#include <cstring>

namespace playhead::dash {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Bytes of the tag that starts at `at`, brackets included; 0 when it has no end or no content.
std::size_t start_tag_length(std::string_view text, std::size_t at) {
  char quote = '\0';
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return text[i - 1] == '/' ? 0 : i + 1 - at;
    }
  }
  return 0;
}

// The end of the element `name` when nothing but white space stands between it and `limit`; 0
// otherwise.
std::size_t end_before(std::string_view text, std::size_t limit, std::string_view name) {
  const std::size_t last = text.substr(0, limit).find_last_not_of(kSpace);
  if (last == std::string_view::npos || text[last] != '>') return 0;
  const std::size_t tag = text.substr(0, last).rfind("</");
  if (tag == std::string_view::npos) return 0;
  std::string_view written = text.substr(tag + 2, last - tag - 2);
  written = written.substr(0, written.find_last_not_of(kSpace) + 1);
  return written == name ? last + 1 : 0;
}

}  // namespace

// The Period as it stands in `parsed`, which is the text or, from there on, lacks `shift` bytes.
void PeriodTexts::add(std::string_view name, const Period& period, std::string_view parsed,
                      std::size_t shift) {
  Place& place = places_.emplace_back();
  place.counts = {0, 0, period.warnings, period.representations, period.listed};
  const auto at = static_cast<std::size_t>(std::max<int64_t>(period.byte, 1)) - 1;
  if (at >= parsed.size() || parsed[at] != '<' || parsed.substr(at + 1, name.size()) != name)
    return;
  const std::size_t limit = period.limit > 0 ? static_cast<std::size_t>(period.limit) - 1
                                             : std::min(parsed.rfind("</"), parsed.size());
  const std::size_t start_tag = start_tag_length(parsed, at);
  const std::size_t end =
      limit > at && limit <= parsed.size() ? end_before(parsed, limit, name) : 0;
  if (start_tag == 0 || end < at + start_tag) return;
  place.first = at + shift;
  place.length = end - at;
  place.start_tag = start_tag;
}

PeriodTexts::PeriodTexts(SharedBytes text, const Mpd& mpd, const ReducedMpd* reduced,
                         const PeriodTexts* before)
    : text_(std::move(text)) {
  const std::string_view parsed =
      reduced != nullptr ? as_text(reduced->text) : as_text(text_.view());
  const auto name_at = static_cast<std::size_t>(std::max<int64_t>(mpd.periods.front().byte, 0));
  if (name_at >= parsed.size()) return;
  std::string_view name = parsed.substr(name_at);
  name = name.substr(0, name.find_first_of(" \t\r\n/>"));
  places_.reserve(mpd.periods.size());
  std::size_t shift = 0;
  std::size_t cut = 0;
  for (const Period& period : mpd.periods) {
    while (reduced != nullptr && cut < reduced->cuts.size() &&
           reduced->cuts[cut].at <= static_cast<std::size_t>(period.byte)) {
      shift = reduced->cuts[cut++].bytes;
    }
    if (period.known && before != nullptr) {
      Place& place = places_.emplace_back(before->places_[*period.known]);
      place.first = static_cast<std::size_t>(period.byte) - 1 + shift;
    } else {
      add(name, period, parsed, shift);
    }
  }
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    if (place.length > 0) by_start_tag_.emplace(view(place.first, place.start_tag), i);
  }
  if (!by_start_tag_.empty()) name_ = by_start_tag_.begin()->first.substr(1, name.size());
}

ReducedMpd PeriodTexts::reduce(ByteView later) const {
  ReducedMpd reduced;
  const std::string_view text = as_text(later);
  const std::string start = "<" + std::string(name_);
  std::size_t copied = 0;  // up to there
  std::size_t left_out = 0;
  const auto copy = [&](std::size_t end) {
    reduced.text.insert(reduced.text.end(), later.begin() + static_cast<std::ptrdiff_t>(copied),
                        later.begin() + static_cast<std::ptrdiff_t>(end));
    copied = end;
  };
  for (std::size_t at = name_.empty() ? std::string_view::npos : text.find(start);
       at != std::string_view::npos; at = text.find(start, at)) {
    const std::string_view tag = text.substr(at, start_tag_length(text, at));
    const auto found = by_start_tag_.find(tag);
    const Place* place = found == by_start_tag_.end() ? nullptr : &places_[found->second];
    if (place == nullptr || text.size() - at < place->length ||
        std::memcmp(text.data() + at, text_.data() + place->first, place->length) != 0) {
      at += start.size();
      continue;
    }
    copy(at);
    KnownPeriod known = place->counts;
    known.byte = static_cast<int64_t>(reduced.text.size()) + 1;
    known.position = found->second;
    reduced.known.push_back(known);
    copy(at + place->start_tag);
    const std::size_t end_tag = view(place->first, place->length).rfind("</");
    left_out += end_tag - place->start_tag;
    reduced.cuts.push_back({reduced.text.size(), left_out});
    copied = at + end_tag;
    at += place->length;
  }
  copy(text.size());
  return reduced;
}

}  // namespace playhead::dash
