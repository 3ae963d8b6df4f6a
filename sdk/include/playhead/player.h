// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "playhead/client.h"
#include "playhead/config.h"
#include "playhead/events.h"
#include "playhead/export.h"
#include "playhead/sinks.h"

namespace playhead {

// Chosen: what people can still tell apart, and a request each.
inline constexpr int kTrickFramesPerSecond = 8;

// Plays one title at a time. Every call may come from any thread, also from inside a callback (a
// sink, the wake-up, whatever else the library calls); all but close() and destruction return at
// once and take effect in order on the player's own engine thread. What happens comes back as
// events.
class PLAYHEAD_API Player {
 public:
  // `executor` null: the player makes a thread of its own. One of the app's goes on running until
  // the client is gone, which may wait for what is left on it.
  // Errors: kInvalidArgument (a config value out of its range, named in the context).
  static Result<std::unique_ptr<Player>> create(std::shared_ptr<Client> client, PlayerConfig config,
                                                Sinks sinks,
                                                std::shared_ptr<Executor> executor = nullptr);
  // As close(). A callback may destroy its own player.
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  // Ends the play and saves the position. Sinks and the wake-up are not called once it has
  // returned, and calls of this object do nothing any more; events that wait can still be taken.
  // Waits for callbacks that are running on other threads, so hold no lock they take. From inside a
  // callback on the engine thread (any but the wake-up) it waits for nothing: the sound device is
  // closed before it returns (one whose open() this is: when that has returned), and what else
  // there is goes when that callback has returned. The first of several calls counts.
  void close();

  // Gets ready what load() of the same source (title or URL, and start) will need: the answer of
  // the service, the manifest, and of each track the first second, which means its first segment.
  // Needs no sink, shows nothing; its Warnings are told by load(), which begins anew after a
  // failure. Replaces what was prepared before; load() of anything else, and stop(), let go of it.
  // While something plays it is refused with a Warning (kInvalidState): see set_next().
  void prepare(PlaySource source);
  // Ends what plays and starts this; forgets what set_next() named. Errors (bad URL, unknown
  // title …) arrive as Failed.
  void load(PlaySource source);
  // What follows when the title that plays has ended, in the place of what was named before. Once
  // all of that title is fetched this one is prepared, and it begins without a gap in sound or
  // pictures; what is not there in time is waited for, as startup of the new play. Each is a play
  // of its own: Ended (goes_on) and Summary of the one, LoadStarted (is_next) and what follows it
  // of the other, each with its session and positions. Speed, volume, pause, limits and languages
  // go on. A next title that cannot be prepared is a Warning, and is tried again at the end, where
  // it fails for good (Failed); without a request (kServerBusy) while a Retry-After is in force, of
  // a host or of the service, which load() and play_next() do not heed. After a play that Failed or
  // was over before this call nothing follows by itself: play_next() or load() does. load() and
  // stop() forget it.
  void set_next(PlaySource source);
  void clear_next();
  // Ends what plays and goes on with what set_next() named, from what is prepared of it. With
  // nothing named a Warning (kInvalidState).
  void play_next();
  void play();
  void pause();
  // Goes to `position`, clamped to the title. `user_tag` comes back in SeekDone.
  void seek(MediaTime position, uint64_t user_tag = 0, SeekMode mode = SeekMode::kExact);
  // Goes to the live edge, as near as LiveStatus::target_offset; nothing for other titles.
  void go_live();
  // 0.5..2, clamped; pitch is kept.
  void set_speed(double speed);
  // Shows key frames alone, at most kTrickFramesPerSecond of them and without sound, at `rate`
  // times the normal speed: ±2, ±4, ±8, ±16, ±32; negative: backwards. They come from the title's
  // I-frame playlists or trick-mode AdaptationSets, else out of its lowest Representation. On a
  // slow link fewer are shown, not later ones. 0 ends it, and so do play(), pause() and seek(); but
  // for the last, playback goes on exactly at the picture shown, or is paused there. At the title's
  // start it ends by itself, and playback goes on; at its end it pauses; at the edge of a live
  // title playback goes on there. Told by RateChanged. Other rates are refused with a Warning, and
  // so is a title without pictures, or before it can be seeked in.
  void trick_play(int rate);
  // Shows the key frame at or before `position` while the viewer is still looking for a place:
  // playback stands still where it was, position and buffer stay. Of many calls the latest counts.
  // seek() ends it where the viewer has let go; play() and pause() end it where it began. Refused
  // as trick_play() is.
  void scrub(MediaTime position);
  // Asks for the thumbnail that stands for `position`: a picture out of an image playlist (HLS
  // EXT-X-IMAGE-STREAM-INF) or a tile AdaptationSet (DASH). Answered by one ThumbnailReady with
  // `user_tag`, unless a later call, load() or stop() comes before the answer. Playback does not
  // notice. Images are kept: the neighbours of a picture cost nothing.
  void request_thumbnail(MediaTime position, uint64_t user_tag = 0);
  // The surface that Sinks::video shows on is lost (`is_there` false: an app in the background, a
  // screen that is taken away), or there again. Without one nothing is shown, the decoder of
  // pictures is closed and sound goes on; afterwards pictures go on at the position, decoded from
  // the key frame before it. There is one unless this says otherwise.
  void set_surface(bool is_there);
  // 0..1, clamped.
  void set_volume(double volume);
  // An id of PlayerStatus::representations; empty: automatic.
  void select_representation(const std::string& id);
  // Replaces all of PlayerConfig::limits, from the next segment fetched on. What is buffered stays.
  void set_limits(const PictureLimits& limits);
  // An id of PlayerStatus::tracks (audio); empty: by the preferences of the config again. Pictures
  // and the old sound go on until the new one is there. Unknown ids are ignored with a Warning.
  void select_audio(const std::string& id);
  // An id of PlayerStatus::tracks (text). Empty: none but forced text, which PlayerConfig::text_off
  // hides as well. Unknown ids are ignored with a Warning. Text never holds up playback: what of it
  // cannot be had is a Warning.
  void select_text(const std::string& id);
  // Ends the play and saves the position; a Summary event follows.
  void stop();

