// SPDX-License-Identifier: Apache-2.0
// The licence calls of the Api.
#include "api.h"
#include "api_common.h"
#include "base64url.h"
#include "clearkey_json.h"
#include "license_service.h"
#include "media_path.h"

namespace playhead::server {
namespace {

// The query of ".../v1/license/<title>?<query>".
std::string_view query_of(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const std::size_t mark = url.find('?');
  return mark == std::string_view::npos ? std::string_view() : url.substr(mark + 1);
}

// The title in it, whatever the host: proxies change it, and the signature is of what follows.
std::optional<std::string> title_of(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t at = url.find(kLicensePrefix);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view title = url.substr(at + kLicensePrefix.size());
  if (!is_title_id(title)) return std::nullopt;
  return std::string(title);
}

Response json_text(SecretText body) {
  Response response = json_response(200, "");
  response.secret = std::move(body);
  return response;
}

}  // namespace

// What is recorded is on disk before the client hears of it: it will not say it again.
void Api::respond_licensed(const Request& request, LicenseAnswer answer, Response response,
                           const Respond& respond) {
  if (!answer.event) return respond(std::move(response));
  const auto shared = std::make_shared<Response>(std::move(response));
  const auto completed = [respond, shared, &log = parts_.log](const Status& written) {
    if (written.ok()) return respond(std::move(*shared));
    log.error("license_not_recorded", {{"why", written.error().message}});
    respond(error_response(not_saved()));
  };
  if (!parts_.writer.submit(std::move(*answer.event), completed)) respond(overloaded(request));
}

void Api::license(const Request& request, const Respond& respond) {
  const auto user = authenticate(request);
  if (!user.ok()) return respond(error_response(user.error()));
  const auto call = parse_license_call(request.body);
  if (!call.ok()) return respond(error_response(call.error()));
  const auto title = title_of(call.value().license_url);
  if (!title) {
    return respond(
        error_response(Error{400, "bad_field", "'license_url' is not one of this server's."}));
  }
  // It was signed where country, rating, PIN and grant were looked at; a token alone opens nothing.
  const auto signed_for = parts_.signer.verify_license(*title, query_of(call.value().license_url),
                                                       license_url_now_s(call.value().challenge));
  if (!signed_for.ok()) return respond(error_response(signed_for.error()));
  if (signed_for.value() != user.value().user_id) {
    return respond(
        error_response(Error{403, "not_entitled", "The licence URL was made for another user."}));
  }
  auto answer = parts_.licenses.answer(
      {user.value().user_id, *title, call.value().challenge, call.value().level});
  if (!answer.ok()) return respond(error_response(answer.error()));
  Response response = json_text(license_json(answer.value(), parts_.clock.now_s()));
  respond_licensed(request, std::move(answer.value()), std::move(response), respond);
}

// When a licence URL is looked at: what is kept may be given back long after it was signed.
int64_t Api::license_url_now_s(std::string_view challenge) const {
  const auto parsed = parse_challenge(challenge);
  const bool is_release = parsed.ok() && parsed.value().kind == ClearKeyChallenge::Kind::kRelease;
  return is_release ? 0 : parts_.clock.now_s();
}

void Api::raw_license(const Request& request, const Respond& respond) {
  const auto title = title_of(request.path);
  if (!title) {
    return respond(error_response(Error{404, "not_found", "There is nothing at this path."}));
  }
  const auto user = parts_.signer.verify_license(*title, request.query, license_url_now_s(request.body));
  if (!user.ok()) return respond(error_response(user.error()));
  auto answer = parts_.licenses.answer({user.value(), *title, request.body, 0});
  if (!answer.ok()) return respond(error_response(answer.error()));
  Response response = json_text(std::move(answer.value().license));
  respond_licensed(request, std::move(answer.value()), std::move(response), respond);
}

std::optional<std::string> Api::license_url(const Request& request, const Title& title,
                                            std::string_view user) const {
  if (!title.drm) return std::nullopt;
  const int64_t exp_s = parts_.clock.now_s() + config_.license_url_ttl_s;
  return own_origin(request, config_.api_origin)
      .append(kLicensePrefix)
      .append(title.id)
      .append("?")
      .append(parts_.signer.license_query_for(title.id, user, exp_s));
}

}  // namespace playhead::server
