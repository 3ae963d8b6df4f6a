// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "guard.h"
#include "sized_struct.h"
#include "taken_cues.h"

namespace playhead::capi {
namespace {

// The C numbers are the C++ ones; a new enumerator must be given to both.
static_assert(static_cast<int>(CueFont::kMonospace) == PLAYHEAD_FONT_MONOSPACE);
static_assert(static_cast<int>(CueRuby::kText) == PLAYHEAD_RUBY_TEXT);
static_assert(static_cast<int>(CueWriting::kVerticalLeftToRight) ==
              PLAYHEAD_WRITING_VERTICAL_LEFT_TO_RIGHT);
static_assert(static_cast<int>(CueTextAlign::kCenter) == PLAYHEAD_TEXT_ALIGN_CENTER);
static_assert(static_cast<int>(CueTextAlign::kRight) == PLAYHEAD_TEXT_ALIGN_RIGHT);
static_assert(static_cast<int>(CueAnchor::kEnd) == PLAYHEAD_ANCHOR_END);

uint32_t to_c(const CueColor& color) {
  return uint32_t{color.red} << 24 | uint32_t{color.green} << 16 | uint32_t{color.blue} << 8 |
         color.alpha;
}

void fill_placement(const CuePlacement& from, playhead_cue& to) {
  to.writing = static_cast<int32_t>(from.writing);
  to.text_align = static_cast<int32_t>(from.text_align);
  to.has_line_number = from.line_number ? 1 : 0;
  to.line_number = from.line_number.value_or(0);
  to.has_line = from.line && !from.line_number ? 1 : 0;
  to.line = from.line.value_or(0);
  to.line_align = static_cast<int32_t>(from.line_align);
  to.has_position = from.position ? 1 : 0;
  to.position = from.position.value_or(0);
  to.position_align = static_cast<int32_t>(from.position_align);
  to.size = from.size;
  to.region_id = "";
  if (!from.region) return;
  const CueRegion& region = *from.region;
  to.has_region = 1;
  to.region_x = region.x;
  to.region_y = region.y;
  to.region_width = region.width;
  to.region_height = region.height;
  to.region_align = static_cast<int32_t>(region.display_align);
  to.region_scrolls_up = region.scrolls_up ? 1 : 0;
  to.has_region_background = region.background ? 1 : 0;
  to.region_background = to_c(region.background.value_or(CueColor{0, 0, 0, 0}));
  to.region_id = region.id.c_str();
}

playhead_cue cue_to_c(const Cue& from, const playhead_cues::Texts& texts) {
  playhead_cue to = PLAYHEAD_CUE_INIT;
  to.span_count = static_cast<int32_t>(from.spans.size());
  to.id = from.id.c_str();
  to.text = texts.plain.c_str();
  to.language = from.language.c_str();
  to.start_us = from.start.us;
  to.end_us = from.end.us;
  to.is_forced = from.is_forced ? 1 : 0;
  fill_placement(from.placement, to);
  return to;
}

playhead_cue_span span_to_c(const CueSpan& from, const std::string& classes) {
  playhead_cue_span to = PLAYHEAD_CUE_SPAN_INIT;
  to.ruby = static_cast<int32_t>(from.ruby);
  to.text = from.text.c_str();
  to.voice = from.voice.c_str();
  to.language = from.language.c_str();
  to.classes = classes.c_str();
  to.is_bold = from.style.is_bold ? 1 : 0;
  to.is_italic = from.style.is_italic ? 1 : 0;
  to.is_underlined = from.style.is_underlined ? 1 : 0;
  to.is_struck_through = from.style.is_struck_through ? 1 : 0;
  to.has_color = from.style.color ? 1 : 0;
  to.has_background = from.style.background ? 1 : 0;
  to.color = to_c(from.style.color.value_or(CueColor{0, 0, 0, 0}));
  to.background = to_c(from.style.background.value_or(CueColor{0, 0, 0, 0}));
  to.font = static_cast<int32_t>(from.style.font);
  to.font_size_percent = from.style.font_size_percent;
  to.has_active_from = from.active_from ? 1 : 0;
  to.active_from_us = from.active_from.value_or(MediaTime{}).us;
  return to;
}

bool is_index(int32_t index, std::size_t size) {
  return index >= 0 && static_cast<std::size_t>(index) < size;
}

template <typename Struct>
playhead_status refuse(Struct* theirs,
                       playhead_status status = status_of(ErrorCode::kInvalidArgument)) {
  static_cast<void>(write_struct(Struct{}, theirs));
  return status;
}

}  // namespace

TakenMetadata::TakenMetadata(TimedEvent event) : event_(std::move(event)) {
  for (const auto& [name, value] : event_.attributes) {
    names_.push_back(name.c_str());
    values_.push_back(value.c_str());
  }
  c_metadata_ = PLAYHEAD_METADATA_INIT;
  c_metadata_.attribute_count = static_cast<int32_t>(names_.size());
  c_metadata_.scheme = event_.scheme.c_str();
  c_metadata_.value = event_.value.c_str();
  c_metadata_.id = event_.id.c_str();
  c_metadata_.start_us = event_.start.value_or(MediaTime{}).us;
  c_metadata_.has_duration = event_.duration ? 1 : 0;
  c_metadata_.duration_us = event_.duration.value_or(Duration{0}).count();
  c_metadata_.has_date = event_.date ? 1 : 0;
  c_metadata_.date_us = event_.date.value_or(WallTime{}).us;
  const ByteView message = event_.message.view();
  c_metadata_.message = message.empty() ? nullptr : message.data();
  c_metadata_.message_bytes = message.size();
  c_metadata_.attribute_names = names_.data();
  c_metadata_.attribute_values = values_.data();
}

}  // namespace playhead::capi

