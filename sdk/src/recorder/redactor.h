// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "playhead/transport.h"

namespace playhead::recorder {

// Numbers texts by their first appearance: equal texts have equal numbers, and nothing else of them
// is told.
class Namer {
 public:
  // From 1 on; of an empty text 0.
  int number(std::string_view text);

 private:
  std::map<std::string, int, std::less<>> numbers_;
};

// Takes out of what a session reads everything that says who watches what, where: each word of a
// URL, name or text becomes a word of letters of the same length, the same one every time. What is
// left is read by the library as the original was: relative URLs lead to the same places, equal
// things are equal, lengths are the same. Numbers, times, codecs and languages of manifests stay.
class Redactor {
 public:
  // An absolute or relative URL, or a template of them. `is_xml`: with entities in it.
  [[nodiscard]] std::string url(std::string_view url, bool is_xml = false);
  // A host name, lower case, without a port.
  [[nodiscard]] std::string host(std::string_view host);
  // A name, an id, a token, a title. Words of digits alone stay such.
  [[nodiscard]] std::string name(std::string_view text, bool is_xml = false);
  // A body of that kind. Pictures, sound, keys and licences: nothing.
  [[nodiscard]] std::string body(ResourceKind kind, std::string_view body);
  // Runs of text in binary data.
  void texts_in(std::string& bytes, std::size_t begin, std::size_t end);
  // An ID3 tag (frames stay frames).
  [[nodiscard]] std::string id3(std::string_view tag);
  // The box of an event message.
  [[nodiscard]] std::string event_message(std::string_view box);

  // Of a kind of its own each; same length.
  [[nodiscard]] std::string json(std::string_view text);
  [[nodiscard]] std::string playlist(std::string_view text);
  [[nodiscard]] std::string xml(std::string_view text, bool is_subtitles);
  [[nodiscard]] std::string webvtt(std::string_view text);
  [[nodiscard]] std::string boxes(std::string_view bytes);
  // What is said: letters and digits become "x", but for a mark by which different lines differ.
  [[nodiscard]] std::string spoken(std::string_view line, bool is_xml = false);

 private:
  enum class Alphabet : uint8_t { kLetters, kLowerCase, kDigits };
  std::string word(std::string_view word, Alphabet alphabet);
  // A word of a name.
  std::string name_word(std::string_view word);
  std::string url_word(std::string_view word);
  std::string box_content(uint32_t type, std::string_view content, int depth);

  std::map<std::string, std::string, std::less<>> words_[3];
  std::map<std::size_t, uint64_t> counts_[3];  // by length
  Namer lines_;
};

[[nodiscard]] bool is_word_character(char c);
// Words that say nothing about anybody: file extensions, schemes, what formats are made of.
[[nodiscard]] bool is_kept_word(std::string_view word);
// "&amp;" and the like at the beginning: its length; else 0.
[[nodiscard]] std::size_t entity_at(std::string_view text);

}  // namespace playhead::recorder
