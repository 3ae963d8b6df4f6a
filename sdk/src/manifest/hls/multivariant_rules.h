// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "manifest/hls/playlist.h"
#include "manifest/hls/tag_context.h"

namespace playhead::hls {

// Reports what only the whole multivariant playlist can break: groups that do not exist, Renditions
// that contradict each other, attributes that all Variants need or none (RFC 8216bis §4.4.6).
void check_multivariant_rules(const MultivariantPlaylist& playlist, TagContext& context);

}  // namespace playhead::hls
