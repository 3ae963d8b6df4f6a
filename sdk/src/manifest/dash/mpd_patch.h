// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead::dash {

// Applies an MPD patch document (ISO/IEC 23009-1 5.15) and returns the new MPD's text. Selectors
// are the part of RFC 5261's that the standard allows: absolute paths of element names with
// positions and attribute values, ending in an element, an attribute or text(). Pure; any thread.
// kManifestSyntax with Severity::kRecoverable: the patch is damaged, made for another MPD
// (@mpdId, @originalPublishTime) or names something that is not there; fetch the whole MPD instead.
// kManifestLimit as in parse_mpd().
[[nodiscard]] Result<SharedBytes> apply_patch(ByteView mpd, ByteView patch);

}  // namespace playhead::dash
