// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/witness.h"

#include "sim/swarm/cdns.h"

namespace playhead::swarm {

namespace {

constexpr std::size_t kMostDelays = 200;
// Segments in a row from the other CDN: the first one was left, not passed over once.
constexpr int kHasLeft = 4;

std::string key_of(const test::SimRecord& record) {
  return record.method + record.url.substr(0, record.url.find('?'));
}

}  // namespace

void Witness::on_event(const Event& event, const Facts& facts) {
  const EventPayload& payload = event.payload;
  if (std::holds_alternative<LoadStarted>(payload)) {
    if (was_loading_) points_.reach(Point::kOldSessionEnds);
    has_ended_ = has_first_frame_ = is_seeking_ = false;
    has_used_first_cdn_ = false;
    bitrate_ = 0;
    seeks_under_way_ = from_other_cdn_ = 0;
  } else if (const auto* session = std::get_if<SessionStarted>(&payload)) {
    if (session->resume_position <= Duration{0}) return;
    points_.reach(Point::kResumed);
    if (std::exchange(has_crashed_, false)) points_.reach(Point::kResumedAfterCrash);
  } else if (std::holds_alternative<FirstFrame>(payload)) {
    has_first_frame_ = true;
    points_.reach(Point::kFirstFrame);
  } else if (const auto* change = std::get_if<StateChanged>(&payload)) {
    on_state(*change, facts);
  } else if (const auto* shown = std::get_if<RepresentationChanged>(&payload)) {
    on_shown(*shown);
  } else if (const auto* seek = std::get_if<SeekStarted>(&payload)) {
    is_seeking_ = true;
    has_fetched_since_seek_ = false;
    ++seeks_under_way_;
    if (facts.state == PlayerState::kLoading) points_.reach(Point::kSeekWhileLoading);
    if (has_ended_) points_.reach(Point::kSeekAfterEnd);
    const MediaTime end = MediaTime{0} + facts.scenario->title.duration();
    if (seek->target >= end - 1s) points_.reach(Point::kSeekToEnd);
  } else if (std::holds_alternative<SeekDone>(payload)) {
    if (!std::exchange(is_seeking_, false)) return;
    points_.reach(has_fetched_since_seek_ ? Point::kSeekOutOfBuffer : Point::kSeekInBuffer);
    if (seeks_under_way_ > 1) points_.reach(Point::kSeekCollapsed);
    seeks_under_way_ = 0;
  } else if (std::holds_alternative<Ended>(payload)) {
    has_ended_ = true;
    points_.reach(Point::kEnded);
  } else if (const auto* warning = std::get_if<Warning>(&payload)) {
    on_error(warning->error, false, facts);
  } else if (const auto* failed = std::get_if<Failed>(&payload)) {
    on_error(failed->error, true, facts);
  }
}

void Witness::on_state(const StateChanged& change, const Facts& facts) {
  was_loading_ = change.from == PlayerState::kLoading && change.to == PlayerState::kIdle;
  if (change.to == PlayerState::kRebuffering) points_.reach(Point::kRebuffering);
  if (change.from == PlayerState::kBuffering && change.to == PlayerState::kPaused) {
    points_.reach(Point::kPausedInBuffering);
  }
  if (change.to != PlayerState::kPlaying) return;
  const TitleShape& title = facts.scenario->title;
  if (change.from == PlayerState::kRebuffering) points_.reach(Point::kRebufferingEnds);
  if (std::exchange(has_failed_, false)) points_.reach(Point::kPlaysAfterFailure);
  if (title.periods.size() > 10) points_.reach(Point::kManyParts);
  if (title.is_muxed) points_.reach(Point::kMuxedPlayed);
  if (title.video_bps.empty()) points_.reach(Point::kSoundAlone);
  if (title.languages.empty()) points_.reach(Point::kSilentTitle);
  if (!facts.scenario->has_sound_device) points_.reach(Point::kNoDevice);
}

void Witness::on_shown(const RepresentationChanged& shown) {
  if (bitrate_ > 0 && shown.reason != SwitchReason::kPeriod) {
    if (shown.bitrate.bps > bitrate_) points_.reach(Point::kSwitchUp);
    if (shown.bitrate.bps < bitrate_) points_.reach(Point::kSwitchDown);
  }
  bitrate_ = shown.bitrate.bps;
  if (shown.reason == SwitchReason::kFailure) points_.reach(Point::kSwitchForFailure);
  if (shown.reason == SwitchReason::kPeriod) points_.reach(Point::kSwitchForPeriod);
  if (shown.reason == SwitchReason::kLimit) points_.reach(Point::kSwitchForLimit);
  if (shown.reason == SwitchReason::kManual) points_.reach(Point::kSwitchManual);
}

void Witness::on_error(const Error& error, bool is_fatal, const Facts&) {
  if (is_fatal) {
    has_failed_ = true;
    points_.reach(Point::kFailed);
    if (has_first_frame_) points_.reach(Point::kFailedWhilePlaying);
  }
  switch (error.code) {
    case ErrorCode::kNetworkTimeout:
      return points_.reach(Point::kTimeout);
    case ErrorCode::kNetworkUnreachable:
      return points_.reach(Point::kConnectionRefused);
    case ErrorCode::kConnectionLost:
      return points_.reach(Point::kConnectionLost);
    case ErrorCode::kForbiddenScheme:
      return points_.reach(Point::kForbiddenScheme);
    case ErrorCode::kTooManyRedirects:
      return points_.reach(Point::kTooManyRedirects);
    case ErrorCode::kManifestNotRecognised:
      return points_.reach(Point::kStrangeHtml);
    case ErrorCode::kManifestSyntax:
    case ErrorCode::kManifestEmpty:
      return points_.reach(Point::kManifestSyntax);
    case ErrorCode::kContainerSyntax:
    case ErrorCode::kContainerUnsupported:
      return points_.reach(Point::kContainerTrouble);
    case ErrorCode::kDecodeFailed:
      return points_.reach(is_fatal ? Point::kDecoderLost : Point::kDecodeSkipped);
    case ErrorCode::kNotFound:
      if (!is_fatal) points_.reach(Point::kSegmentSkipped);
      return;
    case ErrorCode::kAudioOutput:
      return points_.reach(error.context.find("no simulated") != std::string::npos
                               ? Point::kAudioMissing
                               : Point::kAudioLost);
    default:
      return;
  }
}

void Witness::on_status(const PlayerStatus& status, const Facts& facts) {
  const BufferingConfig& wanted = facts.scenario->player.buffering;
  if (status.qoe.dropped_frames > 0) points_.reach(Point::kFramesDropped);
  // What comes next waits for a quarter of a MiB, and the sound has a part of its own.
  if (status.buffered_bytes >= wanted.max_bytes * 3 / 4) points_.reach(Point::kMemoryCap);
  if (status.video_buffer >= wanted.target) points_.reach(Point::kBufferFull);
  if (status.state == PlayerState::kPlaying && status.speed != 1) {
    points_.reach(Point::kSpeedChanged);
  }
}

void Witness::on_request(const test::SimRecord& record, const Facts& facts) {
  const std::string key = key_of(record);
  if (record.kind == ResourceKind::kMedia) {
    has_fetched_since_seek_ = true;
    if (record.range && record.range->first > 0) points_.reach(Point::kResumedByRange);
  }
  if (const auto failed = failed_.find(key); failed != failed_.end()) {
    points_.reach(Point::kRetried);
    const Duration delay = facts.now - failed->second;
    // The first of several, where nobody meddled in between.
    if (delay < 10s && facts.last_action < failed->second &&
        retry_delays_us_.size() < kMostDelays) {
      retry_delays_us_.push_back(delay.count());
    }
    failed_.erase(failed);
  }
  if (const auto held = held_.find(key); held != held_.end()) {
    points_.reach(Point::kRetryAfterKept);
    held_.erase(held);
  }
}

void Witness::on_answered(const test::SimRecord& record, std::optional<Duration> retry_after,
                          const Facts& facts) {
  if (record.is_cancelled) {
    if (record.kind == ResourceKind::kMedia && record.body_bytes > 0) {
      points_.reach(Point::kTransferCancelled);
    }
    return;
  }
  const bool is_whole = !record.error && (record.status == 200 || record.status == 206);
  if (record.kind == ResourceKind::kMedia && is_whole) on_media(record.url);
  const std::string key = key_of(record);
  if (record.status == 206) points_.reach(Point::kRangeAnswered);
  if (record.status == 401) points_.reach(Point::kUnauthorized);
  if (record.status == 403 && record.kind != ResourceKind::kApi) {
    points_.reach(Point::kForbiddenUrl);
  }
  if (retry_after && *retry_after < 125s) {
    held_[key] = facts.now;
    if (*retry_after > 30s) points_.reach(Point::kRetryAfterLong);
  } else if (!retry_after && record.status >= 500) {
    failed_[key] = facts.now;
  }
  const bool is_report = record.kind == ResourceKind::kApi && record.method == "POST";
  if (is_report && record.status != 204) points_.reach(Point::kOutboxWaits);
}

void Witness::on_media(const std::string& url) {
  if (cdn_of(url) != 0) {
    ++from_other_cdn_;
    if (has_used_first_cdn_) points_.reach(Point::kBothCdns);
    return;
  }
  if (has_used_first_cdn_ && from_other_cdn_ >= kHasLeft) points_.reach(Point::kFirstCdnAgain);
  if (from_other_cdn_ > 0) points_.reach(Point::kBothCdns);
  has_used_first_cdn_ = true;
  from_other_cdn_ = 0;
}

void Witness::on_report(const test::SimService::Saved& report, const Facts&) {
  if (points_.count(Point::kOutboxWaits) > 0) points_.reach(Point::kOutboxDrains);
  if (!reports_.insert(report.recorded_at_ms).second) points_.reach(Point::kPositionLostAnswer);
  if (reports_.size() > 64) reports_.erase(reports_.begin());
}

void Witness::on_log(std::string_view line, const Facts&) {
  if (line.find("is lost:") != std::string_view::npos) points_.reach(Point::kPositionDropped);
}

void Witness::on_fault(const Fault& fault, const Facts& facts) {
  points_.fired(fault.kind, facts.state);
  if (facts.is_in_trouble && !is_action(fault.kind)) points_.reach(Point::kTwoFaults);
  switch (fault.kind) {
    case FaultKind::kWallJump:
      return points_.reach(fault.amount < 0 ? Point::kClockBack : Point::kClockForward);
    case FaultKind::kStoreFails:
    case FaultKind::kStoreFull:
      if (facts.state == PlayerState::kPlaying) points_.reach(Point::kStoreTrouble);
      return;
    case FaultKind::kAudioTrack:
      if (facts.state == PlayerState::kPlaying && facts.scenario->title.languages.size() > 1) {
        points_.reach(Point::kTrackChanged);
      }
      return;
    case FaultKind::kCrash:
      has_crashed_ = true;
      return;
    case FaultKind::kOutage:
      if (fault.length > 5s && facts.state == PlayerState::kPlaying) {
        points_.reach(Point::kLongOutageSurvived);
      }
      return;
    default:
      return;
  }
}

void Witness::on_end(std::size_t media_in_flight, bool is_destruction) {
  if (media_in_flight == 0) return;
  points_.reach(is_destruction ? Point::kDestroyedInFlight : Point::kStoppedInFlight);
}

}  // namespace playhead::swarm
