// SPDX-License-Identifier: Apache-2.0
#include "session/api_client.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/url.h"
#include "session/api_json.h"
#include "session/catalogue_requests.h"

namespace playhead {

namespace {

Error bad_title() {
  return make_error(ErrorCode::kInvalidArgument, "a title id has 1 to 256 bytes");
}

template <typename Grant>
Result<Grant> read_grant(const Result<ApiReply>& reply, Result<Grant> (*parse)(std::string_view)) {
  if (!reply) return reply.error();
  if (reply->status != 200) return error_of(*reply);
  return parse(reply->body);
}

void add_profile(ApiRequest& request, const std::string& profile_id) {
  if (!profile_id.empty()) request.path += "&profile_id=" + percent_encoded(profile_id);
  request.pin_of = profile_id;
}

// A failure found before anything was sent; reported like any other, after the call.
template <typename T>
CancelHandle fail_later(Executor& executor, UniqueFunction<void(T)> done, T result) {
  return executor.post_at(
      executor.now(),
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

}  // namespace

CancelHandle ApiClient::get_stream(const StreamQuery& query,
                                   UniqueFunction<void(Result<StreamGrant>)> done) {
  if (!is_title_id(query.title_id)) {
    return fail_later<Result<StreamGrant>>(executor_, std::move(done), bad_title());
  }
  ApiRequest request;
  request.path = "/api/v1/stream?movie_id=" + percent_encoded(query.title_id);
  if (!query.format.empty()) request.path += "&format=" + percent_encoded(query.format);
  add_profile(request, query.profile_id);
  const std::string name = request.path;
  return ask(std::move(request), query.patience, name,
             [done = std::move(done)](const Result<ApiReply>& reply) mutable {
               done(read_grant(reply, &parse_stream_grant));
             });
}

CancelHandle ApiClient::start_playback(const PlaybackQuery& query,
                                       UniqueFunction<void(Result<StreamGrant>)> done) {
  if (!is_title_id(query.title_id)) {
    return fail_later<Result<StreamGrant>>(executor_, std::move(done), bad_title());
  }
  ApiRequest request;
  request.method = "POST";
  request.path = "/v1/playback/start";
  request.pin_of = query.profile_id;
  request.body_of_pin = [query](const std::string& pin) { return playback_body(query, pin); };
  const std::string name = request.path;
  return ask(std::move(request), query.patience, name,
             [done = std::move(done)](const Result<ApiReply>& reply) mutable {
               done(read_grant(reply, &parse_playback_grant));
             });
}

CancelHandle ApiClient::post_download(const DownloadQuery& query,
                                      UniqueFunction<void(Result<DownloadGrant>)> done) {
  if (!is_title_id(query.title_id)) {
    return fail_later<Result<DownloadGrant>>(executor_, std::move(done), bad_title());
  }
  ApiRequest request;
  request.method = "POST";
  request.path = "/api/v1/download";
  request.body = download_body(query);
  request.pin_of = query.profile_id;
  return ask(std::move(request), query.patience, "/api/v1/download/" + query.title_id,
             [done = std::move(done)](const Result<ApiReply>& reply) mutable {
               done(read_grant(reply, &parse_download_grant));
             });
}

CancelHandle ApiClient::call(ApiRequest request, Duration patience,
                             UniqueFunction<void(Result<std::string>)> done) {
  const std::string name = request.path;
  return ask(std::move(request), patience, name,
             [done = std::move(done)](const Result<ApiReply>& reply) mutable {
               if (!reply) return done(reply.error());
               const bool is_success = reply->status == 200 || reply->status == 204;
               done(is_success ? Result<std::string>(reply->body) : error_of(*reply));
             });
}

CancelHandle ApiClient::ask(ApiRequest request, Duration patience, const std::string& name,
                            UniqueFunction<void(Result<ApiReply>)> done) {
  if (patience > Duration{0}) {
    request.retry = RetryConfig{};
    request.retry->budget = patience;
  }
  request.held = held_;
  request.held_as = name;
  return start_api_call(access_, transport_, executor_, std::move(request), std::move(done));
}

CancelHandle ApiClient::post_progress(const ProgressReport& report,
                                      UniqueFunction<void(PostOutcome)> done) {
  if (!is_title_id(report.title_id)) {
    return fail_later<PostOutcome>(executor_, std::move(done), outcome_of(bad_title()));
  }
  return post("/api/v1/stream/progress", progress_body(report), std::move(done));
}

CancelHandle ApiClient::post(std::string path, std::string body,
                             UniqueFunction<void(PostOutcome)> done) {
  ApiRequest request;
  request.method = "POST";
  request.path = std::move(path);
  request.body = std::move(body);
  return start_api_call(access_, transport_, executor_, std::move(request),
                        [done = std::move(done)](Result<ApiReply> reply) mutable {
                          done(reply ? outcome_of(*reply) : outcome_of(std::move(reply).error()));
                        });
}

}  // namespace playhead
