// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api_json.h"
#include "catalogue.h"
#include "clock.h"
#include "http_types.h"
#include "jwt.h"
#include "license_service.h"
#include "log.h"
#include "progress_writer.h"
#include "query.h"
#include "signed_url.h"
#include "store.h"

namespace playhead::server {

struct ApiConfig {
  int64_t url_ttl_s = 3600;                       // life of a signed media URL
  int64_t download_ttl_s = int64_t{30} * 86'400;  // how long a downloaded copy may be watched
  std::string media_origin;            // "https://cdn.example"; empty = the host the client asked
  std::string own_authority;           // "127.0.0.1:8080"; used when a request names no host
  std::string api_origin = {};         // as media_origin, of licence URLs
  int64_t license_url_ttl_s = 86'400;  // life of a signed licence URL: renewals use it, too
};

// What the API works with; all of it outlives the Api.
struct ApiParts {
  Catalogue& catalogue;
  Store& store;
  ProgressWriter& writer;
  LicenseService& licenses;
  const UrlSigner& signer;
  const JwtCodec& tokens;
  const Clock& clock;
  const Log& log;
};

// The control plane's calls. Every one checks the bearer token itself. Any thread.
class Api {
 public:
  Api(ApiParts parts, ApiConfig config) : parts_(parts), config_(std::move(config)) {}

  void home(const Request& request, const Respond& respond);
  void stream(const Request& request, const Respond& respond);
  void progress(const Request& request, const Respond& respond);  // answers from the writer thread
  void download(const Request& request, const Respond& respond);
  void license(const Request& request, const Respond& respond);
  // Below kLicensePrefix: the W3C's messages as they are, let in by the URL's signature instead of
  // a token.
  void raw_license(const Request& request, const Respond& respond);

 private:
  [[nodiscard]] Result<Identity> authenticate(const Request& request) const;
  [[nodiscard]] Result<std::string> home_body(const Request& request);
  [[nodiscard]] Result<HomeRow> continue_watching(const Identity& user, const TitleList& titles);
  [[nodiscard]] Result<std::string> stream_body(const Request& request);
  [[nodiscard]] Result<ProgressWrite> progress_write(const Request& request);
  [[nodiscard]] Result<std::string> download_body(const Request& request);
  void respond_licensed(LicenseAnswer answer, Response response, const Respond& respond);
  [[nodiscard]] std::string own_origin(const Request& request, const std::string& configured) const;
  // Empty when the title needs no licence.
  [[nodiscard]] std::optional<std::string> license_url(const Request& request, const Title& title,
                                                       std::string_view user) const;
  [[nodiscard]] std::string media_url(const Request& request, const Title& title,
                                      std::string_view manifest, int64_t exp_s) const;

  ApiParts parts_;
  const ApiConfig config_;
};

}  // namespace playhead::server
