// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "manifest/diagnostic.h"
#include "manifest/loaded_index.h"
#include "manifest/manifest_parser.h"
#include "playhead/bytes.h"
#include "playhead/cancel_handle.h"
#include "playhead/presentation.h"
#include "playhead/result.h"
#include "playhead/transport.h"
#include "playhead/unique_function.h"

namespace playhead {

// A manifest resource as fetched: the final head and the whole body.
struct FetchedManifest {
  ResponseHead head;
  SharedBytes body;
  MonotonicTime began = {};  // its first byte came; 0: not known
};

// How ManifestSource fetches; retries, credentials and threads are the matter of whoever binds it.
// `done` runs at most once, never before the call returned, never after the handle is destroyed.
using ManifestFetch = std::function<CancelHandle(
    Request request, UniqueFunction<void(Result<FetchedManifest>)> done)>;

struct MpdHistory;

// What a client asks of a server that offers low latency (RFC 8216bis §6.2.5).
struct ReloadDirectives {
  // The answer waits until the playlist has that segment, or that part of it.
  std::optional<uint64_t> media_sequence, part;
  bool skip = false;  // a delta update is enough
};

// RFC 8216bis §6.2.5: directives are parameters of the query.
[[nodiscard]] std::string with_directives(const std::string& url,
                                          const ReloadDirectives& directives);

// Fetches manifests and segment indexes and parses them. Use from one thread: the one `fetch`
// reports to. Destroying it, or a handle it gave, cancels; it may be destroyed in its callbacks.
class ManifestSource {
 public:
  // `timeouts` go into each request.
  explicit ManifestSource(ManifestFetch fetch, RequestTimeouts timeouts = {})
      : fetch_(std::move(fetch)), timeouts_(timeouts) {}

  // The Presentation at `url`; remote elements of an MPD (xlink) are fetched and put in their
  // places, one that cannot be had is left out. `options` must not point to Diagnostics. Errors:
  // those of the fetch; kHttpStatus, kNotFound, kForbidden, kUnauthorized (detail: the status) for
  // answers >= 400; those of parse_manifest().
  CancelHandle load(const std::string& url,
                    UniqueFunction<void(Result<std::shared_ptr<const Presentation>>)> done,
                    const ParseOptions& options = {});

  // A later state of `previous`, a dynamic MPD: from where its Location says, as a patch where one
  // is offered and fits. Identity is kept, see dash/presentation_refresh.h. Errors as load().
  CancelHandle refresh(std::shared_ptr<const Presentation> previous,
                       UniqueFunction<void(Result<std::shared_ptr<const Presentation>>)> done,
                       const ParseOptions& options = {});

  // The segments of a Representation that has an index source; follows segment indexes that name
  // further ones. Errors as above, and those of parse_index(). `options.diagnostics` is written
  // before `done` runs, on its thread; it must live until then, or until the handle is gone.
  CancelHandle load_index(const Representation& representation,
                          UniqueFunction<void(Result<LoadedIndex>)> done,
                          const ParseOptions& options = {});

  // A later state of `previous`, an HLS playlist: see refresh_index(). A delta update that does not
  // fit is followed by the whole playlist. `patience`: how long the server may hold a blocked
  // answer back.
  CancelHandle refresh_index(const Representation& representation, LoadedIndex previous,
                             const ReloadDirectives& directives, Duration patience,
                             UniqueFunction<void(Result<RefreshedIndex>)> done);

 private:
  ManifestFetch fetch_;
  RequestTimeouts timeouts_;
  std::shared_ptr<MpdHistory> history_;  // of the last load()
};

}  // namespace playhead
