// SPDX-License-Identifier: Apache-2.0
#include "engine/title_service.h"

#include <utility>

#include "base/url.h"

namespace playhead::offline {

namespace {

// What nobody between us and the service can have made up.
ContactOrigin origin_of(const std::string& base_url) {
  const auto origin = url_origin(base_url);
  if (!origin) return ContactOrigin::kPlain;
  const bool is_loopback =
      origin->host == "localhost" || origin->host == "127.0.0.1" || origin->host == "[::1]";
  return origin->scheme == "https" || is_loopback ? ContactOrigin::kService : ContactOrigin::kPlain;
}

}  // namespace

TitleService::TitleService(const Parts& parts) : parts_(parts) {
  if (parts.api == nullptr) return;
  client_.emplace(*parts.api, parts.transport, parts.executor);
  origin_ = origin_of(parts.api->base_url);
}

CancelHandle TitleService::ask(const DownloadQuery& query, const std::string& profile_id,
                               UniqueFunction<void(Result<TitlePermission>)> done) {
  const MonotonicTime sent = parts_.executor.now();
  if (!client_) {
    return parts_.executor.post_at(sent, [done = std::move(done)]() mutable {
      done(make_error(ErrorCode::kInvalidState, "the client has no service to ask for titles"));
    });
  }
  return client_->post_download(query,
                                [this, title_id = query.title_id, profile_id, sent,
                                 done = std::move(done)](Result<DownloadGrant> answer) mutable {
                                  if (!answer) return done(std::move(answer).error());
                                  done(take(title_id, profile_id, sent, *std::move(answer)));
                                });
}

Result<TitlePermission> TitleService::take(const std::string& title_id,
                                           const std::string& profile_id, MonotonicTime sent,
                                           DownloadGrant answer) {
  const MonotonicTime now = parts_.executor.now();
  const auto reading = parts_.api->clock.read(now, parts_.executor.wall_now());
  if (reading.is_server_time) {
    if (auto heard = parts_.rights.hear({reading.earliest, origin_, now - sent}); !heard) {
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
  grant.max_without_contact = parts_.max_without_contact;
  return TitlePermission{std::move(answer), std::move(grant)};
}

}  // namespace playhead::offline
