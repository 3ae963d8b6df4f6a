// SPDX-License-Identifier: Apache-2.0
#include "text/ttml_parser.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "text/scan.h"
#include "text/ttml_paragraph.h"
#include "text/ttml_style.h"
#include "text/ttml_time.h"
#include "text/ttml_xml.h"

namespace playhead::text {
namespace {

constexpr MediaTime kForever = MediaTime::max();

MediaTime later(MediaTime time, Duration by) {
  return time.us > kForever.us - by.count() ? kForever : time + by;
}

// Runs of one paragraph; a run has at least one character.
constexpr std::size_t kMaxRuns = 4 * limits::kCueSpans;

class TtmlReader {
 public:
  explicit TtmlReader(pugi::xml_node tt) : tt_(tt) {}

  TextDocument read() {
    clock_ =
        make_ttml_clock({attribute_of(tt_, "frameRate"), attribute_of(tt_, "frameRateMultiplier"),
                         attribute_of(tt_, "subFrameRate"), attribute_of(tt_, "tickRate")});
    root_ = read_ttml_root(attribute_of(tt_, "extent"), attribute_of(tt_, "cellResolution"));
    const std::string_view time_base = attribute_of(tt_, "timeBase");
    if (!time_base.empty() && time_base != "media") {
      complain("TTML2 7.2.13", "times of another base than media are read as media times");
    }
    pugi::xml_node body;
    for (const pugi::xml_node child : tt_.children()) {
      if (local_name(child) == "head") read_head(child);
      if (local_name(child) == "body" && !body) body = child;
    }
    if (body) {
      Scope scope;
      scope.keeps_space = attribute_of(tt_, "space") == "preserve";
      scope.language = attribute_of(tt_, "lang");
      visit(body, scope, {{0}, kForever}, false);
    }
    return std::move(document_);
  }

 private:
  // What an element hands down to those inside it.
  struct Scope {
    std::vector<TtmlStyleSet> styles;  // of body, div, p: outermost first
    std::string_view region;
    std::string_view language;
    bool keeps_space = false;
  };
  struct Region {
    TtmlFlow flow;
    TtmlStyleSet styles;
  };
  struct Paragraph {
    TtmlLook look;
    std::vector<TtmlRun> runs;
  };

  void read_head(pugi::xml_node head) {
    for (const pugi::xml_node part : head.children()) {
      if (local_name(part) == "styling") styles_.add(part);
    }
    for (const pugi::xml_node part : head.children()) {
      if (local_name(part) != "layout") continue;
      for (const pugi::xml_node node : part.children()) {
        const std::string_view id = attribute_of(node, "id");
        if (local_name(node) != "region" || id.empty()) continue;
        if (regions_.size() >= limits::kCueRegions)
          return complain("", "there are too many regions");
        Region region;
        region.styles = styles_.styles_of(node);
        region.flow = read_ttml_region(region.styles, root_);
        region.flow.region.id = clean_utf8(id);
        regions_[id] = std::move(region);
      }
    }
  }

  // §12.2: when an element is active within its parent; `previous_end` is where a sequence stands.
  TtmlInterval interval_of(pugi::xml_node node, TtmlInterval parent) {
    const auto time = [&](const char* name) {
      const std::string_view text = attribute_of(node, name);
      const auto parsed = parse_ttml_time(text, clock_);
      if (!text.empty() && !parsed) complain("TTML2 12.3.1", "a time expression is not readable");
      return parsed;
    };
    const auto begin = time("begin"), end = time("end"), duration = time("dur");
    TtmlInterval out{later(parent.begin, begin.value_or(Duration{0})), parent.end};
    if (end) out.end = std::min(out.end, later(parent.begin, *end));
    if (duration) out.end = std::min(out.end, later(out.begin, *duration));
    return out;
  }

  // A body, div or p. Answers when it ends, for a sequence it is part of: then what has no end of
  // its own ends with its last child (§12.2.4 timeContainer).
  MediaTime visit(pugi::xml_node node, Scope scope, TtmlInterval parent, bool is_in_sequence) {
    const TtmlInterval interval = interval_of(node, parent);
    if (interval.end <= interval.begin) return std::max(interval.begin, parent.begin);
    scope.styles.push_back(styles_.styles_of(node));
    take_scope(node, scope);
    if (!attribute_of(node, "backgroundImage").empty()) complain_once_of_images();
    if (local_name(node) == "p") {
      read_paragraph(node, scope, interval);
      const bool has_end = !attribute_of(node, "end").empty() || !attribute_of(node, "dur").empty();
      return has_end || !is_in_sequence ? interval.end : interval.begin;
    }
    const bool is_sequence = attribute_of(node, "timeContainer") == "seq";
    TtmlInterval room = interval;
    MediaTime last = interval.begin;
    for (const pugi::xml_node child : node.children()) {
      const std::string_view name = local_name(child);
      if (name == "image") complain_once_of_images();
      if (name == "set" || name == "animate") complain_once_of_animation();
      if (name != "div" && name != "p") continue;
      const MediaTime end = visit(child, scope, room, is_sequence);
      last = std::max(last, end);
      if (is_sequence) room.begin = end;
    }
    return interval.end == kForever ? last : interval.end;
  }

  static void take_scope(pugi::xml_node node, Scope& scope) {
    if (const auto region = attribute_of(node, "region"); !region.empty()) scope.region = region;
    if (const auto space = attribute_of(node, "space"); !space.empty()) {
      scope.keeps_space = space == "preserve";
    }
    if (const auto language = attribute_of(node, "lang"); !language.empty()) {
      scope.language = language;
    }
  }

