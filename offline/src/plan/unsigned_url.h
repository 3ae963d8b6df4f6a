// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace playhead::offline {

// The URL without its fragment and without the parameters of its query by which CDNs and object
// stores let it be fetched for a while: tokens, signatures, their ends. What is left says which
// title it is: hosts tell titles apart by the query alone, too. Names are those of CloudFront, S3
// and Google Cloud, Azure, Akamai, nginx, and what others are called (README of this folder); one
// that is not known counts, so that a title is fetched twice rather than taken for another. Pure.
[[nodiscard]] std::string unsigned_url(std::string_view url);

}  // namespace playhead::offline
