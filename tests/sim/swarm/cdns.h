// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// The hosts a title may be at: the first is where its manifest is, the second has the same content.
namespace playhead::swarm {

inline constexpr std::size_t kMostCdns = 2;

// "http://cdn.test/", "http://cdn2.test/".
[[nodiscard]] std::string_view cdn_url(std::size_t cdn);
// Which of them serves that URL; none: another host.
[[nodiscard]] std::optional<std::size_t> cdn_of(std::string_view url);
// Name and query of what that URL asks for, in that folder ("live/") of one of the first `cdns`.
[[nodiscard]] std::optional<std::string> name_in(std::string_view folder, std::string_view url,
                                                 std::size_t cdns);
// What an MPD says of where its media is: nothing unless it is at several.
[[nodiscard]] std::string base_urls(std::string_view folder, std::size_t cdns);

}  // namespace playhead::swarm
