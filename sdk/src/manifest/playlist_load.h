// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "manifest/manifest_source.h"

namespace playhead {

// Whether a media playlist that lacks its end (MediaPlaylist::lacks_end) is one that was cut off on
// the way, which nothing else may tell, or was made so: the same text twice was made so.
class PlaylistDoubt {
 public:
  // It is what was doubted.
  [[nodiscard]] bool is_settled_by(const SharedBytes& text) const;
  // True: it is to be asked for once more. False: it was.
  [[nodiscard]] bool begin(const SharedBytes& text);
  [[nodiscard]] static Error error(const std::string& url);

 private:
  std::optional<SharedBytes> text_;
};

// Fetches an HLS playlist for the first time; once more when it lacks its end. Lives in the handle
// that ManifestSource gave. One thread.
class PlaylistLoad : public std::enable_shared_from_this<PlaylistLoad> {
 public:
  using Done = UniqueFunction<void(Result<LoadedIndex>)>;

  PlaylistLoad(ManifestFetch fetch, RequestTimeouts timeouts, IndexSource source,
               const ParseOptions& options, Done done);
  void request();
  void cancel();

 private:
  void on_fetched(Result<FetchedManifest> fetched);
  void finish(Result<LoadedIndex> result);

  ManifestFetch fetch_;
  RequestTimeouts timeouts_;
  IndexSource source_;
  ParseOptions options_;
  Done done_;
  PlaylistDoubt doubt_;
  CancelHandle running_;
};

// Fetches an HLS playlist again; once more, whole, when a delta update does not fit. One thread.
class PlaylistReload : public std::enable_shared_from_this<PlaylistReload> {
 public:
  using Done = UniqueFunction<void(Result<RefreshedIndex>)>;

  PlaylistReload(ManifestFetch fetch, RequestTimeouts timeouts, IndexSource source,
                 LoadedIndex previous, Done done);
  // `patience`: how long the server may hold a blocked answer back.
  void request(const ReloadDirectives& directives, Duration patience);
  void cancel();

 private:
  void on_fetched(const ReloadDirectives& directives, Result<FetchedManifest> fetched);
  void finish(Result<RefreshedIndex> result);

  ManifestFetch fetch_;
  RequestTimeouts timeouts_;
  IndexSource source_;
  LoadedIndex previous_;
  Done done_;
  CancelHandle running_;
};

}  // namespace playhead
