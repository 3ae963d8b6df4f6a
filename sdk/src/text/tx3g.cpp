// SPDX-License-Identifier: Apache-2.0
#include "text/tx3g.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/unicode.h"
#include "container/box_reader.h"

namespace playhead::text {
namespace {

// Characters [begin, end) of the text.
struct StyleRun {
  std::size_t begin = 0, end = 0;
  CueStyle style;
};

// §5.17.1.1: StyleRecord.
StyleRun read_style_record(ByteReader& reader) {
  StyleRun run;
  run.begin = static_cast<std::size_t>(reader.read(2));
  run.end = static_cast<std::size_t>(reader.read(2));
  reader.skip(2);  // font
  const uint64_t face = reader.read(1);
  run.style.is_bold = (face & 1) != 0;
  run.style.is_italic = (face & 2) != 0;
  run.style.is_underlined = (face & 4) != 0;
  reader.skip(1);  // size
  CueColor color;
  color.red = static_cast<uint8_t>(reader.read(1));
  color.green = static_cast<uint8_t>(reader.read(1));
  color.blue = static_cast<uint8_t>(reader.read(1));
  color.alpha = static_cast<uint8_t>(reader.read(1));
  if (color != CueColor{255, 255, 255}) run.style.color = color;
  return run;
}

// The runs of a sample, in order and apart; those that are not are left out.
Result<std::vector<StyleRun>> read_styles(ByteView modifiers) {
  std::vector<StyleRun> runs;
  BoxReader boxes(modifiers);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return runs;
    if (box->type != fourcc("styl")) continue;
    ByteReader reader(box->payload);
    for (uint64_t left = reader.read(2); left > 0; --left) {
      StyleRun run = read_style_record(reader);
      if (reader.has_failed()) break;
      const bool is_behind = runs.empty() || run.begin >= runs.back().end;
      if (is_behind && run.begin < run.end) runs.push_back(std::move(run));
    }
  }
}

std::string read_text(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  const bool is_utf16 = text.starts_with("\xfe\xff");
  return is_utf16 ? utf16_to_utf8(bytes.subspan(2), true) : clean_utf8(text);
}

void add_text(Cue& cue, const CueStyle& style, std::string text) {
  text = without_controls(text);
  if (text.empty()) return;
  if (!cue.spans.empty() && cue.spans.back().style == style) {
    cue.spans.back().text += text;
    return;
  }
  CueSpan span;
  span.text = std::move(text);
  span.style = style;
  cue.spans.push_back(std::move(span));
}

}  // namespace

CueStyle parse_tx3g_style(ByteView sample_entry) {
  // SampleEntry, displayFlags, justification, background, box.
  constexpr std::size_t kBeforeStyle = 8 + 4 + 2 + 4 + 8;
  ByteReader reader(sample_entry);
  reader.skip(kBeforeStyle);
  const StyleRun run = read_style_record(reader);
  return reader.has_failed() ? CueStyle() : run.style;
}

Result<void> parse_tx3g_sample(ByteView sample, const CueStyle& base, MediaTime start,
                               MediaTime end, TextDocument& out) {
  constexpr std::size_t kLengthBytes = 2;
  ByteReader reader(sample);
  const auto length = static_cast<std::size_t>(reader.read(kLengthBytes));
  if (reader.has_failed() || length > reader.remaining()) {
    return make_error(ErrorCode::kContainerSyntax, "the text of a tx3g sample is cut off");
  }
  PLAYHEAD_TRY(const std::vector<StyleRun> runs,
               read_styles(sample.subspan(kLengthBytes + length)));
  const std::string whole = read_text(sample.subspan(kLengthBytes, length));
  const std::string_view text = cut_utf8(whole, limits::kCueTextBytes);
  Cue cue;
  cue.start = start;
  cue.end = end;
  auto run = runs.begin();
  std::string piece;
  const CueStyle* style = &base;
  std::size_t character = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_first_byte = (static_cast<uint8_t>(text[at]) & 0xc0) != 0x80;
    if (is_first_byte) {
      while (run != runs.end() && run->end <= character) ++run;
      const bool is_in_run = run != runs.end() && run->begin <= character;
      const CueStyle* next = is_in_run ? &run->style : &base;
      if (next != style) add_text(cue, *std::exchange(style, next), std::exchange(piece, {}));
      ++character;
    }
    const bool ends_line = text[at] == '\r';
    const bool is_pair = at > 0 && text[at] == '\n' && text[at - 1] == '\r';
    if (!is_pair) piece += ends_line ? '\n' : text[at];
  }
  add_text(cue, *style, std::move(piece));
  if (!cue.spans.empty()) (void)out.add(std::move(cue));
  return {};
}

}  // namespace playhead::text
