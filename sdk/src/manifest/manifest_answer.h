// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "manifest/manifest_source.h"
#include "playhead/bytes.h"
#include "playhead/media.h"
#include "playhead/result.h"
#include "playhead/transport.h"

namespace playhead {

// How manifests are asked for, and what their answers are worth before they are parsed. Pure.

[[nodiscard]] Request manifest_request(const ResourceLocation& location,
                                       const RequestTimeouts& timeouts);

// An error for answers that are not the resource.
[[nodiscard]] std::optional<Error> answer_error(const ResponseHead& head);

// Says what was fetched, when it is no manifest because it is a web page: a log-in page of the
// network between us and the host, or of a host that answers everything.
[[nodiscard]] Error named_error(Error error, ByteView bytes, const std::string& url);

// Where it came from, after redirects.
[[nodiscard]] std::string final_url(const FetchedManifest& fetched, const std::string& requested);

// The bytes of `range`, also from a server that ignores ranges and answers 200 with the whole
// resource (RFC 9110 §14.2).
[[nodiscard]] ByteView range_of(const FetchedManifest& fetched,
                                const std::optional<ByteRange>& range);

}  // namespace playhead