  // A paragraph of no region flows into that of its first span (§9.3.3).
  static std::string_view region_of(pugi::xml_node paragraph, const Scope& scope) {
    if (!scope.region.empty()) return scope.region;
    for (const pugi::xml_node child : paragraph.children()) {
      if (local_name(child) == "span") return attribute_of(child, "region");
    }
    return {};
  }

  void read_paragraph(pugi::xml_node node, const Scope& scope, TtmlInterval interval) {
    const auto region = regions_.find(region_of(node, scope));
    Paragraph paragraph;
    TtmlLook& look = paragraph.look;
    if (region != regions_.end()) {
      TtmlStyleSet inherited = region->second.styles;
      // The region's own background is a rectangle, not part of the text.
      inherited.values[static_cast<std::size_t>(TtmlAttribute::kBackgroundColor)] = {};
      apply_ttml_styles(inherited, root_, look);
    }
    for (const TtmlStyleSet& set : scope.styles) apply_ttml_styles(set, root_, look);
    if (!look.is_displayed || document_.is_full) return;
    read_inline(node, look, scope, interval, paragraph);
    for (TtmlState& state : split_paragraph(paragraph.runs, interval)) {
      Cue cue;
      cue.id = without_controls(clean_utf8(attribute_of(node, "id")));
      cue.start = state.interval.begin;
      cue.end = state.interval.end;
      cue.spans = std::move(state.spans);
      cue.language = clean_utf8(scope.language);
      cue.is_forced = state.is_forced;
      place(look, region == regions_.end() ? nullptr : &region->second, cue.placement);
      if (!document_.add(std::move(cue))) return;
    }
  }

  static void place(const TtmlLook& look, const Region* region, CuePlacement& out) {
    out.text_align = look.text_align;
    if (region) {
      out.region = region->flow.region;
      out.writing = region->flow.writing;
    } else if (!look.has_text_align) {
      out.text_align = CueTextAlign::kCenter;
    }
    switch (out.text_align) {
      case CueTextAlign::kStart:
      case CueTextAlign::kLeft:
        out.position_align = CueAnchor::kStart;
        break;
      case CueTextAlign::kEnd:
      case CueTextAlign::kRight:
        out.position_align = CueAnchor::kEnd;
        break;
      case CueTextAlign::kCenter:
        out.position_align = CueAnchor::kCenter;
        break;
    }
  }

  // The children of a p or span.
  void read_inline(pugi::xml_node node, const TtmlLook& look, const Scope& scope,
                   TtmlInterval interval, Paragraph& out) {
    TtmlInterval room = interval;
    const bool is_sequence = attribute_of(node, "timeContainer") == "seq";
    for (const pugi::xml_node child : node.children()) {
      if (out.runs.size() >= kMaxRuns) return complain("", "a paragraph has too many parts");
      const std::string_view name = local_name(child);
      if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
        if (is_sequence) continue;  // §12.2.4: anonymous spans of a sequence last no time
        add_run(clean_utf8(child.value()), look, scope, interval, out);
      } else if (name == "br") {
        add_run({}, look, scope, interval, out);
        if (!out.runs.empty() && look.is_visible) out.runs.back().is_break = true;
      } else if (name == "span") {
        const TtmlInterval own = interval_of(child, room);
        if (is_sequence) room.begin = own.end == room.end ? room.begin : own.end;
        read_span(child, look, scope, own, out);
      } else if (name == "image") {
        complain_once_of_images();
      } else if (name == "set" || name == "animate") {
        complain_once_of_animation();
      }
    }
  }

  void read_span(pugi::xml_node node, TtmlLook look, const Scope& outer, TtmlInterval interval,
                 Paragraph& out) {
    if (interval.end <= interval.begin) return;
    Scope scope;  // a span hands down no block styles
    scope.language = outer.language;
    scope.keeps_space = outer.keeps_space;
    take_scope(node, scope);
    apply_ttml_styles(styles_.styles_of(node), root_, look);
    if (look.is_displayed) read_inline(node, look, scope, interval, out);
  }

  static void add_run(std::string text, const TtmlLook& look, const Scope& scope,
                      TtmlInterval interval, Paragraph& out) {
    if (!look.is_visible) return;
    TtmlRun run;
    run.span.text = std::move(text);
    run.span.style = look.letters;
    run.span.ruby = look.ruby;
    run.span.language = clean_utf8(scope.language);
    run.interval = interval;
    run.keeps_space = scope.keeps_space;
    run.is_forced = look.is_forced;
    out.runs.push_back(std::move(run));
  }

  void complain(const char* rule, const char* message) {
    document_.diagnostics.add(0, rule, message);
  }
  void complain_once_of_images() {
    if (!std::exchange(has_images_, true))
      complain("IMSC1.1 9", "subtitles as images are not shown");
  }
  void complain_once_of_animation() {
    if (!std::exchange(has_animation_, true)) complain("TTML2 13", "animations are not shown");
  }

  pugi::xml_node tt_;
  TtmlClock clock_;
  TtmlRoot root_;
  TtmlStyleTable styles_;
  std::map<std::string_view, Region> regions_;
  TextDocument document_;
  bool has_images_ = false, has_animation_ = false;
};

}  // namespace

Result<TextDocument> parse_ttml(ByteView bytes) {
  PLAYHEAD_TRY(const std::unique_ptr<pugi::xml_document> xml, parse_ttml_xml(bytes));
  const pugi::xml_node tt = xml->document_element();
  if (local_name(tt) != "tt") {
    return make_error(ErrorCode::kContainerSyntax,
                      "the subtitles are no TTML: there is no tt element");
  }
  return TtmlReader(tt).read();
}

}  // namespace playhead::text
