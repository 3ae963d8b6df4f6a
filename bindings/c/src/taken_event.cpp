// SPDX-License-Identifier: Apache-2.0
#include "taken_event.h"

#include <utility>
#include <variant>

namespace playhead::capi {
namespace {

// The C numbers are the C++ ones; a new enumerator must be given to both.
static_assert(static_cast<int>(PlayerState::kIdle) == PLAYHEAD_STATE_IDLE);
static_assert(static_cast<int>(PlayerState::kLoading) == PLAYHEAD_STATE_LOADING);
static_assert(static_cast<int>(PlayerState::kBuffering) == PLAYHEAD_STATE_BUFFERING);
static_assert(static_cast<int>(PlayerState::kPlaying) == PLAYHEAD_STATE_PLAYING);
static_assert(static_cast<int>(PlayerState::kPaused) == PLAYHEAD_STATE_PAUSED);
static_assert(static_cast<int>(PlayerState::kRebuffering) == PLAYHEAD_STATE_REBUFFERING);
static_assert(static_cast<int>(PlayerState::kEnded) == PLAYHEAD_STATE_ENDED);
static_assert(static_cast<int>(PlayerState::kFailed) == PLAYHEAD_STATE_FAILED);
static_assert(static_cast<int>(PlayerState::kTrickPlay) == PLAYHEAD_STATE_TRICK_PLAY);
static_assert(static_cast<int>(PlayerState::kScrubbing) == PLAYHEAD_STATE_SCRUBBING);
static_assert(static_cast<int>(SwitchReason::kInitial) == PLAYHEAD_SWITCH_INITIAL);
static_assert(static_cast<int>(SwitchReason::kThroughput) == PLAYHEAD_SWITCH_THROUGHPUT);
static_assert(static_cast<int>(SwitchReason::kBuffer) == PLAYHEAD_SWITCH_BUFFER);
static_assert(static_cast<int>(SwitchReason::kManual) == PLAYHEAD_SWITCH_MANUAL);
static_assert(static_cast<int>(SwitchReason::kPeriod) == PLAYHEAD_SWITCH_PERIOD);
static_assert(static_cast<int>(SwitchReason::kFailure) == PLAYHEAD_SWITCH_FAILURE);
static_assert(static_cast<int>(JumpReason::kBehindWindow) == PLAYHEAD_JUMP_BEHIND_WINDOW);
static_assert(static_cast<int>(JumpReason::kGap) == PLAYHEAD_JUMP_GAP);
static_assert(static_cast<int>(SecurityLevelChanged::Rule::kSecurityLevel) ==
              PLAYHEAD_PICTURE_RULE_LEVEL);
static_assert(static_cast<int>(SecurityLevelChanged::Rule::kLicense) ==
              PLAYHEAD_PICTURE_RULE_LICENSE);
static_assert(static_cast<int>(SecurityLevelChanged::Rule::kDisplay) ==
              PLAYHEAD_PICTURE_RULE_DISPLAY);
static_assert(static_cast<int>(TrackKind::kVideo) == PLAYHEAD_TRACK_VIDEO);
static_assert(static_cast<int>(TrackKind::kAudio) == PLAYHEAD_TRACK_AUDIO);
static_assert(static_cast<int>(TrackKind::kText) == PLAYHEAD_TRACK_TEXT);
static_assert(static_cast<int>(Severity::kRecoverable) == PLAYHEAD_SEVERITY_RECOVERABLE);
static_assert(static_cast<int>(Severity::kFatal) == PLAYHEAD_SEVERITY_FATAL);

// Fills the members of one kind of event; one overload for each kind, none is forgotten.
struct Filler {
  playhead_event& out;
  std::string& message;
  playhead_qoe& qoe;
  OwnedHandle<playhead_cues>& cues;
  std::unique_ptr<TakenMetadata>& metadata;
  playhead_thumbnail& thumbnail;

