// SPDX-License-Identifier: Apache-2.0
// What the viewer sees and hears: position, pictures, sound, stalls, memory, numbers.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "sim/swarm/invariants.h"
#include "sim/swarm/trace.h"

namespace playhead::swarm {

namespace {

std::string s(MediaTime time) { return std::to_string(to_seconds(time)) + " s"; }
std::string s(Duration time) { return std::to_string(to_seconds(time)) + " s"; }

bool is_restart(const EventPayload& payload) {
  return std::holds_alternative<LoadStarted>(payload) ||
         std::holds_alternative<SeekStarted>(payload) ||
         std::holds_alternative<SessionStarted>(payload) ||
         std::holds_alternative<ManifestLoaded>(payload);
}

class PositionGoesForward final : public Invariant {
 public:
  PositionGoesForward() : Invariant(3, "the position does not go back without a seek") {}

  void on_event(const Event& event, const Facts& facts) override {
    if (is_restart(event.payload)) last_.reset();
    if (std::holds_alternative<LoadStarted>(event.payload)) has_begun_ = false;
    if (std::holds_alternative<FirstFrame>(event.payload)) has_begun_ = true;
    // Over what could not be fetched, forward, and told: from where playback stood.
    if (const auto* jump = std::get_if<PositionJumped>(&event.payload)) {
      check(jump->from < jump->to && (!last_ || *last_ <= jump->from + 500ms), facts, [&] {
        return "a jump from " + s(jump->from) + " to " + s(jump->to) + " is told, after " +
               (last_ ? s(*last_) : "nothing");
      });
      last_ = jump->to;
      at_ = facts.now;
    }
  }
  void on_start(const Facts&) override { last_.reset(); }
  void on_status(const PlayerStatus& status, const Facts& facts) override {
    const bool counts =
        status.state == PlayerState::kPlaying || status.state == PlayerState::kPaused ||
        status.state == PlayerState::kRebuffering || status.state == PlayerState::kBuffering;
    if (!counts) return last_.reset();
    const Duration length = facts.scenario->title.duration();
    // Before the length is known a start beyond it is where the app said.
    const bool is_known = status.duration || status.state == PlayerState::kPlaying;
    const bool is_within = !is_known || status.position <= MediaTime{0} + length + 1s;
    check(status.position >= MediaTime{0} && is_within, facts,
          [&] { return "position " + s(status.position) + " is outside of the title"; });
    // Where a live title begins is settled by its clock, which may answer late: until the first
    // picture there is no position to go back from.
    const bool is_settled = has_begun_ || !facts.scenario->title.live;
    if (last_ && facts.last_restart < at_ && is_settled) {
      // Live: a title that turns out to have ended before where playback waits ends there.
      const bool is_at_end = status.duration && status.position == MediaTime{0} + *status.duration;
      check(status.position >= *last_ || is_at_end, facts,
            [&] { return "position went from " + s(*last_) + " back to " + s(status.position); });
      // No faster than time, either. The device's latency and turns that come late leave some room.
      const Duration passed = facts.now - at_;
      const Duration most = 2 * passed + 500ms;
      check(status.position - *last_ <= most, facts, [&] {
        return "position went from " + s(*last_) + " to " + s(status.position) + " in " + s(passed);
      });
    }
    last_ = status.position;
    at_ = facts.now;
  }

 private:
  std::optional<MediaTime> last_;
  MonotonicTime at_;
  bool has_begun_ = false;  // the play: something was shown
};

class PicturesAreTheContent final : public Invariant {
 public:
  PicturesAreTheContent()
      : Invariant(4, "what is shown is the title's content, in order, without unannounced gaps") {}

