// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "guard.h"
#include "interceptor_adapter.h"

namespace playhead::capi {
namespace {

static_assert(static_cast<int>(ResourceKind::kManifest) == PLAYHEAD_RESOURCE_MANIFEST);
static_assert(static_cast<int>(ResourceKind::kInit) == PLAYHEAD_RESOURCE_INIT);
static_assert(static_cast<int>(ResourceKind::kMedia) == PLAYHEAD_RESOURCE_MEDIA);
static_assert(static_cast<int>(ResourceKind::kText) == PLAYHEAD_RESOURCE_TEXT);
static_assert(static_cast<int>(ResourceKind::kKey) == PLAYHEAD_RESOURCE_KEY);
static_assert(static_cast<int>(ResourceKind::kLicense) == PLAYHEAD_RESOURCE_LICENSE);
static_assert(static_cast<int>(ResourceKind::kApi) == PLAYHEAD_RESOURCE_API);

}  // namespace

void CInterceptor::on_request(InterceptedRequest& request) {
  playhead_request handle{&request};
  (*table_)->on_request((*table_)->user, &handle);
}

void CInterceptor::on_response(const InterceptedRequest& request, const ResponseHead& head) {
  if ((*table_)->on_response == nullptr) return;
  InterceptedRequest seen = request;
  const playhead_request handle{&seen, &head};
  (*table_)->on_response((*table_)->user, &handle, head.status);
}

}  // namespace playhead::capi

using playhead::ErrorCode;
using playhead::capi::guard;
using playhead::capi::status_of;

int32_t playhead_request_kind(const playhead_request* request) noexcept {
  return request != nullptr ? static_cast<int32_t>(request->request->kind) : -1;
}

const char* playhead_request_url(const playhead_request* request) noexcept {
  return request != nullptr ? request->request->url.c_str() : "";
}

playhead_status playhead_request_set_url(playhead_request* request, const char* url) noexcept {
  return guard([&] {
    if (request == nullptr || url == nullptr) return status_of(ErrorCode::kInvalidArgument);
    request->request->url = url;
    return playhead_status{PLAYHEAD_OK};
  });
}

playhead_status playhead_request_add_header(playhead_request* request, const char* name,
                                            const char* value, int32_t is_secret) noexcept {
  return guard([&] {
    if (request == nullptr || name == nullptr || value == nullptr) {
      return status_of(ErrorCode::kInvalidArgument);
    }
    auto& headers = is_secret != 0 ? request->request->credentials : request->request->headers;
    headers.push_back({name, value});
    return playhead_status{PLAYHEAD_OK};
  });
}

const char* playhead_request_response_header(const playhead_request* request,
                                             const char* name) noexcept {
  if (request == nullptr || request->response == nullptr || name == nullptr) return "";
  const auto value = request->response->header(name);
  return value.empty() ? "" : value.data();  // all of a string
}
