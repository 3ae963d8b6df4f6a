// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drm_system_ids.h"
#include "key_ids.h"
#include "playhead/drm/drm_system.h"

namespace playhead::test {

// What a ScriptedSystem does and what became of it; outlives it.
struct SystemScript {
  std::string name = "widevine";
  KeyId id = drm::system_ids::kWidevine;
  SecurityLevel level = SecurityLevel::kSl3000;
  int max_sessions = 8;
  std::optional<Error> open_error;
  std::optional<Error> request_error;
  std::optional<Error> update_error;
  std::string message_url;
  bool is_mute = false;                    // sends no message
  int individualisations = 0;              // messages of that kind before the request
  bool renews = true;                      // understands renew()
  bool releases = false;                   // understands release()
  std::optional<std::vector<KeyId>> keys;  // a licence brings these; none: what was asked for
  KeyStatus key_status = KeyStatus::kUsable;
  std::optional<Duration> lifetime;
  std::vector<KeyId> kept;  // restore() finds these

  struct Opened {
    DrmSessionListener* listener = nullptr;
    InitData init;
    bool is_open = true;
  };
  std::vector<Opened> opened;
  int renewals = 0;
  int taken_by_others = 0;  // sessions

  [[nodiscard]] int open_count() const {
    return static_cast<int>(
        std::count_if(opened.begin(), opened.end(), [](const Opened& o) { return o.is_open; }));
  }
};

// A system whose licences are opaque: any answer will do.
class ScriptedSystem final : public DrmSystem {
 public:
  explicit ScriptedSystem(SystemScript& script) : script_(script) {}

  std::string name() const override { return script_.name; }
  std::vector<KeyId> system_ids() const override { return {script_.id}; }
  std::vector<std::string> key_formats() const override {
    return {"urn:uuid:" + drm::format_uuid(script_.id)};
  }
  DrmCapabilities query(TrackKind) const override {
    DrmCapabilities capabilities;
    capabilities.level = script_.level;
    capabilities.schemes = {SampleScheme::kCenc, SampleScheme::kCbcs};
    capabilities.has_secure_decoder = true;
    capabilities.max_sessions = script_.max_sessions;
    return capabilities;
  }
  Result<std::unique_ptr<DrmSession>> open_session(SessionKind, Executor& executor,
                                                   DrmSessionListener& listener) override {
    if (script_.open_error) return *script_.open_error;
    if (script_.open_count() + script_.taken_by_others >= script_.max_sessions) {
      if (script_.open_count() > 0 && script_.taken_by_others > 0) --script_.taken_by_others;
      return make_error(ErrorCode::kDrmBusy, "all are open");
    }
    script_.opened.push_back({&listener, {}, true});
    return std::unique_ptr<DrmSession>(
        std::make_unique<Session>(script_, script_.opened.size() - 1, executor));
  }
  std::shared_ptr<SampleDecryptor> decryptor() override { return nullptr; }

 private:
  class Session final : public DrmSession {
   public:
    Session(SystemScript& script, std::size_t index, Executor& executor)
        : script_(script), index_(index), executor_(executor) {}
    ~Session() override { script_.opened[index_].is_open = false; }

    Result<void> request(const InitData& init) override {
      script_.opened[index_].init = init;
      if (script_.request_error) return *script_.request_error;
      if (auto kids = drm::key_ids_of(init)) kids_ = *kids;
      left_ = script_.individualisations;
      ask();
      return {};
    }
    Result<void> restore(const std::string&) override {
      if (script_.kept.empty()) return make_error(ErrorCode::kInvalidState, "temporary");
      std::vector<KeyInfo> keys;
      for (const KeyId& kid : script_.kept) keys.push_back({kid, script_.key_status});
      post([this, keys] { listener().on_drm_keys(keys); });
      return {};
    }
    void update(SharedBytes, UniqueFunction<void(Result<void>)> done) override {
      if (script_.update_error) {
        post([done = std::move(done), error = *script_.update_error]() mutable { done(error); });
        return;
      }
      if (left_ >= 0 && asked_ == DrmMessageType::kIndividualisation) {
        ask();
      } else if (asked_ != DrmMessageType::kRelease) {
        std::vector<KeyInfo> keys;
        for (const KeyId& kid : script_.keys.value_or(kids_)) {
          keys.push_back({kid, script_.key_status});
        }
        post([this, keys] { listener().on_drm_keys(keys); });
        std::optional<WallTime> end;
        if (script_.lifetime) end = executor_.wall_now() + *script_.lifetime;
        post([this, end] { listener().on_drm_expiration(end); });
      }
      post([done = std::move(done)]() mutable { done({}); });
    }
    Result<void> renew() override {
      ++script_.renewals;
      if (!script_.renews) return make_error(ErrorCode::kInvalidState, "cannot renew");
      message(DrmMessageType::kRenewal);
      return {};
    }
    Result<void> release() override {
      if (!script_.releases) return make_error(ErrorCode::kInvalidState, "temporary");
      message(DrmMessageType::kRelease);
      return {};
    }
    std::string persistent_id() const override { return {}; }

   private:
    DrmSessionListener& listener() { return *script_.opened[index_].listener; }
    void ask() {
      message(left_-- > 0 ? DrmMessageType::kIndividualisation : DrmMessageType::kLicenseRequest);
    }
    void message(DrmMessageType type) {
      if (script_.is_mute) return;
      asked_ = type;
      const DrmMessage told{type, SharedBytes(std::vector<uint8_t>{1, 2, 3}), script_.message_url};
      post([this, told] { listener().on_drm_message(told); });
    }
    template <typename Tell>
    void post(Tell tell) {
      executor_.post([alive = std::weak_ptr<const bool>(alive_), tell = std::move(tell)]() mutable {
        if (!alive.expired()) tell();
      });
    }

    SystemScript& script_;
    const std::size_t index_;
    Executor& executor_;
    std::vector<KeyId> kids_;
    int left_ = 0;
    DrmMessageType asked_ = DrmMessageType::kLicenseRequest;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  };

  SystemScript& script_;
};

}  // namespace playhead::test
