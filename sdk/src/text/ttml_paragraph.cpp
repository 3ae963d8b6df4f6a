// SPDX-License-Identifier: Apache-2.0
#include "text/ttml_paragraph.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "text/scan.h"

namespace playhead::text {
namespace {

// Puts text together character by character; a space is put down only once something follows it on
// the same line, at the end of the run it was written in.
class WhiteSpace {
 public:
  explicit WhiteSpace(std::size_t runs) : texts_(runs) {}

  void add(std::size_t run, std::string_view text, bool keeps_space) {
    for (const char c : text) {
      if (keeps_space) {
        settle();
        texts_[run] += c;
        is_line_start_ = c == '\n';
      } else if (is_space(c)) {
        if (!is_line_start_ && !has_pending_) pending_run_ = run, has_pending_ = true;
      } else {
        settle();
        texts_[run] += c;
        is_line_start_ = false;
      }
    }
  }
  void add_break(std::size_t run) {
    has_pending_ = false;
    texts_[run] += '\n';
    is_line_start_ = true;
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(texts_); }

 private:
  void settle() {
    if (has_pending_) texts_[pending_run_] += ' ';
    has_pending_ = false;
  }

  std::vector<std::string> texts_;
  std::size_t pending_run_ = 0;
  bool has_pending_ = false;
  bool is_line_start_ = true;
};

bool shows_something(const std::vector<CueSpan>& spans) {
  return std::any_of(spans.begin(), spans.end(), [](const CueSpan& span) {
    return span.text.find_first_not_of(" \n") != std::string::npos;
  });
}

TtmlState make_state(const std::vector<TtmlRun>& runs, TtmlInterval interval, bool is_by_own_time) {
  std::vector<const TtmlRun*> active;
  TtmlState state;
  state.interval = interval;
  for (const TtmlRun& run : runs) {
    const bool is_active = run.interval.begin <= interval.begin && run.interval.end >= interval.end;
    if (is_by_own_time && !is_active) continue;
    active.push_back(&run);
    state.is_forced = state.is_forced || run.is_forced;
  }
  state.spans = lay_out_runs(active);
  return state;
}

}  // namespace

std::vector<CueSpan> lay_out_runs(const std::vector<const TtmlRun*>& runs) {
  WhiteSpace white_space(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i]->is_break) {
      white_space.add_break(i);
    } else {
      white_space.add(i, runs[i]->span.text, runs[i]->keeps_space);
    }
  }
  std::vector<CueSpan> spans;
  std::size_t bytes = 0;
  std::vector<std::string> texts = white_space.take();
  for (std::size_t i = 0; i < runs.size() && spans.size() < limits::kCueSpans; ++i) {
    std::string text = without_controls(texts[i]);
    text = cut_utf8(text, limits::kCueTextBytes - bytes);
    if (text.empty()) continue;
    bytes += text.size();
    // A line break looks like the text before it.
    if (runs[i]->is_break && !spans.empty()) {
      spans.back().text += text;
      continue;
    }
    CueSpan span = runs[i]->span;
    span.text = std::move(text);
    spans.push_back(std::move(span));
  }
  return spans;
}

std::vector<TtmlState> split_paragraph(const std::vector<TtmlRun>& runs, TtmlInterval whole) {
  std::vector<MediaTime> changes{whole.begin, whole.end};
  for (const TtmlRun& run : runs) {
    for (const MediaTime time : {run.interval.begin, run.interval.end}) {
      if (time > whole.begin && time < whole.end) changes.push_back(time);
    }
  }
  std::sort(changes.begin(), changes.end());
  changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
  // Every state looks at every run.
  const bool is_by_own_time = changes.size() <= limits::kParagraphChanges &&
                              changes.size() * runs.size() <= limits::kParagraphWork;
  if (!is_by_own_time) changes = {whole.begin, whole.end};

  std::vector<TtmlState> states;
  for (std::size_t i = 0; i + 1 < changes.size(); ++i) {
    TtmlState state = make_state(runs, {changes[i], changes[i + 1]}, is_by_own_time);
    if (shows_something(state.spans)) states.push_back(std::move(state));
  }
  return states;
}

}  // namespace playhead::text
