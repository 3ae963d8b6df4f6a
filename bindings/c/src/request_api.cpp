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
  const InAppCall inside(AppCall::kAsked);
  // What was changed before it threw stays.
  guard_void([&] {
    playhead_request seen{&request};
    const Lent<playhead_request> handle(seen);
    (*table_)->on_request((*table_)->user, handle.get());
  });
}

void CInterceptor::on_response(const InterceptedRequest& request, const ResponseHead& head) {
  if ((*table_)->on_response == nullptr) return;
  const InAppCall inside(AppCall::kAsked);
  guard_void([&] {
    InterceptedRequest copy = request;
    playhead_request seen{&copy, &head};
    const Lent<playhead_request> handle(seen);
    (*table_)->on_response((*table_)->user, handle.get(), head.status);
  });
}

}  // namespace playhead::capi

using playhead::ErrorCode;
using playhead::capi::guard;
using playhead::capi::Pinned;
using playhead::capi::status_of;

int32_t playhead_request_kind(const playhead_request* request) noexcept {
  const Pinned pinned(request);
  return pinned ? static_cast<int32_t>(pinned->request->kind) : -1;
}

const char* playhead_request_url(const playhead_request* request) noexcept {
  const Pinned pinned(request);
  return pinned ? pinned->request->url.c_str() : "";
}

playhead_status playhead_request_set_url(playhead_request* request, const char* url) noexcept {
  return guard([&] {
    const Pinned pinned(request);
    if (!pinned) return pinned.status();
    if (url == nullptr) return status_of(ErrorCode::kInvalidArgument);
    pinned->request->url = url;
    return playhead_status{PLAYHEAD_OK};
  });
}

playhead_status playhead_request_add_header(playhead_request* request, const char* name,
                                            const char* value, int32_t is_secret) noexcept {
  return guard([&] {
    const Pinned pinned(request);
    if (!pinned) return pinned.status();
    if (name == nullptr || value == nullptr) return status_of(ErrorCode::kInvalidArgument);
    auto& headers = is_secret != 0 ? pinned->request->credentials : pinned->request->headers;
    headers.push_back({name, value});
    return playhead_status{PLAYHEAD_OK};
  });
}

const char* playhead_request_response_header(const playhead_request* request,
                                             const char* name) noexcept {
  const Pinned pinned(request);
  if (!pinned || pinned->response == nullptr || name == nullptr) return "";
  const auto value = pinned->response->header(name);
  return value.empty() ? "" : value.data();  // all of a string
}
