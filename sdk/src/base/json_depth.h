// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace playhead {

// Whether brackets and braces outside strings nest no deeper than `most`. To be asked before the
// JSON library reads text of others: its parser, destructor and dump() recurse. Pure.
[[nodiscard]] bool is_json_shallow(std::string_view text, int most);

}  // namespace playhead
