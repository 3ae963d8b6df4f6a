// SPDX-License-Identifier: Apache-2.0
#include "session/api_client.h"

#include <string>
#include <string_view>
#include <utility>

#include "session/api_json.h"

namespace playhead {

namespace {

// Everything but RFC 3986 §2.3's unreserved characters becomes %XX.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                               c == '~';
    if (is_unreserved) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.push_back('%');
    encoded.push_back(kHex[byte >> 4]);
    encoded.push_back(kHex[byte & 15]);
  }
  return encoded;
}

bool is_title_id(const std::string& id) { return !id.empty() && id.size() <= kMaxIdBytes; }

Error bad_title() {
  return make_error(ErrorCode::kInvalidArgument, "a title id has 1 to 256 bytes");
}

template <typename Grant>
Result<Grant> read_grant(const Result<ApiReply>& reply, Result<Grant> (*parse)(std::string_view)) {
  if (!reply) return reply.error();
  if (reply->status != 200) return error_of(*reply);
  return parse(reply->body);
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
  const std::string name = request.path;
  return ask(std::move(request), query.patience, name,
             [done = std::move(done)](const Result<ApiReply>& reply) mutable {
               done(read_grant(reply, &parse_stream_grant));
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
  return ask(std::move(request), query.patience, "/api/v1/download/" + query.title_id,
             [done = std::move(done)](const Result<ApiReply>& reply) mutable {
               done(read_grant(reply, &parse_download_grant));
             });
}

CancelHandle ApiClient::ask(ApiRequest request, Duration patience, const std::string& name,
                            UniqueFunction<void(Result<ApiReply>)> done) {
  request.retry = RetryConfig{};
  request.retry->budget = patience;
  request.held = held_;
  request.held_as = name;
  return start_api_call(access_, transport_, executor_, std::move(request), std::move(done));
}

CancelHandle ApiClient::post_progress(const ProgressReport& report,
                                      UniqueFunction<void(PostOutcome)> done) {
  if (!is_title_id(report.title_id)) {
    return fail_later<PostOutcome>(executor_, std::move(done), outcome_of(bad_title()));
  }
  ApiRequest request;
  request.method = "POST";
  request.path = "/api/v1/stream/progress";
  request.body = progress_body(report);
  return start_api_call(access_, transport_, executor_, std::move(request),
                        [done = std::move(done)](Result<ApiReply> reply) mutable {
                          done(reply ? outcome_of(*reply) : outcome_of(std::move(reply).error()));
                        });
}

}  // namespace playhead
