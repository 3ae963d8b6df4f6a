// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/date_range_table.h"

#include <utility>

#include "base/decimal.h"
#include "base/iso8601.h"
#include "base/limits.h"

namespace playhead::hls {
namespace {

constexpr std::string_view kClause = "4.4.5.1";

// "0xFC30…"; nothing when it is no hexadecimal sequence.
std::vector<uint8_t> parse_hex(std::string_view text) {
  std::vector<uint8_t> bytes;
  if (text.substr(0, 2) != "0x" && text.substr(0, 2) != "0X") return bytes;
  text.remove_prefix(2);
  if (text.size() % 2 != 0) return bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return {};
    bytes.push_back(static_cast<uint8_t>(high * 16 + low));
  }
  return bytes;
}

std::optional<Duration> read_seconds(const AttributeList& list, std::string_view name,
                                     TagContext& context) {
  const auto written = list.find(name);
  if (!written) return std::nullopt;
  const std::optional<int64_t> us = parse_decimal(*written, 6);
  constexpr Duration kLongest = 365 * 24h * 100;  // beyond it, sums with dates overflow
  if (!us || Duration{*us} > kLongest) {
    context.violate(kClause, std::string(name) + " of EXT-X-DATERANGE is not a number of seconds");
    return std::nullopt;
  }
  return Duration{*us};
}

// Takes over `addition` where nothing was known; false when both say something else.
template <typename T>
bool complete(std::optional<T>& known, const std::optional<T>& addition) {
  if (!addition) return true;
  if (known) return *known == *addition;
  known = addition;
  return true;
}

bool merge(TimedEvent& known, TimedEvent& addition) {
  bool agrees = complete(known.date, addition.date);
  agrees &= complete(known.duration, addition.duration);
  agrees &= complete(known.planned_duration, addition.planned_duration);
  if (known.value.empty()) known.value = addition.value;
  agrees &= addition.value.empty() || known.value == addition.value;
  known.end_on_next |= addition.end_on_next;
  if (known.message.empty()) known.message = addition.message;
  for (auto& [name, value] : addition.attributes) {
    const auto [at, is_new] = known.attributes.try_emplace(name, std::move(value));
    // What try_emplace() did not take it left alone.
    agrees &= is_new || at->second == value;
  }
  return agrees;
}

// END-DATE counts from START-DATE, which may stand in another tag.
void apply_end(DateRange& range, TagContext& context) {
  TimedEvent& event = range.event;
  if (!range.end || !event.date) return;
  if (*range.end < *event.date) {
    context.violate(kClause, "END-DATE is before START-DATE");
  } else if (!event.duration) {
    event.duration = *range.end - *event.date;
  } else if (*event.duration != *range.end - *event.date) {
    context.violate(kClause, "DURATION is not the time from START-DATE to END-DATE");
  }
}

TimedEvent read_event(const AttributeList& list, std::optional<WallTime>& end,
                      TagContext& context) {
  TimedEvent event;
  event.scheme = "hls:daterange";
  for (const Attribute& item : list.items()) {
    if (item.name == "ID") {
      event.id = item.value;
    } else if (item.name == "CLASS") {
      event.value = item.value;
    } else if (item.name == "START-DATE" || item.name == "END-DATE") {
      std::optional<WallTime>& date = item.name == "END-DATE" ? end : event.date;
      date = parse_iso_date_time(item.value);
      if (!date) context.violate(kClause, "a date of EXT-X-DATERANGE cannot be read");
    } else if (item.name == "END-ON-NEXT") {
      event.end_on_next = item.value == "YES";
      if (!event.end_on_next) context.violate(kClause, "END-ON-NEXT is not YES");
    } else if (item.name != "DURATION" && item.name != "PLANNED-DURATION") {
      event.attributes.emplace(item.name, item.value);
    }
  }
  event.duration = read_seconds(list, "DURATION", context);
  event.planned_duration = read_seconds(list, "PLANNED-DURATION", context);
  if (event.end_on_next && (event.value.empty() || event.duration || end)) {
    context.violate(kClause, "END-ON-NEXT needs a CLASS and goes without DURATION and END-DATE");
  }
  for (const std::string_view name : {"SCTE35-OUT", "SCTE35-CMD", "SCTE35-IN"}) {
    if (!event.message.empty()) break;
    if (const auto hex = list.find(name)) event.message = SharedBytes(parse_hex(*hex));
  }
  return event;
}

}  // namespace

DateRange* DateRangeTable::find(const std::string& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &ranges_[found->second];
}

void DateRangeTable::add_known(const DateRange& range) {
  if (find(range.event.id) != nullptr || ranges_.size() >= limits::kDateRanges) return;
  by_id_.emplace(range.event.id, ranges_.size());
  attributes_ += range.event.attributes.size();
  ranges_.push_back(range);
}

void DateRangeTable::add_tag(const AttributeList& list, TagContext& context) {
  std::optional<WallTime> end;
  TimedEvent event = read_event(list, end, context);
  attributes_ += event.attributes.size();
  if (event.id.empty()) return context.violate(kClause, "EXT-X-DATERANGE without ID");
  DateRange* known = find(event.id);
  if (known != nullptr) {
    const bool agrees = merge(known->event, event);
    if (!complete(known->end, end) || !agrees) {
      context.violate(kClause, "two EXT-X-DATERANGE with one ID contradict each other");
    }
    apply_end(*known, context);
  } else if (!event.date) {
    // §4.4.5.1 requires it in the first; without it the range cannot be placed.
    context.violate(kClause, "EXT-X-DATERANGE without START-DATE");
  } else {
    by_id_.emplace(event.id, ranges_.size());
    ranges_.push_back({std::move(event), end});
    apply_end(ranges_.back(), context);
  }
  if (ranges_.size() > limits::kDateRanges || attributes_ > limits::kDateRangeAttributes) {
    context.fail(ErrorCode::kManifestLimit, "too many date ranges");
  }
}

}  // namespace playhead::hls
