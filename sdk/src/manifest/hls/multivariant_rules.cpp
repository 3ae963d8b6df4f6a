// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/multivariant_rules.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace playhead::hls {
namespace {

constexpr std::array<std::string_view, 4> kMissingGroup{
    "AUDIO names a group that does not exist", "VIDEO names a group that does not exist",
    "SUBTITLES names a group that does not exist",
    "CLOSED-CAPTIONS names a group that does not exist"};

// Neighbours with the same type and group are the rule, so that sets stay small.
class GroupRules {
 public:
  GroupRules(const MultivariantPlaylist& playlist, TagContext& context) : context_(context) {
    for (const Rendition& rendition : playlist.renditions) add(rendition);
  }
  void check(Rendition::Type type, std::string_view group, std::size_t offset) {
    if (group.empty() || groups_[static_cast<std::size_t>(type)].count(group) > 0) return;
    context_.violate_at(offset, "4.4.6.2", kMissingGroup[static_cast<std::size_t>(type)]);
  }

 private:
  using Group = std::pair<Rendition::Type, std::string_view>;

  void add(const Rendition& rendition) {
    const Group group{rendition.type, rendition.group_id};
    groups_[static_cast<std::size_t>(rendition.type)].insert(rendition.group_id);
    if (!names_.insert({group, rendition.name}).second && !rendition.name.empty()) {
      context_.violate_at(0, "4.4.6.1.1", "two renditions of a group have the same NAME");
    }
    if (rendition.is_default && !defaults_.insert(group).second) {
      context_.violate_at(0, "4.4.6.1.1", "a group has two renditions with DEFAULT=YES");
    }
  }

  TagContext& context_;
  std::array<std::set<std::string_view>, 4> groups_;
  std::set<std::pair<Group, std::string_view>> names_;
  std::set<Group> defaults_;
};

}  // namespace

void check_multivariant_rules(const MultivariantPlaylist& playlist, TagContext& context) {
  GroupRules groups(playlist, context);
  std::size_t without_captions = 0;
  for (const Variant& variant : playlist.variants) {
    groups.check(Rendition::Type::kAudio, variant.audio, variant.text_offset);
    groups.check(Rendition::Type::kVideo, variant.video, variant.text_offset);
    groups.check(Rendition::Type::kSubtitles, variant.subtitles, variant.text_offset);
    groups.check(Rendition::Type::kClosedCaptions, variant.closed_captions, variant.text_offset);
    if (variant.has_no_closed_captions) ++without_captions;
  }
  for (const Variant& variant : playlist.iframe_variants) {
    groups.check(Rendition::Type::kVideo, variant.video, variant.text_offset);
  }
  if (without_captions > 0 && without_captions < playlist.variants.size()) {
    context.violate_at(0, "4.4.6.2", "CLOSED-CAPTIONS=NONE of some variants only");
  }
  for (std::size_t i = 0; i < playlist.session_keys.size(); ++i) {
    // At most limits::kAnnouncements of them.
    const auto& keys = playlist.session_keys;
    if (std::find(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(i), keys[i]) !=
        keys.begin() + static_cast<std::ptrdiff_t>(i)) {
      context.violate_at(0, "4.4.6.5", "two EXT-X-SESSION-KEY say the same");
    }
  }
  std::set<std::pair<std::string_view, std::string_view>> data;
  for (const SessionData& item : playlist.session_data) {
    if (!data.insert({item.id, item.language}).second) {
      context.violate_at(0, "4.4.6.4", "two EXT-X-SESSION-DATA with one DATA-ID and LANGUAGE");
    }
  }
}

}  // namespace playhead::hls
