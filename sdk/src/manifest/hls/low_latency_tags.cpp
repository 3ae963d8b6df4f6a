// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/decimal.h"
#include "base/limits.h"
#include "manifest/hls/media_playlist_builder.h"

// Partial segments and what goes with them (RFC 8216bis §4.4.3.7, §4.4.3.8, §4.4.4.9, §4.4.5).
namespace playhead::hls {
namespace {

std::optional<Duration> read_seconds(const AttributeList& list, std::string_view name,
                                     std::string_view clause, TagContext& context) {
  const auto written = list.find(name);
  if (!written) return std::nullopt;
  const std::optional<int64_t> us = parse_decimal(*written, 6);
  constexpr Duration kLongest = 365 * 24h;  // beyond it, it says nothing and sums overflow
  if (us && Duration{*us} <= kLongest) return Duration{*us};
  context.violate(clause, std::string(name) + " is not a number of seconds");
  return std::nullopt;
}

}  // namespace

void MediaPlaylistBuilder::on_part_inf(std::string_view value) {
  const AttributeList& list = context_.attributes(value);
  playlist_.part_target = read_seconds(list, "PART-TARGET", "4.4.3.7", context_);
  if (!list.find("PART-TARGET")) context_.violate("4.4.3.7", "PART-TARGET is missing");
}

void MediaPlaylistBuilder::on_server_control(std::string_view value) {
  constexpr std::string_view kClause = "4.4.3.8";
  const AttributeList& list = context_.attributes(value);
  ServerControl control;
  control.can_block_reload = list.is_yes("CAN-BLOCK-RELOAD");
  control.can_skip_date_ranges = list.is_yes("CAN-SKIP-DATERANGES");
  control.can_skip_until = read_seconds(list, "CAN-SKIP-UNTIL", kClause, context_);
  control.hold_back = read_seconds(list, "HOLD-BACK", kClause, context_);
  control.part_hold_back = read_seconds(list, "PART-HOLD-BACK", kClause, context_);
  if (control.can_skip_date_ranges && !control.can_skip_until) {
    context_.violate(kClause, "CAN-SKIP-DATERANGES without CAN-SKIP-UNTIL");
  }
  playlist_.server_control = control;
}

void MediaPlaylistBuilder::check_before_parts(std::string_view clause, std::string_view what) {
  if (has_open_parts()) context_.violate(clause, what);
}

void MediaPlaylistBuilder::on_part(std::string_view value) {
  constexpr std::string_view kClause = "4.4.4.9";
  const AttributeList& list = context_.attributes(value);
  if (playlist_.parts.size() >= limits::kParts) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 50,000 parts");
  }
  if (first_part_offset_ == 0) first_part_offset_ = context_.lines().offset();
  const std::string_view uri = list.get("URI");
  const std::optional<int64_t> duration = parse_duration_ns(list.get("DURATION"));
  if (uri.empty()) return context_.violate(kClause, "EXT-X-PART without URI");
  if (!duration) return context_.violate(kClause, "EXT-X-PART without a readable DURATION");

  Part part;
  part.duration_ns = *duration;
  part.start_ns = part_start_ns_;
  part.is_independent = list.is_yes("INDEPENDENT");
  part.is_gap = list.is_yes("GAP");
  if (const auto written = list.find("BYTERANGE")) {
    const std::optional<WrittenByteRange> range = parse_byte_range(*written);
    if (!range) return context_.fail("BYTERANGE of EXT-X-PART is not LENGTH[@OFFSET]");
    std::optional<int64_t> first = range->offset;
    const bool continues =
        !playlist_.parts.empty() && playlist_.view(playlist_.parts.back().uri) == uri;
    if (!first && continues) first = next_part_offset_;
    if (!first) context_.violate(kClause, "BYTERANGE without an offset has nothing to continue");
    part.range = {first.value_or(0), range->length};
    next_part_offset_ = checked_add(part.range.first, part.range.length);
    if (!next_part_offset_) return context_.fail("BYTERANGE of EXT-X-PART ends beyond 63 bits");
  } else {
    next_part_offset_.reset();
  }
  const std::optional<int64_t> end = checked_add(part_start_ns_, *duration);
  if (!end) return context_.fail("the parts of a segment add up to more than 292 years");
  part_start_ns_ = *end;
  part.uri = keep(uri);
  if (!has_open_parts()) {
    playlist_.part_groups.push_back({playlist_.size(), playlist_.parts.size()});
  }
  playlist_.parts.push_back(part);
}

