// SPDX-License-Identifier: Apache-2.0
#include "license_service.h"

#include <algorithm>

#include "hex.h"
#include "license_rules.h"

namespace playhead::server {
namespace {

const TitleKeyUse* use_of(const TitleDrm& drm, const KeyId& kid) {
  const auto found = std::find_if(drm.keys.begin(), drm.keys.end(),
                                  [&](const TitleKeyUse& use) { return use.kid == kid; });
  return found == drm.keys.end() ? nullptr : &*found;
}

std::string kids_text(const std::vector<KeyId>& kids) {
  std::string text;
  for (const KeyId& kid : kids) text += (text.empty() ? "" : " ") + to_hex(kid);
  return text;
}

Error not_entitled() { return Error{403, "not_entitled", "This user may not watch this title."}; }

}  // namespace

Result<LicenseAnswer> LicenseService::answer(const LicenseAsk& ask) {
  const auto title = catalogue_.find(ask.movie_id);
  if (!title) return Error{404, "unknown_title", "There is no such title."};
  if (!title->drm) return Error{404, "not_protected", "The title needs no licence."};
  const auto challenge = parse_challenge(ask.challenge);
  if (!challenge.ok()) return challenge.error();
  // Who lost the title may still give back what the device keeps.
  if (challenge.value().kind == ClearKeyChallenge::Kind::kRelease) {
    return release(ask, *title->drm, challenge.value());
  }
  return issue(ask, *title->drm, challenge.value());
}

LicenseAnswer LicenseService::release(const LicenseAsk& ask, const TitleDrm& drm,
                                      const ClearKeyChallenge& challenge) const {
  std::vector<KeyId> known;
  for (const KeyId& kid : challenge.kids) {
    if (use_of(drm, kid) != nullptr) known.push_back(kid);
  }
  LicenseAnswer answer;
  // All of them: the device may have asked for keys it never got, and waits for each.
  answer.license = std::string_view(release_text(challenge.kids));
  if (!known.empty()) {
    answer.event = LicenseEvent{clock_.now_ms(), ask.user_id, ask.movie_id,
                                LicenseEvent::Kind::kReleased, kids_text(known)};
  }
  return answer;
}

Result<std::optional<int64_t>> LicenseService::entitled_until(const LicenseAsk& ask,
                                                              const TitleDrm& drm) {
  const auto said = store_.entitlement(ask.user_id, ask.movie_id);
  if (!said.ok()) return said.error();
  if (said.value()) {
    const Entitlement& entitlement = *said.value();
    const bool is_over = entitlement.until_s && *entitlement.until_s <= clock_.now_s();
    if (!entitlement.is_granted || is_over) return not_entitled();
    return entitlement.until_s;
  }
  const bool is_listed =
      std::any_of(drm.entitled.begin(), drm.entitled.end(),
                  [&](const std::string& user) { return user == "*" || user == ask.user_id; });
  if (!is_listed) return not_entitled();
  return std::optional<int64_t>();
}

int64_t LicenseService::life_s(const TitleDrm& drm, bool is_persistent) const {
  if (config_.license_s) return *config_.license_s;
  if (is_persistent) return drm.persistent_s.value_or(config_.default_persistent_s);
  return drm.license_s.value_or(config_.default_license_s);
}

Result<LicenseAnswer> LicenseService::issue(const LicenseAsk& ask, const TitleDrm& drm,
                                            const ClearKeyChallenge& challenge) {
  const auto until = entitled_until(ask, drm);
  if (!until.ok()) return until.error();
  const bool is_persistent = challenge.kind == ClearKeyChallenge::Kind::kPersistent;
  if (is_persistent && !drm.allows_persistent) {
    return Error{403, "persistent_not_allowed", "This title may not be kept on a device."};
  }
  const int level = std::max(ask.level, kLowestLevel);
  const auto keys = TitleKeys::read(root_ / ask.movie_id / kKeysFile, log_);
  if (!keys.ok()) {
    log_.error("keys_unreadable", {{"title", ask.movie_id}, {"why", keys.error().message}});
    return keys.error();
  }
  std::vector<const ContentKey*> given;
  std::vector<KeyId> given_kids;
  std::size_t withheld = 0;
  for (const KeyId& kid : challenge.kids) {
    const TitleKeyUse* const use = use_of(drm, kid);
    const ContentKey* const key = keys.value().find(kid);
    if (use == nullptr || key == nullptr) continue;
    if (!level_opens(level, use->height)) {
      ++withheld;
      continue;
    }
    given.push_back(key);
    given_kids.push_back(kid);
  }
  if (given.empty() && withheld > 0) {
    return Error{403, "level_too_low", "The device's security level opens none of these pictures."};
  }
  if (given.empty()) return Error{404, "unknown_key", "The title has none of these keys."};

  const int64_t now_s = clock_.now_s();
  LicenseAnswer answer;
  answer.expires_at_s = now_s + life_s(drm, is_persistent);
  if (until.value()) answer.expires_at_s = std::min(*answer.expires_at_s, *until.value());
  answer.renew_after_s = renew_after_s(now_s, *answer.expires_at_s);
  answer.max_height = max_height(level);
  answer.license = license_text(given, is_persistent, *answer.expires_at_s, now_s);
  if (is_persistent) {
    answer.event = LicenseEvent{clock_.now_ms(), ask.user_id, ask.movie_id,
                                LicenseEvent::Kind::kPersistent, kids_text(given_kids)};
  }
  log_.info("license_issued", {{"title", ask.movie_id},
                               {"keys", std::to_string(given.size())},
                               {"withheld", std::to_string(withheld)},
                               {"level", std::to_string(level)}});
  return answer;
}

}  // namespace playhead::server
