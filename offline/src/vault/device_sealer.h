// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/offline/device_keys.h"
#include "vault/sealer.h"

namespace playhead::offline {

// Seals with keys derived from the device's own, which is asked for once and not kept.
// A sealed record: version (1 byte) ‖ key id (8) ‖ nonce (12, random) ‖ encrypted ‖ tag (16). The
// key id is derived from the device key: it tells another device's records from changed ones.
// Errors: those of DeviceKeys::get(), kInternal.
Result<std::unique_ptr<Sealer>> make_device_sealer(DeviceKeys& keys);

}  // namespace playhead::offline
