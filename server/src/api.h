// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account_store.h"
#include "api_json.h"
#include "catalogue.h"
#include "cdn.h"
#include "clock.h"
#include "http_types.h"
#include "jwt.h"
#include "license_service.h"
#include "load_shedder.h"
#include "log.h"
#include "pin_guard.h"
#include "profile_book.h"
#include "progress_writer.h"
#include "query.h"
#include "rate_limiter.h"
#include "recommend.h"
#include "signed_url.h"
#include "store.h"
#include "token_service.h"

namespace playhead::server {

struct ApiConfig {
  int64_t url_ttl_s = 3600;                       // life of a signed media URL
  int64_t download_ttl_s = int64_t{30} * 86'400;  // how long a downloaded copy may be watched
  std::string media_origin;            // "https://cdn.example"; empty = the host the client asked
  std::string own_authority;           // "127.0.0.1:8080"; used when a request names no host
  std::string api_origin = {};         // as media_origin, of licence URLs
  int64_t license_url_ttl_s = 86'400;  // life of a signed licence URL: renewals use it, too
  std::string default_country = {};    // of clients of which no proxy says it; "" = not known
  bool has_dev_accounts = false;       // anybody may log in as anybody
  TokenLives token_lives = {};
  RecommendWeights weights = {};
  std::vector<CdnLocation> locations = {};  // empty: the media origin is the only one
  int64_t heartbeat_s = 10;                 // how often players are asked to report
  bool is_tls = false;                      // clients come by HTTPS
};

// What the API works with; all of it outlives the Api.
struct ApiParts {
  Catalogue& catalogue;
  Store& store;
  AccountStore& accounts;
  ProgressWriter& writer;
  LoadShedder& load;
  LicenseService& licenses;
  const UrlSigner& signer;
  const JwtCodec& tokens;
  PinGuard& pins;
  RateLimiter& limiter;
  const Clock& clock;
  const Log& log;
};

// The control plane's calls. Every one checks the bearer token itself. Any thread. What writes
// answers from the writer's thread.
class Api {
 public:
  Api(ApiParts parts, ApiConfig config);

  // api.cpp
  void home(const Request& request, const Respond& respond);
  void stream(const Request& request, const Respond& respond);
  void progress(const Request& request, const Respond& respond);
  void download(const Request& request, const Respond& respond);
  // api_titles.cpp
  void title(const Request& request, const Respond& respond);  // below kTitlesPrefix
  void search(const Request& request, const Respond& respond);
  void continue_watching(const Request& request, const Respond& respond);
  void recommendations(const Request& request, const Respond& respond);
  // api_accounts.cpp
  void list_profiles(const Request& request, const Respond& respond);
  void put_profile(const Request& request, const Respond& respond);
  void rate(const Request& request, const Respond& respond);
  void refresh_token(const Request& request, const Respond& respond);  // needs no bearer token
  void dev_login(const Request& request, const Respond& respond);      // the same
  // api_playback.cpp
  void start_playback(const Request& request, const Respond& respond);
  void playback_events(const Request& request, const Respond& respond);
  void heartbeat(const Request& request, const Respond& respond);
  // api_license.cpp
  void license(const Request& request, const Respond& respond);
  // Below kLicensePrefix: the W3C's messages as they are, let in by the URL's signature instead of
  // a token.
  void raw_license(const Request& request, const Respond& respond);

 private:
  // A title that a profile may watch here and now.
  struct Admission {
    std::shared_ptr<const Title> title;
    Profile profile;
  };
  // Who reads a list, and what the query says of it.
  struct Reader {
    Identity user;
    Query query;
    Profile profile;
  };

  [[nodiscard]] Result<Identity> authenticate(const Request& request) const;
  [[nodiscard]] Result<Reader> read_as(const Request& request);
  // 404 `unknown_title`, `unknown_profile`, 403 `geo_blocked`, `maturity_blocked`, and what
  // PinGuard says. `pin`: empty = what the header says.
  [[nodiscard]] Result<Admission> admit(const Request& request, const Identity& user,
                                        std::string_view movie_id, std::string_view profile_id,
                                        std::string_view pin = {});
  [[nodiscard]] std::string country_of(const Request& request) const;
  // Whether lists show the title to the profile.
  [[nodiscard]] bool is_shown(const Title& title, const Profile& profile,
                              std::string_view country) const;
  // Runs `task` on the writer thread and answers with `done()` once it is on disk.
  void write(const Request& request, ProgressWriter::Task task, const Respond& respond,
             std::function<Response()> done);
  // What is answered when a write of it is not taken.
  [[nodiscard]] Response overloaded(const Request& request);

  [[nodiscard]] Result<std::string> home_body(const Request& request);
  [[nodiscard]] Result<std::vector<HomeItem>> to_continue(const Reader& reader,
                                                          const TitleList& titles,
                                                          std::string_view country,
                                                          std::size_t limit);
  [[nodiscard]] Result<std::string> stream_body(const Request& request);
  [[nodiscard]] Result<ProgressWrite> progress_write(const Request& request);
  [[nodiscard]] Result<std::string> download_body(const Request& request);
  [[nodiscard]] Result<std::string> title_body(const Request& request);
  [[nodiscard]] Result<std::string> search_body(const Request& request);
  [[nodiscard]] Result<std::string> continue_body(const Request& request);
  [[nodiscard]] Result<std::string> recommendations_body(const Request& request);
  [[nodiscard]] Result<Profile> changed_profile(const Request& request);
  [[nodiscard]] Result<PlaybackSession> session_of(const Identity& user,
                                                   std::string_view session_id,
                                                   std::string_view movie_id,
                                                   std::string_view profile_id);
  [[nodiscard]] Result<std::optional<PlaybackSession>> renewed_session(
      const Viewer& viewer, std::string_view movie_id, std::string_view session_id);
  void give_tokens(const Request& request, std::function<Result<TokenPair>()> issue,
                   const Respond& respond);
  [[nodiscard]] int64_t license_url_now_s(std::string_view challenge) const;
  void respond_licensed(const Request& request, LicenseAnswer answer, Response response,
                        const Respond& respond);
  [[nodiscard]] std::string own_origin(const Request& request, const std::string& configured) const;
  // Empty when the title needs no licence.
  [[nodiscard]] std::optional<std::string> license_url(const Request& request, const Title& title,
                                                       std::string_view user) const;
  // `origin`: empty = the media origin.
  [[nodiscard]] std::string media_url(const Request& request, const Title& title,
                                      std::string_view path, int64_t exp_s,
                                      const std::string& origin = {}) const;

  ApiParts parts_;
  const ApiConfig config_;
  ProfileBook profiles_;
  TokenService logins_;
  CdnHealth cdn_health_;
};

// In the order in which they are offered to who does not choose.
inline constexpr std::array<std::string_view, 3> kFormats = {"hls", "hls-ts", "dash"};

inline constexpr std::string_view kTitlesPrefix = "/api/v1/titles/";  // the title's id follows

}  // namespace playhead::server
