// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <locale>
#include <map>
#include <sstream>
#include <utility>

#include <nlohmann/json.hpp>

namespace playhead::abr_sim {

namespace {

using Json = nlohmann::ordered_json;

// Pensieve's linear scale: quality from 0 to 4.3, a second of stall costs 4.3.
constexpr double kLinearTop = 4.3;
// From this many sessions on a table sums up.
constexpr std::size_t kManySessions = 12;

double rounded(double value) { return std::round(value * 1e5) / 1e5 + 0.0; }

// Sum of quality x duration / 4 less stalls and changes.
double quality_of_experience(const std::vector<double>& quality, double segment_s,
                             double stall_price, double stalled_s) {
  double sum = -stall_price * stalled_s;
  for (std::size_t i = 0; i < quality.size(); ++i) {
    sum += segment_s / 4 * quality[i];
    if (i > 0) sum -= std::abs(quality[i] - quality[i - 1]);
  }
  return sum;
}

Json object_of(const Row& row, const RowFormat& format) {
  Json json;
  json["family"] = row.job.family;
  json["trace"] = row.job.trace;
  json["ladder"] = row.job.ladder;
  if (row.job.cap_s == std::floor(row.job.cap_s)) {
    json["cap"] = static_cast<int64_t>(row.job.cap_s);
  } else {
    json["cap"] = row.job.cap_s;
  }
  json["algo"] = row.job.algorithm;
  json["segments"] = row.segments;
  json["startup_s"] = rounded(row.startup_s);
  json["stall_s"] = rounded(row.stall_s);
  json["rebuffers"] = row.rebuffers;
  json["rebuffer_ratio"] = rounded(row.rebuffer_ratio);
  json["mean_kbps"] = rounded(row.mean_kbps);
  json["mean_utility"] = rounded(row.mean_utility);
  json["norm_utility"] = rounded(row.norm_utility);
  json["switches"] = row.switches;
  json["switch_kbps"] = rounded(row.switch_kbps);
  json["log_switch"] = rounded(row.log_switch);
  json["qoe_lin"] = rounded(row.qoe_lin);
  json["qoe_log"] = rounded(row.qoe_log);
  json["qoe_soda"] = rounded(row.qoe_soda);
  json["aborts"] = row.aborts;
  json["wasted_kbit"] = rounded(row.wasted_kbit);
  if (format.with_decisions) {
    Json decisions = Json::array();
    for (const SegmentPlay& segment : row.played) {
      Json dropped = Json::array();
      // Not rounded: a replay from here must drop at the same moment.
      for (const auto& d : segment.dropped) dropped.push_back({d.representation, d.after_s});
      decisions.push_back({segment.kept, segment.pause_s, std::move(dropped)});
    }
    json["decisions"] = std::move(decisions);
  }
  if (format.with_timing) {
    json["decide_us_mean"] = rounded(row.decide_us_mean);
    json["decide_us_max"] = rounded(row.decide_us_max);
  }
  return json;
}

// Sums over the sessions of one line of the table.
struct Group {
  int sessions = 0;
  double startup_s = 0, rebuffer = 0, kbps = 0, switches = 0, aborts = 0, lin = 0, log = 0;
  void add(const Row& row) {
    ++sessions;
    startup_s += row.startup_s;
    rebuffer += row.rebuffer_ratio * 100;
    kbps += row.mean_kbps;
    switches += row.switches;
    aborts += row.aborts;
    lin += row.qoe_lin;
    log += row.qoe_log;
  }
};

}  // namespace

Row make_row(const Job& job, const LadderFile& ladder, SessionResult result) {
  Row row;
  row.job = job;
  const double count = static_cast<double>(result.segments.size());
  const double top = ladder.bps.back();
  const double lowest = ladder.bps.front();
  std::vector<double> linear, utility;
  for (const SegmentPlay& segment : result.segments) {
    const double bps = ladder.bps[segment.kept];
    linear.push_back(kLinearTop * bps / top);
    utility.push_back(std::log(bps / lowest));
    row.mean_kbps += bps / 1000 / count;
    row.mean_utility += utility.back() / count;
  }
  for (std::size_t i = 1; i < result.segments.size(); ++i) {
    const std::size_t now = result.segments[i].kept, before = result.segments[i - 1].kept;
    if (now == before) continue;
    ++row.switches;
    row.switch_kbps += std::abs(ladder.bps[now] - ladder.bps[before]) / 1000 / (count - 1);
    row.log_switch += std::abs(utility[i] - utility[i - 1]) / (count - 1);
  }
  const double top_utility = std::log(top / lowest);
  const double stalled = result.stall_s + result.startup_s;
  row.segments = result.segments.size();
  row.startup_s = result.startup_s;
  row.stall_s = result.stall_s;
  row.rebuffers = result.rebuffers;
  row.rebuffer_ratio = result.stall_s / (result.stall_s + count * ladder.segment_s);
  row.norm_utility = top_utility > 0 ? row.mean_utility / top_utility : 0;
  row.qoe_lin = quality_of_experience(linear, ladder.segment_s, kLinearTop, stalled);
  row.qoe_log = quality_of_experience(utility, ladder.segment_s, top_utility, stalled);
  const double switch_share = count > 1 ? row.switches / (count - 1) : 0;
  row.qoe_soda = row.norm_utility - 10 * row.rebuffer_ratio - switch_share;
  row.aborts = result.aborts;
  row.wasted_kbit = result.wasted_bits / 1000;
  if (result.decisions > 0) {
    row.decide_us_mean = result.decide_us_sum / static_cast<double>(result.decisions);
  }
  row.decide_us_max = result.decide_us_max;
  row.played = std::move(result.segments);
  return row;
}

std::string to_json(const Row& row, const RowFormat& format) {
  return object_of(row, format).dump() + "\n";
}

std::string to_json(const std::vector<Row>& rows, const RowFormat& format) {
  std::string text = "[\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += object_of(rows[i], format).dump();
    text += i + 1 < rows.size() ? ",\n" : "\n";
  }
  return text + "]\n";
}

std::string to_table(const std::vector<Row>& rows) {
  std::map<std::vector<std::string>, Group> groups;
  const bool sums_up = rows.size() > kManySessions;
  for (const Row& row : rows) {
    const std::string cap = std::to_string(static_cast<int64_t>(row.job.cap_s));
    const std::string what = sums_up ? row.job.family : row.job.family + "/" + row.job.trace;
    groups[{row.job.algorithm, what, row.job.ladder, cap}].add(row);
  }
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << std::left << std::setw(11) << "algorithm" << std::setw(sums_up ? 16 : 44) << "trace"
      << std::setw(13) << "ladder" << std::right << std::setw(4) << "cap" << std::setw(5) << "n"
      << std::setw(10) << "start s" << std::setw(10) << "stall %" << std::setw(10) << "Mbit/s"
      << std::setw(10) << "switches" << std::setw(10) << "dropped" << std::setw(10) << "QoE lin"
      << std::setw(10) << "QoE log"
      << "\n";
  for (const auto& [key, group] : groups) {
    out << std::left << std::setw(11) << key[0] << std::setw(sums_up ? 16 : 44) << key[1]
        << std::setw(13) << key[2] << std::right << std::setw(4) << key[3] << std::setw(5)
        << group.sessions << std::fixed << std::setprecision(2);
    for (const double sum : {group.startup_s, group.rebuffer, group.kbps / 1000, group.switches,
                             group.aborts, group.lin, group.log}) {
      out << std::setw(10) << sum / group.sessions;
    }
    out << "\n";
  }
  return out.str();
}

}  // namespace playhead::abr_sim
