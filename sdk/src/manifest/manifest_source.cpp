// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_source.h"

#include <algorithm>

#include "manifest/dash/live_mpd.h"
#include "manifest/dash/mpd_patch.h"
#include "manifest/dash/xlink_resolver.h"
#include "manifest/hls/playlist.h"
#include "manifest/manifest_answer.h"
#include "manifest/playlist_load.h"
#include "manifest/sidx_index_builder.h"

namespace playhead {

// What is known of a dynamic MPD from its last answer.
struct MpdHistory {
  dash::LiveMpd mpd;
  SharedBytes text;  // while patches are offered
};

namespace {

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
  running_ = fetch_(manifest_request(location, timeouts_),
                    [weak = weak_from_this(), range](Result<FetchedManifest> fetched) {
                      if (const auto self = weak.lock()) {
                        self->on_fetched(range, std::move(fetched));
                      }
                    });
}

void SidxLoad::on_fetched(std::optional<ByteRange> range, Result<FetchedManifest> fetched) {
  if (!fetched) return complete(std::move(fetched).error());
  if (std::optional<Error> error = answer_error(fetched->head)) return complete(*std::move(error));
  url_ = final_url(*fetched, source_.location.url);
  const int64_t offset = range ? range->first : 0;
  if (Result<void> added = builder_.add(range_of(*fetched, range), offset); !added) {
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
  PlaylistDoubt doubt_;
  CancelHandle running_;
};

void ManifestLoad::request(const std::string& url) {
  running_ = fetch_(manifest_request({url, std::nullopt}, timeouts_),
                    [weak = weak_from_this(), url](Result<FetchedManifest> fetched) {
                      if (const auto self = weak.lock()) self->on_manifest(url, std::move(fetched));
                    });
}

void ManifestLoad::on_manifest(const std::string& url, Result<FetchedManifest> fetched) {
  if (!fetched) return finish(std::move(fetched).error());
  if (std::optional<Error> error = answer_error(fetched->head)) return finish(*std::move(error));
  url_ = final_url(*fetched, url);
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
  running_ = fetch_(manifest_request({patches.front().url, std::nullopt}, timeouts_),
                    [weak = weak_from_this()](Result<FetchedManifest> fetched) {
                      if (const auto self = weak.lock()) self->on_patch(std::move(fetched));
                    });
}

void ManifestLoad::on_patch(Result<FetchedManifest> fetched) {
  if (!fetched || answer_error(fetched->head)) return request(whole_url());
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
  running_ = fetch_(manifest_request({*url, std::nullopt}, timeouts_),
                    [weak = weak_from_this()](Result<FetchedManifest> fetched) {
                      if (const auto self = weak.lock()) self->on_element(std::move(fetched));
                    });
}

void ManifestLoad::on_element(Result<FetchedManifest> fetched) {
  if (fetched && !answer_error(fetched->head)) {
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

// It is a media playlist that breaks off, or seems to.
bool lacks_end(const Presentation& presentation) {
  if (presentation.format != ManifestFormat::kHls) return false;
  const auto& sets = presentation.periods.front().adaptation_sets;
  if (sets.empty() || sets.front().representations.empty()) return false;
  const LoadedIndex index = inline_index(sets.front().representations.front());
  return index.playlist && index.playlist->lacks_end();
}

void ManifestLoad::parse(SharedBytes bytes, int failures) {
  const SharedBytes text = bytes;
  std::shared_ptr<const Presentation> presentation;
  if (previous_ || may_be_dynamic(text.view())) {
    auto updated = history_->mpd.update(std::move(bytes), url_, options_);
    if (!updated) return finish(named_error(std::move(updated).error(), text.view(), url_));
    presentation = *std::move(updated);
  } else {
    Result<Presentation> parsed = parse_manifest(std::move(bytes), url_, options_);
    if (!parsed) return finish(named_error(std::move(parsed).error(), text.view(), url_));
    if (lacks_end(*parsed) && !doubt_.is_settled_by(text)) {
      if (doubt_.begin(text)) return request(url_);
      return finish(PlaylistDoubt::error(url_));
    }
    presentation = std::make_shared<const Presentation>(*std::move(parsed));
  }
  const bool offers_patches = presentation->live && !presentation->live->patch_locations.empty();
  history_->text = offers_patches ? text : SharedBytes();
  if (failures == 0) return finish(std::move(presentation));
  Presentation with_failures = *presentation;
  with_failures.warnings += failures;
  finish(std::make_shared<const Presentation>(std::move(with_failures)));
}

}  // namespace

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

CancelHandle ManifestSource::load_index(const Representation& representation,
                                        UniqueFunction<void(Result<LoadedIndex>)> done,
                                        const ParseOptions& options) {
  const IndexSource& source = representation.index_source;
  if (source.kind == IndexSource::Kind::kSidx) {
    auto load = std::make_shared<SidxLoad>(fetch_, timeouts_, representation, std::move(done));
    load->request(source.location.range);
    return CancelHandle([load] { load->cancel(); });
  }
  auto load = std::make_shared<PlaylistLoad>(fetch_, timeouts_, source, options, std::move(done));
  load->request();
  return CancelHandle([load] { load->cancel(); });
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
