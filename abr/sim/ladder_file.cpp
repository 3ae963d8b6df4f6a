// SPDX-License-Identifier: Apache-2.0
#include "ladder_file.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "trace.h"

namespace playhead::abr_sim {

namespace {

using Json = nlohmann::json;

Error bad(const std::string& what) { return make_error(ErrorCode::kInvalidArgument, what); }

// Largest bitrate (kbit/s) or size (bits) taken for one; products of them stay in an int64.
constexpr double kMostNumber = 1e15;

// Numbers > 0, or nothing.
std::vector<double> positive_numbers(const Json& list) {
  std::vector<double> numbers;
  if (!list.is_array()) return numbers;
  for (const Json& item : list) {
    const double number = item.is_number() ? item.get<double>() : 0;
    if (!(number > 0 && number <= kMostNumber)) return {};
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

Result<LadderFile> parse_ladder(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return bad("a ladder is a JSON object");
  LadderFile ladder;
  if (json.contains("name") && json["name"].is_string()) ladder.name = json["name"];
  for (const Json& label : json.value("labels", Json::array())) {
    ladder.labels.push_back(label.is_string() ? label.get<std::string>() : std::string());
  }
  const Json duration = json.value("segment_duration_ms", Json());
  if (!duration.is_number() || !(duration.get<double>() > 0)) return bad("no segment_duration_ms");
  ladder.segment_s = duration.get<double>() / 1000;
  ladder.bps = positive_numbers(json.value("bitrates_kbps", Json()));
  if (ladder.bps.empty()) return bad("no bitrates_kbps");
  for (double& bps : ladder.bps) bps *= 1000;
  if (!std::is_sorted(ladder.bps.begin(), ladder.bps.end())) return bad("bitrates must ascend");
  for (const Json& row : json.value("segment_sizes_bits", Json::array())) {
    ladder.sizes.push_back(positive_numbers(row));
    if (ladder.sizes.back().size() != ladder.bps.size()) {
      return bad("segment " + std::to_string(ladder.sizes.size() - 1) +
                 " has not one size for each bitrate");
    }
  }
  if (ladder.sizes.empty()) return bad("no segment_sizes_bits");
  return ladder;
}

Result<LadderFile> load_ladder(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::move(text).error();
  auto ladder = parse_ladder(*text);
  if (!ladder) return bad(path + ": " + ladder.error().context);
  return ladder;
}

}  // namespace playhead::abr_sim
