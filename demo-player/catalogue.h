// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "playhead/playhead.h"

namespace demo {

// A title as the service lists it.
struct TitleView {
  std::string id, name, genre;
  int year = 0;  // 0: nobody says
  int64_t duration_us = 0;
  std::optional<int64_t> position_us;  // none: it has not begun
};

// Asks the client's service one question, by a call of playhead_service_…, and waits for the titles
// of the answer's rows. Nothing after a failure, which `sentence` explains.
using CatalogueQuestion = std::function<playhead_status(playhead_service*)>;
[[nodiscard]] std::optional<std::vector<TitleView>> ask_for_titles(
    playhead_client* client, const CatalogueQuestion& question, std::string& sentence);

// A table with a head, a line for each title.
[[nodiscard]] std::string format_titles(const std::vector<TitleView>& titles);
// One JSON object.
[[nodiscard]] std::string format_json(const TitleView& title);

}  // namespace demo
