// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/trace.h"

#include <charconv>
#include <type_traits>
#include <utility>

namespace playhead::swarm {

namespace {

void add(std::string& out, int64_t number) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

std::string join(std::string_view name, std::initializer_list<int64_t> numbers) {
  std::string out(name);
  for (const int64_t number : numbers) out += ' ', add(out, number);
  return out;
}

// Kinds of events that come later have a line of their own when somebody writes it.
struct Words {
  std::string operator()(const LoadStarted& e) const { return "load " + e.title_id + e.url; }
  std::string operator()(const SessionStarted& e) const {
    return join("session", {e.resume_position.count()});
  }
  std::string operator()(const ManifestLoaded& e) const {
    return join("manifest", {e.elapsed.count(), e.video_representations, e.audio_tracks});
  }
  std::string operator()(const FirstFrame& e) const {
    return join("first-frame", {e.startup.count()});
  }
  std::string operator()(const StateChanged& e) const {
    return "state " + std::string(to_text(e.from)) + " -> " + std::string(to_text(e.to));
  }
  std::string operator()(const RepresentationChanged& e) const {
    return "shown " + e.id + join("", {e.bitrate.bps, static_cast<int64_t>(e.reason)});
  }
  std::string operator()(const SegmentLoaded& e) const {
    return "segment " + e.url + join("", {e.bytes, e.elapsed.count()});
  }
  std::string operator()(const SeekStarted& e) const {
    return join("seek", {e.target.us, static_cast<int64_t>(e.user_tag)});
  }
  std::string operator()(const SeekDone& e) const {
    return join("seek-done", {e.position.us, static_cast<int64_t>(e.user_tag)});
  }
  std::string operator()(const PositionJumped& e) const {
    return join("jump", {e.from.us, e.to.us, static_cast<int64_t>(e.reason)});
  }
  std::string operator()(const ProgressSent& e) const {
    return join("progress", {e.position.count()});
  }
  std::string operator()(const CuesChanged& e) const {
    std::string text = "cues";
    for (const auto& cue : e.cues) text += " " + plain_text(*cue);
    return text;
  }
  std::string operator()(const TimedMetadata& e) const { return "metadata " + e.event.id; }
  std::string operator()(const Ended&) const { return "ended"; }
  std::string operator()(const Warning& e) const { return "warning " + describe(e.error); }
  std::string operator()(const Failed& e) const { return "failed " + describe(e.error); }
  std::string operator()(const Summary& e) const {
    return join("summary",
                {e.qoe.play_time.count(), e.qoe.rebuffer_count, e.qoe.rebuffer_time.count(),
                 e.qoe.bytes, e.qoe.shown_frames, e.qoe.dropped_frames, e.qoe.switches});
  }
  std::string operator()(const EventsDropped& e) const { return join("dropped", {e.count}); }
  template <typename Other>
  std::string operator()(const Other&) const {
    return "event";
  }
};

}  // namespace

void Trace::line(MonotonicTime at, std::string_view what, std::string_view text) {
  if (last_.size() < kept_ || last_.empty()) {
    last_.emplace_back();
  } else {
    last_.push_back(std::move(last_.front()));  // its memory serves again
    last_.pop_front();
  }
  std::string& line = last_.back();
  line.clear();
  add(line, at.us);
  line += ' ';
  line += what;
  line += ' ';
  line += text;
  for (const char c : line) hash_ = (hash_ ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  ++lines_;
  if (out_ != nullptr) *out_ << line << '\n';
}

std::string to_text(const EventPayload& payload) { return std::visit(Words{}, payload); }

std::string_view to_text(PlayerState state) {
  static constexpr std::string_view kNames[] = {"idle",   "loading",     "buffering", "playing",
                                                "paused", "rebuffering", "ended",     "failed"};
  const auto i = static_cast<std::size_t>(state);
  return i < std::size(kNames) ? kNames[i] : "?";
}

}  // namespace playhead::swarm
