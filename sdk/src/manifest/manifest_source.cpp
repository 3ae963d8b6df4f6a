// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_source.h"

#include <algorithm>

#include "base/limits.h"
#include "base/url.h"
#include "manifest/dash/live_mpd.h"
#include "manifest/dash/mpd_patch.h"
#include "manifest/dash/xlink_resolver.h"
#include "manifest/sidx_index_builder.h"

namespace playhead {

// What is known of a dynamic MPD from its last answer.
struct MpdHistory {
  dash::LiveMpd mpd;
  SharedBytes text;  // while patches are offered
};

namespace {

Request make_request(const ResourceLocation& location, const RequestTimeouts& timeouts) {
  Request request;
  request.url = location.url;
  request.range = location.range;
  request.kind = ResourceKind::kManifest;
  request.timeouts = timeouts;
  request.max_bytes = limits::kManifestBytes;
  return request;
}

// An error for answers that are not the resource.
std::optional<Error> status_error(const ResponseHead& head) {
  if (head.status < 400) return std::nullopt;
  const ErrorCode code = head.status == 404 || head.status == 410 ? ErrorCode::kNotFound
                         : head.status == 403                     ? ErrorCode::kForbidden
                         : head.status == 401                     ? ErrorCode::kUnauthorized
                                                                  : ErrorCode::kHttpStatus;
  return make_error(code, "the manifest " + redact(head.url), head.status);
}

// A log-in page of the network between us and the host, or of a host that answers everything.
bool is_web_page(ByteView bytes) {
  std::string_view text = as_text(bytes);
  const std::size_t start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  text = text.substr(std::min(start, text.size()));
  const auto begins_with = [&](std::string_view tag) {
    return text.size() >= tag.size() &&
           std::equal(tag.begin(), tag.end(), text.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + ('a' - 'A')) : b);
           });
  };
  return begins_with("<!doctype html") || begins_with("<html");
}

// Says what was fetched, when it is no manifest because it is a web page.
Error named(Error error, ByteView bytes, const std::string& url) {
  const bool is_page = error.code == ErrorCode::kManifestNotRecognised && is_web_page(bytes);
  return is_page ? make_error(ErrorCode::kCaptivePortal, redact(url)) : error;
}

std::string url_of(const FetchedManifest& fetched, const std::string& requested) {
  return fetched.head.url.empty() ? requested : fetched.head.url;
}

// The bytes of `range`, also from a server that ignores ranges and answers 200 with the whole
// resource (RFC 9110 §14.2).
ByteView bytes_of(const FetchedManifest& fetched, const std::optional<ByteRange>& range) {
  const ByteView body = fetched.body.view();
  if (!range || fetched.head.status == 206) return body;
  const auto first =
      static_cast<std::size_t>(std::min<int64_t>(range->first, static_cast<int64_t>(body.size())));
  const ByteView rest = body.subspan(first);
  if (!range->last) return rest;
  return rest.first(static_cast<std::size_t>(
      std::min<int64_t>(range->length(), static_cast<int64_t>(rest.size()))));
}

// Fetches one segment index after the other until nothing is missing. Lives in the handle that
// load_index() gave, which cancels the fetch under way.
class SidxLoad : public std::enable_shared_from_this<SidxLoad> {
 public:
  SidxLoad(ManifestFetch fetch, RequestTimeouts timeouts, const Representation& representation,
           UniqueFunction<void(Result<LoadedIndex>)> done)
      : fetch_(std::move(fetch)),
        timeouts_(timeouts),
        source_(representation.index_source),
        media_offset_(representation.media_offset.value_or(Duration{0})),
        done_(std::move(done)) {}

  void request(std::optional<ByteRange> range);
  void cancel() {
    done_ = nullptr;
    running_.reset();
  }

 private:
  void on_fetched(std::optional<ByteRange> range, Result<FetchedManifest> fetched);
  Result<LoadedIndex> finish();
  void complete(Result<LoadedIndex> result) {
    UniqueFunction<void(Result<LoadedIndex>)> done = std::move(done_);
    done_ = nullptr;
    if (done) done(std::move(result));
  }

  ManifestFetch fetch_;
  RequestTimeouts timeouts_;
  IndexSource source_;
  Duration media_offset_;
  UniqueFunction<void(Result<LoadedIndex>)> done_;
  SidxIndexBuilder builder_;
  std::string url_;  // final, of the latest answer
  CancelHandle running_;
};

