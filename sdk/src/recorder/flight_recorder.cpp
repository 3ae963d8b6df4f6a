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

FlightRecorder::~FlightRecorder() { finish("whole"); }

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
  effects_ += ' ';
  effects_ += token;
}

void FlightRecorder::event(int player, const Event& event) {
  if (in_step()) events_.emplace_back(player, event);
}

void FlightRecorder::body(uint64_t request, std::string_view bytes) {
  if (!in_step() || file_ == nullptr) return;
  const bool is_binary = bytes.find('\0') != std::string_view::npos;
  bodies_ += is_binary ? "H " : "B ";
  bodies_ += std::to_string(request);
  bodies_ += ' ';
  bodies_ += is_binary ? to_hex(bytes) : escape_line(bytes);
  bodies_ += '\n';
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
