// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "playhead/transport.h"

namespace playhead {

// What an answer says of the whole resource, however little of it was asked for: enough to notice
// that the host has put another in its place. What is empty was not said.
struct ResourceVersion {
  std::string etag;  // weak ones, too
  std::string last_modified;
  std::optional<int64_t> total;
};

[[nodiscard]] ResourceVersion version_of(const ResponseHead& head);

// Nothing that both say contradicts: length, ETag, and the date where an ETag is missing. Pure.
[[nodiscard]] bool may_be_same(const ResourceVersion& a, const ResourceVersion& b);

// For If-Range (RFC 9110 §13.1.5); empty: none of it is a strong validator.
[[nodiscard]] std::string strong_validator(const ResourceVersion& version);

}  // namespace playhead