void SidxLoad::request(std::optional<ByteRange> range) {
  ResourceLocation location = source_.location;
  location.range = range;
  running_ = fetch_(make_request(location, timeouts_),
                    [weak = weak_from_this(), range](Result<FetchedManifest> fetched) {
                      if (const auto self = weak.lock()) {
                        self->on_fetched(range, std::move(fetched));
                      }
                    });
}

void SidxLoad::on_fetched(std::optional<ByteRange> range, Result<FetchedManifest> fetched) {
  if (!fetched) return complete(std::move(fetched).error());
  if (std::optional<Error> error = status_error(fetched->head)) return complete(*std::move(error));
  url_ = url_of(*fetched, source_.location.url);
  const int64_t offset = range ? range->first : 0;
  if (Result<void> added = builder_.add(bytes_of(*fetched, range), offset); !added) {
    return complete(std::move(added).error());
  }
  if (const std::optional<ByteRange> missing = builder_.missing()) {
    // The range covers all that the further index describes; the index itself stands first.
    constexpr int64_t kProbeBytes = 64 << 10;
    const int64_t last = std::min(*missing->last, missing->first + kProbeBytes - 1);
    return request(ByteRange{missing->first, last});
  }
  complete(finish());
}

Result<LoadedIndex> SidxLoad::finish() {
  LoadedIndex index;
  index.container = Container::kFmp4;
  index.url = url_;
  PLAYHEAD_TRY(index.segments, builder_.build(url_, media_offset_, source_.init));
  return index;
}

// Fetches a manifest, then the remote elements of an MPD one after the other (ISO/IEC 23009-1 5.5).
class ManifestLoad : public std::enable_shared_from_this<ManifestLoad> {
 public:
  using Done = UniqueFunction<void(Result<std::shared_ptr<const Presentation>>)>;

  ManifestLoad(ManifestFetch fetch, RequestTimeouts timeouts, const ParseOptions& options,
               std::shared_ptr<MpdHistory> history, Done done)
      : fetch_(std::move(fetch)),
        timeouts_(timeouts),
        options_(options),
        history_(std::move(history)),
        done_(std::move(done)) {}

  void request(const std::string& url);
  void refresh(std::shared_ptr<const Presentation> previous);
  void cancel() {
    done_ = nullptr;
    running_.reset();
  }

 private:
  void on_manifest(const std::string& url, Result<FetchedManifest> fetched);
  void on_patch(Result<FetchedManifest> fetched);
  // Where `previous_` says the next MPD is.
  [[nodiscard]] std::string whole_url() const;
  void take(SharedBytes text);
  void on_element(Result<FetchedManifest> fetched);
  void go_on();
  void finish(Result<std::shared_ptr<const Presentation>> result) {
    Done done = std::move(done_);
    done_ = nullptr;
    if (done) done(std::move(result));
  }
  void parse(SharedBytes bytes, int failures);

  ManifestFetch fetch_;
  RequestTimeouts timeouts_;
  ParseOptions options_;
  std::shared_ptr<MpdHistory> history_;
  Done done_;
  std::shared_ptr<const Presentation> previous_;  // null: the first one
  std::string url_;                               // final
  std::optional<dash::XlinkResolver> remote_;
  CancelHandle running_;
};

void ManifestLoad::request(const std::string& url) {
  running_ = fetch_(make_request({url, std::nullopt}, timeouts_),
                    [weak = weak_from_this(), url](Result<FetchedManifest> fetched) {
                      if (const auto self = weak.lock()) self->on_manifest(url, std::move(fetched));
                    });
}

void ManifestLoad::on_manifest(const std::string& url, Result<FetchedManifest> fetched) {
  if (!fetched) return finish(std::move(fetched).error());
  if (std::optional<Error> error = status_error(fetched->head)) return finish(*std::move(error));
  url_ = url_of(*fetched, url);
  take(fetched->body);
}

std::string ManifestLoad::whole_url() const {
  const auto& locations = previous_->live->locations;
  return locations.empty() ? previous_->url : locations.front();
}

