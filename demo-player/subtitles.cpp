// SPDX-License-Identifier: Apache-2.0
#include "subtitles.h"

#include <algorithm>

namespace demo {
namespace {

// Lines of text the picture has room for, where a document counts in lines (CEA-608 has 15).
constexpr float kLines = 16;

SubtitleRun run_of(const playhead_cue_span& span) {
  SubtitleRun run;
  if (span.has_color != 0) run.color = span.color;
  if (span.has_background != 0) run.background = span.background;
  run.is_bold = span.is_bold != 0;
  run.scale = std::clamp(static_cast<float>(span.font_size_percent) / 100.0F, 0.5F, 2.0F);
  return run;
}

void add_span(const playhead_cue_span& span, Subtitle& out) {
  if (span.ruby == PLAYHEAD_RUBY_TEXT) return;
  std::string text = span.text;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find('\n', begin);
    SubtitleRun run = run_of(span);
    run.text = text.substr(begin, end == std::string::npos ? end : end - begin);
    if (!run.text.empty()) out.lines.back().push_back(std::move(run));
    if (end == std::string::npos) return;
    out.lines.emplace_back();
    begin = end + 1;
  }
}

float anchor_share(int32_t anchor) { return static_cast<float>(anchor) * 0.5F; }

void place_across(const playhead_cue& cue, Subtitle& out) {
  const auto height = static_cast<float>(cue.has_region != 0 ? cue.region_height : 1.0);
  const auto top = static_cast<float>(cue.has_region != 0 ? cue.region_y : 0.0);
  out.has_place = true;
  if (cue.has_line_number != 0) {
    const auto line = static_cast<float>(cue.line_number);
    out.y_anchor = line < 0 ? 1.0F : 0.0F;
    out.y = top + height * (line < 0 ? 1 + (line + 1) / kLines : line / kLines);
  } else if (cue.has_line != 0) {
    out.y_anchor = anchor_share(cue.line_align);
    out.y = top + height * static_cast<float>(cue.line);
  } else if (cue.has_region != 0) {
    out.y_anchor = anchor_share(cue.region_align);
    out.y = top + height * out.y_anchor;
  } else {
    out.has_place = false;
  }
}

void place_along(const playhead_cue& cue, Subtitle& out) {
  const auto width = static_cast<float>(cue.has_region != 0 ? cue.region_width : 1.0);
  const auto left = static_cast<float>(cue.has_region != 0 ? cue.region_x : 0.0);
  const bool is_left =
      cue.text_align == PLAYHEAD_TEXT_ALIGN_START || cue.text_align == PLAYHEAD_TEXT_ALIGN_LEFT;
  const bool is_right =
      cue.text_align == PLAYHEAD_TEXT_ALIGN_END || cue.text_align == PLAYHEAD_TEXT_ALIGN_RIGHT;
  out.x_anchor = is_left ? 0.0F : is_right ? 1.0F : 0.5F;
  float x = out.x_anchor;
  if (cue.has_position != 0) {
    // The box stands at the position; the lines stand in it.
    const float begin = static_cast<float>(cue.position) -
                        anchor_share(cue.position_align) * static_cast<float>(cue.size);
    x = begin + out.x_anchor * static_cast<float>(cue.size);
  }
  out.x = left + width * std::clamp(x, 0.0F, 1.0F);
}

}  // namespace

std::vector<Subtitle> read_subtitles(const playhead_cues* cues) {
  std::vector<Subtitle> subtitles;
  for (int32_t i = 0; i < playhead_cues_count(cues); ++i) {
    playhead_cue cue = PLAYHEAD_CUE_INIT;
    if (playhead_cues_get(cues, i, &cue) != PLAYHEAD_OK) continue;
    Subtitle subtitle;
    subtitle.lines.emplace_back();
    for (int32_t s = 0; s < cue.span_count; ++s) {
      playhead_cue_span span = PLAYHEAD_CUE_SPAN_INIT;
      if (playhead_cues_get_span(cues, i, s, &span) == PLAYHEAD_OK) add_span(span, subtitle);
    }
    place_across(cue, subtitle);
    place_along(cue, subtitle);
    subtitles.push_back(std::move(subtitle));
  }
  return subtitles;
}

}  // namespace demo
