// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "playhead/events.h"
#include "playhead/executor.h"
#include "playhead/result.h"
#include "recorder/event_text.h"
#include "recorder/redactor.h"

namespace playhead::recorder {

// Writes what reaches one thread of the library, in order, and what the library does about it.
//
// A step is something that comes from outside: a task or timer that runs, bytes, a frame, a call of
// the app. It has one time, which the library sees for as long as it lasts. Within it effects are
// noted: what was asked of the world, with the answers given at once. Used on the thread of the
// steps, unless said.
class FlightRecorder {
 public:
  // Errors: kStoreIo.
  static Result<std::shared_ptr<FlightRecorder>> open(const std::string& path, int64_t max_bytes,
                                                      MonotonicTime now);
  ~FlightRecorder();
  FlightRecorder(const FlightRecorder&) = delete;
  FlightRecorder& operator=(const FlightRecorder&) = delete;

  // One of the format's kinds (README.md) with its fields, for as long as it lives. Within another
  // step it is none of its own.
  class Step {
   public:
    Step(FlightRecorder& recorder, const Executor& clock, char kind, std::string_view fields = {});
    ~Step();
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    FlightRecorder& recorder_;
    const bool is_outer_;
  };

  // Whether the calling thread runs a step. Any thread.
  [[nodiscard]] bool in_step() const { return step_thread_.load() == std::this_thread::get_id(); }
  // Of the step.
  [[nodiscard]] MonotonicTime now() const { return now_; }
  [[nodiscard]] WallTime wall_now() const { return {now_.us + wall_offset_us_}; }

  // Outside a step nothing is noted. Any thread.
  void effect(std::string_view token);
  // A question to the world and its answer; one that is the same as the last time is left out.
  void answer(std::string question, std::string answer);
  // Whether the question is asked for the first time.
  [[nodiscard]] bool is_new(const std::string& question) { return answers_.count(question) == 0; }
  void event(int player, const Event& event);
  // What the answer to that request consisted of, before redaction. `from`: where in the resource
  // it begins. One that broke off waits for the rest: words that were cut must be redacted whole.
  struct Body {
    uint64_t request = 0;
    ResourceKind kind = ResourceKind::kManifest;
    std::string url;
    std::string bytes;
    std::size_t from = 0;
    bool is_broken = false;
  };
  void body(Body body);
  // Of a media segment: MediaOutline::text().
  void outline(uint64_t request, std::string_view text);

  // Nothing is written any more: it was full, or the disk is.
  [[nodiscard]] bool is_over() const { return file_ == nullptr; }
  Redactor& redactor() { return redactor_; }
  Namer& urls() { return urls_; }
  Namer& tokens() { return tokens_; }
  Namer& contents() { return contents_; }
  uint64_t next_number() { return ++last_number_; }
  // Any thread.
  int next_player() { return ++last_player_; }

 private:
  // Pieces of one resource, in order.
  struct BrokenBody {
    ResourceKind kind = ResourceKind::kManifest;
    std::string bytes;
    std::vector<std::pair<uint64_t, std::size_t>> pieces;  // request, where it begins
  };

  FlightRecorder(std::FILE* file, int64_t max_bytes) : file_(file), left_(max_bytes) {}

  [[nodiscard]] std::string lines_of(const BrokenBody& body);
  void begin(const Executor& clock, char kind, std::string_view fields);
  void end();
  void end_effect();
  void write(std::string_view line);
  void finish(std::string_view why);

  std::FILE* file_;
  int64_t left_;  // bytes it may still write
  std::atomic<std::thread::id> step_thread_{};
  MonotonicTime now_, last_time_, flushed_;
  int64_t wall_offset_us_ = 0;
  bool has_wall_ = false;
  // Of the step.
  std::string step_, effects_, bodies_;
  std::string last_effect_;
  int repeats_ = 0;  // of it, in a row
  std::vector<std::pair<int, Event>> events_;

  std::map<std::string, std::string> answers_;  // the last one of each question
  std::map<std::string, BrokenBody> broken_;    // by URL

  Redactor redactor_;
  Namer urls_, tokens_, contents_;
  EventText event_text_;
  uint64_t last_number_ = 0;
  std::atomic<int> last_player_ = 0;
};

}  // namespace playhead::recorder
