// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "manifest/hls/attribute_list.h"
#include "manifest/hls/tag_context.h"
#include "playhead/protection.h"

namespace playhead::hls {

// The key an EXT-X-KEY or EXT-X-SESSION-KEY tells of; nothing for METHOD=NONE. What it breaks is
// reported under `clause`.
[[nodiscard]] std::optional<SegmentKey> read_key(const AttributeList& list, std::string_view clause,
                                                 TagContext& context);

// METHOD as written in playlists; "" for kUnknown.
[[nodiscard]] std::string_view name_of(EncryptionMethod method);

// The keys in force while a media playlist is read: one for each KEYFORMAT (RFC 8216bis §4.4.4.4).
class KeyTracker {
 public:
  // Replaces the key of the same KEYFORMAT.
  void set(SegmentKey key);
  void clear();
  // Goes on from what another playlist had.
  void restore(std::shared_ptr<const SegmentKeys> keys);

  // Null when nothing is encrypted. The same pointer as long as the keys are equal.
  [[nodiscard]] const std::shared_ptr<const SegmentKeys>& current();
  // Keys in all sets made so far.
  [[nodiscard]] std::size_t kept() const { return kept_; }
  [[nodiscard]] std::size_t formats() const { return keys_.size(); }

 private:
  SegmentKeys keys_;
  std::shared_ptr<const SegmentKeys> current_;
  bool is_changed_ = false;
  std::size_t kept_ = 0;
};

}  // namespace playhead::hls