playhead_cues::playhead_cues(std::vector<std::shared_ptr<const playhead::Cue>> from)
    : cues(std::move(from)) {
  for (const auto& cue : cues) {
    Texts& mine = texts.emplace_back();
    mine.plain = playhead::plain_text(*cue);
    for (const playhead::CueSpan& span : cue->spans) {
      std::string& joined = mine.classes.emplace_back();
      for (const std::string& name : span.classes) {
        if (!joined.empty()) joined += ' ';
        joined += name;
      }
    }
  }
}

using playhead::capi::guard;
using playhead::capi::Pinned;

int32_t playhead_cues_count(const playhead_cues* cues) noexcept {
  const Pinned pinned(cues);
  return pinned ? static_cast<int32_t>(pinned->cues.size()) : 0;
}

playhead_status playhead_cues_get(const playhead_cues* cues, int32_t index,
                                  playhead_cue* out_cue) noexcept {
  return guard([&] {
    const Pinned pinned(cues);
    if (!pinned) return playhead::capi::refuse(out_cue, pinned.status());
    if (!playhead::capi::is_index(index, pinned->cues.size()))
      return playhead::capi::refuse(out_cue);
    const auto i = static_cast<std::size_t>(index);
    const playhead_cue cue = playhead::capi::cue_to_c(*pinned->cues[i], pinned->texts[i]);
    if (!playhead::capi::write_struct(cue, out_cue)) return playhead::capi::refuse(out_cue);
    return PLAYHEAD_OK;
  });
}

playhead_status playhead_cues_get_span(const playhead_cues* cues, int32_t cue, int32_t span,
                                       playhead_cue_span* out_span) noexcept {
  return guard([&] {
    const Pinned pinned(cues);
    if (!pinned) return playhead::capi::refuse(out_span, pinned.status());
    if (!playhead::capi::is_index(cue, pinned->cues.size()))
      return playhead::capi::refuse(out_span);
    const auto c = static_cast<std::size_t>(cue);
    const auto& spans = pinned->cues[c]->spans;
    if (!playhead::capi::is_index(span, spans.size())) return playhead::capi::refuse(out_span);
    const auto s = static_cast<std::size_t>(span);
    const auto out = playhead::capi::span_to_c(spans[s], pinned->texts[c].classes[s]);
    if (!playhead::capi::write_struct(out, out_span)) return playhead::capi::refuse(out_span);
    return PLAYHEAD_OK;
  });
}
