// SPDX-License-Identifier: Apache-2.0
#include "clearkey_session.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base64.h"
#include "key_ids.h"
#include "playhead/secret_json.h"

namespace playhead::drm {
namespace {

Error wrong_state(const char* why) { return make_error(ErrorCode::kInvalidState, why); }

bool has(const std::vector<KeyId>& kids, const KeyId& kid) {
  return std::find(kids.begin(), kids.end(), kid) != kids.end();
}

// What release() leaves of a licence. A damaged licence must not get as far as the parser, which
// would leave its keys in memory.
std::optional<std::vector<KeyId>> released_keys(ByteView record) {
  const SecretJson secrets(as_text(record), "k");
  Result<std::vector<KeyId>> kids = parse_key_ids(as_bytes(secrets.text()));
  if (!kids) return std::nullopt;
  return *std::move(kids);
}

// Wiped when it goes out of scope.
class Secret {
 public:
  explicit Secret(std::string text) : text_(std::move(text)) {}
  ~Secret() { wipe({reinterpret_cast<uint8_t*>(text_.data()), text_.size()}); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  [[nodiscard]] ByteView view() const { return as_bytes(text_); }

 private:
  std::string text_;
};

}  // namespace

ClearKeySession::ClearKeySession(std::shared_ptr<ClearKeyShared> shared, SessionKind kind,
                                 Executor& executor, DrmSessionListener& listener)
    : shared_(std::move(shared)),
      id_(shared_->next_session++),
      kind_(kind),
      executor_(executor),
      listener_(listener),
      end_(executor),
      alive_(std::make_shared<const bool>(true)) {}

ClearKeySession::~ClearKeySession() {
  shared_->keys->drop(id_);
  --shared_->open_sessions;
}

template <typename Tell>
void ClearKeySession::post(Tell tell) {
  executor_.post([alive = std::weak_ptr<const bool>(alive_), tell = std::move(tell)]() mutable {
    if (!alive.expired()) tell();
  });
}

void ClearKeySession::tell_message(DrmMessageType type) {
  const std::string text = type == DrmMessageType::kRelease ? write_key_ids(asked_)
                                                            : write_license_request(asked_, kind_);
  DrmMessage message{type, SharedBytes(std::vector<uint8_t>(text.begin(), text.end())), ""};
  post([&listener = listener_, message = std::move(message)] { listener.on_drm_message(message); });
}

void ClearKeySession::tell_keys() {
  post([&listener = listener_, keys = keys_] { listener.on_drm_keys(keys); });
}

void ClearKeySession::tell_expiration() {
  post([&listener = listener_, at = expires_at_] { listener.on_drm_expiration(at); });
}

void ClearKeySession::set_status(KeyStatus status) {
  for (KeyInfo& key : keys_) {
    // What the licence left out has no key that could change.
    if (key.status != KeyStatus::kError) key.status = status;
  }
  tell_keys();
}

Result<void> ClearKeySession::request(const InitData& init) {
  if (state_ != State::kNew) return wrong_state("the session has already asked for a licence");
  PLAYHEAD_TRY(std::vector<KeyId> kids, key_ids_of(init));
  if (kids.empty()) {
    return make_error(ErrorCode::kDrmInitData, "the initialisation data names no key id");
  }
  asked_ = std::move(kids);
  state_ = State::kAsked;
  for (const KeyId& kid : asked_) keys_.push_back({kid, KeyStatus::kPending});
  tell_keys();
  tell_message(DrmMessageType::kLicenseRequest);
  return {};
}

Result<void> ClearKeySession::restore(const std::string& persistent_id) {
  if (state_ != State::kNew) return wrong_state("the session has already asked for a licence");
  if (kind_ != SessionKind::kPersistent) {
    return wrong_state("only persistent sessions restore licences");
  }
  PLAYHEAD_TRY(std::vector<uint8_t> record, shared_->options.store->get(persistent_id));
  Result<ClearKeyLicense> license = parse_license(record);
  std::optional<std::vector<KeyId>> released;
  if (!license) released = released_keys(record);
  wipe(record);
  if (!license && !released) {
    return make_error(ErrorCode::kDrmNoLicense, "the licence that was kept is damaged");
  }
  persistent_id_ = persistent_id;
  if (!license) {  // given back, but the service has not confirmed that yet
    asked_ = *std::move(released);
    for (const KeyId& kid : asked_) keys_.push_back({kid, KeyStatus::kReleased});
    state_ = State::kReleasing;
    tell_keys();
    tell_message(DrmMessageType::kRelease);
    return {};
  }
  for (const LicensedKey& licensed : license->keys) asked_.push_back(licensed.id);
  install(*license);
  return {};
}

void ClearKeySession::update(SharedBytes response, UniqueFunction<void(Result<void>)> done) {
  Result<void> accepted = accept(response.view());
  post([done = std::move(done), accepted = std::move(accepted)]() mutable {
    if (done) done(std::move(accepted));
  });
}

Result<void> ClearKeySession::accept(ByteView response) {
  switch (state_) {
    case State::kNew:
    case State::kReleased:
      return wrong_state("the session waits for no answer");
    case State::kReleasing:
      return accept_release(response);
    default:
      return accept_license(response);
  }
}

Result<void> ClearKeySession::accept_license(ByteView response) {
  PLAYHEAD_TRY(ClearKeyLicense license, parse_license(response));
  // By the executor's clock, which may show another time than the service's.
  if (license.expires_at && license.server_time) {
    license.expires_at = executor_.wall_now() + (*license.expires_at - *license.server_time);
  }
  Result<void> checked = check_keys(license);
  if (!checked) return checked;
  if (kind_ == SessionKind::kPersistent) {
    Result<void> kept = keep(license);
    if (!kept) return kept;
  }
  install(license);
  return {};
}

Result<void> ClearKeySession::check_keys(const ClearKeyLicense& license) const {
  const auto is_asked = [&](const LicensedKey& key) { return has(asked_, key.id); };
  // Media with a key id of zeros leaves it to the service which key it is.
  const bool names_keys = asked_ != std::vector<KeyId>{kNoKid};
  if (names_keys && std::none_of(license.keys.begin(), license.keys.end(), is_asked)) {
    return make_error(ErrorCode::kDrmLicense, "the licence has none of the keys asked for");
  }
  if (kind_ == SessionKind::kPersistent && license.kind != SessionKind::kPersistent) {
    return make_error(ErrorCode::kDrmLicense, "the licence may not be kept");
  }
  if (license.expires_at && *license.expires_at <= executor_.wall_now()) {
    return make_error(ErrorCode::kDrmLicense, "the licence has already run out");
  }
  return {};
}

Result<void> ClearKeySession::keep(const ClearKeyLicense& license) {
  std::string id = persistent_id_;
  if (id.empty()) {
    CipherIv name{};
    for (std::size_t i = 0; i < name.size(); i += 8) {
      const uint64_t bits = executor_.random();
      for (std::size_t j = 0; j < 8; ++j) name[i + j] = static_cast<uint8_t>(bits >> (8 * j));
    }
    id = "clearkey-" + to_hex(name);
  }
  const Secret record(write_license(license));
  Result<void> kept = shared_->options.store->put(id, record.view());
  if (kept) persistent_id_ = std::move(id);
  return kept;
}

void ClearKeySession::install(const ClearKeyLicense& license) {
  keys_.clear();
  const auto is_licensed = [&](const KeyId& kid) {
    return std::any_of(license.keys.begin(), license.keys.end(),
                       [&](const LicensedKey& key) { return key.id == kid; });
  };
  for (const KeyId& kid : asked_) {
    keys_.push_back({kid, is_licensed(kid) ? KeyStatus::kUsable : KeyStatus::kError});
  }
  for (const LicensedKey& licensed : license.keys) {
    if (!has(asked_, licensed.id)) keys_.push_back({licensed.id, KeyStatus::kUsable});
  }
  std::vector<LicensedKey> held = license.keys;
  // Asked for by media that does not name its key: the only one is it, whatever others hold.
  if (held.size() == 1 && has(asked_, kNoKid)) held.push_back({kNoKid, held.front().key});
  shared_->keys->set(id_, held);
  state_ = State::kLicensed;
  expires_at_ = license.expires_at;
  end_.clear();
  const bool has_ended = expires_at_ && *expires_at_ <= executor_.wall_now();
  if (!has_ended) tell_keys();
  tell_expiration();
  if (has_ended) return expire();
  if (expires_at_) end_.set(*expires_at_, [this] { expire(); });
}

void ClearKeySession::expire() {
  shared_->keys->expire(id_);
  set_status(KeyStatus::kExpired);
}

Result<void> ClearKeySession::renew() {
  if (state_ != State::kLicensed) return wrong_state("there is no licence to renew");
  tell_message(DrmMessageType::kRenewal);
  return {};
}

Result<void> ClearKeySession::release() {
  if (kind_ != SessionKind::kPersistent || state_ != State::kLicensed) {
    return wrong_state("there is no persistent licence to give back");
  }
  // First on disk: a licence given back must not come to life again after a crash.
  Result<void> kept = shared_->options.store->put(persistent_id_, as_bytes(write_key_ids(asked_)));
  if (!kept) return kept;
  end_.clear();
  expires_at_.reset();
  shared_->keys->drop(id_);
  state_ = State::kReleasing;
  set_status(KeyStatus::kReleased);
  tell_message(DrmMessageType::kRelease);
  return {};
}

Result<void> ClearKeySession::accept_release(ByteView response) {
  const Result<std::vector<KeyId>> confirmed = parse_key_ids(response);
  const bool is_whole =
      confirmed && std::all_of(asked_.begin(), asked_.end(),
                               [&](const KeyId& kid) { return has(*confirmed, kid); });
  if (!is_whole) {
    return make_error(ErrorCode::kDrmLicense, "the answer does not confirm what was given back");
  }
  Result<void> removed = shared_->options.store->remove(persistent_id_);
  if (!removed) return removed;
  persistent_id_.clear();
  state_ = State::kReleased;
  return {};
}

}  // namespace playhead::drm