void ManifestLoad::refresh(std::shared_ptr<const Presentation> previous) {
  previous_ = std::move(previous);
  // ISO/IEC 23009-1 5.15.2: the answer to a PatchLocation is a patch, or a whole MPD.
  const auto& patches = previous_->live->patch_locations;
  if (patches.empty() || history_->text.size() == 0) return request(whole_url());
  running_ = fetch_(make_request({patches.front().url, std::nullopt}, timeouts_),
                    [weak = weak_from_this()](Result<FetchedManifest> fetched) {
                      if (const auto self = weak.lock()) self->on_patch(std::move(fetched));
                    });
}

void ManifestLoad::on_patch(Result<FetchedManifest> fetched) {
  if (!fetched || status_error(fetched->head)) return request(whole_url());
  url_ = previous_->url;
  // Nothing new yet (5.15.3: an empty answer).
  if (fetched->body.size() == 0) return finish(previous_);
  Result<SharedBytes> text = dash::apply_patch(history_->text.view(), fetched->body.view());
  if (!text) return request(whole_url());
  take(*std::move(text));
}

void ManifestLoad::take(SharedBytes text) {
  if (!dash::XlinkResolver::may_need(text.view())) return parse(std::move(text), 0);
  Result<dash::XlinkResolver> remote = dash::XlinkResolver::make(text.view(), url_);
  if (!remote || !remote->missing()) {
    return parse(remote ? remote->text() : text, 0);  // the parser says what is wrong
  }
  remote_ = *std::move(remote);
  go_on();
}

void ManifestLoad::go_on() {
  const std::optional<std::string> url = remote_->missing();
  if (!url) return parse(remote_->text(), remote_->failures());
  running_ = fetch_(make_request({*url, std::nullopt}, timeouts_),
                    [weak = weak_from_this()](Result<FetchedManifest> fetched) {
                      if (const auto self = weak.lock()) self->on_element(std::move(fetched));
                    });
}

void ManifestLoad::on_element(Result<FetchedManifest> fetched) {
  if (fetched && !status_error(fetched->head)) {
    remote_->add(fetched->body.view());
  } else {
    remote_->fail();
  }
  go_on();
}

// The text may be that of a dynamic MPD.
bool may_be_dynamic(ByteView text) {
  constexpr std::size_t kHeadBytes = 4096;  // comments before the root element fit
  const std::string_view head(reinterpret_cast<const char*>(text.data()),
                              std::min(text.size(), kHeadBytes));
  return head.find("MPD") != head.npos && head.find("dynamic") != head.npos;
}

void ManifestLoad::parse(SharedBytes bytes, int failures) {
  const SharedBytes text = bytes;
  std::shared_ptr<const Presentation> presentation;
  if (previous_ || may_be_dynamic(text.view())) {
    auto updated = history_->mpd.update(std::move(bytes), url_, options_);
    if (!updated) return finish(named(std::move(updated).error(), text.view(), url_));
    presentation = *std::move(updated);
  } else {
    Result<Presentation> parsed = parse_manifest(std::move(bytes), url_, options_);
    if (!parsed) return finish(named(std::move(parsed).error(), text.view(), url_));
    presentation = std::make_shared<const Presentation>(*std::move(parsed));
  }
  const bool offers_patches = presentation->live && !presentation->live->patch_locations.empty();
  history_->text = offers_patches ? text : SharedBytes();
  if (failures == 0) return finish(std::move(presentation));
  Presentation with_failures = *presentation;
  with_failures.warnings += failures;
  finish(std::make_shared<const Presentation>(std::move(with_failures)));
}

// Fetches an HLS playlist again; once more, whole, when a delta update does not fit.
class PlaylistReload : public std::enable_shared_from_this<PlaylistReload> {
 public:
  using Done = UniqueFunction<void(Result<RefreshedIndex>)>;

  PlaylistReload(ManifestFetch fetch, RequestTimeouts timeouts, IndexSource source,
                 LoadedIndex previous, Done done)
      : fetch_(std::move(fetch)),
        timeouts_(timeouts),
        source_(std::move(source)),
        previous_(std::move(previous)),
        done_(std::move(done)) {}

  void request(const ReloadDirectives& directives, Duration patience) {
    RequestTimeouts timeouts = timeouts_;
    if (directives.media_sequence) timeouts.first_byte = std::max(timeouts.first_byte, patience);
    const std::string url = with_directives(source_.location.url, directives);
    running_ = fetch_(make_request({url, std::nullopt}, timeouts),
                      [weak = weak_from_this(), directives](Result<FetchedManifest> fetched) {
                        const auto self = weak.lock();
                        if (self) self->on_fetched(directives, std::move(fetched));
                      });
  }
  void cancel() {
    done_ = nullptr;
    running_.reset();
  }

