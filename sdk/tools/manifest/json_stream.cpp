// SPDX-License-Identifier: Apache-2.0
#include "json_stream.h"

namespace playhead::tools {
namespace {

constexpr int kIndent = 2;  // spaces a level

}  // namespace

void JsonStream::separate() {
  if (has_key_) {
    has_key_ = false;
    return;
  }
  if (open_.empty()) return;
  if (!open_.back().is_empty) out_ << ',';
  open_.back().is_empty = false;
  out_ << '\n' << std::string(open_.size() * kIndent, ' ');
}

void JsonStream::begin(char opening, char closing) {
  separate();
  out_ << opening;
  open_.push_back({closing});
}

void JsonStream::end() {
  const Open closed = open_.back();
  open_.pop_back();
  if (!closed.is_empty) out_ << '\n' << std::string(open_.size() * kIndent, ' ');
  out_ << closed.closing;
}

void JsonStream::key(const char* name) {
  separate();
  write(name);
  out_ << ": ";
  has_key_ = true;
}

void JsonStream::value(const nlohmann::ordered_json& json) {
  separate();
  write(json);
}

void JsonStream::members(const nlohmann::ordered_json& object) {
  for (const auto& [name, json] : object.items()) {
    key(name.c_str());
    value(json);
  }
}

// The indent of the level goes behind each line end; inside texts they are escaped.
void JsonStream::write(const nlohmann::ordered_json& json) {
  const std::string text =
      json.dump(kIndent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  const std::string indent(open_.size() * kIndent, ' ');
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size() - 1);
    out_.write(text.data() + at, static_cast<std::streamsize>(line_end + 1 - at));
    if (text[line_end] == '\n') out_ << indent;
    at = line_end + 1;
  }
}

}  // namespace playhead::tools
