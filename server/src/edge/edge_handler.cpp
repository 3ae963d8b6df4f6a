// SPDX-License-Identifier: Apache-2.0
#include "edge/edge_handler.h"

#include <utility>

#include "api_json.h"
#include "common_answers.h"
#include "conditional_request.h"

namespace playhead::server {
namespace {

constexpr int64_t kManifestUs = 1'000'000;
constexpr std::size_t kMaxManifests = 256;

Response failed(const UpstreamAnswer& answer) {
  switch (answer.status) {
    case 403:
      return error_response({403, "signature_invalid", "The origin does not accept the signature."});
    case 404:
      return error_response(no_media_file());
    case 503:
      return error_response({503, "overloaded", "The origin has too much to do; try again."});
    default:
      return error_response({502, "origin_failed", "The origin did not give the file."});
  }
}

Response empty_file(const Request& request, std::string_view mime) {
  Response response;
  response.headers.emplace_back("Accept-Ranges", "bytes");
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Type", std::string(mime));
  apply_range(response, wanted_range(request, {}, 0), 0);
  return response;
}

}  // namespace

struct EdgeHandler::Asked {
  MediaPath media;
  std::string path;   // path_text(): a file has one name here, however it is encoded
  std::string query;  // verified
  Method method = Method::kGet;
  std::string range, if_range, if_none_match;

