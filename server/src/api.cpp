// SPDX-License-Identifier: Apache-2.0
#include "api.h"

#include <algorithm>

#include "access_rules.h"
#include "api_common.h"
#include "base64url.h"
#include "media_path.h"
#include "title_json.h"
#include "viewing_rules.h"

namespace playhead::server {
namespace {

constexpr int64_t kDefaultHomeRows = 10;
constexpr int64_t kMaxHomeRows = 50;
constexpr std::size_t kMaxRowItems = 50;

// The genre of the last row the client has; empty = none. A name instead of a number keeps the
// place when titles come and go between two pages.
Result<std::string> parse_cursor(const Query& query) {
  const auto text = query.find("cursor");
  if (!text.ok()) return text.error();
  if (!text.value() || text.value()->empty()) return std::string();
  auto genre = base64url_decode(*text.value());
  if (!genre || genre->empty())
    return Error{400, "bad_cursor", "'cursor' is not one of this server's."};
  return std::move(*genre);
}

bool is_host_text(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']' || c == '_';
  });
}

}  // namespace

Api::Api(ApiParts parts, ApiConfig config)
    : parts_(parts),
      config_(std::move(config)),
      profiles_(parts.accounts),
      logins_(parts.accounts, parts.tokens, parts.clock, config_.token_lives),
      cdn_health_(config_.locations) {}

void Api::home(const Request& request, const Respond& respond) {
  answer(respond, home_body(request));
}

void Api::stream(const Request& request, const Respond& respond) {
  answer(respond, stream_body(request));
}

void Api::download(const Request& request, const Respond& respond) {
  answer(respond, download_body(request));
}

void Api::progress(const Request& request, const Respond& respond) {
  auto write = progress_write(request);
  if (!write.ok()) return respond(error_response(write.error()));
  const auto completed = [respond, &log = parts_.log](const Status& written) {
    if (!written.ok()) {
      log.error("progress_not_saved", {{"why", written.error().message}});
      return respond(error_response(not_saved()));
    }
    respond(no_content());
  };
  if (!parts_.writer.submit(std::move(write.value()), completed)) respond(overloaded(request));
}

