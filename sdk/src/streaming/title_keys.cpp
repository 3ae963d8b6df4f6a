// SPDX-License-Identifier: Apache-2.0
#include "streaming/title_keys.h"

#include "manifest/hls/key_tracker.h"
#include "manifest/loaded_index.h"

namespace playhead {

std::vector<ContentProtection> protections_of(const AdaptationSet& set,
                                              const Representation& representation) {
  std::vector<ContentProtection> all = set.protections;
  all.insert(all.end(), representation.protections.begin(), representation.protections.end());
  return all;
}

std::vector<ContentProtection> protections_of(const SegmentKeys& keys) {
  std::vector<ContentProtection> all;
  for (const SegmentKey& key : keys) {
    ContentProtection& protection = all.emplace_back();
    protection.scheme = key.key_format;
    protection.value = hls::name_of(key.method);
    protection.key_uri = key.uri;
    protection.key_format_versions = key.key_format_versions;
    if (key.kid) protection.default_kids = {*key.kid};
  }
  return all;
}

std::vector<ContentProtection> protections_of(const Segment& segment) {
  if (segment.keys) return protections_of(*segment.keys);
  return segment.init_keys ? protections_of(*segment.init_keys) : std::vector<ContentProtection>();
}

bool has_identity_key(const Segment& segment) {
  return identity_key(segment.keys ? segment.keys.get() : segment.init_keys.get()) != nullptr;
}

Result<void> can_open(const TitleKeys* keys, const AdaptationSet& set) {
  if (!set.is_encrypted) return {};
  if (!keys) return encrypted_error();
  for (const Representation& representation : set.representations) {
    const auto protections = protections_of(set, representation);
    // Of HLS the playlist tells, segment by segment.
    if (protections.empty()) continue;
    if (auto checked = keys->can_open(set.kind, protections); !checked) return checked;
  }
  return {};
}

Result<void> can_open(const TitleKeys* keys, TrackKind track, const Segment& segment) {
  if (!segment.keys && !segment.init_keys) return {};
  if (has_identity_key(segment)) return {};
  if (!keys) return encrypted_error();
  return keys->can_open(track, protections_of(segment));
}

Result<void> require_segment(TitleKeys* keys, TrackKind track, const Segment& segment,
                             std::shared_ptr<const SegmentKeys>& last) {
  const auto& wanted = segment.keys ? segment.keys : segment.init_keys;
  if (!wanted || wanted == last || has_identity_key(segment)) return {};
  if (auto checked = can_open(keys, track, segment); !checked) return checked;
  keys->require(track, protections_of(segment));
  last = wanted;
  return {};
}

void require_set(TitleKeys& keys, const AdaptationSet& set) {
  std::vector<ContentProtection> all = set.protections;
  for (const Representation& representation : set.representations) {
    all.insert(all.end(), representation.protections.begin(), representation.protections.end());
  }
  if (!all.empty()) keys.require(set.kind, all);
}

Error encrypted_error() {
  return make_error(ErrorCode::kDrmNoSystem, "no DRM system is set up for encrypted media");
}

}  // namespace playhead
