// SPDX-License-Identifier: Apache-2.0
#include "engine/title_service.h"

#include <algorithm>
#include <utility>

#include "engine/contact_watch.h"

namespace playhead::offline {

TitleService::TitleService(const Parts& parts) : parts_(parts) {
  if (parts.api == nullptr) return;
  client_.emplace(*parts.api, parts.transport, parts.executor);
  origin_ = contact_origin(parts.api->base_url);
}

TitleService::Sent TitleService::now() const {
  return {parts_.executor.now(), parts_.rights.time().running};
}

CancelHandle TitleService::ask(const DownloadQuery& query, const std::string& profile_id,
                               UniqueFunction<void(Result<TitlePermission>)> done) {
  const Sent sent = now();
  if (!client_) {
    return parts_.executor.post_at(sent.at, [done = std::move(done)]() mutable {
      done(make_error(ErrorCode::kInvalidState, "the client has no service to ask for titles"));
    });
  }
  DownloadQuery of_profile = query;
  of_profile.profile_id = profile_id;
  return client_->post_download(of_profile,
                                [this, title_id = query.title_id, profile_id, sent,
                                 done = std::move(done)](Result<DownloadGrant> answer) mutable {
                                  if (!answer) return done(std::move(answer).error());
                                  done(take(title_id, profile_id, sent, *std::move(answer)));
                                });
}

Result<TitlePermission> TitleService::take(const std::string& title_id,
                                           const std::string& profile_id, const Sent& sent,
                                           DownloadGrant answer) {
  const Sent taken = now();
  const auto reading = parts_.api->clock.read(taken.at, parts_.executor.wall_now());
  if (reading.is_server_time) {
    // Who pumps may take the answer long after it came: that counts as far as the device slept,
    // which the clock that tells how old the answer is may not have seen.
    const Duration slept = (taken.running - sent.running) - (taken.at - sent.at);
    const Duration round_trip = reading.round_trip + std::max(slept, Duration{0});
    if (auto heard = parts_.rights.hear({reading.earliest, origin_, round_trip}); !heard) {
      return std::move(heard).error();
    }
  }
  Grant grant;
  grant.title_id = title_id;
  grant.profile_id = profile_id;
  grant.server_time = reading.time;
  grant.expires_at = answer.expires_at;
  grant.rental = answer.rental;
  grant.playback = answer.playback;
  grant.renew_after = answer.renew_after;
  grant.grace = answer.grace.value_or(Duration{0});
  grant.max_without_contact = parts_.max_without_contact;
  return TitlePermission{std::move(answer), std::move(grant)};
}

}  // namespace playhead::offline
