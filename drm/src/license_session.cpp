// SPDX-License-Identifier: Apache-2.0
#include "license_session.h"

#include <algorithm>
#include <utility>

#include "key_ids.h"

namespace playhead::drm {
namespace {

// Longest time a system takes for a message or for a licence, before it counts as broken. Shorter:
// slow hardware is given up; longer: a module that hangs shows as endless buffering. Chosen.
constexpr Duration kSystemPatience = 30s;
// Messages before there is a licence: a service certificate, individualisation, the request. A
// system that goes on asking is stopped. Chosen.
constexpr int kMessages = 16;

bool is_spent(KeyStatus status) { return status == KeyStatus::kExpired; }

std::optional<WallTime> earlier(std::optional<WallTime> a, std::optional<WallTime> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

bool opens(KeyStatus status) {
  return status == KeyStatus::kUsable || status == KeyStatus::kOutputDownscaled;
}

}  // namespace

LicenseSession::LicenseSession(LicenseOrder order, LicenseFetcher& fetcher, Executor& executor,
                               Owner& owner)
    : order_(std::move(order)),
      fetcher_(fetcher),
      executor_(executor),
      owner_(owner),
      end_(executor),
      renewal_(executor, [this] { renew(); }) {}

LicenseSession::~LicenseSession() = default;

Result<void> LicenseSession::start() {
  started_at_ = executor_.now();
  if (is_restored() && !order_.gives_back && order_.terms.expires_at &&
      *order_.terms.expires_at <= executor_.wall_now()) {
    return make_error(ErrorCode::kDrmExpired, "the licence that is kept has run out");
  }
  PLAYHEAD_TRY(session_, order_.system->open_session(order_.kind, executor_, *this));
  watch();
  state_ = order_.gives_back ? State::kReturning : State::kAsking;
  Result<void> asked =
      is_restored() ? session_->restore(order_.persistent_id) : session_->request(order_.init);
  if (!asked) {
    watch_.reset();
    session_.reset();
  }
  return asked;
}

// The first word of what was kept: its keys, open or run out.
void LicenseSession::on_found() {
  is_found_ = true;
  if (!order_.gives_back) {
    watch_.reset();
    return accept_terms(order_.terms);
  }
  const Result<void> asked = session_->release();
  if (asked) return;
  // Given back before, but the service has not heard of it: the message comes by itself.
  const bool is_released = std::all_of(keys_.begin(), keys_.end(), [](const KeyInfo& key) {
    return key.status == KeyStatus::kReleased;
  });
  if (!is_released) fail(asked.error(), FailureSource::kSystem);
}

void LicenseSession::add_kids(const std::vector<KeyId>& kids) {
  for (const KeyId& kid : kids) {
    if (std::find(order_.kids.begin(), order_.kids.end(), kid) == order_.kids.end()) {
      order_.kids.push_back(kid);
    }
  }
}

bool LicenseSession::has_usable_key() const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [](const KeyInfo& key) { return opens(key.status); });
}

std::optional<KeyStatus> LicenseSession::told_status(const KeyId& kid) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const KeyInfo& key) { return key.id == kid; });
  if (found == keys_.end()) return std::nullopt;
  return found->status;
}

// Of the one key that has a name; which of several is meant nobody knows.
std::optional<KeyStatus> LicenseSession::only_status() const {
  std::optional<KeyStatus> only;
  for (const KeyInfo& key : keys_) {
    if (key.id == kNoKid) continue;
    if (only) return std::nullopt;
    only = key.status;
  }
  return only;
}

KeyStatus LicenseSession::status(const KeyId& kid) const {
  const std::optional<KeyStatus> told = told_status(kid);
  if (told && *told != KeyStatus::kError) return *told;
  if (kid == kNoKid) {
    if (const std::optional<KeyStatus> only = only_status()) return *only;
  }
  return told || is_licensed() ? KeyStatus::kError : KeyStatus::kPending;
}

bool LicenseSession::speaks_of(const KeyId& kid) const {
  const bool is_asked = std::find(order_.kids.begin(), order_.kids.end(), kid) != order_.kids.end();
  return is_asked ||
         std::any_of(keys_.begin(), keys_.end(), [&](const KeyInfo& key) { return key.id == kid; });
}