  void operator()(const LoadStarted& e) const {
    out.type = PLAYHEAD_EVENT_LOAD_STARTED;
    out.title_id = e.title_id.c_str();
    out.url = e.url.c_str();
    out.is_next = e.is_next ? 1 : 0;
  }
  void operator()(const SessionStarted& e) const {
    out.type = PLAYHEAD_EVENT_SESSION_STARTED;
    out.url = e.url.c_str();
    out.target_us = e.resume_position.count();
    out.goes_on = e.is_resumed ? 1 : 0;
    out.id = e.other_device.c_str();
  }
  void operator()(const ManifestLoaded& e) const {
    out.type = PLAYHEAD_EVENT_MANIFEST_LOADED;
    out.url = e.url.c_str();
    out.elapsed_us = e.elapsed.count();
    out.has_duration = e.duration.has_value() ? 1 : 0;
    out.duration_us = e.duration.value_or(Duration{0}).count();
    out.video_representations = e.video_representations;
    out.audio_tracks = e.audio_tracks;
    out.text_tracks = e.text_tracks;
  }
  void operator()(const FirstFrame& e) const {
    out.type = PLAYHEAD_EVENT_FIRST_FRAME;
    out.elapsed_us = e.startup.count();
    out.width = e.width;
    out.height = e.height;
    QoeSummary start;
    start.startup = e.startup;
    start.phases = e.phases;
    qoe = to_c(start);
    out.qoe = &qoe;
  }
  void operator()(const StateChanged& e) const {
    out.type = PLAYHEAD_EVENT_STATE_CHANGED;
    out.from_state = static_cast<int32_t>(e.from);
    out.to_state = static_cast<int32_t>(e.to);
  }
  void operator()(const RepresentationChanged& e) const {
    out.type = PLAYHEAD_EVENT_REPRESENTATION_CHANGED;
    out.bitrate_bps = e.bitrate.bps;
    out.width = e.width;
    out.height = e.height;
    out.id = e.id.c_str();
    out.reason = static_cast<int32_t>(e.reason);
  }
  void operator()(const SegmentLoaded& e) const {
    out.type = PLAYHEAD_EVENT_SEGMENT_LOADED;
    out.track = static_cast<int32_t>(e.track);
    out.url = e.url.c_str();
    out.bytes = e.bytes;
    out.elapsed_us = e.elapsed.count();
    out.number = e.number;
    out.target_us = e.start.us;
  }
  void operator()(const SeekStarted& e) const {
    out.type = PLAYHEAD_EVENT_SEEK_STARTED;
    out.target_us = e.target.us;
    out.user_tag = e.user_tag;
  }
  void operator()(const SeekDone& e) const {
    out.type = PLAYHEAD_EVENT_SEEK_DONE;
    out.target_us = e.position.us;
    out.user_tag = e.user_tag;
    out.elapsed_us = e.elapsed.count();
  }
  void operator()(const ProgressSent& e) const {
    out.type = PLAYHEAD_EVENT_PROGRESS_SENT;
    out.title_id = e.title_id.c_str();
    out.target_us = e.position.count();
  }
  void operator()(const PositionJumped& e) const {
    out.type = PLAYHEAD_EVENT_POSITION_JUMPED;
    out.from_us = e.from.us;
    out.target_us = e.to.us;
    out.reason = static_cast<int32_t>(e.reason);
  }
  void operator()(const CuesChanged& e) const {
    out.type = PLAYHEAD_EVENT_CUES_CHANGED;
    cues.reset(make_handle(std::make_unique<playhead_cues>(e.cues)));
    out.cues = cues.get();
  }
  void operator()(const TimedMetadata& e) const {
    out.type = PLAYHEAD_EVENT_TIMED_METADATA;
    metadata = std::make_unique<TakenMetadata>(e.event);
    out.metadata = &metadata->c_metadata();
  }
  void operator()(const RateChanged& e) const {
    out.type = PLAYHEAD_EVENT_RATE_CHANGED;
    out.from_rate = e.from;
    out.to_rate = e.to;
  }
  void operator()(const ThumbnailReady& e) const {
    if (e.error) fill_error(PLAYHEAD_EVENT_THUMBNAIL, *e.error);
    out.type = PLAYHEAD_EVENT_THUMBNAIL;
    out.user_tag = e.user_tag;
    if (e.error || e.image.empty()) return;
    thumbnail = PLAYHEAD_THUMBNAIL_INIT;
    thumbnail.image = e.image.data();
    thumbnail.image_bytes = e.image.size();
    thumbnail.image_id = e.image_id;
    thumbnail.x = e.x;
    thumbnail.y = e.y;
    thumbnail.width = e.width;
    thumbnail.height = e.height;
    thumbnail.column = e.column;
    thumbnail.row = e.row;
    thumbnail.columns = e.columns;
    thumbnail.rows = e.rows;
    thumbnail.start_us = e.start.us;
    thumbnail.duration_us = e.duration.count();
    out.thumbnail = &thumbnail;
  }
  void operator()(const DrmFellBack& e) const {
    fill_error(PLAYHEAD_EVENT_DRM_FELL_BACK, e.reason);
    out.id = e.to.c_str();
  }
  void operator()(const SecurityLevelChanged& e) const {
    out.type = PLAYHEAD_EVENT_SECURITY_LEVEL;
    out.count = e.to;
    out.number = static_cast<uint64_t>(e.from);
    out.height = e.max_height;
    out.reason = static_cast<int32_t>(e.rule);
  }
  void operator()(const Ended& e) const {
    out.type = PLAYHEAD_EVENT_ENDED;
    out.goes_on = e.goes_on ? 1 : 0;
  }
  void operator()(const Warning& e) const { fill_error(PLAYHEAD_EVENT_WARNING, e.error); }
  void operator()(const Failed& e) const { fill_error(PLAYHEAD_EVENT_FAILED, e.error); }
  void operator()(const Summary& e) const {
    out.type = PLAYHEAD_EVENT_SUMMARY;
    qoe = to_c(e.qoe);
    out.qoe = &qoe;
  }
  void operator()(const EventsDropped& e) const {
    out.type = PLAYHEAD_EVENT_EVENTS_DROPPED;
    out.count = e.count;
  }