  // The oldest event not yet taken; nothing when there is none. Any thread, one at a time. Once
  // 1,024 wait unread SegmentLoaded, ProgressSent, Warning and TimedMetadata are not kept; of every
  // other kind the oldest goes when one more comes, and changes of a state or rate become one;
  // Ended, Failed and Summary always stay. Of ThumbnailReady 16 wait at most. EventsDropped tells.
  [[nodiscard]] std::optional<Event> next_event();
  // The same, but waits for one, at most `patience` of real time, without one for ever. Nothing:
  // none came, or the player has ended.
  [[nodiscard]] std::optional<Event> wait_event(std::optional<Duration> patience = std::nullopt);
  // Called when an event was queued while none was waiting, on the thread that all wake-ups of the
  // client share (ClientDependencies::notifier): one that takes its time delays the others, which
  // is told by a Warning (kCallbackSlow), and neither playback nor sound. Replaces the previous
  // one, and returns after a running call of that has ended, unless called by it or on the engine
  // thread.
  void set_wakeup(UniqueFunction<void()> wakeup);
  // Never null.
  [[nodiscard]] std::shared_ptr<const PlayerStatus> status() const;
  // Why the pictures of this play, or of the last, are what they are: a line of its rules, then a
  // line for each of the last 512 decisions, and one whenever the limits left out something else.
  // Text that playhead-abr-sim --replay makes every decision from again; empty before the first
  // play.
  [[nodiscard]] std::string decision_log() const;
  // The clock of Event::time and PlayerStatus::measured_at. Any thread.
  [[nodiscard]] MonotonicTime now() const;

 private:
  class PLAYHEAD_LOCAL Impl;
  explicit Player(std::shared_ptr<Impl> impl);
  const std::shared_ptr<Impl> impl_;
};

}  // namespace playhead
