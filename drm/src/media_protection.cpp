// SPDX-License-Identifier: Apache-2.0
#include "media_protection.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "drm_system_ids.h"
#include "pssh.h"
#include "system_choice.h"

namespace playhead::drm {
namespace {

void add(std::vector<KeyId>& kids, const KeyId& kid) {
  if (std::find(kids.begin(), kids.end(), kid) == kids.end()) kids.push_back(kid);
}

bool has_box_of(const PsshList& list, std::string_view scheme) {
  const std::optional<KeyId> id = system_id_of_key_format(scheme);
  return id && std::any_of(list.boxes.begin(), list.boxes.end(), [&](const PsshBox& box) {
           return registered_system_id(box.system_id) == registered_system_id(*id);
         });
}

}  // namespace

std::vector<KeyId> named_kids(std::span<const ContentProtection> protections) {
  std::vector<KeyId> kids;
  for (const ContentProtection& protection : protections) {
    for (const KeyId& kid : protection.default_kids) add(kids, kid);
  }
  return kids;
}

std::vector<KeyId> media_kids(std::span<const ContentProtection> protections,
                              const MediaProtection& media) {
  std::vector<KeyId> kids;
  for (const KeyId& kid : media.kids) {
    if (kid != KeyId{}) add(kids, kid);
  }
  if (kids.empty() && !media.kids.empty()) kids = named_kids(protections);
  if (kids.empty() && !media.kids.empty()) kids.push_back(KeyId{});
  return kids;
}

std::vector<ContentProtection> with_media(std::span<const ContentProtection> protections,
                                          const MediaProtection& media) {
  Result<PsshList> parsed = media.pssh.empty() ? PsshList() : parse_pssh(media.pssh.view());
  const PsshList list = parsed ? *std::move(parsed) : PsshList();
  const std::vector<KeyId> kids = media_kids(protections, media);
  std::vector<ContentProtection> merged;
  for (const ContentProtection& protection : protections) {
    ContentProtection& copy = merged.emplace_back(protection);
    if (!kids.empty()) copy.default_kids.clear();
    if (!has_box_of(list, protection.scheme)) continue;
    copy.pssh = {};
    copy.playready_object = {};
    copy.key_uri.clear();
  }
  for (const PsshBox& box : list.boxes) {
    ContentProtection& added = merged.emplace_back();
    added.scheme = "urn:uuid:" + format_uuid(box.system_id);
    added.pssh = SharedBytes(std::vector<uint8_t>(box.whole.begin(), box.whole.end()));
  }
  if (!kids.empty()) {
    ContentProtection& common = merged.emplace_back();
    common.scheme = kMp4ProtectionScheme;
    common.default_kids = kids;
  }
  return merged;
}

}  // namespace playhead::drm
