// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "playhead/error.h"
#include "playhead/transport.h"
#include "session/api_status.h"

// What licence services are asked with, and what their answers mean. Pure.
namespace playhead {

// Bytes of a licence, in its wrapping. Chosen: those of real services have a few kB, a thousand
// keys of Clear Key 100 kB. Larger: a portal's page costs memory; smaller: nothing is gained.
inline constexpr int64_t kLicenseBytes = 1 << 20;

// Where licences may be asked for: https, or http on this very machine.
[[nodiscard]] bool is_license_url(std::string_view url);

// What a system's raw messages are sent with.
[[nodiscard]] std::vector<HttpHeader> license_headers(std::string_view scheme);

// Headers that may follow a redirect to another origin: those that describe the body.
[[nodiscard]] bool describes_body(std::string_view header);

// For an answer that is no licence: 408, 425, 429 and 5xx kDrmLicenseUnreachable, other 4xx
// kDrmLicenseRefused, anything else kDrmLicense. `detail` is the status, `context` the service's
// own words if it gave any.
[[nodiscard]] Error license_error_of(const ApiReply& reply);
// For no answer: kDrmLicense where what came breaks the rules (too large, a redirect to http),
// kDrmLicenseUnreachable otherwise.
[[nodiscard]] Error license_error_of(const Error& transport_error);

}  // namespace playhead
