// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clearkey_json.h"
#include "key_store.h"
#include "license_end.h"
#include "playhead/drm/clear_key.h"

namespace playhead::drm {

// What the sessions of one Clear Key system share. Lives as long as the last of them.
struct ClearKeyShared {
  ClearKeyOptions options;
  std::shared_ptr<KeyStore> keys = std::make_shared<KeyStore>();
  std::atomic<int> open_sessions{0};
  std::atomic<uint64_t> next_session{1};
};

class ClearKeySession final : public DrmSession {
 public:
  ClearKeySession(std::shared_ptr<ClearKeyShared> shared, SessionKind kind, Executor& executor,
                  DrmSessionListener& listener);
  ~ClearKeySession() override;

  Result<void> request(const InitData& init) override;
  Result<void> restore(const std::string& persistent_id) override;
  void update(SharedBytes response, UniqueFunction<void(Result<void>)> done) override;
  Result<void> renew() override;
  Result<void> release() override;
  [[nodiscard]] std::string persistent_id() const override { return persistent_id_; }

 private:
  enum class State : uint8_t {
    kNew,
    kAsked,      // for a first licence
    kLicensed,   // though it may have expired
    kReleasing,  // until the service has confirmed it
    kReleased,
  };

  Result<void> accept(ByteView response);
  Result<void> accept_license(ByteView response);
  Result<void> accept_release(ByteView response);
  Result<void> check_keys(const ClearKeyLicense& license) const;
  Result<void> keep(const ClearKeyLicense& license);
  void install(const ClearKeyLicense& license);
  void expire();
  void set_status(KeyStatus status);

  // Told in tasks of their own, so that the listener may destroy the session in any of them.
  void tell_message(DrmMessageType type);
  void tell_keys();
  void tell_expiration();
  template <typename Tell>
  void post(Tell tell);

  const std::shared_ptr<ClearKeyShared> shared_;
  const uint64_t id_;
  const SessionKind kind_;
  Executor& executor_;
  DrmSessionListener& listener_;
  State state_ = State::kNew;
  std::vector<KeyId> asked_;
  std::vector<KeyInfo> keys_;
  std::string persistent_id_;
  std::optional<WallTime> expires_at_;
  LicenseEnd end_;  // with expires_at_
  std::shared_ptr<const bool> alive_;  // what posted tasks look at; last: dies first
};

}  // namespace playhead::drm
