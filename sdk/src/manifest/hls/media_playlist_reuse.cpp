// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "base/decimal.h"
#include "base/limits.h"
#include "manifest/hls/media_playlist_builder.h"

// What a later state of a media playlist takes over from the one before. The rules are in
// media_playlist_refresh.h.
namespace playhead::hls {
namespace {

template <typename T>
bool same_value(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

// Where the first segment lies when `missing` segments after the end of `previous` were never seen.
int64_t start_after_gap(const MediaPlaylist& previous, uint64_t missing,
                        std::optional<WallTime> date) {
  const int64_t end = previous.ticks_at(previous.size());
  const int64_t target_ns = previous.target_duration.count() * 1000;
  const std::optional<int64_t> length =
      checked_multiply(static_cast<int64_t>(missing), std::max<int64_t>(target_ns, 1));
  const std::optional<int64_t> estimate = length ? checked_add(end, *length) : std::nullopt;
  const std::size_t position = std::max<std::size_t>(previous.size(), 1) - 1;
  const std::optional<WallTime> last = previous.date(position);
  if (date && last && length) {
    const std::optional<int64_t> ns = checked_multiply((*date - *last).count(), 1000);
    const std::optional<int64_t> start =
        ns ? checked_add(previous.ticks_at(position), *ns) : std::nullopt;
    // A date that jumps is no measure of the gap.
    if (start && *start >= end && *start - end <= 2 * std::min(*length, INT64_MAX / 2)) {
      return *start;
    }
  }
  return estimate.value_or(end);
}

}  // namespace

void MediaPlaylistBuilder::continue_discontinuities(uint64_t expected) {
  if (discontinuity_sequence() == expected || expected < discontinuity_) return;
  if (has_discontinuity_sequence_) {
    context_.violate("6.2.2", "EXT-X-DISCONTINUITY-SEQUENCE does not go on from the one before");
  }
  playlist_.discontinuity_sequence = expected - discontinuity_;
}

void MediaPlaylistBuilder::place_first_segment() {
  if (previous_ == nullptr) return;
  const uint64_t number = playlist_.first_number();
  const Timeline& timeline = previous_->timeline;
  if (const std::optional<std::size_t> position = timeline.find_number(number)) {
    playlist_.start_ticks = timeline.start_ticks(*position);
    continue_discontinuities(previous_->run(*position).discontinuity_sequence);
    if (!date_) date_ = previous_->date(*position);
    return;
  }
  if (number < previous_->end_number()) return;  // it went back: see refresh_media_playlist()
  const uint64_t missing = number - previous_->end_number();
  playlist_.start_ticks = missing == 0 ? previous_->ticks_at(previous_->size())
                                       : start_after_gap(*previous_, missing, date_);
  if (!has_discontinuity_sequence_) {
    // Tags before a segment in progress are told again with it.
    const uint64_t before = previous_->size() == 0 ? previous_->discontinuity_sequence
                                                   : previous_->runs.back().discontinuity_sequence;
    continue_discontinuities(before + discontinuity_);
  }
}

void MediaPlaylistBuilder::take_segments(std::size_t first, std::size_t end) {
  const MediaPlaylist& previous = *previous_;
  const std::size_t base = playlist_.size();
  const auto moved = [&](std::size_t position) { return base + (position - first); };

  const auto& times = previous.timeline.runs();
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::size_t run_end =
        i + 1 < times.size() ? times[i + 1].first_position : previous.size();
    const std::size_t from = std::max<std::size_t>(first, times[i].first_position);
    const std::size_t to = std::min(end, run_end);
    if (from >= to) continue;
    // Cannot fail: it is part of a timeline that was built by the same rules.
    (void)playlist_.timeline.append(previous.timeline.start_ticks(from), times[i].duration_ticks,
                                    to - from, playlist_.first_number() + moved(from));
    longest_ns_ = std::max(longest_ns_, times[i].duration_ticks);
  }
  if (!previous.byte_ranges.empty()) {
    playlist_.byte_ranges.resize(base);
    playlist_.byte_ranges.insert(playlist_.byte_ranges.end(),
                                 previous.byte_ranges.begin() + static_cast<std::ptrdiff_t>(first),
                                 previous.byte_ranges.begin() + static_cast<std::ptrdiff_t>(end));
  } else if (!playlist_.byte_ranges.empty()) {
    playlist_.byte_ranges.resize(moved(end));
  }
  for (std::size_t i = 0; i < previous.runs.size(); ++i) {
    SegmentRun run = previous.runs[i];
    const std::size_t run_end =
        i + 1 < previous.runs.size() ? previous.runs[i + 1].first_position : previous.size();
    if (run.first_position >= end || run_end <= first) continue;
    playlist_.is_encrypted |= run.keys != nullptr || (run.init && run.init->keys != nullptr);
    const bool continues = run.first_position < first && !playlist_.runs.empty();
    if (continues) continue;
    run.first_position = moved(std::max(run.first_position, first));
    playlist_.runs.push_back(std::move(run));
  }
  if (base == 0 && !previous.dates.empty()) playlist_.dates.push_back({0, *previous.date(first)});
  for (const DateAnchor& anchor : previous.dates) {
    const bool is_there = base == 0 && anchor.position == first;
    if (anchor.position < first || anchor.position >= end || is_there) continue;
    playlist_.dates.push_back({moved(anchor.position), anchor.date});
  }
  if (base == 0 && previous.bitrate_in_force(first) != 0) {
    playlist_.bitrates.push_back({0, previous.bitrate_in_force(first)});
  }
  for (const BitrateChange& change : previous.bitrates) {
    const bool is_there = base == 0 && change.position == first;
    if (change.position < first || change.position >= end || is_there) continue;
    playlist_.bitrates.push_back({moved(change.position), change.bps});
  }
}

// The state a segment of the playlist before left behind, as if its tags had just been read.
void MediaPlaylistBuilder::continue_previous() {
  const SegmentRun& run = playlist_.runs.back();
  keys_.restore(run.keys);
  init_ = run.init;
  discontinuity_ = run.discontinuity_sequence - playlist_.discontinuity_sequence;
  if (!playlist_.dates.empty()) {
    date_ticks_ = playlist_.timeline.start_ticks(playlist_.dates.back().position);
  }
  bitrate_bps_ = playlist_.bitrates.empty() ? 0 : playlist_.bitrates.back().bps;
  is_run_open_ = true;
  key_value_ = map_value_ = std::nullopt;
}

void MediaPlaylistBuilder::take_skipped(uint64_t count) {
  const std::optional<std::size_t> first =
      previous_->timeline.find_number(playlist_.media_sequence);
  if (!first || *first + count > previous_->size()) {
    return context_.fail("EXT-X-SKIP skips segments that are not in the playlist before");
  }
  const std::size_t end = *first + static_cast<std::size_t>(count);
  playlist_.start_ticks = previous_->timeline.start_ticks(*first);
  playlist_.discontinuity_sequence = previous_->run(*first).discontinuity_sequence;
  take_segments(*first, end);
  for (std::size_t i = *first; i < end; ++i) {
    playlist_.uris.push_back(keep(previous_->uri(i)));
    const std::span<const Part> parts = previous_->parts_of(i);
    if (parts.empty()) continue;
    playlist_.part_groups.push_back({i - *first, playlist_.parts.size()});
    for (Part part : parts) {
      part.uri = keep(previous_->view(part.uri));
      playlist_.parts.push_back(part);
    }
  }
  // Parts already listed of the segment that is complete now are told again after EXT-X-SKIP.
  if (playlist_.substituted.size() > limits::kSubstitutedBytes) {
    return context_.fail(ErrorCode::kManifestLimit, "the skipped segments exceed 16 MiB");
  }
  if (end <= previous_->byte_ranges.size() && previous_->byte_ranges[end - 1].length > 0) {
    const ByteSpan last = previous_->byte_ranges[end - 1];
    next_offset_ = last.first + last.length;
  }
  continue_previous();

  std::vector<std::string> removed = playlist_.removed_date_ranges;
  std::sort(removed.begin(), removed.end());
  const std::optional<WallTime> start = playlist_.date(0);
  for (const DateRange& range : previous_->date_ranges) {
    if (std::binary_search(removed.begin(), removed.end(), range.event.id)) continue;
    // What ended before the first segment left the window with it: a delta update does not say so.
    const Duration length = range.event.duration.value_or(Duration{0});
    const bool is_over = start && range.event.date && *range.event.date + length < *start;
    if (!is_over) date_ranges_.add_known(range);
  }
}

bool MediaPlaylistBuilder::starts_as(std::size_t position) const {
  const SegmentRun& old_run = previous_->run(position);
  const SegmentRun& run = playlist_.runs.back();
  const Timeline& timeline = previous_->timeline;
  const ByteSpan range = playlist_.byte_ranges.empty() ? ByteSpan() : playlist_.byte_ranges[0];
  const ByteSpan old_range =
      previous_->byte_ranges.empty() ? ByteSpan() : previous_->byte_ranges[position];
  return old_run.discontinuity_sequence == run.discontinuity_sequence &&
         old_run.is_gap == run.is_gap && same_value(old_run.init, run.init) &&
         same_value(old_run.keys, run.keys) && range.first == old_range.first &&
         range.length == old_range.length && previous_->uri(position) == playlist_.uri(0) &&
         previous_->bitrate_in_force(position) == bitrate_bps_ &&
         timeline.start_ticks(position + 1) - timeline.start_ticks(position) == *duration_ns_;
}

// What stands between the first segment and the last one of the playlist before usually stands
// there again, byte for byte: then nothing of it is parsed anew.
void MediaPlaylistBuilder::reuse_text() {
  const MediaPlaylist& previous = *previous_;
  if (previous.tail_offset == 0 || has_header_after_segments_ || !playlist_.substituted.empty()) {
    return;
  }
  const std::optional<std::size_t> first = previous.timeline.find_number(playlist_.first_number());
  if (!first || *first + 1 >= previous.size() || !starts_as(*first)) return;
  const std::string_view old_text = as_text(previous.text.view());
  const std::string_view text = as_text(playlist_.text.view());
  const auto after = [](TextSpan span) { return std::size_t{span.offset} + span.length; };
  const std::size_t old_start = after(previous.uris[*first]);
  const std::size_t start = after(playlist_.uris[0]);
  if (previous.tail_offset <= old_start || old_text[previous.tail_offset - 1] != '\n') return;
  const std::size_t length = previous.tail_offset - old_start;
  if (text.size() - start < length ||
      std::memcmp(text.data() + start, old_text.data() + old_start, length) != 0) {
    return;
  }

  // Both offsets are below 2^32, and wrapping subtraction is undone by wrapping addition.
  const auto shift = static_cast<uint32_t>(start - old_start);
  const auto moved = [shift](TextSpan span) { return TextSpan{span.offset + shift, span.length}; };
  playlist_.runs.back().init = previous.run(*first).init;
  playlist_.runs.back().keys = previous.run(*first).keys;
  take_segments(*first + 1, previous.size());
  playlist_.uris.reserve(previous.size() - *first);
  for (std::size_t i = *first + 1; i < previous.size(); ++i) {
    playlist_.uris.push_back(moved(previous.uris[i]));
  }
  for (const PartGroup& group : previous.part_groups) {
    if (group.position <= *first || group.position >= previous.size()) continue;
    playlist_.part_groups.push_back({group.position - *first, playlist_.parts.size()});
    for (Part part : previous.parts_of(group.position)) {
      part.uri = moved(part.uri);
      playlist_.parts.push_back(part);
    }
  }
  // Their tags are read again: what they say together depends on all of them.
  for (const uint32_t line : previous.date_range_lines) {
    if (line < old_start || line >= previous.tail_offset) continue;
    const std::size_t offset = line - old_start + start;
    const std::size_t end = std::min(text.find('\n', offset), text.size());
    playlist_.date_range_lines.push_back(static_cast<uint32_t>(offset));
    date_ranges_.add_tag(
        context_.attributes(split_tag(trim(text.substr(offset, end - offset))).value), context_);
  }
  continue_previous();
  next_offset_ = previous.tail_byte;
  playlist_.tail_byte = previous.tail_byte;
  playlist_.tail_offset = start + length;
  context_.lines().seek(start + length);
}

}  // namespace playhead::hls