  void on_event(const Event& event, const Facts& facts) override {
    if (const auto* seek = std::get_if<SeekStarted>(&event.payload)) {
      target_ = seek->target;
      last_.reset();
    } else if (std::holds_alternative<LoadStarted>(event.payload)) {
      target_.reset();
      last_.reset();
    } else if (std::holds_alternative<Warning>(event.payload)) {
      told_ = event.time;  // it may be long before the gap is reached
    } else if (const auto* jump = std::get_if<PositionJumped>(&event.payload)) {
      // A picture before the jump may be that after it.
      if (facts.scenario->title.live && last_) last_ = *last_ - facts.scenario->title.frame;
      if (jump->reason == JumpReason::kBehindWindow) last_.reset();
    }
  }
  void on_start(const Facts&) override { last_.reset(), target_.reset(); }
  void on_status(const PlayerStatus& status, const Facts&) override {
    is_dropping_ = is_dropping_ || status.qoe.dropped_frames != dropped_;
    dropped_ = status.qoe.dropped_frames;
  }
  void on_picture(MediaTime time, const ContentId& id, const Facts& facts) override {
    const Duration frame = facts.scenario->title.frame;
    const int64_t content_us = time.us + facts.content_ahead.value_or(Duration{0}).count();
    const int64_t index = (content_us + 1'000) / frame.count();
    const int64_t off = content_us - index * frame.count();
    check((index + facts.first_index) % kIndexes == id.index && std::abs(off) <= 1'000, facts, [&] {
      return "the picture of " + s(MediaTime{id.index * frame.count()}) + " is shown as that of " +
             s(MediaTime{content_us});
    });
    check(!id.is_damaged, facts, [&] { return "a damaged picture is shown at " + s(time); });
    if (target_) {
      const MediaTime end = MediaTime{0} + facts.scenario->title.duration();
      check(time + frame > std::min(*target_, end - frame), facts, [&] {
        return "after a seek to " + s(*target_) + " the picture of " + s(time) + " is shown";
      });
    }
    if (last_ && facts.last_restart < at_) {
      // While playback waits, what stands on the screen may be shown once more.
      const bool has_waited =
          facts.state != PlayerState::kPlaying || facts.state_since == facts.now;
      const bool is_same = time == *last_ && has_waited;
      check(time > *last_ || is_same, facts,
            [&] { return "after the picture of " + s(*last_) + " comes that of " + s(time); });
      const bool is_announced =
          facts.now - told_ < 2 * (facts.scenario->player.buffering.target + 60s);
      const bool was_never_made = facts.last_hole == facts.now;
      const bool is_excused =
          is_announced || is_dropping_ || was_never_made || facts.quiet() < 30s;
      check(time - *last_ <= frame * 3 / 2 || is_excused, facts,
            [&] { return "pictures between " + s(*last_) + " and " + s(time) + " are missing"; });
    }
    last_ = time;
    at_ = facts.now;
    is_dropping_ = false;
  }

 private:
  std::optional<MediaTime> last_, target_;
  MonotonicTime at_, told_;
  int64_t dropped_ = 0;
  bool is_dropping_ = false;
};

class MemoryIsBounded final : public Invariant {
 public:
  MemoryIsBounded() : Invariant(5, "the buffer stays within its bounds") {}

  void on_status(const PlayerStatus& status, const Facts& facts) override {
    const TitleShape& title = facts.scenario->title;
    const BufferingConfig& wanted = facts.scenario->player.buffering;
    const int64_t top = (title.video_bps.empty() ? 0 : title.video_bps.back()) + title.audio_bps;
    // Less than playback needs to go on is fetched whatever the cap; what is coming comes whole.
    // Pictures that a late decoder has yet to read are behind the position, back to where decoding
    // begins, until it leaves them out.
    const Duration late = facts.is_decoder_late ? 4s + title.segment : Duration{0};
    const Duration needed =
        std::max(wanted.start, wanted.after_rebuffer) + 3 * title.segment + late;
    const auto extra = static_cast<int64_t>(static_cast<double>(top) / 8 * to_seconds(needed));
    const int64_t most = wanted.max_bytes + extra + (1 << 20);
    check(status.buffered_bytes <= most, facts, [&] {
      return std::to_string(status.buffered_bytes) + " bytes are buffered where " +
             std::to_string(wanted.max_bytes) + " are allowed";
    });
    const Duration ahead = std::max(status.video_buffer, status.audio_buffer);
    // A seek back finds what is kept behind, and what was ahead is still there.
    check(ahead <= wanted.target + wanted.back + 4 * title.segment + 1s, facts,
          [&] { return s(ahead) + " are buffered where " + s(wanted.target) + " are wanted"; });
  }
};

class NoNeedlessStall final : public Invariant {
 public:
  NoNeedlessStall() : Invariant(8, "no stall of more than 2 s while the network gives enough") {}