 private:
  void on_fetched(const ReloadDirectives& directives, Result<FetchedManifest> fetched) {
    if (!fetched) return finish(std::move(fetched).error());
    if (std::optional<Error> error = status_error(fetched->head)) {
      return finish(*std::move(error));
    }
    Result<RefreshedIndex> refreshed = playhead::refresh_index(
        previous_, source_, fetched->body, url_of(*fetched, source_.location.url));
    const bool is_useless = !refreshed || refreshed->has_started_over;
    if (is_useless && directives.skip) return request({}, Duration{0});
    finish(std::move(refreshed));
  }
  void finish(Result<RefreshedIndex> result) {
    Done done = std::move(done_);
    done_ = nullptr;
    if (done) done(std::move(result));
  }

  ManifestFetch fetch_;
  RequestTimeouts timeouts_;
  IndexSource source_;
  LoadedIndex previous_;
  Done done_;
  CancelHandle running_;
};

}  // namespace

std::string with_directives(const std::string& url, const ReloadDirectives& directives) {
  std::string query;
  const auto add = [&](const char* name, const std::string& value) {
    query.append(query.empty() ? "" : "&").append(name).append("=").append(value);
  };
  if (directives.media_sequence) add("_HLS_msn", std::to_string(*directives.media_sequence));
  if (directives.part) add("_HLS_part", std::to_string(*directives.part));
  if (directives.skip) add("_HLS_skip", "YES");
  if (query.empty()) return url;
  const std::size_t fragment = std::min(url.find('#'), url.size());
  const bool has_query = url.find('?') < fragment;
  return url.substr(0, fragment) + (has_query ? "&" : "?") + query;
}

CancelHandle ManifestSource::load(
    const std::string& url, UniqueFunction<void(Result<std::shared_ptr<const Presentation>>)> done,
    const ParseOptions& options) {
  history_ = std::make_shared<MpdHistory>();
  auto load = std::make_shared<ManifestLoad>(fetch_, timeouts_, options, history_, std::move(done));
  load->request(url);
  return CancelHandle([load] { load->cancel(); });
}

CancelHandle ManifestSource::refresh(
    std::shared_ptr<const Presentation> previous,
    UniqueFunction<void(Result<std::shared_ptr<const Presentation>>)> done,
    const ParseOptions& options) {
  auto load = std::make_shared<ManifestLoad>(fetch_, timeouts_, options, history_, std::move(done));
  load->refresh(std::move(previous));
  return CancelHandle([load] { load->cancel(); });
}

// The callback moves `done` out first: it may destroy the handle, and with it the callback that is
// running.
CancelHandle ManifestSource::load_index(const Representation& representation,
                                        UniqueFunction<void(Result<LoadedIndex>)> done,
                                        const ParseOptions& options) {
  const IndexSource& source = representation.index_source;
  if (source.kind == IndexSource::Kind::kSidx) {
    auto load = std::make_shared<SidxLoad>(fetch_, timeouts_, representation, std::move(done));
    load->request(source.location.range);
    return CancelHandle([load] { load->cancel(); });
  }
  auto on_fetched = [source, options,
                     done = std::move(done)](Result<FetchedManifest> fetched) mutable {
    auto finish = std::move(done);
    if (!fetched) return finish(std::move(fetched).error());
    if (std::optional<Error> error = status_error(fetched->head)) return finish(*std::move(error));
    const std::string url = url_of(*fetched, source.location.url);
    Result<LoadedIndex> index = parse_index(source, Representation{}, fetched->body, url, options);
    if (!index) return finish(named(std::move(index).error(), fetched->body.view(), url));
    finish(std::move(index));
  };
  return fetch_(make_request(source.location, timeouts_), std::move(on_fetched));
}

CancelHandle ManifestSource::refresh_index(const Representation& representation,
                                           LoadedIndex previous, const ReloadDirectives& directives,
                                           Duration patience,
                                           UniqueFunction<void(Result<RefreshedIndex>)> done) {
  auto reload = std::make_shared<PlaylistReload>(fetch_, timeouts_, representation.index_source,
                                                 std::move(previous), std::move(done));
  reload->request(directives, patience);
  return CancelHandle([reload] { reload->cancel(); });
}

}  // namespace playhead
