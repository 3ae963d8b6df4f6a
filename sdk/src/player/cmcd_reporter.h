// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/cmcd_event.h"
#include "net/cmcd_session.h"
#include "playhead/config.h"
#include "playhead/events.h"
#include "playhead/executor.h"
#include "session/cmcd_collector.h"

namespace playhead {

// Tells a collector what happens in one play (CMCD version 2, event mode): what is another than
// before of how things stand, errors, answers, and in intervals how it goes. On the player's
// executor. Ends with close(), or silently.
class CmcdReporter {
 public:
  // How things stand.
  struct Facts {
    std::string format, type;  // CmcdEvent::sf, st
    std::string state;         // CmcdEvent::sta
    double rate = 1;
    bool is_muted = false;
    bool is_hidden = false;  // CmcdEvent::bg
    Duration position{0};
    std::optional<Duration> latency;  // behind the live edge
    std::optional<Duration> video_buffer, audio_buffer;
    int64_t fetched_kbps = 0, shown_kbps = 0, throughput_kbps = 0;  // 0: not known
  };

  // The play begins. `collector` outlives it.
  CmcdReporter(CmcdEvents config, std::string session_id, std::string content_id,
               CmcdCollector& collector, Executor& executor);

  // At every change, and at next_deadline().
  void update(Facts facts);
  // Of what the player tells the app: errors.
  void observe(const EventPayload& payload);
  void on_answer(const CmcdAnswer& answer);
  // The play is over, in that state; what was told is sent.
  void close(const std::string& state);
  // When update() wants to be called though nothing changes.
  [[nodiscard]] std::optional<MonotonicTime> next_deadline() const;

 private:
  [[nodiscard]] CmcdEvent event_of_play(const char* kind) const;  // what all of them say
  [[nodiscard]] CmcdEvent event(const char* kind) const;          // and how it goes
  void tell(CmcdEvent event);
  void tell_state();
  void tell_error(const Error& error);

  const CmcdEvents config_;
  const std::string session_id_, content_id_;
  CmcdCollector& collector_;
  Executor& executor_;

  Facts facts_;
  int64_t next_number_ = 0;
  // As they were told last.
  std::string told_state_;
  double told_rate_ = 1;
  bool told_muted_ = false;
  bool told_hidden_ = false;
  int64_t told_kbps_ = 0;
  const MonotonicTime started_;
  bool has_played_ = false;
  std::optional<MonotonicTime> stalled_at_;
  MonotonicTime interval_begun_;
};

}  // namespace playhead
