// SPDX-License-Identifier: Apache-2.0
#include "player/cmcd_reporter.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace playhead {

CmcdReporter::CmcdReporter(CmcdEvents config, std::string session_id, std::string content_id,
                           CmcdCollector& collector, Executor& executor)
    : config_(std::move(config)),
      session_id_(std::move(session_id)),
      content_id_(std::move(content_id)),
      collector_(collector),
      executor_(executor),
      started_(executor.now()),
      interval_begun_(started_) {}

CmcdEvent CmcdReporter::event_of_play(const char* kind) const {
  CmcdEvent event;
  event.e = kind;
  event.ts = executor_.wall_now();
  event.sid = session_id_;
  event.cid = content_id_;
  event.sf = facts_.format;
  event.st = facts_.type;
  event.sta = facts_.state;
  event.bg = facts_.is_hidden;
  event.mtp = facts_.throughput_kbps;
  return event;
}

CmcdEvent CmcdReporter::event(const char* kind) const {
  CmcdEvent event = event_of_play(kind);
  event.pr = facts_.rate;
  event.pt = facts_.position;
  event.ltc = facts_.latency;
  event.bl_video = facts_.video_buffer;
  event.bl_audio = facts_.audio_buffer;
  event.br = facts_.fetched_kbps;
  event.pb = facts_.shown_kbps;
  return event;
}

void CmcdReporter::tell(CmcdEvent event) {
  event.sn = next_number_++;
  collector_.put(config_.url, cmcd_line(event));
}

void CmcdReporter::tell_state() {
  told_state_ = facts_.state;
  const MonotonicTime now = executor_.now();
  CmcdEvent change = event("ps");
  if (told_state_ == "p" && !std::exchange(has_played_, true)) change.msd = now - started_;
  if (stalled_at_) change.bsd = now - *std::exchange(stalled_at_, std::nullopt);
  if (told_state_ == "r") stalled_at_ = now;
  tell(std::move(change));
}

void CmcdReporter::update(Facts facts) {
  facts_ = std::move(facts);
  if (!facts_.state.empty() && facts_.state != told_state_) tell_state();
  if (facts_.rate != told_rate_) {
    told_rate_ = facts_.rate;
    tell(event("pr"));
  }
  if (facts_.is_muted != told_muted_) {
    told_muted_ = facts_.is_muted;
    tell(event(told_muted_ ? "m" : "um"));
  }
  if (facts_.is_hidden != told_hidden_) {
    told_hidden_ = facts_.is_hidden;
    tell(event("b"));
  }
  if (facts_.shown_kbps != 0 && facts_.shown_kbps != told_kbps_) {
    told_kbps_ = facts_.shown_kbps;
    tell(event("bc"));
  }
  const auto due = next_deadline();
  if (!due || executor_.now() < *due) return;
  interval_begun_ = executor_.now();
  tell(event("t"));
}

void CmcdReporter::observe(const EventPayload& payload) {
  if (const auto* warning = std::get_if<Warning>(&payload)) tell_error(warning->error);
  if (const auto* failed = std::get_if<Failed>(&payload)) tell_error(failed->error);
}

void CmcdReporter::tell_error(const Error& error) {
  CmcdEvent failure = event("e");
  failure.ec = std::to_string(static_cast<int32_t>(error.code));
  tell(std::move(failure));
}

void CmcdReporter::on_answer(const CmcdAnswer& answer) {
  if (!config_.tells_responses) return;
  CmcdEvent event = event_of_play("rr");
  event.ts = event.ts - (executor_.now() - answer.asked);
  event.ot = answer.type;
  event.url = answer.url;
  event.rc = answer.status;
  event.d = answer.duration;
  event.ttfb = answer.first_byte;
  event.ttlb = answer.last_byte;
  tell(std::move(event));
}

void CmcdReporter::close(const std::string& state) {
  facts_.state = state;
  if (state != told_state_) tell_state();
  collector_.flush();
}

std::optional<MonotonicTime> CmcdReporter::next_deadline() const {
  const bool is_over = told_state_ == "e" || told_state_ == "f" || told_state_ == "q";
  if (config_.interval <= Duration{0} || is_over) return std::nullopt;
  return interval_begun_ + config_.interval;
}

}  // namespace playhead
