// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "clock.h"
#include "http_types.h"
#include "log.h"
#include "media_path.h"
#include "result.h"
#include "signed_url.h"

namespace playhead::server {

// GET and HEAD of /media/<title>/...: checks the signature, then serves the file, or the manifest
// with the request's own query on all its URIs. Knows neither the database nor the catalogue, so it
// can run as an edge of its own. Any thread.
class MediaHandler {
 public:
  // `own_origin`: where clients reach us when that is not where they ask ("" = nowhere else).
  MediaHandler(std::filesystem::path root, std::string own_origin, const UrlSigner& signer,
               const Clock& clock, const Log& log)
      : root_(std::move(root)),
        own_origin_(std::move(own_origin)),
        signer_(signer),
        clock_(clock),
        log_(log) {}

  [[nodiscard]] Result<Response> serve(const Request& request) const;

 private:
  [[nodiscard]] Result<std::string> personalised(const MediaPath& path, const FilePart& file,
                                                 std::string query) const;

  const std::filesystem::path root_;
  const std::string own_origin_;
  const UrlSigner& signer_;
  const Clock& clock_;
  const Log& log_;
};

}  // namespace playhead::server
