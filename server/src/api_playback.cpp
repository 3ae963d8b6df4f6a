// SPDX-License-Identifier: Apache-2.0
// The calls of the Api around one viewing: its start, and what players report of it.
#include <algorithm>

#include "access_rules.h"
#include "api.h"
#include "api_common.h"
#include "crypto.h"
#include "hex.h"
#include "playback_json.h"
#include "viewing_rules.h"

namespace playhead::server {
namespace {

constexpr std::size_t kSessionIdBytes = 16;
// Sessions looked at for one to go on with.
constexpr std::size_t kSessionsToGoOn = 50;
// A session that was not heard of for so long is over, whatever its player meant to say.
constexpr int64_t kSessionLifeMs = int64_t{6} * 3'600'000;

std::vector<std::string> formats_of(const Title& title) {
  std::vector<std::string> formats;
  for (const std::string_view format : kFormats) {
    if (title.manifests.count(std::string(format)) != 0) formats.emplace_back(format);
  }
  return formats;
}

// Of the sessions of a title: the device's own, and the newest on another.
struct Found {
  std::optional<PlaybackSession> own;
  std::optional<PlaybackSession> other;
};

// `named`: the one that the client renews; it is nobody else's.
Found find_sessions(const std::vector<PlaybackSession>& sessions, std::string_view movie_id,
                    std::string_view device_id, std::optional<PlaybackSession> named,
                    int64_t now_ms) {
  Found found;
  found.own = std::move(named);
  for (const PlaybackSession& session : sessions) {
    const bool is_open = !session.is_ended && session.seen_at_ms + kSessionLifeMs > now_ms;
    if (!is_open || session.movie_id != movie_id) continue;
    if (found.own && found.own->session_id == session.session_id) continue;
    const bool is_own = !device_id.empty() && session.device_id == device_id;
    auto& place = is_own ? found.own : found.other;
    if (!place) place = session;
  }
  return found;
}

}  // namespace

void Api::start_playback(const Request& request, const Respond& respond) {
  const auto refuse = [&](const Error& error) { respond(error_response(error)); };
  const auto user = authenticate(request);
  if (!user.ok()) return refuse(user.error());
  const auto start = parse_playback_start(request.body);
  if (!start.ok()) return refuse(start.error());
  const DeviceInfo& device = start.value().device;
  const std::string& user_id = user.value().user_id;
  const auto admitted = admit(request, user.value(), start.value().asset_id,
                              start.value().profile_id, start.value().pin);
  if (!admitted.ok()) return refuse(admitted.error());
  const Title& title = *admitted.value().title;
  const int64_t now_ms = parts_.clock.now_ms();
  const std::string format =
      choose_format(formats_of(title), title.meta.codecs, title.drm.has_value(), device);
  if (format.empty()) {
    return refuse({403, "device_unsupported", "The title cannot be played on this device."});
  }
  const Viewer viewer(user_id, admitted.value().profile.profile_id);
  const auto saved = parts_.store.position(viewer, title.id);
  if (!saved.ok()) return refuse(saved.error());
  const auto sessions = parts_.accounts.recent_sessions(viewer, kSessionsToGoOn);
  if (!sessions.ok()) return refuse(sessions.error());
  auto named = renewed_session(viewer, title.id, start.value().session_id);
  if (!named.ok()) return refuse(named.error());
  const Found found = find_sessions(sessions.value(), title.id, device.device_id,
                                    std::move(named.value()), now_ms);

  PlaybackSession session;
  if (found.own) {
    session = *found.own;
  } else {
    const auto id = random_bytes(kSessionIdBytes);
    if (!id.ok()) return refuse(id.error());
    session = {to_hex(id.value()),
               user_id,
               std::string(viewer.profile_id),
               title.id,
               device.device_id,
               device.type,
               now_ms,
               now_ms};
  }
  PlaybackGrant grant;
  grant.asset_id = title.id;
  grant.manifest_type = format == "dash" ? "dash" : "hls";
  grant.license_url = license_url(request, title, user_id);
  grant.server_time_s = now_ms / 1000;
  grant.expires_at_s = grant.server_time_s + config_.url_ttl_s;
  if (saved.value()) {
    grant.resume_position_ms = resume_position_ms(saved.value()->position_ms, title.duration_ms);
    grant.recorded_at_ms = saved.value()->recorded_at_ms;
  }
  grant.session_id = session.session_id;
  grant.is_resumed = found.own.has_value();
  grant.existing_session = found.other;
  grant.heartbeat_s = config_.heartbeat_s;
  const std::string& manifest = title.manifests.at(format);
  for (const CdnLocation& location :
       order_locations(config_.locations, country_of(request), cdn_health_.unwell(now_ms))) {
    grant.locations.push_back(
        {location.id, media_url(request, title, manifest, grant.expires_at_s, location.origin)});
  }
  if (grant.locations.empty()) {
    grant.locations.push_back({"origin", media_url(request, title, manifest, grant.expires_at_s)});
  }
  // Reports of this session are accepted from the answer on.
  const auto task = [this, session, now_ms, is_there = grant.is_resumed] {
    return is_there ? parts_.accounts.touch_session(session.session_id, now_ms, false)
                    : parts_.accounts.put_session(session);
  };
  write(request, task, respond, [body = playback_grant_json(grant)] { return json_response(200, body); });
}

// The session whose permission is renewed; empty when it is none of this viewing's.
Result<std::optional<PlaybackSession>> Api::renewed_session(const Viewer& viewer,
                                                            std::string_view movie_id,
                                                            std::string_view session_id) {
  if (session_id.empty()) return std::optional<PlaybackSession>();
  auto known = parts_.accounts.session(session_id);
  if (!known.ok() || !known.value()) return known;
  const PlaybackSession& session = *known.value();
  const bool is_this = session.user_id == viewer.user_id &&
                       session.profile_id == viewer.profile_id && session.movie_id == movie_id;
  if (!is_this || session.is_ended) return std::optional<PlaybackSession>();
  return known;
}

// The session a report is about. One that the server did not start (the player began with
// /api/v1/stream) comes into being with its first report, when that names the title.
Result<PlaybackSession> Api::session_of(const Identity& user, std::string_view session_id,
                                        std::string_view movie_id, std::string_view profile_id) {
  const Error unknown{404, "unknown_session", "There is no such session of this user."};
  auto known = parts_.accounts.session(session_id);
  if (!known.ok()) return known.error();
  if (known.value()) {
    if (known.value()->user_id != user.user_id) return unknown;
    return std::move(*known.value());
  }
  if (movie_id.empty()) return unknown;
  if (!parts_.catalogue.find(movie_id)) return unknown_title();
  auto profile = profiles_.find(user.user_id, profile_id);
  if (!profile.ok()) return profile.error();
  const int64_t now_ms = parts_.clock.now_ms();
  return PlaybackSession{std::string(session_id),
                         user.user_id,
                         std::move(profile.value().profile_id),
                         std::string(movie_id),
                         "",
                         "other",
                         now_ms,
                         now_ms};
}

void Api::playback_events(const Request& request, const Respond& respond) {
  const auto user = authenticate(request);
  if (!user.ok()) return respond(error_response(user.error()));
  const auto parsed = parse_events(request.body);
  if (!parsed.ok()) return respond(error_response(parsed.error()));
  const EventBatch& batch = parsed.value();
  const auto session = session_of(user.value(), batch.session_id, batch.asset_id, batch.profile_id);
  if (!session.ok()) return respond(error_response(session.error()));
  const int64_t now_ms = parts_.clock.now_ms();
  std::vector<PlaybackEvent> events;
  // Of places, by when it was: what waited on a device for hours says nothing of now.
  std::vector<std::pair<std::string, int64_t>> troubles;
  bool has_ended = false;
  for (const EventBatch::Event& event : batch.events) {
    events.push_back({user.value().user_id, event.event_id, batch.session_id, event.type,
                      event.at_ms, now_ms, event.body});
    has_ended = has_ended || event.type == "stop" || event.type == "end";
    const bool is_trouble = event.type == "error" || event.type == "warning";
    if (is_trouble && !event.location.empty()) {
      troubles.emplace_back(event.location, std::min(event.at_ms, now_ms));
    }
  }
  const auto task = [this, session = session.value(), events = std::move(events), now_ms,
                     has_ended]() -> Status {
    if (Status put = parts_.accounts.put_session(session); !put.ok()) return put;
    for (const PlaybackEvent& event : events) {
      if (Status added = parts_.accounts.add_event(event); !added.ok()) return added;
    }
    return parts_.accounts.touch_session(session.session_id, now_ms, has_ended);
  };
  write(request, task, respond, [this, user_id = user.value().user_id, troubles = std::move(troubles)] {
    for (const auto& [location, at_ms] : troubles) {
      cdn_health_.note_error(location, user_id, at_ms, parts_.clock.now_ms());
    }
    return no_content();
  });
}

void Api::heartbeat(const Request& request, const Respond& respond) {
  const auto user = authenticate(request);
  if (!user.ok()) return respond(error_response(user.error()));
  auto parsed = parse_heartbeat(request.body);
  if (!parsed.ok()) return respond(error_response(parsed.error()));
  Heartbeat beat = std::move(parsed.value());
  if (!parts_.catalogue.find(beat.movie_id)) return respond(error_response(unknown_title()));
  const auto session = session_of(user.value(), beat.session_id, beat.movie_id, beat.profile_id);
  if (!session.ok()) return respond(error_response(session.error()));
  beat.user_id = user.value().user_id;
  beat.profile_id = session.value().profile_id;
  beat.received_at_ms = parts_.clock.now_ms();
  const auto task = [this, session = session.value(), beat = std::move(beat)]() -> Status {
    if (Status put = parts_.accounts.put_session(session); !put.ok()) return put;
    if (Status added = parts_.accounts.add_heartbeat(beat); !added.ok()) return added;
    return parts_.accounts.touch_session(session.session_id, beat.received_at_ms, false);
  };
  write(request, task, respond, no_content);
}

}  // namespace playhead::server
