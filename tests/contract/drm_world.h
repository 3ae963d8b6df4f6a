// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "playhead/drm/drm_system.h"
#include "support/virtual_executor.h"

// Sessions of a DrmSystem on virtual time, with what they told.
namespace playhead::test {

// Writes down what a session tells, in order, and watches that nothing is told inside a call.
class DrmRecorder final : public DrmSessionListener {
 public:
  void on_drm_message(DrmMessage message) override {
    note("message");
    messages.push_back(std::move(message));
    if (on_message) on_message();
  }
  void on_drm_keys(std::vector<KeyInfo> told) override {
    note("keys");
    keys = std::move(told);
    if (on_keys) on_keys();
  }
  void on_drm_expiration(std::optional<WallTime> at) override {
    note("expiration");
    expiration = at;
  }
  void on_drm_failed(Error error) override {
    note("failed");
    failure = std::move(error);
  }

  void note(const char* what) {
    CHECK_FALSE(is_in_call);
    log.push_back(what);
  }
  // Runs a call of the session: it must tell nothing before it returns.
  template <typename Call>
  auto call(Call run) {
    is_in_call = true;
    auto result = run();
    is_in_call = false;
    return result;
  }
  [[nodiscard]] std::optional<KeyStatus> status(const KeyId& kid) const {
    for (const KeyInfo& key : keys) {
      if (key.id == kid) return key.status;
    }
    return std::nullopt;
  }

  std::vector<std::string> log;
  std::vector<DrmMessage> messages;
  std::vector<KeyInfo> keys;
  std::optional<WallTime> expiration;
  std::optional<Error> failure;
  bool is_in_call = false;
  std::function<void()> on_message;
  std::function<void()> on_keys;
};

inline KeyId contract_kid(uint8_t number) {
  KeyId kid{};
  kid.fill(number);
  return kid;
}
inline const KeyId kKidA = contract_kid(0xa1);
inline const KeyId kKidB = contract_kid(0xb2);
inline const KeyId kKidC = contract_kid(0xc3);

// A rig, virtual time, and sessions with what they told.
template <typename Rig>
class DrmWorld {
 public:
  struct Session {
    // The recorder outlives its session: what is told too late is seen.
    std::unique_ptr<DrmRecorder> told = std::make_unique<DrmRecorder>();
    std::unique_ptr<DrmSession> session;
  };

  Session open(SessionKind kind = SessionKind::kTemporary) {
    Session opened;
    auto session = rig.system().open_session(kind, executor, *opened.told);
    REQUIRE(session.has_value());
    opened.session = *std::move(session);
    return opened;
  }
  // A session with a licence for `licensed`, having asked for `asked`.
  Session licensed(const std::vector<KeyId>& asked, const std::vector<KeyId>& licensed,
                   std::optional<WallTime> expires_at = {},
                   SessionKind kind = SessionKind::kTemporary) {
    Session opened = open(kind);
    REQUIRE(opened.session->request(rig.init_for(asked)).has_value());
    executor.run_ready();
    REQUIRE_FALSE(opened.told->messages.empty());
    const auto result =
        update(opened, rig.answer(opened.told->messages.back(), licensed, expires_at));
    REQUIRE(result.has_value());
    REQUIRE(result->has_value());
    return opened;
  }
  Session licensed(const KeyId& kid) { return licensed({kid}, {kid}); }

  std::optional<Result<void>> update(Session& opened, SharedBytes response) {
    auto answer = std::make_shared<std::optional<Result<void>>>();
    int times = 0;
    opened.told->call([&] {
      opened.session->update(std::move(response), [&, answer](Result<void> result) {
        opened.told->note("done");
        *answer = std::move(result);
        ++times;
      });
      return 0;
    });
    executor.run_ready();
    CHECK(times <= 1);
    return *answer;
  }

  // What the decryptor answers for a sample of that key: nothing, when it is opened as it should.
  std::optional<ErrorCode> open_sample(const KeyId& kid) {
    CryptoInfo info;
    std::vector<uint8_t> sample = rig.encrypted(kid, info);
    const std::size_t size = sample.size();
    const auto result = rig.system().decryptor()->decrypt(info, sample);
    if (result) {
      CHECK(*result == rig.clear().size());
      CHECK(sample == rig.clear());
      return std::nullopt;
    }
    CHECK(sample == std::vector<uint8_t>(size));  // wiped
    return result.error().code;
  }

  VirtualExecutor executor;
  Rig rig;
};

}  // namespace playhead::test
