// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "http_types.h"

// What the server and an edge answer alike. Pure.
namespace playhead::server {

// 405; `allow` as "GET, HEAD".
[[nodiscard]] Response method_not_allowed(std::string_view allow);

// 404: of a path that names no media, or of a file that is not there.
[[nodiscard]] Error no_media_file();

// 503: a descriptor is free again soon.
[[nodiscard]] Error too_many_files();

// Browsers ask first when a page of another origin sends a token or a range.
[[nodiscard]] Response preflight(std::string_view allow);

// Nothing here rests on cookies, so every origin may read the answers.
void allow_all_origins(Response& response);

// Alive, and its answer is made on a thread of the event loop: what a supervisor wants to know.
[[nodiscard]] Response healthy();

// Text of Prometheus (0.0.4).
[[nodiscard]] Response metrics_page(std::string text);

}  // namespace playhead::server
