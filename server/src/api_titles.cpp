// SPDX-License-Identifier: Apache-2.0
// The calls of the Api that show what there is to watch.
#include <algorithm>

#include "access_rules.h"
#include "api.h"
#include "api_common.h"
#include "media_path.h"
#include "playback_json.h"
#include "title_json.h"
#include "viewing_rules.h"

namespace playhead::server {
namespace {

constexpr int64_t kMaxItems = 50;
constexpr int64_t kDefaultItems = 20;
// Positions looked at for what to continue: most are completed or barely begun.
constexpr std::size_t kRecentPositions = 200;
// What a recommendation is made of, at most.
constexpr std::size_t kOwnRatings = 200;
constexpr std::size_t kPeerRatings = 5000;
constexpr std::size_t kRecentSessions = 200;
constexpr std::size_t kMaxCandidates = 2000;
// Time zones reach from -12 to +14 hours.
constexpr int64_t kMinOffsetMinutes = -12 * 60;
constexpr int64_t kMaxOffsetMinutes = 14 * 60;

int hour_of(int64_t epoch_ms, int64_t offset_minutes) {
  const int64_t minutes = epoch_ms / 60'000 + offset_minutes;
  return static_cast<int>(minutes / 60 % 24);
}

}  // namespace

void Api::title(const Request& request, const Respond& respond) {
  answer(respond, title_body(request));
}

void Api::search(const Request& request, const Respond& respond) {
  answer(respond, search_body(request));
}

void Api::continue_watching(const Request& request, const Respond& respond) {
  answer(respond, continue_body(request));
}

void Api::recommendations(const Request& request, const Respond& respond) {
  answer(respond, recommendations_body(request));
}

Result<std::string> Api::title_body(const Request& request) {
  const auto reader = read_as(request);
  if (!reader.ok()) return reader.error();
  const auto title = parts_.catalogue.find(request.path.substr(kTitlesPrefix.size()));
  if (!title) return unknown_title();
  const Viewer viewer(reader.value().user.user_id, reader.value().profile.profile_id);
  const auto saved = parts_.store.position(viewer, title->id);
  if (!saved.ok()) return saved.error();
  const auto sum = parts_.accounts.rating_sum(title->id);
  if (!sum.ok()) return sum.error();
  const auto own = parts_.accounts.ratings(viewer, kOwnRatings);
  if (!own.ok()) return own.error();
  TitleDetail detail;
  detail.title = title.get();
  detail.ratings = sum.value();
  if (saved.value()) {
    detail.position_ms = resume_position_ms(saved.value()->position_ms, title->duration_ms);
  }
  const auto rated =
      std::find_if(own.value().begin(), own.value().end(),
                   [&](const Rating& rating) { return rating.movie_id == title->id; });
  if (rated != own.value().end()) detail.own_stars = rated->stars;
  // What may not be watched here is described, not shown.
  const bool is_shown_here = is_shown(*title, reader.value().profile, country_of(request));
  if (!title->meta.thumbnails.empty() && is_shown_here) {
    const int64_t exp_s = parts_.clock.now_s() + config_.url_ttl_s;
    detail.thumbnails_url = media_url(request, *title, title->meta.thumbnails, exp_s);
  }
  return title_detail_json(detail);
}

Result<std::string> Api::search_body(const Request& request) {
  const auto reader = read_as(request);
  if (!reader.ok()) return reader.error();
  const auto text = text_param(reader.value().query, "q", kMaxSearchBytes);
  if (!text.ok()) return text.error();
  if (text.value().empty()) return Error{400, "bad_query", "The parameter 'q' is missing."};
  const auto limit =
      int_param(reader.value().query, "limit", 1, kMaxItems, kDefaultItems, "bad_limit");
  if (!limit.ok()) return limit.error();
  const auto titles = parts_.catalogue.titles();
  const std::string country = country_of(request);
  // Some of what is found may not be shown.
  auto found = titles->search.search(text.value(), kMaxCandidates);
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](const Title* title) {
                               return !is_shown(*title, reader.value().profile, country);
                             }),
              found.end());
  found.resize(std::min(found.size(), static_cast<std::size_t>(limit.value())));
  return search_json(text.value(), found);
}

