// SPDX-License-Identifier: Apache-2.0
#include "text/webvtt_parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/unicode.h"
#include "text/scan.h"
#include "text/webvtt_cue_text.h"

namespace playhead::text {
namespace {

constexpr std::string_view kArrow = "-->";
constexpr std::string_view kSignature = "WEBVTT";
constexpr std::string_view kTimestampMap = "X-TIMESTAMP-MAP=";

bool is_time_line(std::string_view line) { return line.find(kArrow) != std::string_view::npos; }

// `text` is `word` with nothing but white space after it.
bool is_block_head(std::string_view text, std::string_view word) {
  return text.starts_with(word) && trim(text.substr(word.size())).empty();
}

class WebVttReader {
 public:
  explicit WebVttReader(std::string_view text) : lines_(text) {}

  [[nodiscard]] WebVttLook take_look() { return std::move(look_); }

  Result<TextDocument> read() {
    if (!read_signature()) {
      return make_error(ErrorCode::kContainerSyntax, "the subtitles do not begin with WEBVTT");
    }
    while (!lines_.at_end() && !document_.is_full) {
      if (lines_.peek().empty()) {
        lines_.next();
      } else {
        read_block();
      }
    }
    return std::move(document_);
  }

 private:
  bool read_signature() {
    if (lines_.at_end()) return false;
    const std::string_view line = lines_.next();
    if (!line.starts_with(kSignature)) return false;
    if (line.size() > kSignature.size() && line[kSignature.size()] != ' ' &&
        line[kSignature.size()] != '\t') {
      return false;
    }
    // Header lines up to a blank one. A cue that follows without one is read as a cue.
    while (!lines_.at_end() && !lines_.peek().empty() && !is_time_line(lines_.peek())) {
      const std::string_view header = lines_.next();
      if (!header.starts_with(kTimestampMap)) continue;
      document_.timestamp_map = parse_timestamp_map(header.substr(kTimestampMap.size()));
      if (!document_.timestamp_map) complain("RFC 8216 3.5", "the X-TIMESTAMP-MAP is not readable");
    }
    return true;
  }

  void read_block() {
    const std::string_view first = next_line();
    if (is_time_line(first)) return read_cue({}, first);
    if (!lines_.at_end() && is_time_line(lines_.peek())) return read_cue(first, next_line());
    const bool is_style = is_block_head(first, "STYLE");
    const bool is_region = is_block_head(first, "REGION");
    const std::string body = read_body(is_style || is_region);
    const bool is_note = first.starts_with("NOTE");
    if (is_style || is_region) {
      if (has_cue_) {
        complain("WebVTT 4.1", "a STYLE or REGION after the first cue is not used");
      } else if (is_style) {
        if (look_.styles.add(body) > 0)
          complain("WebVTT 8.2.1", "parts of the style are not supported");
      } else {
        add_region(body);
      }
    } else if (!is_note) {
      complain("WebVTT 6.1", "a block that is no cue is passed over");
    }
  }

  // Lines up to a blank one, or one with times.
  std::string read_body(bool is_wanted) {
    std::string body;
    while (!lines_.at_end() && !lines_.peek().empty() && !is_time_line(lines_.peek())) {
      const std::string_view line = next_line();
      if (!is_wanted || body.size() + line.size() > limits::kTextLineBytes) continue;
      body += line;
      body += '\n';
    }
    return body;
  }

  void read_cue(std::string_view id, std::string_view times) {
    has_cue_ = true;
    Cue cue;
    std::string_view settings;
    const bool is_good = read_times(times, cue, settings);
    if (!is_good) complain("WebVTT 6.3", "a cue's times are not readable or end before they start");
    std::string text;
    while (!lines_.at_end() && !lines_.peek().empty() && !is_time_line(lines_.peek())) {
      const std::string_view line = next_line();
      if (!is_good || text.size() > limits::kCueTextBytes) continue;
      if (!text.empty()) text += '\n';
      text += line;
    }
    if (!is_good) return;
    if (text.size() > limits::kCueTextBytes) complain("", "the text of a cue is cut off");
    if (make_webvtt_cue({id, settings, text}, look_, cue) > 0) {
      complain("WebVTT 6.3", "a cue setting is wrong or unknown");
    }
    document_.add(std::move(cue), lines_.number());
  }

