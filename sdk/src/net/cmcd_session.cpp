// SPDX-License-Identifier: Apache-2.0
#include "net/cmcd_session.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/url.h"

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

const char* type_of(ResourceKind kind, const CmcdObject* object) {
  return object != nullptr && kind != ResourceKind::kInit ? object->type.c_str() : type_of(kind);
}

// As nrr has it.
std::string range_text(const ByteRange& range) {
  return std::to_string(range.first) + '-' + (range.last ? std::to_string(*range.last) : "");
}

std::string_view bare(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

bool is_media(const CmcdObject* object) {
  return object != nullptr && (object->type == "v" || object->type == "a" || object->type == "av");
}

}  // namespace

void CmcdSession::on_answer(ResourceKind kind, const std::string& url,
                            const std::optional<CmcdObject>& object, int status,
                            MonotonicTime asked, const TransferStats* stats) {
  const bool is_told = answers_ && kind != ResourceKind::kApi && kind != ResourceKind::kLicense;
  if (!is_told) return;
  CmcdAnswer answer;
  answer.url = redact(url.substr(0, url.find_first_of("?#")));
  answer.type = type_of(kind, object ? &*object : nullptr);
  answer.status = status;
  answer.asked = asked;
  if (stats != nullptr) {
    answer.first_byte = std::max(stats->first_byte - asked, Duration{0});
    answer.last_byte = std::max(stats->finished - asked, Duration{0});
  }
  const bool has_duration = object && kind != ResourceKind::kInit && object->duration > Duration{0};
  if (has_duration) answer.duration = object->duration;
  answers_(answer);
}

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
  data.ot = type_of(request.kind, object);
  if (!is_media(object)) return data;
  if (object->kbps > 0) data.br = object->kbps;
  if (object->top_kbps > 0) data.tb = object->top_kbps;
  if (object->kbps > 0) data.rtp = object->kbps * kEnough;
  if (request.kind == ResourceKind::kInit) return data;
  if (object->duration > Duration{0}) data.d = object->duration;
  data.bl = object->buffered;
  if (wanted_by) data.dl = std::max(*wanted_by - now, Duration{0});
  data.bs = std::exchange(is_starved_, false);
  if (object->next_url.empty()) return data;
  data.nor = cmcd_relative(request.url, object->next_url);
  if (data.nor.empty()) return data;
  if (object->next_range) data.nrr = range_text(*object->next_range);
  // A range without an object is one of this object, which a CDN must not fetch whole.
  if (bare(request.url) == bare(object->next_url)) data.nor.clear();
  return data;
}

void CmcdSession::decorate(Request& request, const std::optional<CmcdObject>& object,
                           MonotonicTime now, const std::optional<MonotonicTime>& wanted_by) {
  const bool is_http = request.url.compare(0, 4, "http") == 0;
  const bool is_told =
      is_http && request.kind != ResourceKind::kApi && request.kind != ResourceKind::kLicense;
  if (!is_told || mode_ == CmcdMode::kOff) return;
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