Result<std::vector<HomeItem>> Api::to_continue(const Reader& reader, const TitleList& titles,
                                               std::string_view country, std::size_t limit) {
  const auto recent = parts_.store.recent_positions(
      {reader.user.user_id, reader.profile.profile_id}, kRecentPositions);
  if (!recent.ok()) return recent.error();
  std::vector<HomeItem> items;
  for (const SavedPosition& saved : recent.value()) {
    if (items.size() == limit) break;
    const auto title = titles.by_id.find(saved.movie_id);
    if (title == titles.by_id.end()) continue;
    if (!is_continue_watching(saved.position_ms, title->second.duration_ms)) continue;
    if (!is_shown(title->second, reader.profile, country)) continue;
    items.push_back({&title->second, saved.position_ms});
  }
  return items;
}

Result<std::string> Api::continue_body(const Request& request) {
  const auto reader = read_as(request);
  if (!reader.ok()) return reader.error();
  const auto limit =
      int_param(reader.value().query, "limit", 1, kMaxItems, kDefaultItems, "bad_limit");
  if (!limit.ok()) return limit.error();
  const auto titles = parts_.catalogue.titles();
  const auto items = to_continue(reader.value(), *titles, country_of(request),
                                 static_cast<std::size_t>(limit.value()));
  if (!items.ok()) return items.error();
  return items_json(items.value());
}

Result<std::string> Api::recommendations_body(const Request& request) {
  const auto reader = read_as(request);
  if (!reader.ok()) return reader.error();
  const Query& query = reader.value().query;
  const auto limit = int_param(query, "limit", 1, kMaxItems, kDefaultItems, "bad_limit");
  if (!limit.ok()) return limit.error();
  const auto offset =
      int_param(query, "utc_offset_minutes", kMinOffsetMinutes, kMaxOffsetMinutes, 0, "bad_query");
  if (!offset.ok()) return offset.error();
  auto device = text_param(query, "device", 32);
  if (!device.ok()) return device.error();
  if (!device.value().empty() && !is_device_type(device.value())) {
    return Error{400, "bad_query", "'device' must be phone, tablet, tv, desktop, browser, console or other."};
  }
  const Viewer viewer(reader.value().user.user_id, reader.value().profile.profile_id);
  auto mine = parts_.accounts.ratings(viewer, kOwnRatings);
  if (!mine.ok()) return mine.error();
  auto peers = parts_.accounts.ratings_of_peers(viewer, kPeerRatings);
  if (!peers.ok()) return peers.error();
  const auto sessions = parts_.accounts.recent_sessions(viewer, kRecentSessions);
  if (!sessions.ok()) return sessions.error();
  const auto positions = parts_.store.recent_positions(viewer, kRecentPositions);
  if (!positions.ok()) return positions.error();

  const auto titles = parts_.catalogue.titles();
  const std::string country = country_of(request);
  RecommendInput input;
  for (const Rating& rating : mine.value()) input.done.insert(rating.movie_id);
  for (const SavedPosition& saved : positions.value()) input.done.insert(saved.movie_id);
  for (const PlaybackSession& session : sessions.value()) {
    const auto title = titles->by_id.find(session.movie_id);
    if (title == titles->by_id.end()) continue;
    input.watched.push_back(
        {&title->second, hour_of(session.started_at_ms, offset.value()), session.device_type});
  }
  input.mine = std::move(mine.value());
  input.peers = std::move(peers.value());
  input.candidates = candidates(*titles, input, kMaxCandidates, [&](const Title& title) {
    return is_shown(title, reader.value().profile, country);
  });
  input.hour = hour_of(parts_.clock.now_ms(), offset.value());
  input.device_type = device.value().empty() ? std::string("other") : std::move(device.value());
  input.weights = config_.weights;
  input.limit = static_cast<std::size_t>(limit.value());
  return recommendations_json(recommend(input));
}

}  // namespace playhead::server
