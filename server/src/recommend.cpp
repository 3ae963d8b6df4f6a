// SPDX-License-Identifier: Apache-2.0
#include "recommend.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <tuple>

#include "catalogue.h"

namespace playhead::server {
namespace {

// Three stars are neither good nor bad.
constexpr double kMiddleStars = 3.0;
// A peer with one title in common proves little: similarity is scaled by n / (n + this).
constexpr double kDoubt = 2.0;
// Having watched a title says less than five stars would.
constexpr double kWatchedWeight = 0.5;
constexpr double kCastShare = 0.4;  // of the likeness of titles; the rest is genre

using ById = std::map<std::string_view, double>;

double opinion(const Rating& rating) { return (rating.stars - kMiddleStars) / 2.0; }

double clamp_unit(double value) { return std::clamp(value, 0.0, 1.0); }

// Cosine of two people's opinions over the titles both rated, from -1 to 1.
double similarity(const ById& mine, const ById& theirs) {
  double dot = 0;
  double mine_square = 0;
  double their_square = 0;
  double common = 0;
  for (const auto& [movie, value] : theirs) {
    const auto found = mine.find(movie);
    if (found == mine.end()) continue;
    dot += value * found->second;
    mine_square += found->second * found->second;
    their_square += value * value;
    common += 1;
  }
  if (mine_square <= 0 || their_square <= 0) return 0;
  return dot / std::sqrt(mine_square * their_square) * common / (common + kDoubt);
}

// Per title what people of similar taste think, weighted by how similar they are; 0 to 1.
ById taste_scores(const RecommendInput& input, const ById& mine) {
  std::map<std::pair<std::string_view, std::string_view>, ById> people;
  for (const Rating& rating : input.peers) {
    people[{rating.user_id, rating.profile_id}][rating.movie_id] = opinion(rating);
  }
  ById sum;
  ById weight;
  for (const auto& [who, theirs] : people) {
    const double like = similarity(mine, theirs);
    if (like <= 0) continue;
    for (const auto& [movie, value] : theirs) {
      sum[movie] += like * value;
      weight[movie] += like;
    }
  }
  ById scores;
  for (const auto& [movie, total] : sum) {
    // Divided by a bit more than the weight: one lukewarm peer is no proof.
    scores[movie] = clamp_unit(total / (weight[movie] + 0.1));
  }
  return scores;
}

// What the viewer likes, by genre and by person; each from -1 to 1.
struct Likes {
  ById genres;
  ById cast;
};

void add_likes(Likes& likes, const Title& title, double value) {
  for (const std::string& genre : title.meta.genres) likes.genres[genre] += value;
  for (const std::string& person : title.meta.cast) likes.cast[person] += value;
}

void normalise(ById& values) {
  double top = 0;
  for (const auto& [name, value] : values) top = std::max(top, std::abs(value));
  if (top <= 0) return;
  for (auto& [name, value] : values) value /= top;
}

// The mean of what is liked of a title's names; people who are unknown do not lower it.
double mean_like(const ById& likes, const std::vector<std::string>& names, bool best_only) {
  double sum = 0;
  double best = 0;
  for (const std::string& name : names) {
    const auto found = likes.find(name);
    const double value = found == likes.end() ? 0 : found->second;
    sum += value;
    best = std::max(best, value);
  }
  if (names.empty()) return 0;
  return best_only ? best : sum / static_cast<double>(names.size());
}

constexpr int part_of_day(int hour) { return hour < 6 ? 0 : hour < 12 ? 1 : hour < 18 ? 2 : 3; }

// Share of each genre in what was watched at such a time, on such a device; both count half.
ById context_scores(const RecommendInput& input) {
  ById genres;
  for (const Watched& watched : input.watched) {
    const double time = part_of_day(watched.hour) == part_of_day(input.hour) ? 0.5 : 0;
    const double device = watched.device_type == input.device_type ? 0.5 : 0;
    genres[watched.title->genre] += time + device;
  }
  normalise(genres);
  return genres;
}

double value_of(const ById& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? 0 : found->second;
}

Recommendation judge(const Title& title, const RecommendInput& input, const ById& taste,
                     const Likes& likes, const ById& context) {
  struct Signal {
    std::string_view name;
    double value;
  };
  const RecommendWeights& w = input.weights;
  const double like = (1 - kCastShare) * mean_like(likes.genres, title.meta.genres, false) +
                      kCastShare * mean_like(likes.cast, title.meta.cast, true);
  const std::array<Signal, 3> signals = {
      Signal{"taste", w.taste * value_of(taste, title.id)},
      Signal{"titles", w.titles * clamp_unit(like)},
      Signal{"context", w.context * value_of(context, title.genre)}};
  const double total = std::max(1e-9, w.taste + w.titles + w.context);
  Recommendation result{&title, 0, "new"};
  double best = 0;
  for (const Signal& signal : signals) {
    result.score += signal.value / total;
    if (signal.value > best) {
      best = signal.value;
      result.reason = signal.name;
    }
  }
  return result;
}

}  // namespace

std::vector<const Title*> candidates(const TitleList& list, const RecommendInput& input, std::size_t most,
                                     const std::function<bool(const Title&)>& is_shown) {
  std::vector<const Title*> found;
  std::set<const Title*> seen;
  const auto add = [&](const Title& title) {
    if (found.size() < most && seen.insert(&title).second && is_shown(title)) found.push_back(&title);
  };
  std::set<std::string_view> genres;
  const auto add_rated = [&](const Rating& rating, bool is_mine) {
    const auto title = list.by_id.find(rating.movie_id);
    if (title == list.by_id.end()) return;
    if (is_mine) genres.insert(title->second.genre);
    add(title->second);
  };
  for (const Rating& rating : input.mine) add_rated(rating, true);
  for (const Watched& watched : input.watched) {
    genres.insert(watched.title->genre);
    add(*watched.title);
  }
  // Thousands, maybe: the viewer's own genres are looked at as well.
  const auto add_peers = [&](std::size_t until) {
    for (const Rating& rating : input.peers) {
      if (found.size() >= until) break;
      add_rated(rating, false);
    }
  };
  add_peers(std::min(most, found.size() + most / 2));
  const std::size_t share = genres.empty() ? 0 : (most - found.size()) / genres.size();
  for (const std::string_view genre : genres) {
    const std::size_t until = found.size() + share;
    for (const Title* title : list.by_genre.find(genre)->second) {
      if (found.size() >= until) break;
      add(*title);
    }
  }
  add_peers(most);
  for (const auto& [id, title] : list.by_id) {
    if (found.size() == most) break;
    add(title);
  }
  return found;
}

std::vector<Recommendation> recommend(const RecommendInput& input) {
  std::map<std::string_view, const Title*> known;
  for (const Title* title : input.candidates) known[title->id] = title;
  ById mine;
  Likes likes;
  for (const Rating& rating : input.mine) {
    mine[rating.movie_id] = opinion(rating);
    const auto title = known.find(rating.movie_id);
    if (title != known.end()) add_likes(likes, *title->second, opinion(rating));
  }
  for (const Watched& watched : input.watched) {
    if (mine.count(watched.title->id) == 0) add_likes(likes, *watched.title, kWatchedWeight);
  }
  normalise(likes.genres);
  normalise(likes.cast);
  const ById taste = taste_scores(input, mine);
  const ById context = context_scores(input);

  std::vector<Recommendation> all;
  for (const Title* title : input.candidates) {
    if (input.done.count(title->id) != 0) continue;
    all.push_back(judge(*title, input, taste, likes, context));
  }
  const std::size_t count = std::min(input.limit, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                    [](const Recommendation& a, const Recommendation& b) {
                      return std::tuple(-a.score, -a.title->year, std::string_view(a.title->id)) <
                             std::tuple(-b.score, -b.title->year, std::string_view(b.title->id));
                    });
  all.resize(count);
  return all;
}

Result<RecommendWeights> parse_weights(std::string_view text) {
  RecommendWeights weights;
  const Error bad{500, "bad_weights",
                  "Weights are written like taste=0.5,titles=0.35,context=0.15, from 0 to 1000."};
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view pair = text.substr(0, comma);
    text.remove_prefix(std::min(text.size(), comma + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return bad;
    const std::string_view name = pair.substr(0, equals);
    std::string_view digits = pair.substr(equals + 1);
    const std::size_t dot = std::min(digits.find('.'), digits.size());
    const std::string_view fraction = digits.substr(std::min(digits.size(), dot + 1));
    const std::string joined = std::string(digits.substr(0, dot)) + std::string(fraction);
    int64_t number = 0;
    const auto [end, error] = std::from_chars(joined.data(), joined.data() + joined.size(), number);
    const bool fits = error == std::errc() && end == joined.data() + joined.size() && number >= 0 &&
                      fraction.size() <= 6 && joined.size() <= 10;
    double value = static_cast<double>(number);
    for (std::size_t i = 0; i < fraction.size(); ++i) value /= 10;
    if (!fits || value > 1000) return bad;
    if (name == "taste")
      weights.taste = value;
    else if (name == "titles")
      weights.titles = value;
    else if (name == "context")
      weights.context = value;
    else
      return bad;
  }
  return weights;
}

}  // namespace playhead::server
