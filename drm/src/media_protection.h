// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "playhead/media.h"
#include "playhead/protection.h"

// What manifest and container say about keys, put together. Pure.
namespace playhead::drm {

// The key ids the elements name, each once.
[[nodiscard]] std::vector<KeyId> named_kids(std::span<const ContentProtection> protections);

// Those of the media. Ids of zeros stand for those the manifest names, if it names any.
[[nodiscard]] std::vector<KeyId> media_kids(std::span<const ContentProtection> protections,
                                            const MediaProtection& media);

// `protections` with the pssh boxes of the media in place of the initialisation data of the same
// systems, and the key ids of the media in place of those the manifest names: what a key rotation
// asks for. Boxes that cannot be read are passed over.
[[nodiscard]] std::vector<ContentProtection> with_media(
    std::span<const ContentProtection> protections, const MediaProtection& media);

}  // namespace playhead::drm