  void on_status(const PlayerStatus& status, const Facts&) override {
    is_automatic_ = status.is_auto_bitrate;
  }
  void on_second(const Facts& facts) override {
    const bool waits = facts.state == PlayerState::kRebuffering ||
                       facts.state == PlayerState::kBuffering ||
                       facts.state == PlayerState::kLoading;
    if (!waits || !facts.has_player) return;
    const MonotonicTime begin =
        std::max({facts.state_since, facts.good_link_since + 30s, facts.last_action + 30s,
                  facts.retry_after_until + 30s, facts.last_trouble + 60s});
    const bool counts = is_automatic_ && !facts.is_in_trouble && facts.speed <= 1;
    // What is buffered before playback goes on comes at the rate of the link.
    const TitleShape& title = facts.scenario->title;
    // Of live titles all of that may have to be made first.
    const Duration made = title.live ? 2 * title.segment : Duration{0};
    const Duration allowed = 2s + made + facts.scenario->player.buffering.after_rebuffer;
    check(!counts || facts.now - begin <= allowed, facts, [&] {
      return std::string(to_text(facts.state)) + " for " + s(facts.now - facts.state_since) +
             " on a link that carries the title";
    });
  }

 private:
  bool is_automatic_ = true;
};

class OtherCdnServes final : public Invariant {
 public:
  OtherCdnServes() : Invariant(34, "a CDN that fails is not felt where another has the same") {}

  void on_status(const PlayerStatus& status, const Facts&) override {
    is_automatic_ = status.is_auto_bitrate;
  }
  void on_event(const Event& event, const Facts& facts) override {
    const auto* change = std::get_if<StateChanged>(&event.payload);
    const bool stalls = change != nullptr && change->to == PlayerState::kRebuffering;
    const bool is_jump = std::holds_alternative<PositionJumped>(event.payload);
    // Live titles have gaps that were never made.
    if (!stalls && !(is_jump && !facts.scenario->title.live)) return;
    const MonotonicTime since = facts.cdn_fails_since;
    const bool is_failing = facts.now >= since && facts.now < facts.cdn_fails_until;
    const bool counts = is_failing && is_automatic_ && facts.speed <= 1 && facts.quiet() > 60s &&
                        facts.last_action < since - 10s && facts.ample_link_since < since - 30s;
    check(!counts, facts, [&] {
      return (stalls ? "playback stalls " : "what is missing is jumped over ") +
             s(facts.now - since) + " after one of two CDNs failed";
    });
  }

 private:
  bool is_automatic_ = true;
};

class NumbersAddUp final : public Invariant {
 public:
  NumbersAddUp() : Invariant(9, "played and stalled time add up to the time of the events") {}

