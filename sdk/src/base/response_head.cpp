// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "playhead/transport.h"

namespace playhead {

namespace {

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

std::string_view ResponseHead::header(std::string_view name) const {
  const auto same_name = [&](const HttpHeader& h) {
    return std::equal(h.name.begin(), h.name.end(), name.begin(), name.end(),
                      [](char a, char b) { return to_lower(a) == to_lower(b); });
  };
  const auto found = std::find_if(headers.begin(), headers.end(), same_name);
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

}  // namespace playhead
