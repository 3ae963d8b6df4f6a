// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "result.h"

// SAMPLE-AES of elementary streams, in the direction a packager needs. `key`, `iv`: 16 raw bytes.
// Any thread. Errors: `bad_media`, `cipher_failed`.
namespace playhead::server {

// An access unit of H.264 in Annex B. The result may be longer: what looks like a start code is
// escaped.
[[nodiscard]] Result<std::string> encrypt_avc_unit(std::string_view unit, const std::string& key,
                                                   const std::string& iv);

// Whole ADTS frames of AAC, as long as before.
[[nodiscard]] Result<std::string> encrypt_adts(std::string frames, const std::string& key,
                                               const std::string& iv);

// AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) of the first ADTS frame; "" where there is none.
[[nodiscard]] std::string adts_config(std::string_view frames);

}  // namespace playhead::server
