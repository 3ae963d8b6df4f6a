// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "playhead/result.h"
#include "vault/sealer.h"

// What the journal accepts of each kind (chosen: far above what is needed). More is a mistake of
// the caller, or a host's, and would stay for good.
namespace playhead::offline::caps {

inline constexpr std::size_t kId = 64;
inline constexpr std::size_t kName = 1024;  // identities, titles, profiles, headers, schemes
inline constexpr std::size_t kUrl = std::size_t{64} << 10;
inline constexpr std::size_t kRequest = std::size_t{64} << 10;
inline constexpr std::size_t kAppData = std::size_t{4} << 10;
inline constexpr std::size_t kTracks = std::size_t{1} << 20;
inline constexpr std::size_t kTrack = 64;
inline constexpr std::size_t kSealed = Sealer::kMaxRecordBytes + 1024;
inline constexpr std::size_t kKids = 1'000;
inline constexpr std::size_t kDetail = 1024;           // cut off, not refused
inline constexpr std::size_t kListed = 10'000;         // rows of one answer
inline constexpr int64_t kMaxSize = int64_t{1} << 50;  // of a resource, so that sums stay numbers

// kInvalidArgument when there is more.
inline Result<void> check(std::size_t bytes, std::size_t most, const char* what) {
  if (bytes <= most) return {};
  return make_error(ErrorCode::kInvalidArgument, std::string(what) + " is too long");
}

// Of the first that is an error.
template <typename... Results>
Result<void> first_error(const Results&... results) {
  Result<void> found;
  ((found.has_value() && !results.has_value() ? void(found = results) : void()), ...);
  return found;
}

inline std::string_view cut(std::string_view text) { return text.substr(0, kDetail); }

}  // namespace playhead::offline::caps