  // "00:01.000 --> 00:02.000 line:0" (§6.3).
  static bool read_times(std::string_view line, Cue& cue, std::string_view& settings) {
    const std::size_t arrow = line.find(kArrow);
    const auto start = parse_webvtt_time(trim(line.substr(0, arrow)));
    const std::string_view rest = trim(line.substr(arrow + kArrow.size()));
    const std::size_t end_bytes = std::min(rest.find_first_of(" \t\f"), rest.size());
    const auto end = parse_webvtt_time(rest.substr(0, end_bytes));
    if (!start || !end || *end <= *start) return false;
    cue.start = *start;
    cue.end = *end;
    settings = rest.substr(end_bytes);
    return true;
  }

  void add_region(std::string_view body) {
    CueRegion region = parse_region_settings(body);
    if (region.id.empty() || look_.regions.size() >= limits::kCueRegions) {
      return complain("WebVTT 6.2", "a region without an id, or too many regions");
    }
    look_.regions.push_back(std::move(region));
  }

  std::string_view next_line() {
    const std::string_view line = lines_.next();
    if (line.size() > limits::kTextLineBytes) complain("", "a line is longer than 64 KiB");
    return cut_utf8(line, limits::kTextLineBytes);
  }

  void complain(const char* rule, const char* message) {
    document_.diagnostics.add(lines_.number(), rule, message);
  }

  Lines lines_;
  TextDocument document_;
  WebVttLook look_;
  bool has_cue_ = false;
};

// Exactly `width` digits.
std::optional<int64_t> digits(std::string_view text, std::size_t width) {
  if (text.size() != width) return {};
  const auto value = parse_uint64(text);
  if (!value) return {};
  return static_cast<int64_t>(*value);
}

}  // namespace

std::optional<MediaTime> parse_webvtt_time(std::string_view text) {
  constexpr std::size_t kShort = 9;        // "mm:ss.ttt"
  constexpr uint64_t kMaxHours = 999'999;  // a century; keeps every sum within 64 bits
  if (text.size() < kShort) return {};
  uint64_t hours = 0;
  if (text.size() > kShort) {
    const std::size_t colon = text.size() - kShort - 1;
    const auto written = parse_uint64(text.substr(0, colon));
    if (text[colon] != ':' || !written || *written > kMaxHours) return {};
    hours = *written;
    text.remove_prefix(colon + 1);
  }
  const auto minutes = digits(text.substr(0, 2), 2), seconds = digits(text.substr(3, 2), 2),
             millis = digits(text.substr(6, 3), 3);
  if (!minutes || !seconds || !millis || text[2] != ':' || text[5] != '.') return {};
  if (*minutes > 59 || *seconds > 59) return {};
  const int64_t whole = (static_cast<int64_t>(hours) * 60 + *minutes) * 60 + *seconds;
  return MediaTime{(whole * 1000 + *millis) * 1000};
}

std::optional<TimestampMap> parse_timestamp_map(std::string_view value) {
  std::optional<MediaTime> local;
  std::optional<uint64_t> ticks;
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    const Halves halves = split(value.substr(0, comma), ':');
    if (trim(halves.first) == "LOCAL") local = parse_webvtt_time(trim(halves.second));
    if (trim(halves.first) == "MPEGTS") ticks = parse_uint64(trim(halves.second));
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  if (!local || !ticks) return {};
  // Some packagers count on where MPEG-2 time wraps.
  constexpr uint64_t kMask = (uint64_t{1} << 33) - 1;
  return TimestampMap{*local, static_cast<int64_t>(*ticks & kMask)};
}

WebVttLook parse_webvtt_look(std::string_view header) {
  const std::string text = clean_utf8(header);
  WebVttReader reader(text);
  if (const Result<TextDocument> document = reader.read(); !document) return {};
  return reader.take_look();
}

int make_webvtt_cue(const WebVttCueParts& parts, const WebVttLook& look, Cue& cue) {
  const int refused = parse_cue_settings(parts.settings, look.regions, cue.placement);
  cue.id = without_controls(cut_utf8(parts.id, limits::kCueTextBytes));
  cue.spans = parse_cue_text(cut_utf8(parts.text, limits::kCueTextBytes), cue.id, look.styles);
  return refused;
}

Result<TextDocument> parse_webvtt(ByteView bytes) {
  if (static_cast<int64_t>(bytes.size()) > limits::kTextBytes) {
    return make_error(ErrorCode::kTooLarge, "the subtitles are larger than 16 MiB");
  }
  const std::string text = clean_utf8(as_text(bytes));
  return WebVttReader(text).read();
}

}  // namespace playhead::text
