// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "playhead/offline/download.h"
#include "playhead/result.h"

// Requests and the journal's JSON texts of them. Pure. Readers: kStoreCorrupt naming the field.
namespace playhead::offline {

// All of it but app_data and priority, which have columns of their own.
[[nodiscard]] std::string write_request(const DownloadRequest& request);
[[nodiscard]] Result<DownloadRequest> read_request(std::string_view text);

// Errors: kInvalidArgument with what is wrong.
[[nodiscard]] Result<void> check_request(const DownloadRequest& request);

// The same for requests that ask for the same (see DownloadManager::add): a hash. Errors:
// kInternal.
[[nodiscard]] Result<std::string> identity_of(const DownloadRequest& request);

}  // namespace playhead::offline
