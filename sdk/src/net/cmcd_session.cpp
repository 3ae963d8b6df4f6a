// SPDX-License-Identifier: Apache-2.0
#include "net/cmcd_session.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// Of the bitrate: more than that a transfer need not be given (chosen, as other players do).
constexpr int64_t kEnough = 5;

const char* type_of(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kManifest:
      return "m";
    case ResourceKind::kInit:
      return "i";
    case ResourceKind::kText:
      return "c";
    case ResourceKind::kKey:
      return "k";
    default:
      return "o";
  }
}

bool is_media(const CmcdObject* object) {
  return object != nullptr && (object->type == "v" || object->type == "a" || object->type == "av");
}

}  // namespace

CmcdData CmcdSession::describe(const Request& request, const CmcdObject* object, MonotonicTime now,
                               const std::optional<MonotonicTime>& wanted_by) {
  CmcdData data;
  data.sid = session_id_;
  data.cid = content_id_;
  data.sf = state_.format;
  data.st = state_.type;
  data.pr = state_.rate;
  data.su = state_.is_urgent;
  if (state_.throughput_kbps > 0) data.mtp = state_.throughput_kbps;
  data.ot = object != nullptr && request.kind != ResourceKind::kInit ? object->type
                                                                     : type_of(request.kind);
  if (!is_media(object)) return data;
  if (object->kbps > 0) data.br = object->kbps;
  if (object->top_kbps > 0) data.tb = object->top_kbps;
  if (object->kbps > 0) data.rtp = object->kbps * kEnough;
  if (request.kind == ResourceKind::kInit) return data;
  if (object->duration > Duration{0}) data.d = object->duration;
  data.bl = object->buffered;
  if (wanted_by) data.dl = std::max(*wanted_by - now, Duration{0});
  data.bs = std::exchange(is_starved_, false);
  if (!object->next_url.empty()) data.nor = cmcd_relative(request.url, object->next_url);
  return data;
}

void CmcdSession::decorate(Request& request, const std::optional<CmcdObject>& object,
                           MonotonicTime now, const std::optional<MonotonicTime>& wanted_by) {
  const bool is_http = request.url.compare(0, 4, "http") == 0;
  const bool is_told =
      is_http && request.kind != ResourceKind::kApi && request.kind != ResourceKind::kLicense;
  if (!is_told) return;
  const CmcdData data = describe(request, object ? &*object : nullptr, now, wanted_by);
  if (mode_ == CmcdMode::kQuery) {
    request.url = with_cmcd(request.url, cmcd_text(data));
    return;
  }
  for (CmcdHeader& header : cmcd_headers(data)) {
    if (header.value.empty()) continue;
    request.headers.push_back({std::string(header.name), std::move(header.value)});
  }
}

}  // namespace playhead
