// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "playhead/drm/drm_session.h"
#include "playhead/executor.h"
#include "playhead/media.h"

namespace playhead {

// How well keys and pictures are protected; more is better. Not PlayReady's numbers: its SL150 and
// Widevine's L3 without a protected output count as kSl1000.
enum class SecurityLevel : uint16_t {
  kNone = 0,       // clear titles only
  kSl1000 = 1000,  // software: pictures up to 720p
  kSl2000 = 2000,  // software with a protected output: up to 1080p
  kSl3000 = 3000,  // hardware, and HDCP 2.2 or a panel of its own: everything
};

// What a system can do for one kind of track. Asked again when outputs change.
struct DrmCapabilities {
  SecurityLevel level = SecurityLevel::kNone;  // kNone: nothing for this track
  std::vector<SampleScheme> schemes;
  bool decrypts_samples = false;    // path A: DrmSystem::decryptor()
  bool has_secure_decoder = false;  // path B: encrypted samples go to a decoder of the app
  bool keeps_licenses = false;      // SessionKind::kPersistent
  int max_sessions = 1;             // at a time
};

// Opens samples (path A). Any thread, several at a time.
class SampleDecryptor {
 public:
  virtual ~SampleDecryptor() = default;
  // In place. The sample keeps its length but for HLS schemes, where it may become shorter (kHlsAvc
  // brings emulation prevention bytes); answers the length. On an error the bytes are wiped:
  // kDrmNoKey (no session has it), kDrmExpired, kDrmOutputRestricted (by the key's status),
  // kDrmSample (lengths that do not fit the sample). Anything else is the system's own failure,
  // which players are told of as kDrmModule.
  virtual Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) = 0;
  // Path B: the key is with a system that opens nothing here; its samples go to a secure decoder as
  // they are.
  [[nodiscard]] virtual bool needs_secure_decoder(const KeyId& kid) const {
    (void)kid;
    return false;
  }

  // By this the decoders of a title tell each other which keys are the right ones: until one of
  // them has got media out of samples of a key, what comes of these is not shown by chance.
  virtual void set_proven(const KeyId& kid) { (void)kid; }
  // Somebody has said so of the key there is now. One that is had anew has to be proven anew.
  [[nodiscard]] virtual bool is_proven(const KeyId& kid) const {
    (void)kid;
    return false;
  }
};

// One DRM system: Clear Key is built in, others are registered by the app. All calls on the
// player's engine thread unless they say otherwise.
class DrmSystem {
 public:
  virtual ~DrmSystem() = default;

  // "clearkey", "widevine", "playready", "fairplay" …: what the service calls it, and preference
  // lists.
  [[nodiscard]] virtual std::string name() const = 0;
  // What manifests and pssh boxes call it.
  [[nodiscard]] virtual std::vector<KeyId> system_ids() const = 0;
  [[nodiscard]] virtual std::vector<std::string> key_formats() const = 0;  // HLS KEYFORMAT
  [[nodiscard]] virtual DrmCapabilities query(TrackKind track) const = 0;

  // Errors: kDrmBusy (max_sessions are open), kDrmNoSystem (not of that kind).
  virtual Result<std::unique_ptr<DrmSession>> open_session(SessionKind kind, Executor& executor,
                                                           DrmSessionListener& listener) = 0;
  // Opens what the keys of all open sessions serve; null for systems with path B alone.
  [[nodiscard]] virtual std::shared_ptr<SampleDecryptor> decryptor() = 0;
};

}  // namespace playhead
