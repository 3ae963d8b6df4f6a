// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace playhead::server {

struct Title;

// Longest search text that is looked at, in bytes.
inline constexpr std::size_t kMaxSearchBytes = 200;

// Letters without case and, in the Latin script, without accents ("É" -> "e", "ß" -> "ss", "Ж" ->
// "ж"); everything that is no letter or digit becomes a blank. UTF-8; broken bytes are blanks.
[[nodiscard]] std::string fold(std::string_view text);

// Finds titles by words of name, genre, cast, year and maturity rating. Immutable once built; any
// thread. Keeps pointers to the titles.
class SearchIndex {
 public:
  void add(const Title& title);

  // The titles that have every word of `text`, each at least as the beginning of one of theirs. A
  // name counts more than the cast, that more than genre, year and rating; a whole word twice as
  // much as a beginning. Among equals by name. At most `limit`; nothing for a text without words.
  [[nodiscard]] std::vector<const Title*> search(std::string_view text, std::size_t limit) const;

 private:
  struct Posting {
    const Title* title;
    int weight;
  };
  void add_words(const Title& title, std::string_view text, int weight);

  std::map<std::string, std::vector<Posting>, std::less<>> words_;
};

}  // namespace playhead::server
