// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "content_key.h"
#include "playhead/bytes.h"
#include "playhead/drm/drm_session.h"
#include "playhead/result.h"
#include "playhead/time.h"

// Licences of Clear Key as JSON (W3C Encrypted Media Extensions §9.1.3 and §9.1.4). Pure.
namespace playhead::drm {

struct LicensedKey {
  KeyId id{};
  ContentKey key;
};

struct ClearKeyLicense {
  std::vector<LicensedKey> keys;  // each id once
  SessionKind kind = SessionKind::kTemporary;
  // "expires_at", seconds since 1970: our own member beside those of the W3C, whose clients pass
  // over what they do not know. None: never.
  std::optional<WallTime> expires_at;
  // "server_time", ours as well: what time it was where `expires_at` was said. None: not known.
  std::optional<WallTime> server_time;
};

// {"kids":[…],"type":"temporary"|"persistent-license"}: for the licence and for its renewal.
[[nodiscard]] std::string write_license_request(std::span<const KeyId> kids, SessionKind kind);

// {"keys":[{"kty":"oct","kid":…,"k":…}],"type":…,"expires_at":…,"server_time":…}. Other members are
// passed over, base64 is read in any spelling, a missing type means temporary. Errors: kDrmLicense
// (no such JSON, no key, a key or an id that is not 16 bytes long, two keys for one id, a limit).
// They never quote what they found.
[[nodiscard]] Result<ClearKeyLicense> parse_license(ByteView json);

// A licence in the same form, without server_time, for the LicenseStore. The caller wipes it.
[[nodiscard]] std::string write_license(const ClearKeyLicense& license);

}  // namespace playhead::drm
