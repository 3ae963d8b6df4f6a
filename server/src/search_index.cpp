// SPDX-License-Identifier: Apache-2.0
#include "search_index.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <unordered_map>

#include "catalogue.h"

namespace playhead::server {
namespace {

constexpr std::size_t kMaxWords = 8;
// Titles looked at for one word of a search: "a" begins a word of nearly all of them.
constexpr std::size_t kMaxHitsPerWord = 20'000;

constexpr int kNameWeight = 100;
constexpr int kCastWeight = 30;
constexpr int kOtherWeight = 10;

// U+00C0 to U+00FF and U+0100 to U+017F in pairs of capital and small letters: the plain letter,
// '?' for a sign that is none, '1' "ae", '2' "ss", '3' "oe", '4' "ij", '5' "th".
constexpr std::string_view kLatin1 =
    "aaaaaa1ceeeeiiiidnooooo?ouuuuy52aaaaaa1ceeeeiiiidnooooo?ouuuuy5y";
constexpr std::string_view kLatinA =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii44jjkkklllllllllln"
    "nnnnnnnnoooooo33rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kLatin1.size() == 64 && kLatinA.size() == 128);

void append_latin(std::string& out, char letter) {
  switch (letter) {
    case '1':
      out += "ae";
      break;
    case '2':
      out += "ss";
      break;
    case '3':
      out += "oe";
      break;
    case '4':
      out += "ij";
      break;
    case '5':
      out += "th";
      break;
    case '?':
      out += ' ';
      break;
    default:
      out += letter;
  }
}

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (code & 0x3F));
}

// The small letter of the Greek and Cyrillic alphabets' capitals.
uint32_t small_letter(uint32_t code) {
  if ((code >= 0x391 && code <= 0x3A9) || (code >= 0x410 && code <= 0x42F)) return code + 0x20;
  if (code >= 0x400 && code <= 0x40F) return code + 0x50;
  return code;
}

void append_folded(std::string& out, uint32_t code) {
  if (code < 0x80) {
    const auto c = static_cast<char>(code);
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c + 32);
    else
      out += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : ' ';
  } else if (code >= 0xC0 && code <= 0xFF) {
    append_latin(out, kLatin1[code - 0xC0]);
  } else if (code >= 0x100 && code <= 0x17F) {
    append_latin(out, kLatinA[code - 0x100]);
  } else if (code >= 0x300 && code <= 0x36F) {
    // A combining accent: the letter before it stands without.
  } else if (code < 0xC0 || (code >= 0x2000 && code <= 0x206F) ||
             (code >= 0x3000 && code <= 0x303F)) {
    out += ' ';  // signs and punctuation
  } else {
    append_utf8(out, small_letter(code));
  }
}

// The next character and how many bytes it has; 0xA0, a blank, for a broken byte.
std::pair<uint32_t, std::size_t> decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || length > text.size()) return {0xA0, 1};
  uint32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0xA0, 1};
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  const bool is_character = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) &&
                            (length < 3 || code >= 0x800) && (length < 4 || code >= 0x10000);
  return is_character ? std::pair{code, length} : std::pair{uint32_t{0xA0}, std::size_t{1}};
}

// The next word of a folded text, which is cut off its front; empty at the end.
std::string_view next_word(std::string_view& text) {
  const std::size_t begin = std::min(text.size(), text.find_first_not_of(' '));
  const std::size_t end = std::min(text.size(), text.find(' ', begin));
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return word;
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [code, length] = decode(text);
    append_folded(out, code);
    text.remove_prefix(length);
  }
  return out;
}

void SearchIndex::add(const Title& title) {
  add_words(title, title.name, kNameWeight);
  for (const std::string& person : title.meta.cast) add_words(title, person, kCastWeight);
  for (const std::string& genre : title.meta.genres) add_words(title, genre, kOtherWeight);
  add_words(title, std::to_string(title.year), kOtherWeight);
  if (title.meta.maturity) {
    std::string name(maturity_name(*title.meta.maturity));
    add_words(title, name, kOtherWeight);
    // "PG-13" is two words; some write it as one.
    name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
    add_words(title, name, kOtherWeight);
  }
}

void SearchIndex::add_words(const Title& title, std::string_view text, int weight) {
  const std::string folded = fold(text);
  std::string_view rest = folded;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    auto& postings = words_[std::string(word)];
    // Titles are added one after another: a second time is the last entry.
    if (!postings.empty() && postings.back().title == &title) {
      postings.back().weight = std::max(postings.back().weight, weight);
    } else {
      postings.push_back({&title, weight});
    }
  }
}

std::vector<const Title*> SearchIndex::search(std::string_view text, std::size_t limit) const {
  const std::string folded = fold(text.substr(0, kMaxSearchBytes));
  std::string_view rest = folded;
  std::unordered_map<const Title*, int> found;
  std::size_t words = 0;
  for (std::string_view word = next_word(rest); !word.empty() && words < kMaxWords;
       word = next_word(rest), ++words) {
    std::unordered_map<const Title*, int> hits;
    for (auto it = words_.lower_bound(word);
         it != words_.end() && it->first.compare(0, word.size(), word) == 0 &&
         hits.size() < kMaxHitsPerWord;
         ++it) {
      const int factor = it->first.size() == word.size() ? 2 : 1;
      for (const Posting& posting : it->second) {
        int& best = hits[posting.title];
        best = std::max(best, posting.weight * factor);
      }
    }
    if (words == 0) {
      found = std::move(hits);
      continue;
    }
    std::unordered_map<const Title*, int> both;
    for (const auto& [title, weight] : found) {
      if (const auto hit = hits.find(title); hit != hits.end()) both[title] = weight + hit->second;
    }
    found = std::move(both);
  }
  std::vector<std::pair<int, const Title*>> ranked;
  for (const auto& [title, weight] : found) ranked.emplace_back(weight, title);
  const auto is_before = [](const auto& a, const auto& b) {
    return std::tie(b.first, a.second->name, a.second->id) <
           std::tie(a.first, b.second->name, b.second->id);
  };
  const std::size_t count = std::min(limit, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count),
                    ranked.end(), is_before);
  std::vector<const Title*> titles;
  for (std::size_t i = 0; i < count; ++i) titles.push_back(ranked[i].second);
  return titles;
}

}  // namespace playhead::server
