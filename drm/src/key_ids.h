// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/drm/drm_session.h"
#include "playhead/result.h"

// Which keys initialisation data asks for. Pure.
namespace playhead::drm {

// {"kids":["base64url" …]}: "keyids" initialisation data of the W3C, and how Clear Key licences are
// given back. Other members are passed over, so are ids that are not 16 bytes long. Each id once.
// Errors: kDrmInitData (no such JSON, or no key id).
[[nodiscard]] Result<std::vector<KeyId>> parse_key_ids(ByteView json);
[[nodiscard]] std::string write_key_ids(std::span<const KeyId> kids);

// The key ids of any kind of initialisation data, each once. Of several pssh boxes those that name
// them openly are asked first: the W3C's and DASH-IF's; then Widevine's and PlayReady's, and key
// ids of any box of version 1. A damaged box does not stand in the way of the others. Empty: the
// data names none, such as a key URI that only its system can read. Errors: kDrmInitData (it cannot
// be read).
[[nodiscard]] Result<std::vector<KeyId>> key_ids_of(const InitData& init);

// Of media that does not name its key.
inline constexpr KeyId kNoKid{};

// Key ids of one request; chosen: more than the Representations of any title.
inline constexpr std::size_t kKeyIds = 1024;

}  // namespace playhead::drm
