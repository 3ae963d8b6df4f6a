// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "player/key_gate.h"
#include "player/proven_keys.h"
#include "playhead/config.h"
#include "playhead/drm/drm_manager.h"
#include "playhead/drm/identity_keys.h"
#include "playhead/drm/license_store.h"
#include "playhead/events.h"
#include "session/api_types.h"
#include "streaming/title_keys.h"

namespace playhead {

// What a TitleProtection tells. Engine thread; may come from inside a call of it.
class TitleProtectionListener {
 public:
  virtual ~TitleProtectionListener() = default;
  // Keys or levels are others now: a turn should look at what waits for them.
  virtual void on_keys_changed() = 0;
  virtual void on_licensed() = 0;
  virtual void on_drm_fell_back(DrmFellBack event) = 0;
  virtual void on_security_level(SecurityLevelChanged event) = 0;
};

// What a PlayerEngine notes about the licences of a play.
struct LicenseNotes {
  DrmGrant grant;              // what the service said
  std::set<KeyId> left;        // keys whose Representations were left for others
  bool is_waited_for = false;  // playback stands still for nothing else
  // Tracks whose decoders held samples when the keys of these ended, and what the last one said.
  std::set<TrackKind> lapsed;
  std::optional<Error> lapse;
  MediaTime lapsed_at;  // where playback was the last time
  int lapses = 0;       // there
  // Of what is prepared, told when it is loaded.
  bool is_licensed_ahead = false;
  std::optional<SecurityLevelChanged> level_ahead;
};

// How well the output is protected, in the words of PictureLimits. Pure.
[[nodiscard]] OutputProtection output_protection(const PictureLimits& limits);

// The keys of one title: asks for them as soon as tracks, segments and containers tell of them, and
// says to streaming and pipelines what may be fetched, decoded and shown. Engine thread.
class TitleProtection final : public TitleKeys, public KeyGate, private DrmManagerListener {
 public:
  // `executor` and `listener` outlive it. `kept`: what systems of `config` refer to; may be null.
  TitleProtection(DrmManagerConfig config, std::unique_ptr<LicenseFetcher> fetcher,
                  Executor& executor, TitleProtectionListener& listener,
                  std::shared_ptr<LicenseStore> kept = nullptr);
  ~TitleProtection() override;

  void set_output(OutputProtection output);
  // So far behind playback samples may be played again without being fetched again.
  void set_kept_behind(Duration time) { kept_behind_ = time; }
  void on_resume() { manager_->on_resume(); }
  // Keys of HLS that need no DRM system: streaming puts them here. Never null.
  [[nodiscard]] const std::shared_ptr<IdentityKeys>& identity_keys() const { return identity_; }
  // See DrmManager::give_up_system(). What comes after it is another system's.
  bool give_up_system(TrackKind track, const Error& why);
  // There is a key of that id, and it may be used now.
  [[nodiscard]] bool opens(const KeyId& kid) const;
  // Some key was asked for.
  [[nodiscard]] bool is_used() const { return is_used_; }
  // Gives the licences back that are not to be kept; `done` once, at most `limit` later. Nothing is
  // told any more.
  void stop(Duration limit, UniqueFunction<void()> done);

  // TitleKeys
  [[nodiscard]] Result<void> can_open(
      TrackKind track, std::span<const ContentProtection> protections) const override;
  void require(TrackKind track, std::span<const ContentProtection> protections) override;
  void require(TrackKind track, const std::string& representation_id,
               std::span<const ContentProtection> protections,
               const MediaProtection& media) override;
  [[nodiscard]] bool may_show(TrackKind track, const Representation& representation,
                              std::span<const ContentProtection> protections) const override;
  // KeyGate
  [[nodiscard]] Answer ask(const TimedSample& sample) override;
  [[nodiscard]] Error refusal(const TimedSample& sample) const override;
  [[nodiscard]] std::shared_ptr<SampleDecryptor> decryptor() const override;

 private:
  // DrmManagerListener
  void on_drm_changed() override;
  void on_drm_licensed() override;
  void on_drm_fallback(DrmFallback fallback) override;

  // Pictures of that size are, for level and licence.
  [[nodiscard]] bool is_small_enough(int width, int height) const;
  // A sample that is too large for the level there is, whatever the manifest said of its size.
  [[nodiscard]] bool is_too_large(const TimedSample& sample) const;
  [[nodiscard]] bool is_kept_back(const KeyId& kid) const;
  void tell_level();
  void note_use(const TimedSample& sample);
  void pass_keys(MediaTime position);

  const std::shared_ptr<IdentityKeys> identity_ = std::make_shared<IdentityKeys>();
  const std::shared_ptr<ProvenKeys> proven_ = std::make_shared<ProvenKeys>();
  const std::shared_ptr<LicenseStore> kept_;
  const std::unique_ptr<LicenseFetcher> fetcher_;
  TitleProtectionListener& listener_;
  bool is_used_ = false;
  bool is_stopped_ = false;
  // The last one; nothing is protected until something is.
  SecurityLevelChanged told_{3000, static_cast<int>(SecurityLevel::kSl3000)};
  std::map<std::string, std::vector<KeyId>> kids_;  // that containers named, by Representation
  std::map<TrackKind, std::vector<ContentProtection>> said_;  // by manifests, last
  // Keys by Representation, in the order they came in; the last one is in use.
  struct Use {
    KeyId kid;
    MediaTime last;  // of its samples
  };
  std::map<std::string, std::vector<Use>> uses_;
  Duration kept_behind_{0};
  std::set<KeyId> asked_;  // by a sample that nothing had spoken of; bounded by kMostAsked
  const std::unique_ptr<DrmManager> manager_;  // last: it calls what is above
};

}  // namespace playhead
