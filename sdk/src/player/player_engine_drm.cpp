// SPDX-License-Identifier: Apache-2.0
// What PlayerEngine does about protected titles.
#include <utility>

#include "player/license_returns.h"
#include "player/player_engine.h"
#include "playhead/drm/clear_key.h"
#include "session/license_client.h"

namespace playhead {

namespace {

// Keys that end for samples on their way through a decoder may come back; so often in a row,
// without so much having been played in between, is a system that contradicts itself, or fails.
// Chosen.
constexpr int kMostLapses = 3;
constexpr Duration kLapsesApart = 1s;

// Of a sample that was open when the decoder got it.
bool is_lapse(const Error& error) {
  return error.severity == Severity::kFatal &&
         (error.code == ErrorCode::kDrmExpired || error.code == ErrorCode::kDrmNoKey ||
          error.code == ErrorCode::kDrmOutputRestricted || error.code == ErrorCode::kDrmModule);
}

}  // namespace

void PlayerEngine::make_protection() {
  if (protection_) return;
  Client::Impl& client = client_->impl();
  DrmManagerConfig config;
  for (const DrmSystemFactory& make : client.drm.systems) {
    if (auto system = make ? make() : nullptr) config.systems.push_back(std::move(system));
  }
  // Of downloads: nothing is asked for, keys come of what is kept.
  std::shared_ptr<LicenseStore> kept;
  if (offline_) {
    config.only_kept = offline_->title().licenses();
    kept = offline_->title().license_store();
  }
  ClearKeyOptions clear_key;
  clear_key.store = kept.get();
  if (client.drm.clear_key) config.systems.push_back(make_clear_key_system(clear_key));
  config.preference = client.drm.preference;
  if (config.preference.empty() && !licenses_.grant.type.empty())
    config.preference = {licenses_.grant.type};
  config.license_url =
      client.drm.license_url.empty() ? licenses_.grant.license_url : client.drm.license_url;
  config.output = output_protection(config_.limits);
  config.secure_decoders = client.secure_decoders();
  if (client.drm_memory) config.distrusted = client.drm_memory->distrusted();
  const LicenseOrigin origin{session_ ? client.api.get() : nullptr, licenses_.grant.license_url};
  std::unique_ptr<LicenseFetcher> fetcher;
  if (offline_) {
    fetcher = offline_->title().make_license_fetcher(executor_);
  } else {
    fetcher = std::make_unique<LicenseClient>(client.drm, origin, *client.transport, executor_);
    fetcher = std::make_unique<ReleaseKeeper>(std::move(fetcher), origin, *client.releases, executor_);
  }
  TitleProtectionListener& listener = *this;
  protection_ = std::make_unique<TitleProtection>(std::move(config), std::move(fetcher), executor_,
                                                  listener, std::move(kept));
  protection_->set_kept_behind(config_.buffering.back);
}

void PlayerEngine::close_protection() {
  if (!protection_) return;
  if (!protection_->is_used()) return protection_.reset();
  client_->impl().returns->add(std::move(protection_), executor_);
}

void PlayerEngine::handle_keys(MonotonicTime now) {
  licenses_.is_waited_for = false;
  const TimedSample* held = pipeline_->held_sample(*streaming_, now);
  const bool is_over = state_ == PlayerState::kEnded || state_ == PlayerState::kFailed;
  if (!held || is_over || failure_ || !protection_) return;
  if (protection_->ask(*held) != KeyGate::Answer::kNever) {
    licenses_.is_waited_for = true;
    return;
  }
  Error why = protection_->refusal(*held);
  const bool is_restriction = why.code == ErrorCode::kDrmNoKey ||  //
                              why.code == ErrorCode::kDrmOutputRestricted;
  const bool has_other = held->sample.kind == TrackKind::kVideo && is_restriction &&
                         streaming_->has_other_than(held->origin->representation.id);
  // Once for each key: what is fetched in its place may be no better.
  if (!has_other || !licenses_.left.insert(held->sample.crypto->kid).second) {
    return fail_next_turn(std::move(why));
  }
  why.severity = Severity::kRecoverable;
  warn(std::move(why));
  const MediaTime here = position(now);
  const bool was_running = pipeline_->is_running();
  streaming_->refetch(here);
  restart_at(here, now);
  if (was_running && state_ == PlayerState::kPlaying) set_state(PlayerState::kRebuffering, now);
  wake();
}

bool PlayerEngine::note_lapse(TrackKind kind, const Error& error) {
  if (!is_lapse(error) || !protection_ || !pipeline_ || is_ahead_ || trick_) return false;
  licenses_.lapsed.insert(kind);
  licenses_.lapse = error;
  return true;
}

// What had not come out of the decoders goes through the gate again, which knows whether there will
// be a licence, and whose refusal is what the viewer is told.
void PlayerEngine::go_on_after_lapse(MonotonicTime now) {
  const std::set<TrackKind> lapsed = std::exchange(licenses_.lapsed, {});
  const bool is_over = state_ == PlayerState::kEnded || state_ == PlayerState::kFailed;
  if (is_over || failure_ || !pipeline_) return;
  const MediaTime here = position(now);
  const bool is_again = licenses_.lapses > 0 && here >= licenses_.lapsed_at &&
                        here - licenses_.lapsed_at < kLapsesApart;
  licenses_.lapses = is_again ? licenses_.lapses + 1 : 1;
  licenses_.lapsed_at = here;
  if (licenses_.lapses > kMostLapses) {
    // Another system starts anew.
    if (protection_->give_up_system(*lapsed.begin(), *licenses_.lapse)) {
      licenses_.lapses = 0;
    } else {
      for (const TrackKind kind : lapsed) note_pipeline_error(kind, *licenses_.lapse);
      return;
    }
  }
  log_.info("what was being decoded cannot be opened: " + describe(*licenses_.lapse));
  const bool was_running = pipeline_->is_running();
  streaming_->seek(here);
  pipeline_->restart_anew(here, lapsed, now);
  restart_at(here, now);
  if (was_running && state_ == PlayerState::kPlaying) set_state(PlayerState::kRebuffering, now);
}

void PlayerEngine::on_keys_changed() {
  // A display that is fit again may be lost once more.
  if (protection_) {
    std::erase_if(licenses_.left, [this](const KeyId& kid) { return protection_->opens(kid); });
  }
  if (streaming_) streaming_->on_keys_changed();
  wake();
}

void PlayerEngine::on_licensed() {
  licenses_.is_licensed_ahead = is_ahead_;
  if (!is_ahead_) qoe_.on_step(&StartupPhases::license, executor_.now());
}

void PlayerEngine::on_drm_fell_back(DrmFellBack event) {
  const auto& memory = client_->impl().drm_memory;
  if (memory && is_about_device(event.reason.code)) memory->distrust(event.from);
  emit(std::move(event));
}

void PlayerEngine::on_security_level(SecurityLevelChanged event) {
  if (is_ahead_) {
    licenses_.level_ahead = event;
  } else {
    emit(event);
  }
}

}  // namespace playhead
