// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "manifest/diagnostic.h"
#include "manifest/loaded_index.h"
#include "playhead/bytes.h"
#include "playhead/presentation.h"
#include "playhead/result.h"

// Manifests from bytes to the common model. Pure; any thread.
namespace playhead {

// Parses a playlist or an MPD, whichever it is. `url` is absolute: where it came from, after
// redirects. The Presentation may keep `bytes`.
// kManifestNotRecognised (with a sentence when it is a web page), kManifestEmpty, kManifestSyntax,
// kManifestLimit, kInvalidUrl.
[[nodiscard]] Result<Presentation> parse_manifest(SharedBytes bytes, const std::string& url,
                                                  const ParseOptions& options = {});

// Parses what `source.location` answered. `final_url` is where it came from, after redirects.
// kManifest… as above; kContainerSyntax for a damaged segment index; kManifestUnsupported for a
// segment index that names others outside `bytes` (ManifestSource follows those); kInvalidArgument
// for kInline.
[[nodiscard]] Result<LoadedIndex> parse_index(const IndexSource& source,
                                              const Representation& representation,
                                              SharedBytes bytes, const std::string& final_url);

}  // namespace playhead
