// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace playhead::offline {

// What a resource is called in the journal: its URL without query and fragment. Signatures and
// tokens change with every permission, the resource does not.
[[nodiscard]] inline std::string stable_key(std::string_view url) {
  return std::string(url.substr(0, url.find_first_of("?#")));
}

// Its URL without the fragment: what a resource is called when others of its title have that path,
// too, and differ in the query alone.
[[nodiscard]] inline std::string query_key(std::string_view url) {
  return std::string(url.substr(0, url.find('#')));
}

}  // namespace playhead::offline