void LicenseSession::watch() {
  watch_ = executor_.post_at(executor_.now() + kSystemPatience, [this] { on_silence(); });
}

void LicenseSession::on_silence() {
  Error error = make_error(ErrorCode::kDrmModule, order_.system->name() + " does not answer");
  if (state_ == State::kLicensed) return on_renewal_failed(error);
  fail(std::move(error), FailureSource::kSystem);
}

void LicenseSession::on_drm_message(DrmMessage message) {
  watch_.reset();
  const bool is_returning = state_ == State::kReturning;
  if (state_ == State::kResting || is_returning != (message.type == DrmMessageType::kRelease)) {
    return;
  }
  if (is_restored() && !is_returning) return;  // no service is asked
  if (++messages_ > kMessages) {
    return fail(make_error(ErrorCode::kDrmLicense, "the system asks again and again"),
                FailureSource::kSystem);
  }
  if (state_ == State::kLicensed && message.type != DrmMessageType::kIndividualisation) {
    renewal_.begin();
  }
  LicenseRequest request;
  request.type = message.type;
  // Where devices are provisioned is the system's own affair.
  const bool is_own = message.type == DrmMessageType::kIndividualisation && !message.url.empty();
  request.url = order_.url.empty() || is_own ? std::move(message.url) : order_.url;
  request.scheme = order_.system->name();
  request.challenge = std::move(message.challenge);
  request.kids = order_.kids;
  request.kind = order_.kind;
  request.level = order_.level;
  // The answer goes to the last message: one at a time.
  fetch_.reset();
  fetch_ = fetcher_.fetch(std::move(request), [this, type = message.type](Result<LicenseAnswer> a) {
    on_answer(type, std::move(a));
  });
}

// What a device is told of itself while its licence serves: no renewal waits for it.
bool LicenseSession::is_aside(DrmMessageType type) const {
  return type == DrmMessageType::kIndividualisation && state_ == State::kLicensed &&
         !renewal_.is_under_way();
}

void LicenseSession::on_answer(DrmMessageType type, Result<LicenseAnswer> answer) {
  const bool is_licence =
      type == DrmMessageType::kLicenseRequest || type == DrmMessageType::kRenewal;
  if (answer && is_licence && answer->terms.expires_at &&
      *answer->terms.expires_at <= executor_.wall_now()) {
    answer = make_error(ErrorCode::kDrmLicense, "the licence has already run out");
  }
  if (answer) {
    const LicenseTerms terms = is_licence ? answer->terms : terms_;
    // Before the keys are told: nothing is shown that the first licence forbids.
    if (state_ == State::kAsking) terms_ = terms;
    if (!is_aside(type)) watch();
    session_->update(std::move(answer->license), [this, type, terms](const Result<void>& result) {
      on_updated(type, terms, result);
    });
    return;
  }
  if (is_aside(type)) return;
  if (state_ == State::kReturning) {
    return owner_.on_license_returned(*this, std::move(answer).error());
  }
  if (state_ == State::kLicensed) return on_renewal_failed(answer.error());
  Error error = std::move(answer).error();
  const bool is_provisioning =
      type == DrmMessageType::kIndividualisation && error.code == ErrorCode::kDrmLicenseRefused;
  if (!is_provisioning) return fail(std::move(error), FailureSource::kService);
  error.code = ErrorCode::kDrmProvisioning;
  fail(std::move(error), FailureSource::kSystem);
}

void LicenseSession::on_updated(DrmMessageType type, const LicenseTerms& terms,
                                const Result<void>& result) {
  if ((type == DrmMessageType::kRelease) != (state_ == State::kReturning)) return;
  if (state_ == State::kResting || is_aside(type)) return;
  watch_.reset();
  if (state_ == State::kReturning) return owner_.on_license_returned(*this, result);
  if (!result) {
    if (state_ == State::kLicensed) return on_renewal_failed(result.error());
    return fail(result.error(), FailureSource::kSystem);
  }
  // A certificate or the like: another message follows.
  const bool has_keys = std::any_of(keys_.begin(), keys_.end(), [](const KeyInfo& key) {
    return key.status != KeyStatus::kPending;
  });
  if (!has_keys || type == DrmMessageType::kIndividualisation) return watch();
  const bool is_kept_now = order_.kind == SessionKind::kPersistent && !is_accepted_;
  const bool is_first = state_ == State::kAsking || is_kept_now;
  is_accepted_ = true;
  state_ = State::kLicensed;
  renewal_.succeed();
  messages_ = 0;
  const bool is_limit_new = terms.max_height != terms_.max_height;
  accept_terms(terms);
  if (is_first || is_limit_new) owner_.on_license_keys(*this);
}

