// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "result.h"
#include "uri_query.h"

// Puts the signed query on every URI of a manifest, so that players which know nothing of it (and
// drop a manifest's own query when they resolve URIs) fetch the whole title. Pure; any thread.
namespace playhead::server {

// HLS: URI lines and the URI attributes of every tag (RFC 8216 §4.1, §4.2). All else is kept byte
// by byte. Never fails: what is no playlist passes as it is.
[[nodiscard]] std::string personalise_hls(std::string_view text, const UriPersonaliser& uris);

// DASH (ISO/IEC 23009-1): BaseURL, SegmentTemplate, SegmentList, SegmentBase and their children,
// Location and xlink:href. Templates keep their $...$ identifiers. Elements below a BaseURL of
// another host are left alone. 500 `manifest_unreadable` when the text is no XML.
[[nodiscard]] Result<std::string> personalise_dash(std::string_view text,
                                                   const UriPersonaliser& uris);

}  // namespace playhead::server