  void fill_error(int32_t type, const Error& error) const {
    message = describe(error);
    out.type = type;
    out.error_code = static_cast<int32_t>(error.code);
    out.error_severity = static_cast<int32_t>(error.severity);
    out.error_detail = error.detail;
    out.error_name = error_name(error.code).data();  // a literal, ended by a zero byte
    out.error_context = error.context.c_str();
    out.message = message.c_str();
  }
};

}  // namespace

playhead_qoe to_c(const QoeSummary& qoe) {
  playhead_qoe out = PLAYHEAD_QOE_INIT;
  out.has_startup = qoe.startup.has_value() ? 1 : 0;
  out.startup_us = qoe.startup.value_or(Duration{0}).count();
  out.start_wait_us = qoe.start_wait.count();
  const auto us_or_none = [](const std::optional<Duration>& time) {
    return time.value_or(Duration{-1}).count();
  };
  out.session_us = us_or_none(qoe.phases.session);
  out.manifest_us = us_or_none(qoe.phases.manifest);
  out.license_us = us_or_none(qoe.phases.license);
  out.first_byte_us = us_or_none(qoe.phases.first_byte);
  out.startup_bytes = qoe.phases.bytes;
  out.wasted_bytes = qoe.wasted_bytes;
  out.is_offline = qoe.is_offline ? 1 : 0;
  out.errors = qoe.errors;
  out.rebuffer_ratio = qoe.rebuffer_ratio();
  out.play_time_us = qoe.play_time.count();
  out.rebuffer_time_us = qoe.rebuffer_time.count();
  out.mean_bitrate_bps = qoe.mean_bitrate.bps;
  out.rebuffer_count = qoe.rebuffer_count;
  out.switches = qoe.switches;
  out.dropped_frames = qoe.dropped_frames;
  out.shown_frames = qoe.shown_frames;
  out.bytes = qoe.bytes;
  return out;
}

const playhead_event& TakenEvent::set(Event event) {
  event_ = std::move(event);
  message_.clear();
  c_event_ = PLAYHEAD_EVENT_INIT;
  c_event_.time_us = event_.time.us;
  c_event_.position_us = event_.position.us;
  for (const char** text : {&c_event_.title_id, &c_event_.url, &c_event_.id, &c_event_.error_name,
                            &c_event_.error_context, &c_event_.message}) {
    *text = "";
  }
  cues_.reset();
  metadata_.reset();
  std::visit(Filler{c_event_, message_, qoe_, cues_, metadata_, thumbnail_}, event_.payload);
  return c_event_;
}

}  // namespace playhead::capi
