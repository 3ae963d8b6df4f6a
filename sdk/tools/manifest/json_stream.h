// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace playhead::tools {

// Writes JSON member by member, indented, so that a large model is never in memory as a whole.
// Whoever calls keeps objects and arrays in order: a begin_… for each end(). Text that is not
// UTF-8 is written with U+FFFD.
class JsonStream {
 public:
  explicit JsonStream(std::ostream& out) : out_(out) {}
  JsonStream(const JsonStream&) = delete;
  JsonStream& operator=(const JsonStream&) = delete;

  void begin_object() { begin('{', '}'); }
  void begin_array() { begin('[', ']'); }
  void end();

  // The name of the value that follows; inside an object only.
  void key(const char* name);
  void value(const nlohmann::ordered_json& json);
  // Each member of `object`, as members of the object that is open.
  void members(const nlohmann::ordered_json& object);

  // key(), and an array of what `write_element(element)` writes; nothing for an empty range.
  template <typename Range, typename WriteElement>
  void list(const char* name, const Range& range, WriteElement write_element) {
    if (range.empty()) return;
    key(name);
    begin_array();
    for (const auto& element : range) write_element(element);
    end();
  }

 private:
  struct Open {
    char closing;
    bool is_empty = true;
  };

  void begin(char opening, char closing);
  // The comma, the line end and the indent before a value or a name.
  void separate();
  void write(const nlohmann::ordered_json& json);

  std::ostream& out_;
  std::vector<Open> open_;
  bool has_key_ = false;
};

}  // namespace playhead::tools
