// SPDX-License-Identifier: Apache-2.0
#include "recorder/flight_recorder.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "recorder/fields.h"

namespace playhead::recorder {

namespace {

// A wall clock that differs by less from the monotonic one than before has not been set.
constexpr int64_t kClockJitterUs = 20'000;
// At most so much of a session is lost with its process.
constexpr Duration kBetweenFlushes = 1s;
// Bodies that broke off and wait for the rest (chosen).
constexpr std::size_t kMostBroken = 16;

}  // namespace

Result<std::shared_ptr<FlightRecorder>> FlightRecorder::open(const std::string& path,
                                                             int64_t max_bytes, MonotonicTime now) {
  std::FILE* file = std::fopen(path.c_str(), "wbe");
  if (file == nullptr) {
    return make_error(ErrorCode::kStoreIo, "the recording " + path + " cannot be written", errno);
  }
  std::shared_ptr<FlightRecorder> recorder(new FlightRecorder(file, max_bytes));
  recorder->now_ = recorder->last_time_ = recorder->flushed_ = now;
  recorder->write(std::string(kMagic) + ' ' + std::to_string(kFormat) + ' ' +
                  PLAYHEAD_RECORDER_VERSION + ' ' + std::to_string(now.us) + '\n');
  return recorder;
}

FlightRecorder::~FlightRecorder() {
  for (const auto& [url, body] : broken_) write(lines_of(body));
  finish("whole");
}

void FlightRecorder::finish(std::string_view why) {
  if (file_ == nullptr) return;
  const std::string line = "end " + std::string(why) + '\n';
  std::fwrite(line.data(), 1, line.size(), file_);
  std::fclose(std::exchange(file_, nullptr));
}

void FlightRecorder::write(std::string_view text) {
  if (file_ == nullptr) return;
  const auto size = static_cast<int64_t>(text.size());
  if (size > left_) return finish("full");
  left_ -= size;
  const bool is_written = std::fwrite(text.data(), 1, text.size(), file_) == text.size();
  if (!is_written) std::fclose(std::exchange(file_, nullptr));
}

void FlightRecorder::begin(const Executor& clock, char kind, std::string_view fields) {
  now_ = std::max(clock.now(), now_);
  const int64_t offset = clock.wall_now().us - now_.us;
  step_.clear();
  if (!has_wall_ || std::abs(offset - wall_offset_us_) > kClockJitterUs) {
    has_wall_ = true;
    wall_offset_us_ = offset;
    step_ += "w " + std::to_string(offset) + '\n';
  }
  step_ += kind;
  step_ += ' ';
  step_ += std::to_string((now_ - last_time_).count());
  if (!fields.empty()) {
    step_ += ' ';
    step_ += fields;
  }
  step_ += '\n';
  last_time_ = now_;
  effects_.clear();
  bodies_.clear();
  events_.clear();
  step_thread_ = std::this_thread::get_id();
}

void FlightRecorder::end() {
  step_thread_ = std::thread::id();
  end_effect();
  if (file_ == nullptr) return;
  if (!effects_.empty()) step_ += '>' + effects_ + '\n';
  std::stable_sort(events_.begin(), events_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [player, event] : events_) {
    step_ += "E " + event_text_.line(player, event, now_) + '\n';
  }
  events_.clear();
  // A step is written whole, or not at all.
  write(step_ + bodies_);
  if (file_ != nullptr && now_ - flushed_ >= kBetweenFlushes) {
    flushed_ = now_;
    std::fflush(file_);
  }
}

void FlightRecorder::effect(std::string_view token) {
  if (!in_step()) return;
  if (token == last_effect_) {
    ++repeats_;
    return;
  }
  end_effect();
  effects_ += ' ';
  effects_ += token;
  last_effect_ = token;
  repeats_ = 1;
}

void FlightRecorder::end_effect() {
  if (repeats_ > 1) effects_ += '^' + std::to_string(repeats_);
  last_effect_.clear();
  repeats_ = 0;
}

void FlightRecorder::event(int player, const Event& event) {
  if (in_step()) events_.emplace_back(player, event);
}

void FlightRecorder::answer(std::string question, std::string answer) {
  if (!in_step()) return;
  std::string& last = answers_[question];
  if (last == answer) return effect(question + '=');
  effect(question + '=' + answer);
  last = std::move(answer);
}

std::string FlightRecorder::lines_of(const BrokenBody& body) {
  const std::string redacted = redactor_.body(body.kind, body.bytes);
  std::string lines;
  for (std::size_t i = 0; i < body.pieces.size(); ++i) {
    const auto [request, from] = body.pieces[i];
    const std::size_t end =
        i + 1 < body.pieces.size() ? body.pieces[i + 1].second : redacted.size();
    if (from >= end) continue;
    const std::string_view bytes = std::string_view(redacted).substr(from, end - from);
    const bool is_binary = bytes.find('\0') != std::string_view::npos;
    lines += is_binary ? "H " : "B ";
    lines +=
        std::to_string(request) + ' ' + (is_binary ? to_hex(bytes) : escape_line(bytes)) + '\n';
  }
  return lines;
}

void FlightRecorder::body(Body body) {
  if (!in_step() || file_ == nullptr) return;
  BrokenBody whole;
  if (const auto found = broken_.find(body.url); found != broken_.end()) {
    whole = std::move(found->second);
    broken_.erase(found);
    const bool goes_on = body.from > 0 && body.from <= whole.bytes.size();
    if (!goes_on) bodies_ += lines_of(std::exchange(whole, {}));
  }
  whole.kind = body.kind;
  whole.bytes.resize(whole.pieces.empty() ? 0 : body.from);
  whole.pieces.emplace_back(body.request, whole.bytes.size());
  whole.bytes += body.bytes;
  if (broken_.size() >= kMostBroken) {
    for (const auto& [url, other] : std::exchange(broken_, {})) bodies_ += lines_of(other);
  }
  if (body.is_broken) {
    broken_.emplace(body.url, std::move(whole));
  } else {
    bodies_ += lines_of(whole);
  }
}

void FlightRecorder::outline(uint64_t request, std::string_view text) {
  if (!in_step()) return;
  bodies_ += "M " + std::to_string(request) + ' ';
  bodies_ += text;
  bodies_ += '\n';
}

FlightRecorder::Step::Step(FlightRecorder& recorder, const Executor& clock, char kind,
                           std::string_view fields)
    : recorder_(recorder), is_outer_(!recorder.in_step()) {
  if (is_outer_) recorder_.begin(clock, kind, fields);
}

FlightRecorder::Step::~Step() {
  if (is_outer_) recorder_.end();
}

}  // namespace playhead::recorder
