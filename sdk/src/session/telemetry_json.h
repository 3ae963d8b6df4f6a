// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "playhead/result.h"
#include "session/telemetry_types.h"

namespace playhead {

// Reports on plays as JSON: as they wait in the Store, and as the service takes them. Pure.

[[nodiscard]] std::string encode_batch(const TelemetryBatch& batch);
[[nodiscard]] Result<TelemetryBatch> decode_batch(std::string_view text);
[[nodiscard]] std::string encode_heartbeat(const Heartbeat& beat);
[[nodiscard]] Result<Heartbeat> decode_heartbeat(std::string_view text);

// Bodies of POST /v1/playback/events and /api/playback/heartbeat.
[[nodiscard]] std::string batch_body(const TelemetryBatch& batch);
[[nodiscard]] std::string heartbeat_body(const Heartbeat& beat);

}  // namespace playhead
