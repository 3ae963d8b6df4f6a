// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "playhead/events.h"
#include "sim/swarm/faults.h"

namespace playhead::swarm {

// What must happen somewhere in a long run, or the run has not looked there: X(enumerator, words,
// whether a short run of a few dozen seeds must reach it as well).
#define PLAYHEAD_SWARM_POINTS(X)                                                \
  X(kFirstFrame, "a first frame", true)                                         \
  X(kRebuffering, "the buffer ran empty", true)                                 \
  X(kRebufferingEnds, "playback went on after the buffer had run empty", true)  \
  X(kEnded, "a title was watched to its end", true)                             \
  X(kFailed, "a play failed", true)                                             \
  X(kFailedWhilePlaying, "a play failed that had shown pictures", true)         \
  X(kPlaysAfterFailure, "load() after a failure played", true)                  \
  X(kResumed, "playback began at a saved position", true)                       \
  X(kResumedAfterCrash, "playback began where a killed process was", true)      \
  X(kSwitchUp, "a better Representation was shown", true)                       \
  X(kSwitchDown, "a lesser Representation was shown", true)                     \
  X(kSwitchForFailure, "another Representation because one failed", true)       \
  X(kSwitchForPeriod, "another Representation because of a new Period", true)   \
  X(kSwitchForLimit, "another Representation because of a limit", false)        \
  X(kSwitchManual, "another Representation because of the viewer", true)        \
  X(kTransferCancelled, "a segment was given up while it came", true)           \
  X(kResumedByRange, "a broken body was continued by a range", true)            \
  X(kRangeAnswered, "a range was answered with 206", true)                      \
  X(kRetried, "a failed request was sent again", true)                          \
  X(kRetryAfterKept, "a request came again after its Retry-After", true)        \
  X(kRetryAfterLong, "a Retry-After of more than 30 s was waited for", false)   \
  X(kUnauthorized, "the service refused a token", true)                         \
  X(kTokenRefreshed, "a new token was asked for", true)                         \
  X(kForbiddenUrl, "the CDN refused a signature", true)                         \
  X(kUrlRenewed, "signed URLs were renewed while playing", true)                \
  X(kSeekInBuffer, "a seek that fetched nothing", true)                         \
  X(kSeekOutOfBuffer, "a seek that fetched", true)                              \
  X(kSeekWhileLoading, "a seek before the manifest", false)                     \
  X(kSeekToEnd, "a seek to the end", false)                                     \
  X(kSeekAfterEnd, "a seek after the end", false)                               \
  X(kSeekCollapsed, "several seeks were done as one", true)                     \
  X(kPausedInBuffering, "a pause before playback ran", false)                   \
  X(kSpeedChanged, "another speed while playing", true)                         \
  X(kTrackChanged, "another language while playing", false)                     \
  X(kTimeout, "a request timed out", true)                                      \
  X(kConnectionRefused, "a connection was refused", true)                       \
  X(kConnectionLost, "a connection broke", true)                                \
  X(kForbiddenScheme, "a redirect to a forbidden scheme was refused", false)    \
  X(kTooManyRedirects, "a redirect loop was left", false)                       \
  X(kStrangeHtml, "HTML instead of a manifest was refused", false)              \
  X(kManifestSyntax, "a damaged manifest was refused", false)                   \
  X(kDecodeSkipped, "a sample that cannot be decoded was passed over", true)    \
  X(kDecoderLost, "a decoder was lost for good", false)                         \
  X(kContainerTrouble, "a damaged segment was noticed", true)                   \
  X(kSegmentSkipped, "a segment was skipped", true)                             \
  X(kAudioLost, "a sound device was given up", false)                           \
  X(kAudioMissing, "a sound device could not be opened", false)                 \
  X(kFramesDropped, "pictures came too late", false)                            \
  X(kStoreTrouble, "the store failed while playing", false)                     \
  X(kOutboxWaits, "a position waited for the service", true)                    \
  X(kOutboxDrains, "a position was delivered after waiting", true)              \
  X(kPositionDropped, "a position was dropped as undeliverable", false)         \
  X(kPositionLostAnswer, "a position was delivered twice", false)               \
  X(kClockBack, "the wall clock went back", true)                               \
  X(kClockForward, "the wall clock went forward", true)                         \
  X(kOldSessionEnds, "load() while another title was loading", true)            \
  X(kDestroyedInFlight, "a player was destroyed with requests under way", true) \
  X(kStoppedInFlight, "stop() with requests under way", true)                   \
  X(kMemoryCap, "the buffer was as large as allowed", false)                    \
  X(kBufferFull, "the buffer was as long as wanted", true)                      \
  X(kLongOutageSurvived, "an outage was hidden by the buffer", false)           \
  X(kManyParts, "a title of more than ten Periods or discontinuities", false)   \
  X(kMuxedPlayed, "muxed sound was played", true)                               \
  X(kSoundAlone, "a title without pictures was played", false)                  \
  X(kSilentTitle, "a title without sound was played", true)                     \
  X(kNoDevice, "a title was played without a sound device", true)               \
  X(kBothCdns, "segments of one play came from both CDNs", false)               \
  X(kFirstCdnAgain, "the first CDN was left, and used again", false)            \
  X(kCdnReplaced, "a CDN failed where another served the same", false)          \
  X(kTwoFaults, "a fault struck while another was being recovered from", true)

// The same of live titles, in runs that look at them.
#define PLAYHEAD_SWARM_LIVE_POINTS(X)                                              \
  X(kLivePlayed, "a live title was played", true)                                  \
  X(kLiveStale, "a live manifest that had stopped to change was told", true)       \
  X(kLiveStaleOver, "playback went on after a live manifest had been stale", true) \
  X(kLiveBehind, "playback was behind the window and jumped", true)                \
  X(kLiveBehindStop, "a play ended because it was behind the window", false)       \
  X(kLiveHole, "what was never made was jumped over", false)                       \
  X(kLiveCorrected, "latency was corrected by speed", true)                        \
  X(kLiveTargetGrown, "a stall made the wanted latency larger", true)              \
  X(kLiveParts, "parts of segments were fetched", true)                            \
  X(kLiveBlocked, "a playlist was asked for ahead of its time", true)              \
  X(kLiveDelta, "a delta update was asked for", true)                              \
  X(kLivePeriod, "a new Period began while playing live", true)                    \
  X(kLiveEnded, "a live title ended", true)                                        \
  X(kLiveSeekBack, "a seek back in the window", true)                              \
  X(kLiveGoLive, "a seek to the live edge", true)                                  \
  X(kLiveOtherClock, "the service's clock was not the device's", true)             \
  X(kLiveEdgeMissing, "a segment at the edge was not there", true)                 \
  X(kLiveYoung, "a title was played that had just begun", true)

enum class Point : uint8_t {
#define PLAYHEAD_SWARM_ENUMERATOR(id, words, is_core) id,
  PLAYHEAD_SWARM_POINTS(PLAYHEAD_SWARM_ENUMERATOR)
      PLAYHEAD_SWARM_LIVE_POINTS(PLAYHEAD_SWARM_ENUMERATOR)
#undef PLAYHEAD_SWARM_ENUMERATOR
          kCount
};

// How often each was reached, and each fault in each state of the player.
class Points {
 public:
  static constexpr std::size_t kStates = 8;
  void reach(Point point) { ++points_[static_cast<std::size_t>(point)]; }
  void fired(FaultKind kind, PlayerState state) {
    ++fired_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(state) % kStates];
  }
  void add(const Points& other);

  [[nodiscard]] int64_t count(Point point) const {
    return points_[static_cast<std::size_t>(point)];
  }
  [[nodiscard]] int64_t fired(FaultKind kind) const;
  [[nodiscard]] int64_t total_fired() const;

  // Those of live titles count as well; what short runs owe are they alone.
  void look_at_live() { is_live_ = true; }
  void look_at_playlists() { is_playlist_ = true; }

  // All there are; those reached; words for the ones that were not. `core`: what short runs owe.
  [[nodiscard]] int all() const;
  [[nodiscard]] int reached() const;
  [[nodiscard]] std::vector<std::string> missing(bool core_only, bool with_states) const;

 private:
  std::array<int64_t, static_cast<std::size_t>(Point::kCount)> points_{};
  std::array<std::array<int64_t, kStates>, kFaultKinds> fired_{};
  [[nodiscard]] bool is_counted(FaultKind kind) const;
  [[nodiscard]] int faults_counted() const;

  bool is_live_ = false;
  bool is_playlist_ = false;
};

}  // namespace playhead::swarm
