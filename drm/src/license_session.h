// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "license_end.h"
#include "license_renewal.h"
#include "playhead/drm/drm_system.h"
#include "playhead/drm/license_fetcher.h"
#include "system_ladder.h"

namespace playhead::drm {

// What a licence is asked for, and of whom.
struct LicenseOrder {
  DrmSystem* system = nullptr;
  InitData init;
  std::string url;  // "": the system's own, or the fetcher knows
  std::vector<KeyId> kids;
  SecurityLevel level = SecurityLevel::kNone;
  SessionKind kind = SessionKind::kTemporary;
  // A licence that is kept is found again in place of asking for one; nothing is asked for then.
  std::string persistent_id;
  LicenseTerms terms;       // with persistent_id
  bool gives_back = false;  // it is found only to be given back
};

// One licence: carries the messages of its DrmSession to the service and the answers back, renews
// it before its end. What it tells its owner may end it: after each of these calls it touches
// nothing of itself. One thread.
class LicenseSession final : private DrmSessionListener {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // The status of some key is another one.
    virtual void on_license_keys(LicenseSession& session) = 0;
    // There was no licence yet and there will be none, or the session was lost.
    virtual void on_license_failed(LicenseSession& session, Error error, FailureSource source) = 0;
    // The licence ran out, or the last of its keys that opened anything: none does any more.
    virtual void on_license_expired(LicenseSession& session) = 0;
    // give_back(), or what the order meant to give back, is over. Errors: the service does not
    // know of it, those of LicenseFetcher and of the system.
    virtual void on_license_returned(LicenseSession& session, Result<void> result) = 0;
  };

  LicenseSession(LicenseOrder order, LicenseFetcher& fetcher, Executor& executor, Owner& owner);
  ~LicenseSession() override;

  // Once, first. Errors: those of DrmSystem::open_session(), DrmSession::request() and restore(),
  // kDrmExpired (what was kept has run out by the service's word).
  Result<void> start();
  // A renewal that is due, or waits to be tried again, begins now.
  void on_resume();
  // Keeps what keys it has, asks for nothing more.
  void rest();
  // Tells system and service that the licence is not needed any more. False: there is nothing to
  // tell, on_license_returned() does not come.
  [[nodiscard]] bool give_back();

  // More keys that its initialisation data stands for.
  void add_kids(const std::vector<KeyId>& kids);

  [[nodiscard]] const LicenseOrder& order() const { return order_; }
  [[nodiscard]] const std::vector<KeyInfo>& keys() const { return keys_; }
  // There is a licence, though it may have run out.
  [[nodiscard]] bool is_licensed() const { return state_ != State::kAsking; }
  [[nodiscard]] bool has_usable_key() const;
  // As told; kError for what the licence left out; kPending before it came. Media that does not
  // name its key (an id of zeros) has that of the licence, if it is but one.
  [[nodiscard]] KeyStatus status(const KeyId& kid) const;
  // Whether the session was asked for that key or has it.
  [[nodiscard]] bool speaks_of(const KeyId& kid) const;
  [[nodiscard]] MonotonicTime started_at() const { return started_at_; }
  [[nodiscard]] std::string persistent_id() const {
    return session_ ? session_->persistent_id() : std::string();
  }
  // The system has taken the licence in, and kept it if it was to.
  [[nodiscard]] bool is_accepted() const { return is_accepted_; }
  // The earlier of the system's end and the service's.
  [[nodiscard]] std::optional<WallTime> expires_at() const { return expires_at_; }
  // What the service said of the licence there is.
  [[nodiscard]] const LicenseTerms& terms() const { return terms_; }

 private:
  enum class State {
    kAsking,     // no licence yet
    kLicensed,   // it serves, is renewed and ends
    kResting,    // it serves as long as it does, nothing is asked for
    kReturning,  // it is being given back
    kOver,       // ended by the service: the session of the system is closed
  };

  void on_drm_message(DrmMessage message) override;
  void on_drm_keys(std::vector<KeyInfo> keys) override;
  void on_drm_expiration(std::optional<WallTime> at) override;
  void on_drm_failed(Error error) override;

  void on_answer(DrmMessageType type, Result<LicenseAnswer> answer);
  void on_updated(DrmMessageType type, const LicenseTerms& terms, const Result<void>& result);
  void accept_terms(const LicenseTerms& terms);
  void on_end();
  [[nodiscard]] std::optional<KeyStatus> told_status(const KeyId& kid) const;
  [[nodiscard]] std::optional<KeyStatus> only_status() const;
  [[nodiscard]] bool is_aside(DrmMessageType type) const;
  void plan_renewal();
  [[nodiscard]] bool is_restored() const { return !order_.persistent_id.empty(); }
  void on_found();
  void fail(Error error, FailureSource source);
  void renew();
  void on_renewal_failed(const Error& error);
  void stop_all();
  void watch();
  void on_silence();

  LicenseOrder order_;
  LicenseFetcher& fetcher_;
  Executor& executor_;
  Owner& owner_;
  std::unique_ptr<DrmSession> session_;
  CancelHandle fetch_;
  CancelHandle watch_;  // over the system: it has to go on by itself
  MonotonicTime started_at_;

  std::vector<KeyInfo> keys_;
  State state_ = State::kAsking;
  bool is_found_ = false;     // what was kept
  bool is_accepted_ = false;  // some licence, by the system
  int messages_ = 0;          // since the last licence

  LicenseTerms terms_;
  LicenseEnd end_;                      // with terms_.expires_at
  std::optional<WallTime> system_end_;  // as the system says
  std::optional<WallTime> expires_at_;  // the earlier of both
  LicenseRenewal renewal_;
};

}  // namespace playhead::drm