Result<Identity> Api::authenticate(const Request& request) const {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view header = request.authorization;
  // RFC 9110 §11.1: the scheme's name is case-insensitive.
  const bool is_bearer =
      header.size() > kScheme.size() &&
      std::equal(kScheme.begin(), kScheme.end(), header.begin(),
                 [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
  if (!is_bearer)
    return Error{401, "token_missing", "This call needs an 'Authorization: Bearer' token."};
  const std::string_view token = header.substr(kScheme.size());
  auto identity = parts_.tokens.verify(token, parts_.clock.now_s());
  if (!identity.ok()) return identity;
  // Only what is genuine counts: nobody can use up another's calls.
  if (const int wait_s = parts_.limiter.seconds_to_wait(token); wait_s > 0) {
    return Error{429, "rate_limited", "This token asks too often; try again later.", wait_s};
  }
  return identity;
}

std::string Api::country_of(const Request& request) const {
  std::string country(request.country.size() == 2 ? request.country : std::string_view());
  for (char& c : country) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return country.empty() ? config_.default_country : country;
}

bool Api::is_shown(const Title& title, const Profile& profile, std::string_view country) const {
  return is_within(title.meta.maturity, profile.maturity) &&
         is_available_in(title.meta.countries, country);
}

Result<Api::Reader> Api::read_as(const Request& request) {
  auto user = authenticate(request);
  if (!user.ok()) return user.error();
  auto query = Query::parse(request.query);
  if (!query.ok()) return query.error();
  const auto profile_id = text_param(query.value(), "profile_id", kMaxProfileIdBytes);
  if (!profile_id.ok()) return profile_id.error();
  auto profile = profiles_.find(user.value().user_id, profile_id.value());
  if (!profile.ok()) return profile.error();
  if (Status opened = parts_.pins.check(profile.value(), request.profile_pin, request.must_be_quick); !opened.ok()) {
    return opened.error();
  }
  return Reader{std::move(user.value()), std::move(query.value()), std::move(profile.value())};
}

Result<Api::Admission> Api::admit(const Request& request, const Identity& user,
                                  std::string_view movie_id, std::string_view profile_id,
                                  std::string_view pin) {
  auto title = parts_.catalogue.find(movie_id);
  if (!title) return unknown_title();
  auto profile = profiles_.find(user.user_id, profile_id);
  if (!profile.ok()) return profile.error();
  if (!is_available_in(title->meta.countries, country_of(request))) {
    return Error{403, "geo_blocked", "The title is not available in this country."};
  }
  const Profile& who = profile.value();
  switch (profile_gate(title->meta.maturity, who.maturity, !who.pin_hash.empty())) {
    case ProfileGate::kOpen:
      break;
    case ProfileGate::kClosed:
      return Error{403, "maturity_blocked", "The title is above the profile's maturity rating."};
    case ProfileGate::kNeedsPin: {
      Status opened = parts_.pins.check(who, pin.empty() ? request.profile_pin : pin, request.must_be_quick);
      if (!opened.ok()) return opened.error();
    }
  }
  const auto said = parts_.store.entitlement(user.user_id, title->id);
  if (!said.ok()) return said.error();
  if (!is_entitled(said.value(), title->drm, user.user_id, parts_.clock.now_ms() / 1000)) {
    return Error{403, "not_entitled", "This user may not watch this title."};
  }
  return Admission{std::move(title), std::move(profile.value())};
}

// The line is that of reports, which are kept where they come from. For the rest somebody waits.
Response Api::overloaded(const Request& request) {
  constexpr int kSoonS = 1;
  if (!request.was_let_in) return overload_response(kSoonS);
  return overload_response(retry_after_s(parts_.load.microseconds_to_wait(parts_.clock.monotonic_us())));
}

void Api::write(const Request& request, ProgressWriter::Task task, const Respond& respond,
                std::function<Response()> done) {
  const auto completed = [respond, done = std::move(done),
                          &log = parts_.log](const Status& written) {
    if (written.ok()) return respond(done());
    log.error("not_saved", {{"why", written.error().message}});
    respond(error_response(not_saved()));
  };
  const bool is_taken = request.was_let_in ? parts_.writer.submit_report(std::move(task), completed)
                                           : parts_.writer.submit(std::move(task), completed);
  if (!is_taken) respond(overloaded(request));
}

Result<std::string> Api::home_body(const Request& request) {
  const auto reader = read_as(request);
  if (!reader.ok()) return reader.error();
  const auto limit =
      int_param(reader.value().query, "limit", 1, kMaxHomeRows, kDefaultHomeRows, "bad_limit");
  if (!limit.ok()) return limit.error();
  const auto after = parse_cursor(reader.value().query);
  if (!after.ok()) return after.error();

  const auto titles = parts_.catalogue.titles();
  const std::string country = country_of(request);
  std::vector<HomeRow> rows;
  if (after.value().empty()) {
    auto items = to_continue(reader.value(), *titles, country, kMaxRowItems);
    if (!items.ok()) return items.error();
    if (!items.value().empty()) {
      rows.push_back({"continue-watching", "Continue watching", std::move(items.value())});
    }
  }
  std::optional<std::string> next;
  int64_t shown = 0;
  std::string last = after.value();
  for (auto it = titles->by_genre.upper_bound(last); it != titles->by_genre.end(); ++it) {
    HomeRow row{"genre:" + it->first, it->first, {}};
    for (const Title* title : it->second) {
      if (row.items.size() == kMaxRowItems) break;
      if (is_shown(*title, reader.value().profile, country)) {
        row.items.push_back({title, std::nullopt});
      }
    }
    if (row.items.empty()) continue;
    if (shown++ == limit.value()) {
      next = base64url_encode(last);
      break;
    }
    rows.push_back(std::move(row));
    last = it->first;
  }
  return home_json(rows, next);
}

Result<std::string> Api::stream_body(const Request& request) {
  const auto user = authenticate(request);
  if (!user.ok()) return user.error();
  const auto query = Query::parse(request.query);
  if (!query.ok()) return query.error();
  const auto movie_id = query.value().find("movie_id");
  if (!movie_id.ok()) return movie_id.error();
  if (!movie_id.value()) return Error{400, "bad_query", "The parameter 'movie_id' is missing."};
  const auto wanted = query.value().find("format");
  if (!wanted.ok()) return wanted.error();
  if (wanted.value() &&
      std::find(kFormats.begin(), kFormats.end(), *wanted.value()) == kFormats.end()) {
    return Error{400, "bad_format", "'format' must be hls, hls-ts or dash."};
  }
  const auto profile_id = text_param(query.value(), "profile_id", kMaxProfileIdBytes);
  if (!profile_id.ok()) return profile_id.error();
  const auto admitted = admit(request, user.value(), *movie_id.value(), profile_id.value());
  if (!admitted.ok()) return admitted.error();
  const Title& title = *admitted.value().title;
  const auto offered = [&](std::string_view format) {
    return title.manifests.find(std::string(format)) != title.manifests.end();
  };
  // Who does not say gets what there is.
  const auto first = std::find_if(kFormats.begin(), kFormats.end(), offered);
  const std::string format =
      wanted.value().value_or(std::string(first == kFormats.end() ? kFormats.front() : *first));
  const auto manifest = title.manifests.find(format);
  if (manifest == title.manifests.end()) {
    return Error{404, "format_unavailable", "The title is not available in this format."};
  }
  const auto saved =
      parts_.store.position({user.value().user_id, admitted.value().profile.profile_id}, title.id);
  if (!saved.ok()) return saved.error();
  StreamAnswer result;
  result.expires_at_s = parts_.clock.now_s() + config_.url_ttl_s;
  result.stream_url = media_url(request, title, manifest->second, result.expires_at_s);
  result.manifest_type = format == "dash" ? "dash" : "hls";
  result.license_url = license_url(request, title, user.value().user_id);
  if (saved.value()) {
    result.resume_position_ms = resume_position_ms(saved.value()->position_ms, title.duration_ms);
    result.recorded_at_ms = saved.value()->recorded_at_ms;
  }
  return stream_json(result);
}

Result<ProgressWrite> Api::progress_write(const Request& request) {
  auto user = authenticate(request);
  if (!user.ok()) return user.error();
  auto body = parse_progress(request.body);
  if (!body.ok()) return body.error();
  const auto title = parts_.catalogue.find(body.value().movie_id);
  if (!title) return unknown_title();
  if (body.value().position_ms > title->duration_ms + kDurationSlackMs) {
    return Error{422, "bad_position", "'position_seconds' is beyond the end of the title."};
  }
  // The default profile is there without being asked for. No PIN: it guards what is watched, and
  // a position every few seconds must not depend on it.
  std::string profile_id;
  if (!body.value().profile_id.empty()) {
    auto profile = profiles_.find(user.value().user_id, body.value().profile_id);
    if (!profile.ok()) return profile.error();
    profile_id = std::move(profile.value().profile_id);
  }
  const int64_t now_ms = parts_.clock.now_ms();
  ProgressWrite write;
  write.profile_id = std::move(profile_id);
  write.user_id = std::move(user.value().user_id);
  write.movie_id = std::move(body.value().movie_id);
  write.position_ms = std::min(body.value().position_ms, title->duration_ms);
  write.recorded_at_ms =
      believed_recorded_at_ms(body.value().recorded_at_ms.value_or(now_ms), now_ms);
  write.received_at_ms = now_ms;
  write.session_id = std::move(body.value().session_id);
  return write;
}

Result<std::string> Api::download_body(const Request& request) {
  const auto user = authenticate(request);
  if (!user.ok()) return user.error();
  const auto body = parse_download(request.body);
  if (!body.ok()) return body.error();
  const auto admitted =
      admit(request, user.value(), body.value().movie_id, body.value().profile_id);
  if (!admitted.ok()) return admitted.error();
  const auto& title = admitted.value().title;
  auto manifest = title->manifests.find("hls");
  if (manifest == title->manifests.end()) manifest = title->manifests.begin();
  const int64_t now_s = parts_.clock.now_s();
  return download_json(media_url(request, *title, manifest->second, now_s + config_.url_ttl_s),
                       now_s + config_.download_ttl_s,
                       license_url(request, *title, user.value().user_id));
}

// Without a configured origin the client comes back to the host it asked, so that a proxy or tunnel
// in between carries the media too.
std::string Api::own_origin(const Request& request, const std::string& configured) const {
  if (!configured.empty()) return configured;
  return (config_.is_tls ? "https://" : "http://") +
         (is_host_text(request.host) ? std::string(request.host) : config_.own_authority);
}

std::string Api::media_url(const Request& request, const Title& title, std::string_view path,
                           int64_t exp_s, const std::string& origin) const {
  std::string url = own_origin(request, origin.empty() ? config_.media_origin : origin);
  url.append(kMediaPrefix).append(title.id).append("/").append(path);
  return url.append("?").append(parts_.signer.query_for(title.id, exp_s));
}

}  // namespace playhead::server
