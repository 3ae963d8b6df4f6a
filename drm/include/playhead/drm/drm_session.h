// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/encryption.h"
#include "playhead/error.h"
#include "playhead/result.h"
#include "playhead/time.h"
#include "playhead/unique_function.h"

namespace playhead {

// What describes the keys that are wanted.
enum class InitDataType : uint8_t {
  kPssh,       // one or more whole pssh boxes (ISO/IEC 23001-7 §8.1)
  kKeyIds,     // {"kids":["base64url" …]} (W3C "keyids" initialisation data)
  kPlayReady,  // PlayReady Object
  kKeyUri,     // HLS: URI of EXT-X-KEY, such as "skd://…"; never fetched by the library
};
struct InitData {
  InitDataType type = InitDataType::kPssh;
  SharedBytes bytes;
};

enum class SessionKind : uint8_t {
  kTemporary,   // keys are forgotten when the session closes
  kPersistent,  // the system keeps the licence, see DrmSession::persistent_id()
};

enum class KeyStatus : uint8_t {
  kPending,  // no licence yet
  kUsable,
  kUsableInFuture,
  kExpired,
  kOutputRestricted,  // the output does not protect enough
  kOutputDownscaled,  // usable, shown with less than all its pixels
  kReleased,
  kError,
};
struct KeyInfo {
  KeyId id{};
  KeyStatus status = KeyStatus::kPending;
  friend bool operator==(const KeyInfo&, const KeyInfo&) = default;
};

enum class DrmMessageType : uint8_t { kLicenseRequest, kRenewal, kRelease, kIndividualisation };
struct DrmMessage {
  DrmMessageType type = DrmMessageType::kLicenseRequest;
  SharedBytes challenge;  // opaque; goes to the licence service
  std::string url;        // where the system wants it sent; empty: it does not say
};

// What a session tells. Called on the executor the session was opened with; none inside a call of
// the session, none after its destruction.
class DrmSessionListener {
 public:
  virtual ~DrmSessionListener() = default;
  // The licence service has to be asked; its answer goes to DrmSession::update().
  virtual void on_drm_message(DrmMessage message) = 0;
  // All keys of the session, whenever a status changes.
  virtual void on_drm_keys(std::vector<KeyInfo> keys) = 0;
  // When the keys run out; none: never.
  virtual void on_drm_expiration(std::optional<WallTime> at) = 0;
  // The session is over though nobody closed it: 6xxx.
  virtual void on_drm_failed(Error error) = 0;
};

// One licence and its keys. All calls on the thread of the executor it was opened with; none
// blocks: what takes time is done elsewhere and told. Destroying it closes it, wipes its keys and
// gives back what the system holds for it.
class DrmSession {
 public:
  virtual ~DrmSession() = default;

  // Once, first: asks for a licence for what `init` describes; on_drm_message() follows.
  // Errors: kDrmInitData (it cannot be read, or names no key).
  virtual Result<void> request(const InitData& init) = 0;
  // In place of request(): a licence the system has kept.
  // Errors: kDrmNoLicense (it keeps none of that name), kInvalidState (temporary sessions).
  virtual Result<void> restore(const std::string& persistent_id) = 0;

  // The licence service's answer to the last message. Errors, once, through `done`: kDrmLicense
  // (it cannot be used). on_drm_keys() comes before `done`.
  virtual void update(SharedBytes response, UniqueFunction<void(Result<void>)> done) = 0;
  // Asks for the licence anew while the old one still serves; on_drm_message() follows.
  virtual Result<void> renew() = 0;
  // Gives a persistent licence back: on_drm_message() with the proof for the service.
  virtual Result<void> release() = 0;

  // Persistent sessions, once there is a licence: by what name restore() finds it. "" otherwise.
  [[nodiscard]] virtual std::string persistent_id() const = 0;
};

}  // namespace playhead
