// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "key_registry.h"
#include "playhead/drm/drm_manager.h"
#include "sample_router.h"
#include "system_choice.h"
#include "system_ladder.h"

namespace playhead::drm {

// See playhead/drm/drm_manager.h. Holds KeySets: one for each request; each climbs down its own
// ladder of systems. drm_manager.cpp decides what is asked for, drm_manager_licenses.cpp what
// becomes of it.
class DrmManagerImpl final : public DrmManager, private LicenseSession::Owner {
 public:
  DrmManagerImpl(DrmManagerConfig config, LicenseFetcher& fetcher, Executor& executor,
                 DrmManagerListener& listener);

  [[nodiscard]] Result<void> can_open(
      TrackKind track, std::span<const ContentProtection> protections) const override;
  void require(TrackKind track, std::span<const ContentProtection> protections) override;
  void require(TrackKind track, std::span<const ContentProtection> protections,
               const MediaProtection& media) override;
  void require_for_sample(TrackKind track, std::span<const ContentProtection> protections,
                          const KeyId& kid) override;
  void pass(std::span<const KeyId> kids) override;
  [[nodiscard]] KeyStatus status(const KeyId& kid) const override { return registry_.status(kid); }
  [[nodiscard]] std::optional<Error> failure(const KeyId& kid) const override {
    return registry_.failure(kid);
  }
  [[nodiscard]] bool is_withheld(const KeyId& kid) const override {
    return registry_.is_withheld(kid);
  }
  [[nodiscard]] SecurityLevel level(TrackKind track) const override;
  [[nodiscard]] SecurityLevel system_level(TrackKind track) const override;
  [[nodiscard]] int max_height(TrackKind track) const override;
  void set_output(OutputProtection output) override;
  [[nodiscard]] std::shared_ptr<SampleDecryptor> decryptor() const override { return router_; }
  bool give_up_system(TrackKind track, const Error& why) override;
  void on_resume() override;
  void stop(Duration limit, UniqueFunction<void()> done) override;

  // For the LicenseKeeper. Some licence is on its way.
  [[nodiscard]] bool is_asking() const;
  // Why one of those that were asked for will not come.
  [[nodiscard]] std::optional<Error> first_failure() const;
  // The persistent licences there are.
  [[nodiscard]] std::vector<KeptLicense> kept() const;
  // How that licence is given back: one for each system that might have kept it.
  [[nodiscard]] std::vector<LicenseOrder> return_orders(const KeptLicense& license) const;

 private:
  struct System {
    std::unique_ptr<DrmSystem> system;
    RegisteredSystem registered;
    std::string label;  // see rung_name()
    bool is_distrusted = false;
    std::optional<std::size_t> decryptor;  // into the router's
    std::optional<Error> failure;          // it cannot be used, and is not asked again
  };
  struct Wish {
    TrackKind track = TrackKind::kVideo;
    std::vector<KeyId> kids;  // named openly; may be empty
    bool has_media = false;   // no more initialisation data is to be awaited
  };

  void on_license_keys(LicenseSession& session) override;
  void on_license_failed(LicenseSession& session, Error error, FailureSource source) override;
  void on_license_expired(LicenseSession& session) override;
  void on_license_returned(LicenseSession& session, Result<void> result) override;

  void require_keys(const Wish& wish, std::span<const ContentProtection> protections);
  void note_damage(const SharedBytes& pssh);
  [[nodiscard]] Error no_data(std::span<const ContentProtection> protections);
  [[nodiscard]] bool may_bring_withheld(const Wish& wish, const std::vector<KeyId>& kids,
                                        const DrmChoice& choice) const;
  void restore_kept(const std::vector<KeyId>& kids);
  void require_kept(const Wish& wish, std::span<const ContentProtection> protections);
  [[nodiscard]] LicenseOrder order_of(const KeySet& set) const;
  [[nodiscard]] std::vector<DrmChoice> ladder_of(
      TrackKind track, std::span<const ContentProtection> protections) const;
  bool is_asked_by_manifest(const Wish& wish, std::span<const ContentProtection> protections);
  void join(KeySet& set, const std::vector<KeyId>& kids, TrackKind track);
  void narrow(std::vector<DrmChoice>& ladder, const std::vector<KeyId>& kids) const;
  void revive(KeySet& set);
  [[nodiscard]] std::optional<SecurityLevel> served_level(TrackKind track) const;
  KeySet& add_set(TrackKind track, std::vector<KeyId> kids, std::vector<DrmChoice> ladder);

  void ask(KeySet& set);
  Result<void> open(KeySet& set);
  bool make_room(const DrmSystem& system, const KeySet& set);
  [[nodiscard]] bool leave_rung(KeySet& set, const Error& error, FailureSource source);
  void fail(KeySet& set, Error error);
  void tell_fallback(const KeySet& set, const Error& error);
  void tell_changed();
  template <typename Tell>
  void tell(Tell tell);
  void finish_stop();

  Executor& executor_;
  LicenseFetcher& fetcher_;
  DrmManagerListener& listener_;
  const std::vector<std::string> preference_;
  const std::string license_url_;
  const SessionKind kind_;
  const std::vector<TrackKind> secure_decoders_;
  std::optional<std::vector<KeptLicense>> only_kept_;
  OutputProtection output_;
  std::vector<System> systems_;
  std::shared_ptr<SampleRouter> router_;          // null: there are no systems
  std::map<TrackKind, SecurityLevel> announced_;  // of systems that await the media's word
  std::set<std::string> told_fallbacks_;
  std::string damage_;    // of initialisation data that could not be read, the last; empty: none
  KeyRegistry registry_;  // after the systems: its sessions die first
  bool is_licensed_ = false;
  bool is_change_told_ = false;  // posted, not yet run
  bool is_stopped_ = false;
  std::vector<UniqueFunction<void()>> stop_done_;
  CancelHandle stop_limit_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace playhead::drm