  void on_event(const Event& event, const Facts& facts) override {
    if (const auto* load = std::get_if<LoadStarted>(&event.payload)) {
      spent_.clear();
      stalls_ = 0;
      // What follows by itself goes on in the state that was told last.
      if (!load->is_next) state_ = PlayerState::kIdle;
      since_ = event.time;
    } else if (const auto* change = std::get_if<StateChanged>(&event.payload)) {
      check(change->from == state_ || state_ == PlayerState::kIdle, facts, [&] {
        return "a change from " + std::string(to_text(change->from)) + " while the state was " +
               std::string(to_text(state_));
      });
      spent_[state_] += event.time - since_;
      state_ = change->to;
      since_ = event.time;
      if (state_ == PlayerState::kRebuffering) ++stalls_;
    } else if (const auto* summary = std::get_if<Summary>(&event.payload)) {
      spent_[state_] += event.time - since_;
      since_ = event.time;
      compare("played", summary->qoe.play_time, spent_[PlayerState::kPlaying], facts);
      compare("stalled", summary->qoe.rebuffer_time, spent_[PlayerState::kRebuffering], facts);
      check(summary->qoe.rebuffer_count == stalls_, facts, [&] {
        return std::to_string(summary->qoe.rebuffer_count) + " stalls are told of " +
               std::to_string(stalls_);
      });
    }
  }
  void on_start(const Facts&) override { state_ = PlayerState::kIdle, spent_.clear(), stalls_ = 0; }

 private:
  void compare(const char* what, Duration told, Duration seen, const Facts& facts) {
    check(std::chrono::abs(told - seen) <= 50ms, facts,
          [&] { return s(told) + " are told as " + what + ", " + s(seen) + " were"; });
  }

  std::map<PlayerState, Duration> spent_;
  PlayerState state_ = PlayerState::kIdle;
  MonotonicTime since_;
  int stalls_ = 0;
};

class PictureAndSoundFollowThePosition final : public Invariant {
 public:
  PictureAndSoundFollowThePosition()
      : Invariant(24, "picture and sound are those of the position") {}

  void on_event(const Event& event, const Facts&) override {
    if (is_restart(event.payload)) is_first_ = true;
  }
  void on_status(const PlayerStatus& status, const Facts&) override {
    position_ = status.position;
    measured_at_ = status.measured_at;
    is_playing_ = status.state == PlayerState::kPlaying;
  }
  void on_picture(MediaTime time, const ContentId&, const Facts& facts) override {
    // The first is shown as soon as it is there; what was missing before it is jumped over then.
    const bool is_first = std::exchange(is_first_, false);
    const bool counts = is_playing_ && measured_at_ == facts.now && facts.quiet() > 10s &&
                        facts.now - facts.last_restart > 10s && !is_first;
    check(!counts || std::chrono::abs(position_ - time) <= facts.scenario->title.frame + 250ms,
          facts, [&] { return "at " + s(position_) + " the picture of " + s(time) + " appears"; });
  }
  void on_sound(int64_t index, MediaTime position, const Facts& facts) override {
    if (facts.quiet() < 10s || facts.now - facts.last_restart < 10s) return;
    if (facts.now - facts.last_action < 5s) return;  // a new speed is heard after what is queued
    if (!facts.content_ahead || facts.now - facts.last_shift < 10s) return;
    const Duration piece = facts.scenario->title.audio_frame;
    const int64_t here =
        ((position.us + facts.content_ahead->count()) / piece.count() + facts.first_index) %
        kIndexes;
    // Sound of the title that follows may begin before the last picture of the one before is over.
    const bool is_at_end = position + 1s > MediaTime{0} + facts.scenario->title.duration();
    if (facts.next_named && is_at_end) return;
    const Duration off = (index - here) * piece;
    check(std::chrono::abs(off) <= piece * 2 + 100ms, facts,
          [&] { return "at " + s(position) + " the sound of " + s(position + off) + " is heard"; });
  }

 private:
  MediaTime position_;
  MonotonicTime measured_at_;
  bool is_playing_ = false;
  bool is_first_ = false;  // the picture that comes next, since a start or a seek
};

}  // namespace

void add_playback_invariants(Invariants& to) {
  to.push_back(std::make_unique<PositionGoesForward>());
  to.push_back(std::make_unique<PicturesAreTheContent>());
  to.push_back(std::make_unique<MemoryIsBounded>());
  to.push_back(std::make_unique<NoNeedlessStall>());
  to.push_back(std::make_unique<OtherCdnServes>());
  to.push_back(std::make_unique<NumbersAddUp>());
  to.push_back(std::make_unique<PictureAndSoundFollowThePosition>());
}

}  // namespace playhead::swarm