void MediaPlaylistBuilder::check_parts_of_segment() {
  constexpr std::string_view kClause = "4.4.4.9";
  const std::span<const Part> parts = playlist_.parts_of(playlist_.size());
  const int64_t target_ns = playlist_.part_target.value_or(Duration{0}).count() * 1000;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_gap_ && !parts[i].is_gap) {
      context_.violate("4.4.4.7", "EXT-X-GAP for a segment with a part without GAP=YES");
    }
    if (target_ns == 0) continue;
    if (parts[i].duration_ns > target_ns) {
      context_.violate(kClause, "a part is longer than PART-TARGET");
    }
    // All but the last part of a segment: at least 85 % of the target.
    const bool is_last = i + 1 == parts.size();
    if (!is_last && !parts[i].is_gap && parts[i].duration_ns < target_ns / 100 * 85) {
      context_.violate(kClause, "a part is shorter than 85 % of PART-TARGET");
    }
  }
}

void MediaPlaylistBuilder::on_preload_hint(std::string_view value) {
  constexpr std::string_view kClause = "4.4.5.3";
  const AttributeList& list = context_.attributes(value);
  is_tail_mixed_ = true;
  const std::string_view type = list.get("TYPE");
  const std::optional<std::string> url = resolve(list.get("URI"));
  if (!url) return context_.violate(kClause, "EXT-X-PRELOAD-HINT without a usable URI");
  if (type.empty()) return context_.violate(kClause, "EXT-X-PRELOAD-HINT without TYPE");
  if (type != "PART" && type != "MAP") return context_.skip("a preload hint of unknown TYPE");
  PreloadHint hint;
  hint.is_map = type == "MAP";
  hint.location.url = *url;
  const auto start = list.find("BYTERANGE-START");
  const auto length = list.find("BYTERANGE-LENGTH");
  if (start || length) {
    const std::optional<int64_t> first = start ? parse_int64(*start) : int64_t{0};
    const std::optional<int64_t> count = length ? parse_int64(*length) : int64_t{1};
    if (!first || !count || *first < 0 || *count <= 0 || !checked_add(*first, *count)) {
      return context_.violate(kClause, "the byte range of EXT-X-PRELOAD-HINT cannot be read");
    }
    hint.location.range = ByteRange{*first, std::nullopt};
    if (length) hint.location.range->last = *first + *count - 1;
  }
  if (playlist_.preload_hints.size() >= limits::kAnnouncements) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 1,000 preload hints");
  }
  playlist_.preload_hints.push_back(std::move(hint));
}

void MediaPlaylistBuilder::on_rendition_report(std::string_view value) {
  constexpr std::string_view kClause = "4.4.5.4";
  const AttributeList& list = context_.attributes(value);
  is_tail_mixed_ = true;
  const std::string_view uri = list.get("URI");
  const std::optional<std::string> url = resolve(uri);
  if (!url) return context_.violate(kClause, "EXT-X-RENDITION-REPORT without a usable URI");
  if (uri.find("://") != std::string_view::npos) {
    context_.violate(kClause, "the URI of EXT-X-RENDITION-REPORT is not relative");
  }
  RenditionReport report;
  report.url = *url;
  report.last_number = parse_uint64(list.get("LAST-MSN"));
  report.last_part = parse_uint64(list.get("LAST-PART"));
  if (playlist_.rendition_reports.size() >= limits::kAnnouncements) {
    return context_.fail(ErrorCode::kManifestLimit, "more than 1,000 rendition reports");
  }
  playlist_.rendition_reports.push_back(std::move(report));
}

void MediaPlaylistBuilder::on_skip(std::string_view value) {
  constexpr std::string_view kClause = "4.4.5.2";
  const AttributeList& list = context_.attributes(value);
  const std::optional<uint64_t> count = parse_uint64(list.get("SKIPPED-SEGMENTS"));
  if (!count || *count > limits::kSegments || playlist_.size() > 0) {
    return context_.fail("EXT-X-SKIP without a usable SKIPPED-SEGMENTS");
  }
  context_.require_version(9, "EXT-X-SKIP");
  if (const auto removed = list.find("RECENTLY-REMOVED-DATERANGES")) {
    context_.require_version(10, "RECENTLY-REMOVED-DATERANGES");
    std::string_view rest = *removed;
    while (!rest.empty() && playlist_.removed_date_ranges.size() < limits::kDateRanges) {
      const std::size_t tab = std::min(rest.find('\t'), rest.size());
      if (tab > 0) playlist_.removed_date_ranges.emplace_back(rest.substr(0, tab));
      rest.remove_prefix(std::min(tab + 1, rest.size()));
    }
  }
  playlist_.skipped_segments = *count;
  if (previous_ == nullptr) {
    playlist_.is_complete = *count == 0;
    return context_.violate(kClause, "a delta update that was not asked for");
  }
  if (*count > 0) take_skipped(*count);
}

}  // namespace playhead::hls
