// SPDX-License-Identifier: Apache-2.0
#include "session/license_client.h"

#include <utility>

#include "base/url.h"
#include "session/license_call.h"
#include "session/license_json.h"
#include "session/license_rules.h"

namespace playhead {
namespace {

using Done = UniqueFunction<void(Result<LicenseAnswer>)>;

CancelHandle fail_later(Executor& executor, Done done, Error error) {
  return executor.post_at(executor.now(), [done = std::move(done),
                                           error = std::move(error)]() mutable { done(error); });
}

bool is_same_origin(const std::string& a, const std::string& b) {
  const Result<UrlOrigin> first = url_origin(a);
  const Result<UrlOrigin> second = url_origin(b);
  return first && second && *first == *second;
}

Result<LicenseAnswer> read_answer(Result<SharedBytes> body, bool is_wrapped,
                                  const decltype(DrmConfig::on_license_response)& read,
                                  const std::string& scheme, WallTime now) {
  LicenseAnswer answer;
  PLAYHEAD_TRY(answer.license, std::move(body));
  if (is_wrapped) {
    PLAYHEAD_TRY(answer, parse_license_body(as_text(answer.license.view()), now));
  }
  if (read) {
    PLAYHEAD_TRY(answer.license, read(scheme, std::move(answer.license)));
  }
  return answer;
}

LicenseMessage raw_message(const LicenseRequest& request, const std::string& url) {
  return {request.scheme, url, license_headers(request.scheme),
          std::string(as_text(request.challenge.view()))};
}

LicenseMessage wrapped_message(const LicenseRequest& request, const std::string& url,
                               const ApiAccess& access) {
  return {request.scheme,
          access.base_url + "/v1/license",
          {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
          license_body(request, url)};
}

}  // namespace

LicenseClient::LicenseClient(DrmConfig config, LicenseOrigin origin, Transport& transport,
                             Executor& executor)
    : config_(std::move(config)),
      origin_(std::move(origin)),
      transport_(transport),
      executor_(executor) {}

const std::string& LicenseClient::url_of(const LicenseRequest& request) const {
  if (request.type == DrmMessageType::kIndividualisation) return request.url;
  if (!config_.license_url.empty()) return config_.license_url;
  return origin_.license_url.empty() ? request.url : origin_.license_url;
}

bool LicenseClient::is_wrapped(const LicenseRequest& request) const {
  return origin_.access != nullptr && config_.protocol == LicenseProtocol::kAutomatic &&
         request.type != DrmMessageType::kIndividualisation;
}

CancelHandle LicenseClient::fetch(LicenseRequest request, Done done) {
  const std::string& url = url_of(request);
  const bool wraps = is_wrapped(request);
  const auto refuse = [&](ErrorCode code, std::string why) {
    return fail_later(executor_, std::move(done), make_error(code, std::move(why)));
  };
  if (url.empty()) return refuse(ErrorCode::kDrmLicense, "no licence URL is known");
  LicenseMessage message =
      wraps ? wrapped_message(request, url, *origin_.access) : raw_message(request, url);
  if (config_.on_license_request) {
    const Result<void> prepared = config_.on_license_request(message);
    if (!prepared) return fail_later(executor_, std::move(done), prepared.error());
  }
  if (!is_license_url(message.url)) {
    return refuse(ErrorCode::kDrmLicense,
                  "licences are asked for over https alone, not at " + redact(message.url));
  }
  LicensePost post;
  if (wraps && is_same_origin(message.url, origin_.access->base_url)) post.access = origin_.access;
  post.url = std::move(message.url);
  post.headers = std::move(message.headers);
  post.body = std::move(message.body);
  post.may_be_empty = !wraps && request.type == DrmMessageType::kRelease;
  return start_license_call(
      transport_, executor_, std::move(post),
      [wraps, scheme = request.scheme, read = config_.on_license_response, &executor = executor_,
       done = std::move(done)](Result<SharedBytes> body) mutable {
        done(read_answer(std::move(body), wraps, read, scheme, executor.wall_now()));
      });
}

}  // namespace playhead
