// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "manifest/dash/mpd.h"
#include "manifest/diagnostic.h"
#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead::dash {

// Parses an MPD. Pure; any thread. Entities other than XML's own five are not processed; name space
// prefixes are ignored, names are not. Unknown elements are passed over; attribute values that
// cannot be read count as missing and as a warning. Strict mode refuses the first violation.
// kManifestSyntax: not well-formed (with line and byte), no MPD element, or, in strict mode, what the
// standard forbids; kManifestLimit; kManifestEmpty: no Period; kManifestUnsupported: it has a DTD.
// `known`: Periods that have no content in `text` (PeriodTexts::reduce); it is also kManifestSyntax
// when one of them is not met.
[[nodiscard]] Result<Mpd> parse_mpd(ByteView text, const std::string& url,
                                    const ParseOptions& options = {},
                                    const std::vector<KnownPeriod>* known = nullptr);

}  // namespace playhead::dash
