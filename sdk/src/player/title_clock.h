// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "net/fetcher.h"
#include "net/server_clock.h"
#include "playhead/executor.h"
#include "playhead/presentation.h"
#include "streaming/utc_timing_client.h"

namespace playhead {

// What time it is where a live title is made: by the clock it names, else by the Date headers of
// its manifests. Engine thread.
class TitleClock {
 public:
  struct Context {
    ResourceFetcher& fetcher;
    Executor& executor;
    // The clock the title names was read; the time is that much later than was thought.
    std::function<void(Duration)> on_told;
    std::function<void(const Error&)> on_warning;
    std::function<void()> on_settled;  // see is_settled()
  };
  explicit TitleClock(Context context) : context_(std::move(context)) {}

  // A manifest has come.
  void observe(const FetchedResource& manifest);
  // Begins to ask the clock the title names, if any; in the place of the one before.
  void ask(const Presentation& presentation);
  void stop() { timing_.reset(); }

  // Something tells the time, or the clock the title names is not waited for any longer.
  [[nodiscard]] bool is_settled() const;
  [[nodiscard]] const ServerClock& time() const { return time_; }

 private:
  void on_time(const DateSample& sample);
  void compare(const DateSample& date);
  // The last Date header, of the title's clock.
  [[nodiscard]] std::optional<Duration> date_ahead() const;

  Context context_;
  ServerClock time_;
  DateSample last_manifest_;                 // when it was asked for, and came
  std::optional<Duration> date_offset_;      // the last Date header's time less the executor's
  std::optional<Duration> told_ahead_;       // date_ahead() when the clock the title names was read
  std::unique_ptr<UtcTimingClient> timing_;  // null: the title names no clock
};

}  // namespace playhead
