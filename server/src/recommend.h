// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "account_store.h"
#include "result.h"

namespace playhead::server {

struct Title;
struct TitleList;

// How much each signal counts; only their proportions matter.
struct RecommendWeights {
  double taste = 0.5;     // what people of similar taste liked
  double titles = 0.35;   // genre and cast of what this viewer liked
  double context = 0.15;  // what this viewer watches at this time of day on this kind of device
};

// "taste=0.5,titles=0.35,context=0.15"; what is not named stays. Error `bad_weights`.
[[nodiscard]] Result<RecommendWeights> parse_weights(std::string_view text);

// Something that was watched.
struct Watched {
  const Title* title = nullptr;
  int hour = 0;  // of the day, local, when it was begun
  std::string device_type;
};

struct RecommendInput {
  std::vector<const Title*> candidates;
  std::vector<Rating> mine;
  std::vector<Rating> peers;  // ratings of others, who rated some of what this viewer rated
  std::vector<Watched> watched;
  std::set<std::string> done;  // ids of titles not to be recommended: seen, being watched, rated
  int hour = 0;                // local, 0 to 23
  std::string device_type;
  RecommendWeights weights;
  std::size_t limit = 20;
};

// Which of `list` are looked at, `most` at most: what this viewer rated or watched, what peers rated (half of `most`), what
// is of the viewer's genres, each an equal share, more of what peers rated, then the rest by id; all of them that
// `is_shown` lets through. Nothing twice.
[[nodiscard]] std::vector<const Title*> candidates(const TitleList& list, const RecommendInput& input, std::size_t most,
                                                   const std::function<bool(const Title&)>& is_shown);

struct Recommendation {
  const Title* title = nullptr;
  double score = 0;         // 0 to 1
  std::string_view reason;  // the strongest signal: "taste", "titles", "context"; "new" without any
};

// Best first; without any signal the newest titles first. Pure; the same input gives the same
// answer.
[[nodiscard]] std::vector<Recommendation> recommend(const RecommendInput& input);

}  // namespace playhead::server
