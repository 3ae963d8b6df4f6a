// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "playhead/error.h"
#include "playhead/media.h"
#include "playhead/presentation.h"
#include "playhead/protection.h"
#include "playhead/result.h"
#include "playhead/segment_index.h"

namespace playhead {

// What streaming asks of whoever has the keys of a title, and tells it. Engine thread.
class TitleKeys {
 public:
  virtual ~TitleKeys() = default;
  // Whether media that is protected like this can be opened. Errors: kDrmNoSystem.
  [[nodiscard]] virtual Result<void> can_open(
      TrackKind track, std::span<const ContentProtection> protections) const = 0;
  // These keys will be wanted. Harmless to repeat.
  virtual void require(TrackKind track, std::span<const ContentProtection> protections) = 0;
  // The same, by what a segment of that Representation says itself.
  virtual void require(TrackKind track, const std::string& representation_id,
                       std::span<const ContentProtection> protections,
                       const MediaProtection& media) = 0;
  // False: what is protected like this must not be shown here. The output or the security level is
  // against it, or the service keeps its keys back.
  [[nodiscard]] virtual bool may_show(TrackKind track, const Representation& representation,
                                      std::span<const ContentProtection> protections) const = 0;
};

// All that is said of one Representation; of HLS only playlists say something.
[[nodiscard]] std::vector<ContentProtection> protections_of(const AdaptationSet& set,
                                                            const Representation& representation);
// What EXT-X-KEYs in force say, in the words of DASH.
[[nodiscard]] std::vector<ContentProtection> protections_of(const SegmentKeys& keys);
// Everything a segment's media and its InitSegment need.
[[nodiscard]] std::vector<ContentProtection> protections_of(const Segment& segment);

// HLS: a key among those in force is had without a DRM system (IdentityKeyRing).
[[nodiscard]] bool has_identity_key(const Segment& segment);

// Whether all of a set can be opened, as far as the manifest tells: what is clear always can.
// `keys` may be null. Errors: kDrmNoSystem.
[[nodiscard]] Result<void> can_open(const TitleKeys* keys, const AdaptationSet& set);
// The same of one segment of HLS.
[[nodiscard]] Result<void> can_open(const TitleKeys* keys, TrackKind track, const Segment& segment);
// Asks for the keys of a segment of HLS, unless they are those of `last`, which they become. What
// has an identity key asks for nothing here. Errors: kDrmNoSystem.
[[nodiscard]] Result<void> require_segment(TitleKeys* keys, TrackKind track, const Segment& segment,
                                           std::shared_ptr<const SegmentKeys>& last);
// Asks for the keys of all of a set, so that a switch finds them.
void require_set(TitleKeys& keys, const AdaptationSet& set);

// Media is encrypted and nothing decrypts it.
[[nodiscard]] Error encrypted_error();

}  // namespace playhead
