// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "playhead/drm/clear_key.h"
#include "playhead/drm/drm_system.h"

namespace playhead::test {

// The statuses of a FlippingSystem's keys; outlives it. On the executor of its sessions, but for
// what decryptors read.
class KeyFlips {
 public:
  // Of all keys, from now on, those of later licences too.
  void set(KeyStatus status) {
    status_ = status;
    for (Relay* relay : std::set(relays_)) relay->tell();
  }
  [[nodiscard]] KeyStatus status() const { return status_; }

 private:
  friend class FlippingSystem;
  // What Clear Key tells, with the status that is set in place of kUsable.
  class Relay final : public DrmSessionListener {
   public:
    Relay(KeyFlips& flips, DrmSessionListener& listener) : flips_(flips), listener_(listener) {
      flips_.relays_.insert(this);
    }
    ~Relay() override { flips_.relays_.erase(this); }
    void on_drm_message(DrmMessage message) override {
      listener_.on_drm_message(std::move(message));
    }
    void on_drm_keys(std::vector<KeyInfo> keys) override {
      keys_ = std::move(keys);
      tell();
    }
    void on_drm_expiration(std::optional<WallTime> at) override { listener_.on_drm_expiration(at); }
    void on_drm_failed(Error error) override { listener_.on_drm_failed(std::move(error)); }
    void tell() {
      std::vector<KeyInfo> keys = keys_;
      for (KeyInfo& key : keys) {
        if (key.status == KeyStatus::kUsable) key.status = flips_.status_;
      }
      listener_.on_drm_keys(std::move(keys));
    }

   private:
    KeyFlips& flips_;
    DrmSessionListener& listener_;
    std::vector<KeyInfo> keys_;
  };

  std::atomic<KeyStatus> status_ = KeyStatus::kUsable;
  std::set<Relay*> relays_;
};

// Clear Key on a device whose display, or whose keys, are now good and now not.
class FlippingSystem final : public DrmSystem {
 public:
  explicit FlippingSystem(std::shared_ptr<KeyFlips> flips) : flips_(std::move(flips)) {}

  std::string name() const override { return "flipping"; }
  std::vector<KeyId> system_ids() const override { return clear_key_->system_ids(); }
  std::vector<std::string> key_formats() const override { return clear_key_->key_formats(); }
  DrmCapabilities query(TrackKind track) const override { return clear_key_->query(track); }
  Result<std::unique_ptr<DrmSession>> open_session(SessionKind kind, Executor& executor,
                                                   DrmSessionListener& listener) override {
    auto relay = std::make_unique<KeyFlips::Relay>(*flips_, listener);
    auto opened = clear_key_->open_session(kind, executor, *relay);
    if (!opened) return opened;
    return std::unique_ptr<DrmSession>(
        std::make_unique<Session>(std::move(relay), *std::move(opened)));
  }
  std::shared_ptr<SampleDecryptor> decryptor() override {
    return std::make_shared<Decryptor>(flips_, clear_key_->decryptor());
  }

 private:
  class Session final : public DrmSession {
   public:
    Session(std::unique_ptr<KeyFlips::Relay> relay, std::unique_ptr<DrmSession> inner)
        : relay_(std::move(relay)), inner_(std::move(inner)) {}
    Result<void> request(const InitData& init) override { return inner_->request(init); }
    Result<void> restore(const std::string& id) override { return inner_->restore(id); }
    void update(SharedBytes response, UniqueFunction<void(Result<void>)> done) override {
      inner_->update(std::move(response), std::move(done));
    }
    Result<void> renew() override { return inner_->renew(); }
    Result<void> release() override { return inner_->release(); }
    std::string persistent_id() const override { return inner_->persistent_id(); }

   private:
    const std::unique_ptr<KeyFlips::Relay> relay_;
    const std::unique_ptr<DrmSession> inner_;
  };
  class Decryptor final : public SampleDecryptor {
   public:
    Decryptor(std::shared_ptr<KeyFlips> flips, std::shared_ptr<SampleDecryptor> inner)
        : flips_(std::move(flips)), inner_(std::move(inner)) {}
    Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) override {
      const KeyStatus status = flips_->status();
      if (status == KeyStatus::kUsable) return inner_->decrypt(info, sample);
      return make_error(status == KeyStatus::kOutputRestricted ? ErrorCode::kDrmOutputRestricted
                                                               : ErrorCode::kDrmNoKey,
                        "planned");
    }

   private:
    const std::shared_ptr<KeyFlips> flips_;
    const std::shared_ptr<SampleDecryptor> inner_;
  };

  const std::shared_ptr<KeyFlips> flips_;
  const std::unique_ptr<DrmSystem> clear_key_ = make_clear_key_system({});
};

}  // namespace playhead::test
