// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "playhead/time.h"

namespace playhead::swarm {

// Everything that can happen to a session: X(enumerator, name, class, rows of the fault catalogue).
// Classes: N network, M manifest, A media, H service, S storage, T time, U what the app does, L
// what happens to live titles. From kStaleManifest on they are of live titles alone, from kSetNext
// on of titles that follow one another, from kCdnDies on of all again: drawn last, so that others
// are what they were before there were any.
#define PLAYHEAD_SWARM_FAULTS(X)                           \
  X(kResetBeforeHead, "reset-before-head", 'N', "N01")     \
  X(kResetMidBody, "reset-mid-body", 'N', "N02")           \
  X(kShortBody, "short-body", 'N', "N03")                  \
  X(kCutAtClose, "cut-at-close", 'N', "N05")               \
  X(kSlowLoris, "slow-loris", 'N', "N06")                  \
  X(kNoFirstByte, "no-first-byte", 'N', "N08")             \
  X(kStallMidBody, "stall-mid-body", 'N', "N09")           \
  X(kNotFound, "not-found", 'N', "N10")                    \
  X(kForbidden, "forbidden", 'N', "N11")                   \
  X(kGone, "gone", 'N', "N12")                             \
  X(kRangeRefused, "range-refused", 'N', "N13")            \
  X(kRetryAfter, "retry-after", 'N', "N14")                \
  X(kBusy, "busy", 'N', "N15")                             \
  X(kServerError, "server-error", 'N', "N16")              \
  X(kRetryTomorrow, "retry-tomorrow", 'N', "N17")          \
  X(kRedirectLoop, "redirect-loop", 'N', "N18")            \
  X(kForbiddenRedirect, "forbidden-redirect", 'N', "N20")  \
  X(kDnsFailure, "dns-failure", 'N', "N22")                \
  X(kCaptivePortal, "captive-portal", 'N', "N27")          \
  X(kRangeIgnored, "range-ignored", 'N', "N29")            \
  X(kWrongContentRange, "wrong-content-range", 'N', "N30") \
  X(kOtherVersion, "other-version", 'N', "N31")            \
  X(kConnectionsDrop, "connections-drop", 'N', "N37 N39")  \
  X(kOutage, "outage", 'N', "N40")                         \
  X(kSlowLink, "slow-link", 'N', "N41")                    \
  X(kLongRoundTrips, "long-round-trips", 'N', "N42")       \
  X(kEmptyManifest, "empty-manifest", 'M', "M01")          \
  X(kCutManifest, "cut-manifest", 'M', "M02")              \
  X(kStrangeManifest, "strange-manifest", 'M', "M03")      \
  X(kDamagedSample, "damaged-sample", 'A', "A01")          \
  X(kEmptySegment, "empty-segment", 'A', "A02")            \
  X(kStrangeContainer, "strange-container", 'A', "A03")    \
  X(kDecoderError, "decoder-error", 'A', "A14")            \
  X(kDecoderLate, "decoder-late", 'A', "A14")              \
  X(kDecoderDies, "decoder-dies", 'A', "A14")              \
  X(kDemuxerLate, "demuxer-late", 'A', "A14")              \
  X(kAudioDeviceGone, "audio-device-gone", 'A', "A15")     \
  X(kAudioDeviceStops, "audio-device-stops", 'A', "A15")   \
  X(kUnauthorized, "unauthorized", 'H', "H04")             \
  X(kServiceDown, "service-down", 'H', "H05")              \
  X(kServiceRejects, "service-rejects", 'H', "H06")        \
  X(kAnswerLost, "answer-lost", 'H', "H02")                \
  X(kStrangeAnswer, "strange-answer", 'H', "H12")          \
  X(kSignatureExpires, "signature-expires", 'H', "N11")    \
  X(kStoreFails, "store-fails", 'S', "S04")                \
  X(kStoreFull, "store-full", 'S', "S01")                  \
  X(kWallJump, "wall-jump", 'T', "T01 T02")                \
  X(kStarved, "starved", 'T', "T09")                       \
  X(kPause, "pause", 'U', "U04")                           \
  X(kSeek, "seek", 'U', "U04")                             \
  X(kSeekNear, "seek-near", 'U', "U04")                    \
  X(kSeekStorm, "seek-storm", 'U', "U04")                  \
  X(kPauseStorm, "pause-storm", 'U', "U04")                \
  X(kSpeed, "speed", 'U', "U01")                           \
  X(kVolume, "volume", 'U', "U01")                         \
  X(kAudioTrack, "audio-track", 'U', "U01")                \
  X(kQuality, "quality", 'U', "U01")                       \
  X(kLimits, "limits", 'U', "U01")                         \
  X(kLoadAgain, "load-again", 'U', "U05")                  \
  X(kLoadStorm, "load-storm", 'U', "U05")                  \
  X(kBackground, "background", 'U', "U11")                 \
  X(kRecreate, "recreate", 'U', "U03")                     \
  X(kCrash, "crash", 'U', "S06")                           \
  X(kStaleManifest, "stale-manifest", 'L', "M14")          \
  X(kRolledBack, "rolled-back", 'L', "M13 M21")            \
  X(kWindowLost, "window-lost", 'L', "M15")                \
  X(kNewPart, "new-part", 'L', "M17 M18")                  \
  X(kEncoderRestart, "encoder-restart", 'L', "M13")        \
  X(kEdgeMissing, "edge-missing", 'L', "N10")              \
  X(kServerClock, "server-clock", 'L', "T01 M25")          \
  X(kTimingBroken, "timing-broken", 'L', "M25")            \
  X(kTitleEnds, "title-ends", 'L', "M20")                  \
  X(kFallBehind, "fall-behind", 'U', "M15")                \
  X(kGoLive, "go-live", 'U', "U04")                        \
  X(kSetNext, "set-next", 'U', "U05")                      \
  X(kClearNext, "clear-next", 'U', "U05")                  \
  X(kPlayNext, "play-next", 'U', "U05")                    \
  X(kCdnDies, "cdn-dies", 'N', "N22 N40")                  \
  X(kCdnLacks, "cdn-lacks", 'N', "N10")

enum class FaultKind : uint8_t {
#define PLAYHEAD_SWARM_ENUMERATOR(id, name, letter, rows) id,
  PLAYHEAD_SWARM_FAULTS(PLAYHEAD_SWARM_ENUMERATOR)
#undef PLAYHEAD_SWARM_ENUMERATOR
};

struct FaultInfo {
  std::string_view name;
  char letter;
  std::string_view rows;
};
inline constexpr FaultInfo kFaultInfo[] = {
#define PLAYHEAD_SWARM_INFO(id, name, letter, rows) {name, letter, rows},
    PLAYHEAD_SWARM_FAULTS(PLAYHEAD_SWARM_INFO)
#undef PLAYHEAD_SWARM_INFO
};
inline constexpr std::size_t kFaultKinds = std::size(kFaultInfo);

[[nodiscard]] constexpr const FaultInfo& info_of(FaultKind kind) {
  return kFaultInfo[static_cast<std::size_t>(kind)];
}
// What an app may do at any time; no excuse for anything.
[[nodiscard]] constexpr bool is_action(FaultKind kind) {
  return info_of(kind).letter == 'U' && kind != FaultKind::kCrash;
}

[[nodiscard]] constexpr bool is_of_live(FaultKind kind) {
  return kind >= FaultKind::kStaleManifest && kind < FaultKind::kSetNext;
}
[[nodiscard]] constexpr bool is_of_playlist(FaultKind kind) {
  return kind >= FaultKind::kSetNext && kind < FaultKind::kCdnDies;
}
// One of the hosts of a title.
[[nodiscard]] constexpr bool is_of_cdn(FaultKind kind) { return kind >= FaultKind::kCdnDies; }

// Whose requests it hits.
enum class FaultTarget : uint8_t { kMedia, kManifest, kApi, kAny };

// One thing that will happen, drawn ahead with all it needs: leaving it out changes no other.
struct Fault {
  int number = 0;  // from 1, in order of time, those of CDNs after the others
  FaultKind kind = FaultKind::kPause;
  Duration at{0};  // from the start of the session
  Duration length{
      0};  // of a window; 0 for faults of one request: then the next that matches is hit
  FaultTarget target = FaultTarget::kMedia;
  bool is_sticky = false;  // what it hit once is hit for `length`
  int64_t amount = 0;      // status, bytes, milliseconds, millionths, CDN: by kind
  uint64_t extra = 0;      // any further draw
};

}  // namespace playhead::swarm
