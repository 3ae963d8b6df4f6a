// SPDX-License-Identifier: Apache-2.0
#include "manifest/playlist_load.h"

#include <algorithm>
#include <utility>

#include "base/url.h"
#include "manifest/hls/playlist.h"
#include "manifest/manifest_answer.h"

namespace playhead {

// ---- doubt ----

bool PlaylistDoubt::is_settled_by(const SharedBytes& text) const {
  if (!text_) return false;
  const ByteView before = text_->view();
  const ByteView now = text.view();
  return std::equal(before.begin(), before.end(), now.begin(), now.end());
}

bool PlaylistDoubt::begin(const SharedBytes& text) {
  if (text_) return false;
  text_ = text;
  return true;
}

Error PlaylistDoubt::error(const std::string& url) {
  return make_error(ErrorCode::kBadResponse,
                    redact(url) + ": the playlist breaks off before its end");
}

// ---- the first time ----

PlaylistLoad::PlaylistLoad(ManifestFetch fetch, RequestTimeouts timeouts, IndexSource source,
                           const ParseOptions& options, Done done)
    : fetch_(std::move(fetch)),
      timeouts_(timeouts),
      source_(std::move(source)),
      options_(options),
      done_(std::move(done)) {}

void PlaylistLoad::request() {
  running_ = fetch_(manifest_request(source_.location, timeouts_),
                    [weak = weak_from_this()](Result<FetchedManifest> fetched) {
                      if (const auto self = weak.lock()) self->on_fetched(std::move(fetched));
                    });
}

void PlaylistLoad::cancel() {
  done_ = nullptr;
  running_.reset();
}

void PlaylistLoad::on_fetched(Result<FetchedManifest> fetched) {
  if (!fetched) return finish(std::move(fetched).error());
  if (std::optional<Error> error = answer_error(fetched->head)) return finish(*std::move(error));
  const SharedBytes& text = fetched->body;
  const std::string url = final_url(*fetched, source_.location.url);
  Result<LoadedIndex> index = parse_index(source_, Representation{}, text, url, options_);
  if (!index) return finish(named_error(std::move(index).error(), text.view(), url));
  const bool lacks_end = index->playlist && index->playlist->lacks_end();
  if (lacks_end && !doubt_.is_settled_by(text)) {
    if (doubt_.begin(text)) return request();
    return finish(PlaylistDoubt::error(url));
  }
  index->told = fetched->began;
  finish(std::move(index));
}

// What `done` destroys may hold the handle, and with it this.
void PlaylistLoad::finish(Result<LoadedIndex> result) {
  Done done = std::move(done_);
  done_ = nullptr;
  if (done) done(std::move(result));
}

// ---- again ----

PlaylistReload::PlaylistReload(ManifestFetch fetch, RequestTimeouts timeouts, IndexSource source,
                               LoadedIndex previous, Done done)
    : fetch_(std::move(fetch)),
      timeouts_(timeouts),
      source_(std::move(source)),
      previous_(std::move(previous)),
      done_(std::move(done)) {}

void PlaylistReload::request(const ReloadDirectives& directives, Duration patience) {
  RequestTimeouts timeouts = timeouts_;
  if (directives.media_sequence) timeouts.first_byte = std::max(timeouts.first_byte, patience);
  const std::string url = with_directives(source_.location.url, directives);
  running_ = fetch_(manifest_request({url, std::nullopt}, timeouts),
                    [weak = weak_from_this(), directives](Result<FetchedManifest> fetched) {
                      const auto self = weak.lock();
                      if (self) self->on_fetched(directives, std::move(fetched));
                    });
}

void PlaylistReload::cancel() {
  done_ = nullptr;
  running_.reset();
}

void PlaylistReload::on_fetched(const ReloadDirectives& directives,
                                Result<FetchedManifest> fetched) {
  if (!fetched) return finish(std::move(fetched).error());
  if (std::optional<Error> error = answer_error(fetched->head)) return finish(*std::move(error));
  Result<RefreshedIndex> refreshed = playhead::refresh_index(
      previous_, source_, fetched->body, final_url(*fetched, source_.location.url));
  const bool is_useless = !refreshed || refreshed->has_started_over;
  if (is_useless && directives.skip) return request({}, Duration{0});
  if (refreshed) refreshed->index.told = fetched->began;
  finish(std::move(refreshed));
}

void PlaylistReload::finish(Result<RefreshedIndex> result) {
  Done done = std::move(done_);
  done_ = nullptr;
  if (done) done(std::move(result));
}

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

}  // namespace playhead
