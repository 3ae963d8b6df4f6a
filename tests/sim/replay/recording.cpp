// SPDX-License-Identifier: Apache-2.0
#include "sim/replay/recording.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "base/decimal.h"
#include "recorder/fields.h"

namespace playhead::replay {

namespace {

// More than a century, less than what overflows when it is added up.
constexpr int64_t kMaxTimeUs = int64_t{1} << 53;

// Of one step: a turn does some dozens of things.
constexpr std::size_t kMaxEffects = 200'000;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t space = std::min(line.find(' '), line.size());
    if (space > 0) words.push_back(line.substr(0, space));
    line.remove_prefix(std::min(space + 1, line.size()));
  }
  return words;
}

class Reader {
 public:
  Result<Recording> read(std::string_view text);

 private:
  Result<void> read_header(std::string_view line);
  // False: the line is none of the format.
  bool read_line(std::string_view line);
  bool read_step(std::string_view line);
  bool add_effect(std::string_view word);
  bool read_body(char kind, std::string_view rest);

  Recording recording_;
  int64_t now_us_ = 0, wall_offset_us_ = 0;
  int line_ = 0;
};

Result<void> Reader::read_header(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() != 4 || words[0] != recorder::kMagic) {
    return make_error(ErrorCode::kInvalidArgument, "this is no recording of a session");
  }
  if (words[1] != std::to_string(recorder::kFormat)) {
    return make_error(ErrorCode::kVersionMismatch,
                      "the recording has format " + std::string(words[1].substr(0, 20)) +
                          "; this program reads format " + std::to_string(recorder::kFormat));
  }
  const auto begin = parse_uint64(words[3]);
  if (!begin || *begin > uint64_t{kMaxTimeUs}) {
    return make_error(ErrorCode::kInvalidArgument, "the recording does not say when it begins");
  }
  recording_.version = words[2];
  now_us_ = static_cast<int64_t>(*begin);
  recording_.begin = {now_us_};
  return {};
}

bool Reader::read_step(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() < 2 || words.size() > 3 || words[0].size() != 1) return false;
  const auto passed = parse_uint64(words[1]);
  if (!passed || *passed > uint64_t{kMaxTimeUs}) return false;
  now_us_ += static_cast<int64_t>(*passed);
  if (now_us_ > kMaxTimeUs) return false;
  RecordedStep step;
  step.kind = words[0][0];
  step.at = {now_us_};
  step.wall_offset_us = wall_offset_us_;
  if (words.size() == 3) step.fields = words[2];
  step.line = line_;
  recording_.steps.push_back(std::move(step));
  return true;
}

bool Reader::read_body(char kind, std::string_view rest) {
  const std::size_t space = rest.find(' ');
  if (space == std::string_view::npos) return false;
  const auto number = parse_uint64(rest.substr(0, space));
  if (!number) return false;
  const std::string_view content = rest.substr(space + 1);
  if (kind == 'M') {
    recording_.outlines[*number] = content;
    return true;
  }
  auto body = kind == 'H' ? recorder::from_hex(content) : recorder::unescape_line(content);
  if (!body) return false;
  recording_.bodies[*number] = *std::move(body);
  return true;
}

bool Reader::add_effect(std::string_view word) {
  RecordedStep& step = recording_.steps.back();
  if (word == "client-end") {
    step.ends_client = true;
    return true;
  }
  const std::size_t mark = word.find('^');
  uint64_t count = 1;
  if (mark != std::string_view::npos) {
    count = parse_uint64(word.substr(mark + 1)).value_or(0);
    word = word.substr(0, mark);
  }
  if (count == 0 || step.effects.size() + count > kMaxEffects) return false;
  step.effects.insert(step.effects.end(), static_cast<std::size_t>(count), std::string(word));
  return true;
}

bool Reader::read_line(std::string_view line) {
  if (line.size() < 3) return false;
  if (line.substr(0, 4) == "end ") {
    recording_.end = line.substr(4);
    return recording_.end == "whole" || recording_.end == "full";
  }
  const std::string_view rest = line.substr(2);
  switch (line[0]) {
    case 'w': {
      const auto offset = parse_int64(rest);
      if (!offset || *offset > kMaxTimeUs * 2 || *offset < -kMaxTimeUs) return false;
      wall_offset_us_ = *offset;
      return true;
    }
    case 'B':
    case 'H':
    case 'M':
      return line[1] == ' ' && read_body(line[0], rest);
    case '>':
      if (recording_.steps.empty()) return false;
      for (const std::string_view word : words_of(rest)) {
        if (!add_effect(word)) return false;
      }
      return line[1] == ' ';
    case 'E':
      if (recording_.steps.empty()) return false;
      recording_.steps.back().events.emplace_back(rest);
      return line[1] == ' ';
    default:
      return line[1] == ' ' && read_step(line);
  }
}

Result<Recording> Reader::read(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const bool is_incomplete = end == std::string_view::npos;
    const std::string_view line = text.substr(0, end);
    ++line_;
    if (line_ == 1) {
      if (auto header = read_header(line); !header) return std::move(header).error();
    } else if (is_incomplete) {
      break;
    } else if (!recording_.end.empty() || !read_line(line)) {
      return make_error(ErrorCode::kInvalidArgument,
                        "line " + std::to_string(line_) + " of the recording is damaged");
    }
    if (is_incomplete) break;
    text.remove_prefix(end + 1);
  }
  if (line_ == 0) return make_error(ErrorCode::kInvalidArgument, "the recording is empty");
  // The last step of one that breaks off may lack what it led to.
  if (recording_.end.empty() && !recording_.steps.empty()) recording_.steps.pop_back();
  return std::move(recording_);
}

}  // namespace

Result<Recording> parse_recording(std::string_view text) { return Reader().read(text); }

Result<Recording> read_recording(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return make_error(ErrorCode::kStoreIo, "the recording " + path + " cannot be read");
  const auto size = static_cast<int64_t>(file.tellg());
  if (size < 0 || size > kMaxRecordingBytes) {
    return make_error(ErrorCode::kTooLarge, "the recording " + path + " is larger than 1 GiB");
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  file.seekg(0);
  if (!file.read(text.data(), size)) {
    return make_error(ErrorCode::kStoreIo, "the recording " + path + " cannot be read");
  }
  return parse_recording(text);
}

}  // namespace playhead::replay
