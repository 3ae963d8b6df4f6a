// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "playhead/drm/clear_key.h"
#include "playhead/drm/drm_system.h"

namespace playhead::test {

// How a BentClearKey is unlike Clear Key, and what became of it. Shared with the systems it made.
struct BentScript {
  std::string name = "bent";
  SecurityLevel level = SecurityLevel::kSl1000;
  std::optional<KeyId> id;  // of a system that needs initialisation data of its own
  // Path B: decrypts nothing itself; the keys are with `vault`, for a secure decoder of the app.
  bool is_for_secure_decoder = false;
  std::shared_ptr<SampleDecryptor> vault;
  // decrypt() fails with that, from that sample on; so does a secure decoder that asks failure().
  std::optional<Error> decrypt_error;
  int decrypts_before = 0;
  std::atomic<int> decrypts = 0;
  // Of the next sample.
  [[nodiscard]] std::optional<Error> failure() {
    return ++decrypts > decrypts_before ? decrypt_error : std::nullopt;
  }
  // Temporary licences are given back with this as the proof; "": they are not.
  std::string stop_proof;
};

// Real keys and real ciphers in a system that is another in some respect.
class BentClearKey final : public DrmSystem {
 public:
  explicit BentClearKey(std::shared_ptr<BentScript> script)
      : script_(std::move(script)), clear_key_(make_clear_key_system({})) {
    if (script_->is_for_secure_decoder) script_->vault = clear_key_->decryptor();
  }

  std::string name() const override { return script_->name; }
  std::vector<KeyId> system_ids() const override {
    return script_->id ? std::vector<KeyId>{*script_->id} : clear_key_->system_ids();
  }
  std::vector<std::string> key_formats() const override {
    return script_->id ? std::vector<std::string>() : clear_key_->key_formats();
  }
  DrmCapabilities query(TrackKind track) const override {
    DrmCapabilities capabilities = clear_key_->query(track);
    capabilities.level = script_->level;
    capabilities.decrypts_samples = !script_->is_for_secure_decoder;
    capabilities.has_secure_decoder = script_->is_for_secure_decoder;
    return capabilities;
  }
  Result<std::unique_ptr<DrmSession>> open_session(SessionKind kind, Executor& executor,
                                                   DrmSessionListener& listener) override {
    auto opened = clear_key_->open_session(kind, executor, listener);
    if (!opened || script_->stop_proof.empty()) return opened;
    return std::unique_ptr<DrmSession>(
        std::make_unique<ProvingSession>(*std::move(opened), script_, executor, listener));
  }
  std::shared_ptr<SampleDecryptor> decryptor() override {
    if (script_->is_for_secure_decoder) return nullptr;
    return std::make_shared<FailingDecryptor>(script_, clear_key_->decryptor());
  }

 private:
  class FailingDecryptor final : public SampleDecryptor {
   public:
    FailingDecryptor(std::shared_ptr<BentScript> script, std::shared_ptr<SampleDecryptor> inner)
        : script_(std::move(script)), inner_(std::move(inner)) {}
    Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) override {
      if (auto failure = script_->failure()) return *std::move(failure);
      return inner_->decrypt(info, sample);
    }

   private:
    const std::shared_ptr<BentScript> script_;
    const std::shared_ptr<SampleDecryptor> inner_;
  };

  // Says goodbye, and knows it was heard.
  class ProvingSession final : public DrmSession {
   public:
    ProvingSession(std::unique_ptr<DrmSession> inner, std::shared_ptr<BentScript> script,
                   Executor& executor, DrmSessionListener& listener)
        : inner_(std::move(inner)),
          script_(std::move(script)),
          executor_(executor),
          listener_(listener) {}

    Result<void> request(const InitData& init) override { return inner_->request(init); }
    Result<void> restore(const std::string& id) override { return inner_->restore(id); }
    void update(SharedBytes response, UniqueFunction<void(Result<void>)> done) override {
      if (!is_released_) return inner_->update(std::move(response), std::move(done));
      executor_.post([done = std::move(done)]() mutable { done({}); });
    }
    Result<void> renew() override { return inner_->renew(); }
    Result<void> release() override {
      is_released_ = true;
      DrmMessage message{DrmMessageType::kRelease, {}, ""};
      message.challenge =
          SharedBytes(std::vector<uint8_t>(script_->stop_proof.begin(), script_->stop_proof.end()));
      executor_.post([this, alive = std::weak_ptr<const bool>(alive_), message] {
        if (!alive.expired()) listener_.on_drm_message(message);
      });
      return {};
    }
    std::string persistent_id() const override { return inner_->persistent_id(); }

   private:
    const std::unique_ptr<DrmSession> inner_;
    const std::shared_ptr<BentScript> script_;
    Executor& executor_;
    DrmSessionListener& listener_;
    bool is_released_ = false;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  };

  const std::shared_ptr<BentScript> script_;
  const std::unique_ptr<DrmSystem> clear_key_;
};

// For DrmConfig::systems.
[[nodiscard]] inline std::function<std::unique_ptr<DrmSystem>()> make_bent(
    std::shared_ptr<BentScript> script) {
  return [script = std::move(script)]() -> std::unique_ptr<DrmSystem> {
    return std::make_unique<BentClearKey>(script);
  };
}

}  // namespace playhead::test
