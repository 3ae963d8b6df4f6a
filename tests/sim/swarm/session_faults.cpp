// SPDX-License-Identifier: Apache-2.0
// What befalls a simulated session, and what its app does.
#include <algorithm>
#include <utility>

#include "sim/swarm/session.h"

namespace playhead::swarm {

namespace {

constexpr int64_t kMillion = 1'000'000;
// Whoever has so much buffered does not feel that a CDN fails where there is another.
constexpr Duration kEnoughBuffered = 10s;

std::string name_of(const Fault& fault) {
  return std::to_string(fault.number) + ' ' + std::string(info_of(fault.kind).name);
}

}  // namespace

void Session::strike(const Fault& fault, Duration effect) {
  const MonotonicTime now = executor_.now();
  facts_.now = now;
  witness_.on_fault(fault, facts_);
  result_.fired.insert(fault.number);
  if (options_.keeps_moments) result_.strikes.emplace_back(now - started_, fault);
  note("fault", name_of(fault));
  if (is_action(fault.kind)) {
    facts_.last_action = now;
    return;
  }
  if (fault.kind == FaultKind::kCaptivePortal) {
    facts_.portal_until = std::max(facts_.portal_until, now + effect);
  }
  if (is_of_cdn(fault.kind) && !is_cdn_missed(fault, effect)) return;
  // With other trouble at the same time one CDN may be too few.
  effect = std::max(effect, facts_.cdn_fails_until - now);
  facts_.cdn_fails_until = std::min(facts_.cdn_fails_until, now);
  ++facts_.troubles_in_load;
  ++troubles_since_naming_;
  facts_.last_trouble = std::max(facts_.last_trouble, now + effect);
  facts_.is_in_trouble = now < facts_.last_trouble;
}

bool Session::is_served_elsewhere(const Fault& fault) const {
  const TitleShape& title = scenario_.title;
  const MonotonicTime now = executor_.now();
  const auto failing = static_cast<std::size_t>(fault.amount);
  if (title.cdns < 2 || cdn_fails_until_[1 - failing] > now || now < facts_.last_trouble) {
    return false;
  }
  // There is one place for manifests.
  const bool needs_manifests = (title.live && title.is_dash) || scenario_.is_playlist;
  if (manifest_away_until_ > now && needs_manifests) return false;
  if (!status_ || facts_.state != PlayerState::kPlaying) return false;
  const bool has_sound = title.video_bps.empty() || (!title.languages.empty() && !title.is_muxed);
  const bool has_picture = !title.video_bps.empty();
  return (!has_picture || status_->video_buffer >= kEnoughBuffered) &&
         (!has_sound || status_->audio_buffer >= kEnoughBuffered);
}

bool Session::is_cdn_missed(const Fault& fault, Duration effect) {
  const MonotonicTime now = executor_.now();
  const auto failing = static_cast<std::size_t>(fault.amount);
  if (fault.kind == FaultKind::kCdnDies && failing == 0) {
    manifest_away_until_ = std::max(manifest_away_until_, now + effect);
  }
  const bool is_missed = !is_served_elsewhere(fault);
  cdn_fails_until_[failing] = std::max(cdn_fails_until_[failing], now + effect);
  if (is_missed) return true;
  result_.points.reach(Point::kCdnReplaced);
  if (facts_.cdn_fails_until <= now) facts_.cdn_fails_since = now;
  facts_.cdn_fails_until = std::max(facts_.cdn_fails_until, now + effect);
  return false;
}

void Session::apply(const Fault& fault) {
  if (web_faults_.arm(fault, executor_.now())) {
    // Those of one request strike when one comes that they fit; windows now.
    if (fault.length > Duration{0} && !fault.is_sticky) strike(fault, fault.length);
    return;
  }
  if (is_action(fault.kind)) {
    if (player_) act(fault);
    return;
  }
  Duration effect =
      fault.kind == FaultKind::kStarved ? std::chrono::milliseconds(fault.amount) : fault.length;
  if (is_of_live(fault.kind)) effect = title_->strike(fault, executor_.now());
  strike(fault, effect);
  if (!apply_to_world(fault)) apply_to_codecs(fault);
}

bool Session::apply_to_world(const Fault& fault) {
  const MonotonicTime end = executor_.now() + fault.length;
  switch (fault.kind) {
    case FaultKind::kConnectionsDrop:
      transport_->drop_connections();
      return true;
    case FaultKind::kOtherVersion:
      ++version_;
      return true;
    case FaultKind::kOutage:
      ++outages_;
      update_link();
      at(end, [this] { --outages_, update_link(); });
      return true;
    case FaultKind::kSlowLink:
      link_factors_.push_back(fault.amount);
      update_link();
      at(end, [this, amount = fault.amount] {
        link_factors_.erase(std::find(link_factors_.begin(), link_factors_.end(), amount));
        update_link();
      });
      return true;
    case FaultKind::kLongRoundTrips: {
      const Duration added = std::chrono::milliseconds(fault.amount);
      added_rtts_.push_back(added);
      update_link();
      at(end, [this, added] {
        added_rtts_.erase(std::find(added_rtts_.begin(), added_rtts_.end(), added));
        update_link();
      });
      return true;
    }
    case FaultKind::kUnauthorized:
      service_.token = "canary-token-" + std::to_string(fault.number + 1);
      return true;
    case FaultKind::kSignatureExpires:
      ++service_.signature;
      return true;
    case FaultKind::kStoreFails:
    case FaultKind::kStoreFull:
      store_.break_down(fault.kind == FaultKind::kStoreFull ? ErrorCode::kStoreFull
                                                            : ErrorCode::kStoreIo);
      at(end, [this] { store_.heal(); });
      return true;
    case FaultKind::kWallJump:
      executor_.jump_wall(std::chrono::seconds(fault.amount));
      jumped_ += std::chrono::seconds(fault.amount);
      facts_.has_jumped = true;
      facts_.wall_ahead = Duration{executor_.wall_now().us - executor_.now().us};
      return true;
    case FaultKind::kStarved:
      facts_.was_starved = true;
      executor_.starve(std::chrono::milliseconds(fault.amount));
      facts_.last_starved = executor_.now();
      return true;
    case FaultKind::kCrash:
      crash();
      return true;
    default:
      return false;
  }
}

void Session::apply_to_codecs(const Fault& fault) {
  const MonotonicTime end = executor_.now() + fault.length;
  const Duration delay = std::chrono::milliseconds(fault.amount);
  switch (fault.kind) {
    case FaultKind::kDecoderError:
      media_->bad_samples += 1 + static_cast<int>(fault.extra % 3);
      break;
    case FaultKind::kDecoderDies:
      media_->deaths = 1;
      break;
    case FaultKind::kDecoderLate:
      media_->decode_delay = delay;
      at(end, [this] { media_->decode_delay = Duration{0}; });
      break;
    case FaultKind::kDemuxerLate:
      media_->demux_delay = delay;
      at(end, [this] { media_->demux_delay = Duration{0}; });
      break;
    case FaultKind::kAudioDeviceGone:
      speaker_->set_missing(true);
      at(end, [this] { speaker_->set_missing(false); });
      break;
    case FaultKind::kAudioDeviceStops:
      speaker_->set_stopped(true);
      at(end, [this] { speaker_->set_stopped(false); });
      break;
    default:
      break;
  }
}

MediaTime Session::somewhere(uint64_t draw) const {
  const auto part = static_cast<int64_t>(draw % 1020);
  if (!scenario_.title.live) return MediaTime{scenario_.title.duration().count() / 1000 * part};
  if (!status_ || !status_->live) return {};
  const LiveStatus& live = *status_->live;
  return live.window_start + (live.window_end - live.window_start) / 1000 * (part - 10);
}

void Session::act_on_live(const Fault& fault) {
  if (fault.kind == FaultKind::kGoLive) return player_->go_live();
  player_->pause();
  at(executor_.now() + fault.length, [this] {
    if (!player_) return;
    note("app", "play, later");
    facts_.last_action = executor_.now();
    player_->play();
  });
}

void Session::act(const Fault& fault) {
  strike(fault, Duration{0});
  Player& player = *player_;
  if (is_of_live(fault.kind)) return act_on_live(fault);
  if (is_of_playlist(fault.kind)) return act_on_playlist(fault);
  switch (fault.kind) {
    case FaultKind::kPause:
      player.pause();
      at(executor_.now() + fault.length, [this] {
        if (!player_) return;
        note("app", "play");
        facts_.last_action = executor_.now();
        player_->play();
      });
      break;
    case FaultKind::kPauseStorm:
      for (uint64_t i = 0; i < 2 + fault.extra % 50 * 2; ++i)
        i % 2 == 0 ? player.pause() : player.play();
      player.play();
      break;
    case FaultKind::kSeek:
      player.seek(somewhere(fault.extra), next_tag_++);
      break;
    case FaultKind::kSeekNear:
      player.seek(
          position() + Duration{static_cast<int64_t>(fault.extra % 40'000'000) - 20'000'000},
          next_tag_++);
      break;
    case FaultKind::kSeekStorm:
      for (uint64_t i = 0; i < 2 + fault.extra % 60; ++i) {
        at(executor_.now() + Duration{static_cast<int64_t>(i) * (fault.amount % 200'000)},
           [this, target = somewhere(fault.extra / 64 * (i + 1))] {
             if (!player_) return;
             facts_.last_action = executor_.now();
             player_->seek(target, next_tag_++);
           });
      }
      break;
    case FaultKind::kLoadAgain:
      load(fault.extra % 4 == 0 ? std::optional(somewhere(fault.extra / 4) - MediaTime{0})
                                : std::nullopt,
           fault.extra % 10 == 0);
      break;
    case FaultKind::kLoadStorm:
      for (uint64_t i = 0; i < 2 + fault.extra % 20; ++i) load(std::nullopt, false);
      break;
    case FaultKind::kBackground:
      forget_next();
      player.stop();
      witness_.on_end(static_cast<std::size_t>(media_in_flight_), false);
      ++loads_;
      load_later(fault.length, false);
      break;
    case FaultKind::kRecreate:
      destroy_player();
      make_player();
      load(std::nullopt, false);
      break;
    default:
      act_on_choices(fault);
      break;
  }
}

void Session::act_on_choices(const Fault& fault) {
  Player& player = *player_;
  const auto status = player.status();
  switch (fault.kind) {
    case FaultKind::kSpeed: {
      static constexpr double kSpeeds[] = {0.5, 0.75, 1, 1, 1.25, 1.5, 2};
      facts_.speed = kSpeeds[fault.extra % std::size(kSpeeds)];
      player.set_speed(facts_.speed);
      break;
    }
    case FaultKind::kVolume:
      player.set_volume(static_cast<double>(fault.amount) / kMillion);
      break;
    case FaultKind::kAudioTrack:
      if (status->tracks.empty()) break;
      facts_.last_restart = executor_.now();
      player.select_audio(status->tracks[fault.extra % status->tracks.size()].id);
      break;
    case FaultKind::kQuality: {
      const auto& all = status->representations;
      const bool is_auto = all.empty() || fault.extra % 3 == 0;
      player.select_representation(is_auto ? "" : all[fault.extra / 3 % all.size()].id);
      break;
    }
    case FaultKind::kLimits: {
      PictureLimits limits;
      limits.max_height = fault.extra % 2 == 0 ? 0 : static_cast<int>(fault.amount % 1500);
      limits.saves_data = fault.extra % 5 == 0;
      player.set_limits(limits);
      break;
    }
    default:
      break;
  }
}

void Session::update_link() {
  test::SimLink link = scenario_.link;
  if (facts_.is_healed) {
    link.phases = {{1h, scenario_.healed_bps, 50ms}};
  } else {
    // The recording goes on where it is now.
    const MonotonicTime now = executor_.now();
    link.phases.clear();
    MonotonicTime t = now;
    for (std::size_t i = 0; i <= scenario_.link.phases.size(); ++i) {
      const test::SimLinkState state = base_link_.at(t);
      link.phases.push_back({state.until - t, state.bits_per_second, state.rtt});
      t = state.until;
    }
  }
  for (test::SimLinkPhase& phase : link.phases) {
    for (const int64_t factor : link_factors_) {
      phase.bits_per_second = phase.bits_per_second / 1000 * factor / 1000;
    }
    for (const Duration added : added_rtts_) phase.rtt += added;
    if (outages_ > 0) phase.bits_per_second = 0;
  }
  link_ = test::SimLinkClock(link, executor_.now());
  transport_->set_link(std::move(link));
}

}  // namespace playhead::swarm
