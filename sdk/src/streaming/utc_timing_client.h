// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/fetcher.h"
#include "net/server_clock.h"
#include "playhead/executor.h"
#include "playhead/live.h"

namespace playhead {

// How a UTCTiming is asked (ISO/IEC 23009-1 5.8.4.11); `place` is the time itself or a URL.
struct TimingQuestion {
  enum class Kind : uint8_t { kDirect, kHead, kDate };
  Kind kind = Kind::kDirect;
  std::string place;
};
// What of `timings` can be asked, by preference; URLs are put on `base_url`. Schemes of 2012 and
// 2014; others (NTP) and what is no URL are left out. Pure.
[[nodiscard]] std::vector<TimingQuestion> timing_questions(const std::vector<UtcTiming>& timings,
                                                           const std::string& base_url);
// "2024-05-01T10:00:00.25Z" and to how much it is exact: its last digit. Pure.
struct ReadTime {
  WallTime time;
  Duration resolution{0};
};
[[nodiscard]] std::optional<ReadTime> read_timing(std::string_view text);

// Asks the clock a dynamic MPD names what time it is: at once, again every few minutes (clocks
// drift), and the next one where one cannot be read. What contradicts its last answer is believed
// when it is said twice. Engine thread; destroying it ends it.
class UtcTimingClient {
 public:
  struct Context {
    ResourceFetcher& fetcher;
    Executor& executor;
    std::function<void(const DateSample&)> on_time;
    std::function<void(const Error&)> on_warning;  // none of them can be read, once a failure
    std::function<void()> on_settled;              // is_settled() became true
  };
  // `asked`: when the MPD left, and came, for times it names itself.
  UtcTimingClient(Context context, std::vector<TimingQuestion> questions, DateSample asked);

  void start();
  // Other clocks have begun to say something else: it is asked again soon, the later the more often
  // that was for nothing.
  void doubt();

  // There is an answer, or none can be had, or it is not worth waiting for any longer.
  [[nodiscard]] bool is_settled() const { return is_settled_; }
  // The last attempt brought an answer: no other clock counts.
  [[nodiscard]] bool has_answer() const { return has_answer_; }

 private:
  void ask(std::size_t number);
  void ask_at(MonotonicTime time);
  // False: it waits for a second one that says the same.
  [[nodiscard]] bool is_believed(const DateSample& sample);
  void on_answer(std::size_t number, Result<FetchedResource> result);
  void take(const DateSample& sample);
  void go_on(std::size_t number, Error error);
  void settle();

  Context context_;
  std::vector<TimingQuestion> questions_;
  DateSample asked_;
  bool is_settled_ = false;
  bool has_answer_ = false;
  bool has_warned_ = false;
  bool is_direct_alone_ = false;  // nobody need be asked
  // The clock's time less the executor's: as believed, and as said once against that.
  std::optional<Duration> offset_, contradiction_;
  MonotonicTime answered_;
  Duration doubt_pause_;  // from an answer to the next for a doubt
  CancelHandle request_, again_, patience_;
};

}  // namespace playhead
