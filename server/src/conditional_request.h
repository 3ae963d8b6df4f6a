// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "byte_range.h"
#include "http_types.h"

// What a GET asks for of something that has an entity tag and a size. Pure; any thread.
namespace playhead::server {

// If-None-Match (RFC 9110 §13.1.2): weak comparison of `etag` against a list of tags, or '*'.
[[nodiscard]] bool is_unchanged(const Request& request, std::string_view etag);

// Range and If-Range against `size` bytes.
[[nodiscard]] ByteRange wanted_range(const Request& request, std::string_view etag, int64_t size);

// Cuts the body, text or file, to the wanted range and sets status and headers that go with it. Of a stream these
// alone: what it gives is the caller's business.
void apply_range(Response& response, const ByteRange& range, int64_t size);

}  // namespace playhead::server
