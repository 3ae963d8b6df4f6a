// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "manifest/dash/mpd.h"
#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead::dash {

// Parses an MPD. Pure; any thread. DTDs and entities other than XML's own five are not processed;
// name space prefixes are ignored, names are not. Unknown elements are passed over; attribute
// values that cannot be read count as missing and as a warning. kManifestSyntax: not well-formed
// (with the byte offset) or no MPD element; kManifestLimit; kManifestEmpty: no Period.
[[nodiscard]] Result<Mpd> parse_mpd(ByteView text, const std::string& url);

}  // namespace playhead::dash
