// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lint_report.h"
#include "manifest/dash/xlink_resolver.h"
#include "manifest/diagnostic.h"
#include "playhead/bytes.h"
#include "playhead/presentation.h"
#include "playhead/result.h"

namespace playhead::tools {

struct ReadManifest {
  SharedBytes bytes;
  std::string url;  // base of its URIs: where it came from, after redirects
};

// Reads manifests from files, standard input ("-") and http(s) URLs; blocking.
class ManifestReader {
 public:
  ManifestReader();
  ~ManifestReader();
  ManifestReader(const ManifestReader&) = delete;
  ManifestReader& operator=(const ManifestReader&) = delete;

  static bool is_web_url(const std::string& source);

  // `source` is a path, "-" or a URL. Errors: kNotFound, kForbidden, kTooLarge, those of the
  // network.
  Result<ReadManifest> read(const std::string& source);

  // The MPD with its remote elements (xlink) in their places; other manifests as they are. `url` is
  // the base of its URIs. Files are read below the folder of a file; what is on the network only
  // when `uses_network`. What could not be had is told in `failed`.
  SharedBytes resolve(const SharedBytes& bytes, const std::string& url, bool uses_network,
                      std::vector<dash::RemoteFailure>& failed);

  // Loads the segments of every Representation that names a playlist or an index, in order, as
  // `options` say; what is found in a playlist goes into `report` (null: nowhere). The first
  // failure ends it, and names the URL.
  Result<void> load_indexes(Presentation& presentation, ParseOptions options, LintReport* report);

  // Wall-clock time, for the availability windows of live presentations.
  [[nodiscard]] WallTime now() const;

 private:
  class Network;
  Network& network();
  Result<SharedBytes> fetch(const std::string& url);

  std::unique_ptr<Network> network_;
};

}  // namespace playhead::tools