void LicenseSession::accept_terms(const LicenseTerms& terms) {
  terms_ = terms;
  if (terms_.expires_at) terms_.expires_at = within_calendar(*terms_.expires_at);
  if (terms_.renew_after) terms_.renew_after = within_calendar(*terms_.renew_after);
  plan_renewal();
  end_.clear();
  if (!terms_.expires_at || state_ == State::kResting || state_ == State::kReturning) return;
  end_.set(*terms_.expires_at, [this] { on_end(); });
}

// The service's end, of which the system need not know: it must not open anything any more, and
// nothing that was under way for it goes on. A key that waits for its time or a better display ends
// as well; what was lost stays so, but may come with a new licence.
void LicenseSession::on_end() {
  stop_all();
  state_ = State::kOver;
  session_.reset();
  bool has_ended = false;
  for (KeyInfo& key : keys_) {
    if (key.status == KeyStatus::kReleased) continue;
    has_ended = has_ended || !is_spent(key.status);
    if (key.status != KeyStatus::kError) key.status = KeyStatus::kExpired;
  }
  if (has_ended) owner_.on_license_expired(*this);
}

void LicenseSession::on_drm_keys(std::vector<KeyInfo> keys) {
  if (keys == keys_) return;
  const auto was_usable = [&](const KeyInfo& key) { return !is_spent(status(key.id)); };
  const bool has_expired =
      state_ == State::kLicensed && std::any_of(keys.begin(), keys.end(), [&](const KeyInfo& key) {
        return is_spent(key.status) && was_usable(key);
      });
  keys_ = std::move(keys);
  if (state_ == State::kAsking && has_usable_key()) state_ = State::kLicensed;
  if (is_restored() && !is_found_) {
    on_found();
    if (order_.gives_back) return;
  }
  if (has_expired) {
    if (!has_usable_key()) return owner_.on_license_expired(*this);
    // Others still open: of a licence for several crypto periods one is over.
    if (!is_restored()) renewal_.hasten();
  }
  owner_.on_license_keys(*this);
}

void LicenseSession::on_drm_expiration(std::optional<WallTime> at) {
  if (at) at = within_calendar(*at);
  if (at == system_end_ && renewal_.is_waiting()) return;
  system_end_ = at;
  plan_renewal();
}

void LicenseSession::plan_renewal() {
  renewal_.clear();
  expires_at_ = earlier(system_end_, terms_.expires_at);
  if (state_ == State::kResting || state_ == State::kReturning || is_restored()) return;
  renewal_.plan(expires_at_, terms_.renew_after);
}

void LicenseSession::on_drm_failed(Error error) { fail(std::move(error), FailureSource::kSystem); }

void LicenseSession::fail(Error error, FailureSource source) {
  if (state_ == State::kReturning) return owner_.on_license_returned(*this, std::move(error));
  owner_.on_license_failed(*this, std::move(error), source);
}

void LicenseSession::renew() {
  renewal_.begin();
  watch();
  const Result<void> asked = session_->renew();
  if (!asked) on_renewal_failed(asked.error());
}

void LicenseSession::on_renewal_failed(const Error& error) {
  watch_.reset();
  messages_ = 0;
  renewal_.fail(error);
}

void LicenseSession::on_resume() {
  if (state_ == State::kLicensed && renewal_.is_late()) renew();
}

void LicenseSession::stop_all() {
  fetch_.reset();
  watch_.reset();
  end_.clear();
  renewal_.clear();
}

void LicenseSession::rest() {
  stop_all();
  if (state_ != State::kOver) state_ = State::kResting;
}

bool LicenseSession::give_back() {
  const bool is_held = state_ == State::kLicensed;
  stop_all();
  state_ = State::kReturning;
  messages_ = 0;
  return is_held && session_->release().has_value();
}

}  // namespace playhead::drm
