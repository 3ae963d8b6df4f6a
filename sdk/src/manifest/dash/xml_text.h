// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace playhead::dash {

// Calls `use` for each of the words that white space separates.
template <typename Use>
void for_each_word(std::string_view text, Use use) {
  constexpr std::string_view kSpace = " \t\r\n";
  for (std::size_t at = text.find_first_not_of(kSpace); at != std::string_view::npos;) {
    const std::size_t end = text.find_first_of(kSpace, at);
    use(text.substr(at, end == std::string_view::npos ? end : end - at));
    at = text.find_first_not_of(kSpace, end);
  }
}

}  // namespace playhead::dash
