// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "playhead/bitrate.h"
#include "playhead/cues.h"
#include "playhead/error.h"
#include "playhead/live.h"
#include "playhead/media.h"
#include "playhead/qoe.h"
#include "playhead/time.h"

namespace playhead {

enum class PlayerState : uint8_t {
  kIdle,       // nothing loaded
  kLoading,    // control plane and manifest
  kBuffering,  // before the first play, and after a seek that left the buffer
  kPlaying,
  kPaused,
  kRebuffering,  // the buffer ran empty while playing
  kEnded,
  kFailed,  // see the error event; load() works again
  // Key frames pass quickly, forwards or backwards, without sound: Player::trick_play(). None of it
  // counts as play time or as a stall.
  kTrickPlay,
  kScrubbing,  // the viewer looks for a place: Player::scrub(); playback stands where it was
};

// Why the video Representation is what it is.
enum class SwitchReason : uint8_t {
  kInitial,  // the first, at the start and after a seek
  kThroughput,
  kBuffer,
  kManual,
  kPeriod,  // a new Period of the title has Representations of its own; not counted as a switch
  kFailure,
  kLimit,  // the one before may not be chosen any more, see RepresentationInfo::limit
};

// Why the automatic choice leaves a Representation out. The first that applies.
enum class PictureLimit : uint8_t {
  kNone,           // it may be chosen
  kCodec,          // nothing here decodes it
  kSecurity,       // the DRM's security level is too low
  kHdcp,           // the output is not protected enough
  kManual,         // the viewer chose another one
  kHardware,       // only hardware decoding is wanted
  kBitrate,        // above PictureLimits::max_bitrate
  kHeight,         // above PictureLimits::max_height
  kDataSaver,      // above PictureLimits::data_saver_bitrate
  kViewport,       // more pixels than the view can show
  kDroppedFrames,  // this device has dropped its frames lately; ends by itself
  kMemory          // less than eight seconds of it, or BufferingConfig::target, fit in memory
};
// "none", "codec", "data_saver" … as the decision log names them.
[[nodiscard]] const char* to_string(PictureLimit limit);

// One struct for each kind of event; `position` is where playback stands.
struct LoadStarted {
  std::string title_id;
  std::string url;       // redacted; "offline:" and its id for a download
  bool is_next = false;  // it follows, as Player::set_next() or play_next() asked for
};
struct SessionStarted {
  std::string url;
  Duration resume_position{0};
  // Of PlaybackStart::kSession: the service goes on with a session it knew of this device; and the
  // device where the same title plays as well, if there is one (DeviceInfo::id).
  bool is_resumed = false;
  std::string other_device{};
};
// The manifest and what else tells the title's length are there (for HLS a media playlist as well);
// Event::position is where playback begins.
struct ManifestLoaded {
  std::string url;
  Duration elapsed{0};               // since load()
  std::optional<Duration> duration;  // none for a title without an end
  int video_representations = 0, audio_tracks = 0, text_tracks = 0;
};
struct FirstFrame {
  Duration startup{0};
  int width = 0, height = 0;
  StartupPhases phases;
};
struct StateChanged {
  PlayerState from = PlayerState::kIdle;
  PlayerState to = PlayerState::kIdle;
};
struct RepresentationChanged {
  Bitrate bitrate;  // declared; 0 when nobody does, as in a plain HLS media playlist
  int width = 0, height = 0;
  std::string id;
  SwitchReason reason = SwitchReason::kInitial;
};
struct SegmentLoaded {
  TrackKind track = TrackKind::kVideo;
  std::string url;  // redacted
  int64_t bytes = 0;
  Duration elapsed{0};  // request to last byte
  uint64_t number = 0;
  MediaTime start;
};
struct SeekStarted {
  MediaTime target;  // live: told again, same tag, when the window becomes known and it is outside
  uint64_t user_tag = 0;
};
struct SeekDone {
  MediaTime position;
  uint64_t user_tag = 0;
  Duration elapsed{0};
};
// The service has taken a report. That of a stop may come after the Summary.
struct ProgressSent {
  std::string title_id;
  Duration position{0};
};
// Why playback went on elsewhere without being told to.
enum class JumpReason : uint8_t {
  kBehindWindow,  // the live title no longer kept what was there
  kGap,           // the title has nothing there
};
struct PositionJumped {
  MediaTime from, to;
  JumpReason reason = JumpReason::kGap;
};
// The text on screen from Event::position on, all of it: later ones below earlier ones; empty:
// none.
struct CuesChanged {
  std::vector<std::shared_ptr<const Cue>> cues;  // never null
};
// Playback has reached the start of an event of the title, or begins within one. Once for each
// pass. Events of DASH EventStreams and HLS EXT-X-DATERANGEs; of the segments that are played:
// `emsg` boxes (fMP4), and ID3 tags in MPEG-TS and in front of packed audio, which have the scheme
// "https://aomedia.org/emsg/ID3" and their texts as attributes.
struct TimedMetadata {
  TimedEvent event;
};
// Trick play has begun, goes at another rate, or is over.
struct RateChanged {
  int from = 0, to = 0;  // of Player::trick_play(); 0: no trick play
};
// Answers Player::request_thumbnail().
struct ThumbnailReady {
  uint64_t user_tag = 0;
  SharedBytes image;      // a whole file as the service has it: JPEG, PNG …; empty: see `error`
  uint64_t image_id = 0;  // equal within a play: the same image, which needs decoding but once
  // Where in the image the picture is, pixels. Width 0: the image is of no known format and the
  // manifest does not tell; the picture is then that column and row of a grid of equal pictures.
  int x = 0, y = 0, width = 0, height = 0;
  int column = 0, row = 0, columns = 1, rows = 1;
  // What it stands for.
  MediaTime start;
  Duration duration{0};
  // Why there is none: kNoPlayableTrack (the title has no thumbnails there), or what went wrong
  // with fetching it.
  std::optional<Error> error;
};
// A DRM system, or one of its levels, failed, and another one is tried in its place. Remembered for
// this device: what failed is tried last from now on.
struct DrmFellBack {
  std::string from, to;  // "name/level", such as "widevine/3000"; `to` empty: there is none left
  Error reason;
};
// Which pictures the DRM of the title lets through is decided, or another than before.
struct SecurityLevelChanged {
  int from = 0, to = 0;  // 1000, 2000, 3000: see SecurityLevel; 3000 while nothing is protected
  // Pictures up to that height are shown; 0: all.
  int max_height = 0;
  // What that height comes from.
  enum class Rule : uint8_t {
    kSecurityLevel,  // what the DRM system is
    kLicense,        // the licence service's word
    kDisplay,        // the output protects less than the system's level needs (PictureLimits)
  } rule = Rule::kSecurityLevel;
};
struct Ended {
  // What Player::set_next() named follows by itself: its LoadStarted comes after this play's
  // Summary, and the state is told only when it is another than before.
  bool goes_on = false;
};
struct Warning {
  Error error;
};  // recovered from, or being retried
struct Failed {
  Error error;
};  // the play is over
struct Summary {
  QoeSummary qoe;
};
struct EventsDropped {
  int64_t count = 0;
};  // so many were left unread and gave way: see Player::next_event()

using EventPayload =
    std::variant<LoadStarted, SessionStarted, ManifestLoaded, FirstFrame, StateChanged,
                 RepresentationChanged, SegmentLoaded, SeekStarted, SeekDone, ProgressSent,
                 PositionJumped, CuesChanged, TimedMetadata, RateChanged, ThumbnailReady,
                 DrmFellBack, SecurityLevelChanged, Ended, Warning, Failed, Summary, EventsDropped>;

struct Event {
  MonotonicTime time;
  MediaTime position;
  EventPayload payload;
};

// A choice the user can make.
struct TrackInfo {
  std::string id;
  TrackKind kind = TrackKind::kAudio;
  std::string language, label, codecs;
  Bitrate bitrate;  // of its lowest Representation
  int channels = 0;
  bool is_selected = false;
  bool is_forced = false;   // text for those who want none: signs, foreign talk
  bool is_caption = false;  // text inside the pictures (CEA-608)
};
struct RepresentationInfo {
  std::string id;
  Bitrate bitrate;
  int width = 0, height = 0;
  std::string codecs;
  bool is_selected = false;                  // being fetched
  PictureLimit limit = PictureLimit::kNone;  // as of the last automatic choice
};

// Of a title that is still being made.
struct LiveStatus {
  // What can be seeked to: from the oldest moment kept to the live edge.
  MediaTime window_start, window_end;
  Duration offset{0};         // behind the live edge
  Duration target_offset{0};  // where the library wants it; grows after trouble, then shrinks again
  // Speed by which the offset is being corrected; 1: it is not.
  double correction = 1;
  std::optional<WallTime> date;  // of the position, where the title tells
};

// How things stand; immutable, replaced as a whole every turn of the engine.
struct PlayerStatus {
  PlayerState state = PlayerState::kIdle;
  bool is_paused = false;  // the user's wish, also while buffering
  // The position at `measured_at`; while `state` is kPlaying it advances by `speed`.
  MediaTime position;
  MonotonicTime measured_at;
  std::optional<Duration> duration;
  std::optional<LiveStatus> live;  // none: the title is complete, or nothing is known yet
  double speed = 1.0;
  int trick_rate = 0;           // of Player::trick_play(); 0: none
  bool has_thumbnails = false;  // at the position: Player::request_thumbnail()
  double volume = 1.0;
  Duration video_buffer{0}, audio_buffer{0};  // media ahead of the position
  int64_t buffered_bytes = 0;
  bool waits_for_license = false;  // playback stands still for a licence alone: the media is there
  Bitrate throughput;        // estimate; 0 unknown
  RepresentationInfo shown;  // the Representation on screen
  bool is_auto_bitrate = true;
  std::vector<RepresentationInfo> representations;
  std::vector<TrackInfo> tracks;  // audio and text
  QoeSummary qoe;
};

}  // namespace playhead
