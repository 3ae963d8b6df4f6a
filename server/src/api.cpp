// SPDX-License-Identifier: Apache-2.0
#include "api.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base64url.h"
#include "media_path.h"
#include "viewing_rules.h"

namespace playhead::server {
namespace {

// In the order in which they are offered to who does not choose.
constexpr std::array<std::string_view, 3> kFormats = {"hls", "hls-ts", "dash"};

constexpr std::size_t kDefaultHomeRows = 10;
constexpr std::size_t kMaxHomeRows = 50;
constexpr std::size_t kMaxRowItems = 50;
// Positions looked at for the continue-watching row: most are completed or barely begun.
constexpr std::size_t kRecentPositions = 200;

void answer(const Respond& respond, Result<std::string> body) {
  respond(body.ok() ? json_response(200, std::move(body.value())) : error_response(body.error()));
}

Error unknown_title() { return Error{404, "unknown_title", "There is no such title."}; }

Result<std::size_t> parse_limit(const Query& query) {
  const auto text = query.find("limit");
  if (!text.ok()) return text.error();
  if (!text.value()) return kDefaultHomeRows;
  std::size_t limit = 0;
  const std::string& digits = *text.value();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
  if (error != std::errc() || end != digits.data() + digits.size() || limit == 0 ||
      limit > kMaxHomeRows) {
    return Error{400, "bad_limit", "'limit' must be a whole number from 1 to 50."};
  }
  return limit;
}

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

HomeRow genre_row(const std::string& genre, const std::vector<const Title*>& titles) {
  HomeRow row{"genre:" + genre, genre, {}};
  for (std::size_t i = 0; i < std::min(titles.size(), kMaxRowItems); ++i) {
    row.items.push_back({titles[i], std::nullopt});
  }
  return row;
}

}  // namespace

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
      return respond(error_response(
          Error{503, "storage_unavailable", "The position could not be saved; try again."}));
    }
    Response done;
    done.status = 204;
    respond(std::move(done));
  };
  if (!parts_.writer.submit(std::move(write.value()), completed)) {
    respond(error_response(Error{503, "overloaded", "Too many writes are waiting; try again."}));
  }
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
  return parts_.tokens.verify(header.substr(kScheme.size()), parts_.clock.now_s());
}

Result<std::string> Api::home_body(const Request& request) {
  const auto user = authenticate(request);
  if (!user.ok()) return user.error();
  const auto query = Query::parse(request.query);
  if (!query.ok()) return query.error();
  const auto limit = parse_limit(query.value());
  if (!limit.ok()) return limit.error();
  const auto after = parse_cursor(query.value());
  if (!after.ok()) return after.error();

  const auto titles = parts_.catalogue.titles();
  std::vector<HomeRow> rows;
  if (after.value().empty()) {
    auto row = continue_watching(user.value(), *titles);
    if (!row.ok()) return row.error();
    if (!row.value().items.empty()) rows.push_back(std::move(row.value()));
  }
  std::optional<std::string> next;
  std::size_t shown = 0;
  std::string last = after.value();
  for (auto it = titles->by_genre.upper_bound(last); it != titles->by_genre.end(); ++it) {
    if (shown++ == limit.value()) {
      next = base64url_encode(last);
      break;
    }
    rows.push_back(genre_row(it->first, it->second));
    last = it->first;
  }
  return home_json(rows, next);
}

Result<HomeRow> Api::continue_watching(const Identity& user, const TitleList& titles) {
  const auto recent = parts_.store.recent_positions(user.user_id, kRecentPositions);
  if (!recent.ok()) return recent.error();
  HomeRow row{"continue-watching", "Continue watching", {}};
  for (const SavedPosition& saved : recent.value()) {
    const auto title = titles.by_id.find(saved.movie_id);
    if (title == titles.by_id.end()) continue;
    if (!is_continue_watching(saved.position_ms, title->second.duration_ms)) continue;
    row.items.push_back({&title->second, saved.position_ms});
    if (row.items.size() == kMaxRowItems) break;
  }
  return row;
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
  const auto title = parts_.catalogue.find(*movie_id.value());
  if (!title) return unknown_title();
  const auto offered = [&](std::string_view format) {
    return title->manifests.find(std::string(format)) != title->manifests.end();
  };
  // Who does not say gets what there is.
  const auto first = std::find_if(kFormats.begin(), kFormats.end(), offered);
  const std::string format =
      wanted.value().value_or(std::string(first == kFormats.end() ? kFormats.front() : *first));
  const auto manifest = title->manifests.find(format);
  if (manifest == title->manifests.end()) {
    return Error{404, "format_unavailable", "The title is not available in this format."};
  }
  const auto saved = parts_.store.position(user.value().user_id, title->id);
  if (!saved.ok()) return saved.error();
  StreamAnswer result;
  result.expires_at_s = parts_.clock.now_s() + config_.url_ttl_s;
  result.stream_url = media_url(request, *title, manifest->second, result.expires_at_s);
  result.manifest_type = format == "dash" ? "dash" : "hls";
  result.license_url = license_url(request, *title, user.value().user_id);
  if (saved.value()) {
    result.resume_position_ms = resume_position_ms(saved.value()->position_ms, title->duration_ms);
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
  const int64_t now_ms = parts_.clock.now_ms();
  ProgressWrite write;
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
  const auto movie_id = parse_download(request.body);
  if (!movie_id.ok()) return movie_id.error();
  const auto title = parts_.catalogue.find(movie_id.value());
  if (!title) return unknown_title();
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
  return "http://" +
         (is_host_text(request.host) ? std::string(request.host) : config_.own_authority);
}

std::string Api::media_url(const Request& request, const Title& title, std::string_view manifest,
                           int64_t exp_s) const {
  std::string url = own_origin(request, config_.media_origin);
  url.append(kMediaPrefix).append(title.id).append("/").append(manifest);
  return url.append("?").append(parts_.signer.query_for(title.id, exp_s));
}

}  // namespace playhead::server
