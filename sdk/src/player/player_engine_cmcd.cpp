// SPDX-License-Identifier: Apache-2.0
// What PlayerEngine tells CDNs and collectors of a play (CTA-5004, CTA-5004-B).
#include <algorithm>
#include <utility>

#include "player/player_engine.h"

namespace playhead {

namespace {

// CmcdEvent::sta.
const char* cmcd_state(PlayerState state, bool is_seeking, bool has_played) {
  switch (state) {
    case PlayerState::kIdle:
      return "";
    case PlayerState::kLoading:
      return "s";
    case PlayerState::kBuffering:
      if (is_seeking) return "k";
      return has_played ? "r" : "s";
    case PlayerState::kPlaying:
      return "p";
    case PlayerState::kPaused:
      return "a";
    case PlayerState::kRebuffering:
      return "r";
    case PlayerState::kTrickPlay:
    case PlayerState::kScrubbing:
      return "k";
    case PlayerState::kEnded:
      return "e";
    case PlayerState::kFailed:
      return "f";
  }
  return "";
}

}  // namespace

// `session_id` empty: a play of a plain URL.
void PlayerEngine::make_cmcd(std::string session_id) {
  fetchers_.set_cmcd(nullptr);
  if (config_.cmcd == CmcdMode::kOff && config_.cmcd_events.url.empty()) return;
  if (session_id.empty()) {
    const uint64_t high = executor_.random();
    session_id = make_session_id(high, executor_.random());
  }
  fetchers_.set_cmcd(
      std::make_shared<CmcdSession>(config_.cmcd, std::move(session_id), source_.title_id));
}

void PlayerEngine::open_cmcd_events() {
  CmcdSession* const session = fetchers_.cmcd();
  if (session == nullptr || config_.cmcd_events.url.empty()) return;
  cmcd_events_ = std::make_unique<CmcdReporter>(config_.cmcd_events, session->session_id(),
                                                source_.title_id,
                                                client_->impl().cmcd_collector(), executor_);
  session->set_answers([this](const CmcdAnswer& answer) { cmcd_events_->on_answer(answer); });
  cmcd_events_->update(cmcd_facts(executor_.now()));
}

void PlayerEngine::close_cmcd_events(PlayerState state) {
  if (!cmcd_events_) return;
  if (fetchers_.cmcd()) fetchers_.cmcd()->set_answers(nullptr);
  const bool has_ended = state_ == PlayerState::kEnded;
  cmcd_events_->close(has_ended ? "e" : state == PlayerState::kFailed ? "f" : "q");
  cmcd_events_.reset();
}

void PlayerEngine::update_cmcd(MonotonicTime now) {
  if (!fetchers_.cmcd()) return;
  const CmcdReporter::Facts facts = cmcd_facts(now);
  CmcdSession::State state;
  const bool plays = state_ == PlayerState::kPlaying;
  state.is_urgent = !plays && state_ != PlayerState::kPaused && !is_ahead_;
  state.rate = facts.rate;
  state.format = facts.format;
  state.type = facts.type;
  state.throughput_kbps = facts.throughput_kbps;
  fetchers_.cmcd()->set_state(std::move(state));
}

CmcdReporter::Facts PlayerEngine::cmcd_facts(MonotonicTime now) {
  CmcdReporter::Facts facts;
  const bool has_played = qoe_.summary(now).play_time > Duration{0};
  facts.state = cmcd_state(state_, is_seeking_, has_played);
  facts.rate = is_paused_ || is_ahead_ ? 0 : speed_;
  if (trick_) facts.rate = trick_->rate();
  facts.is_muted = volume_ <= 0;
  facts.is_hidden = !has_surface_;
  facts.shown_kbps = shown_.bitrate.bps / 1000;
  const MediaTime here = told_position(now);
  facts.position = std::max(here - MediaTime{0}, Duration{0});
  if (!streaming_) return facts;
  const Presentation& title = *streaming_->presentation();
  facts.format = title.format == ManifestFormat::kDash  ? "d"
                 : title.format == ManifestFormat::kHls ? "h"
                                                        : "o";
  facts.type = streaming_->duration() ? "v" : "l";
  facts.throughput_kbps = streaming_->selector().chooser().throughput().bps / 1000;
  if (!cmcd_events_) return facts;
  for (const RepresentationInfo& one : streaming_->video_representations()) {
    if (one.id == streaming_->fetched_representation()) facts.fetched_kbps = one.bitrate.bps / 1000;
  }
  facts.video_buffer = streaming_->level(TrackKind::kVideo, here);
  facts.audio_buffer = streaming_->level(TrackKind::kAudio, here);
  if (const auto live = streaming_->live(now)) {
    facts.latency = live_control_.status(*live, here, now).offset;
  }
  return facts;
}

}  // namespace playhead