  // With views into this.
  [[nodiscard]] Request request() const {
    Request request;
    request.method = method;
    request.range = range;
    request.if_range = if_range;
    request.if_none_match = if_none_match;
    return request;
  }
};

void EdgeHandler::handle(const Request& request, const Respond& respond) {
  const auto answer = [respond](Response response) {
    allow_all_origins(response);
    respond(std::move(response));
  };
  const bool is_read = request.method == Method::kGet || request.method == Method::kHead;
  if (request.method == Method::kOptions) return answer(preflight("GET, HEAD"));
  if (!is_read) return answer(method_not_allowed("GET, HEAD"));
  if (request.path == "/healthz") return answer(healthy());
  if (request.path == "/metrics") return answer(metrics());
  media(request, answer);
}

void EdgeHandler::media(const Request& request, const Respond& respond) {
  auto path = parse_media_path(request.path);
  if (!path) return respond(error_response(no_media_file()));
  auto query = signer_.verify(path->title, request.query, clock_.now_s());
  if (!query.ok()) return respond(error_response(query.error()));
  const bool is_whole = is_manifest(*path) || path->mime == kKeyType;
  std::string name = path_text(*path);
  const Asked asked{std::move(*path),
                    std::move(name),
                    std::move(query.value()),
                    request.method,
                    std::string(request.range),
                    std::string(request.if_range),
                    std::string(request.if_none_match)};
  if (is_whole) return send_whole(asked, respond);
  const auto wanted = sessions_.note(request.client, asked.media.title, asked.path);
  for (const std::string& ahead : wanted.paths) {
    warmed_ += 1;
    cache_.warm(wanted.title, ahead, 0);
  }
  send_file(asked, respond);
}

void EdgeHandler::send_file(const Asked& asked, const Respond& respond) {
  // The first slice says how long the file is, and is the one asked for, mostly.
  cache_.get(asked.media.title, asked.path, 0, [this, asked, respond](Result<Slice> first) {
    // No range of an empty file can be had.
    if (!first.ok() && first.error().http_status == 416) return respond(empty_file(asked.request(), asked.media.mime));
    if (!first.ok()) return respond(error_response(first.error()));
    const FileInfo& info = first.value().info;
    const Request request = asked.request();
    Response response;
    if (!info.etag.empty()) response.headers.emplace_back("ETag", info.etag);
    response.headers.emplace_back("Accept-Ranges", "bytes");
    response.headers.emplace_back("Cache-Control", info.cache_control);
    if (!info.etag.empty() && is_unchanged(request, info.etag)) {
      response.status = 304;
      return respond(std::move(response));
    }
    response.headers.emplace_back("Content-Type", std::string(asked.media.mime));
    ByteRange range = wanted_range(request, info.etag, info.length);
    if (range.kind == ByteRange::Kind::kWhole) range = {range.kind, 0, info.length - 1};
    if (range.kind != ByteRange::Kind::kUnsatisfiable && range.last < kSliceBytes) {
      response.file = std::move(first.value().part);
      const int64_t offset = response.file->offset;
      apply_range(response, range, info.length);
      if (response.status == 206) response.file->offset += offset;
      return respond(std::move(response));
    }
    response.stream = BodyStream{
        make_slice_body(cache_, asked.media.title, asked.path, info, range.first, range.last),
        info.length};
    apply_range(response, range, info.length);
    respond(std::move(response));
  });
}

void EdgeHandler::send_whole(const Asked& asked, const Respond& respond) {
  const std::string target = asked.path + "?" + asked.query;
  const bool may_keep = is_manifest(asked.media);
  const auto give = [asked, respond](const UpstreamAnswer& answer) {
    if (answer.status != 200) return respond(failed(answer));
    const Request request = asked.request();
    Response response;
    if (!answer.etag.empty()) response.headers.emplace_back("ETag", answer.etag);
    response.headers.emplace_back("Accept-Ranges", "bytes");
    response.headers.emplace_back("Cache-Control", answer.cache_control);
    if (!answer.etag.empty() && is_unchanged(request, answer.etag)) {
      response.status = 304;
      return respond(std::move(response));
    }
    response.headers.emplace_back("Content-Type", std::string(asked.media.mime));
    response.body = answer.body;
    const auto size = static_cast<int64_t>(response.body.size());
    apply_range(response, wanted_range(request, answer.etag, size), size);
    respond(std::move(response));
  };
  {
    std::unique_lock lock(mutex_);
    const auto kept = manifests_.find(target);
    if (kept != manifests_.end() && clock_.monotonic_us() < kept->second.until_us) {
      const UpstreamAnswer answer = kept->second.answer;
      lock.unlock();
      return give(answer);
    }
    auto& others = awaited_[target];
    others.push_back(give);
    if (others.size() > 1) return;
  }
  upstream_.fetch({target, {}}, [this, target, may_keep](UpstreamAnswer answer) {
    take_whole(target, std::move(answer), may_keep);
  });
}

void EdgeHandler::take_whole(const std::string& target, UpstreamAnswer answer, bool may_keep) {
  std::vector<std::function<void(UpstreamAnswer)>> all;
  {
    const std::lock_guard lock(mutex_);
    const auto awaited = awaited_.find(target);
    all = std::move(awaited->second);
    awaited_.erase(awaited);
    if (may_keep && answer.status == 200) {
      if (manifests_.size() >= kMaxManifests) manifests_.clear();
      manifests_[target] = {answer, clock_.monotonic_us() + kManifestUs};
    }
  }
  for (const auto& give : all) give(answer);
}

Response EdgeHandler::metrics() const {
  const SliceCache::Numbers cache = cache_.numbers();
  const SliceStore::Numbers store = store_.numbers();
  std::string page;
  const auto add = [&](const char* name, const char* kind, const char* help, uint64_t value) {
    page.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
    page.append(name).append(" ").append(kind).append("\n").append(name).append(" ");
    page.append(std::to_string(value)).append("\n");
  };
  add("playhead_edge_hits_total", "counter", "Slices that were there.", cache.hits);
  add("playhead_edge_misses_total", "counter", "Slices asked of the origin.", cache.misses);
  add("playhead_edge_joined_total", "counter", "Slices waited for with others.", cache.joined);
  add("playhead_edge_hit_bytes_total", "counter", "Bytes of hits.", cache.hit_bytes);
  add("playhead_edge_miss_bytes_total", "counter", "Bytes from the origin.", cache.miss_bytes);
  add("playhead_edge_evicted_total", "counter", "Slices given up for others.", store.evicted);
  add("playhead_edge_warmed_total", "counter", "Files fetched ahead of who watches on.", warmed_);
  add("playhead_edge_stored_bytes", "gauge", "Bytes on disk.", static_cast<uint64_t>(store.bytes));
  add("playhead_edge_stored_slices", "gauge", "Slices on disk.", store.slices);
  return metrics_page(std::move(page));
}

}  // namespace playhead::server
