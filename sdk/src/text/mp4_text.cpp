// SPDX-License-Identifier: Apache-2.0
#include "text/mp4_text.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "container/box_reader.h"
#include "container/fragment_samples.h"
#include "text/ttml_parser.h"
#include "text/tx3g.h"

namespace playhead::text {
namespace {

constexpr const char* kRule = "ISO/IEC 14496-30";

// §7.5: the vttC box after the eight bytes of SampleEntry.
WebVttLook look_of(ByteView sample_entry) {
  constexpr std::size_t kSampleEntryBytes = 8;
  if (sample_entry.size() < kSampleEntryBytes) return {};
  BoxReader boxes(sample_entry.subspan(kSampleEntryBytes));
  while (true) {
    const auto box = boxes.next();
    if (!box || !box.value()) return {};
    if (box.value()->type == fourcc("vttC"))
      return parse_webvtt_look(as_text(box.value()->payload));
  }
}

// The texts of one vttc box.
struct CueBox {
  std::string id, settings, text, current_time;
};

Result<CueBox> read_cue_box(ByteView payload) {
  CueBox cue;
  BoxReader boxes(payload);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return cue;
    const std::string_view text = as_text(box->payload).substr(0, limits::kCueTextBytes);
    if (box->type == fourcc("iden")) cue.id = clean_utf8(text);
    if (box->type == fourcc("sttg")) cue.settings = clean_utf8(text);
    if (box->type == fourcc("payl")) cue.text = clean_utf8(text);
    if (box->type == fourcc("ctim")) cue.current_time = clean_utf8(text);
  }
}

// §7.4: times inside the text are the original file's; ctim says which of them the sample starts
// at.
void place_inner_times(Cue& cue, const std::string& current_time, MediaTime start) {
  const auto origin = parse_webvtt_time(current_time);
  for (CueSpan& span : cue.spans) {
    if (!span.active_from) continue;
    if (origin) {
      span.active_from = start + (*span.active_from - *origin);
    } else {
      span.active_from.reset();
    }
  }
}

// TTML counts from the track's start; what lies outside the sample is another sample's (§6.3).
void add_clipped(TextDocument sample, MediaTime start, MediaTime end, TextDocument& out) {
  for (Cue& cue : sample.cues) {
    cue.start = std::max(cue.start, start);
    cue.end = std::min(cue.end, end);
    if (cue.start < cue.end && !out.add(std::move(cue))) break;
  }
  for (const TextDiagnostic& d : sample.diagnostics.items()) {
    out.diagnostics.add(d.line, d.rule.c_str(), d.message);
  }
}

// What the sample entry says for all samples.
struct TrackLook {
  WebVttLook webvtt;
  CueStyle tx3g;
};

Result<void> read_sample(const FragmentSample& sample, const TrackHeader& track,
                         const TrackLook& look, TextDocument& out) {
  const MediaTime start{ticks_to_us(sample.start_ticks, track.timescale)};
  const MediaTime end{ticks_to_us(sample.start_ticks + sample.duration_ticks, track.timescale)};
  if (end <= start) return {};
  if (track.sample_entry == fourcc("wvtt")) {
    return parse_wvtt_sample(sample.data, look.webvtt, start, end, out);
  }
  if (track.sample_entry == fourcc("tx3g")) {
    return parse_tx3g_sample(sample.data, look.tx3g, start, end, out);
  }
  PLAYHEAD_TRY(TextDocument document, parse_ttml(sample.data));
  add_clipped(std::move(document), start, end, out);
  return {};
}

}  // namespace

Result<void> parse_wvtt_sample(ByteView sample, const WebVttLook& look, MediaTime start,
                               MediaTime end, TextDocument& out) {
  BoxReader boxes(sample);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return {};
    if (box->type != fourcc("vttc")) continue;
    PLAYHEAD_TRY(const CueBox parts, read_cue_box(box->payload));
    Cue cue;
    if (make_webvtt_cue({parts.id, parts.settings, parts.text}, look, cue) > 0) {
      out.diagnostics.add(0, "WebVTT 6.3", "a cue setting is wrong or unknown");
    }
    place_inner_times(cue, parts.current_time, start);
    cue.start = start;
    cue.end = end;
    if (!out.add(std::move(cue))) return {};
  }
}

Result<TextDocument> parse_mp4_text(ByteView init_segment, ByteView segment) {
  if (static_cast<int64_t>(segment.size()) > limits::kTextBytes) {
    return make_error(ErrorCode::kTooLarge, "the subtitles are larger than 16 MiB");
  }
  PLAYHEAD_TRY(const TrackHeader track, parse_track_header(init_segment));
  const bool is_wvtt = track.sample_entry == fourcc("wvtt");
  const bool is_tx3g = track.sample_entry == fourcc("tx3g");
  if (!is_wvtt && !is_tx3g && track.sample_entry != fourcc("stpp")) {
    return make_error(ErrorCode::kContainerUnsupported,
                      "the track holds neither WebVTT, TTML nor 3GPP timed text");
  }
  PLAYHEAD_TRY(const FragmentSamples fragments, parse_fragments(segment, track));
  TrackLook look;
  if (is_wvtt) look.webvtt = look_of(track.entry_payload);
  if (is_tx3g) look.tx3g = parse_tx3g_style(track.entry_payload);
  TextDocument out;
  if (fragments.is_damaged) out.diagnostics.add(0, kRule, "samples lie outside the segment");
  // Samples may share their bytes, so what is read is bounded by itself.
  int64_t bytes = 0;
  for (const FragmentSample& sample : fragments.samples) {
    bytes += static_cast<int64_t>(sample.data.size());
    if (bytes > limits::kTextBytes) {
      return make_error(ErrorCode::kTooLarge, "the subtitles are larger than 16 MiB");
    }
    if (out.is_full) break;
    if (sample.data.empty()) continue;
    if (Result<void> read = read_sample(sample, track, look, out); !read) {
      out.diagnostics.add(0, kRule, "a sample is damaged: " + read.error().context);
    }
  }
  for (Cue& cue : out.cues) cue.language = cue.language.empty() ? track.language : cue.language;
  return out;
}

}  // namespace playhead::text
