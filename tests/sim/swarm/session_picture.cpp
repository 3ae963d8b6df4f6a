// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "sim/swarm/report.h"

namespace playhead::swarm {

namespace {

constexpr double kWidth = 1200;
constexpr double kLeft = 70;
constexpr double kRates = 230;   // height of the chart of rates
constexpr double kBuffer = 110;  // of the buffer's
constexpr double kGap = 34;
constexpr double kTop = 50;

struct Axis {
  double seconds = 1;
  double most_bps = 1;
  double most_buffer = 1;
  [[nodiscard]] double x(Duration at) const {
    return kLeft + to_seconds(at) / seconds * (kWidth - kLeft - 20);
  }
  [[nodiscard]] double rate_y(int64_t bps) const {
    return kTop + kRates * (1 - std::min(static_cast<double>(bps) / most_bps, 1.0));
  }
  [[nodiscard]] double buffer_y(Duration level) const {
    return kTop + kRates + kGap + kBuffer * (1 - to_seconds(level) / most_buffer);
  }
};

std::string_view colour_of(PlayerState state) {
  switch (state) {
    case PlayerState::kPlaying:
      return "#3a9d5d";
    case PlayerState::kRebuffering:
      return "#d62728";
    case PlayerState::kBuffering:
      return "#ffbf00";
    case PlayerState::kLoading:
      return "#b39ddb";
    case PlayerState::kPaused:
      return "#9ecae1";
    case PlayerState::kFailed:
      return "#000000";
    default:
      return "#dddddd";
  }
}

template <typename Value>
void line(std::ostream& out, const std::vector<Moment>& moments, const Axis& axis,
          const char* style, Value y_of) {
  out << "<polyline fill=\"none\" " << style << " points=\"";
  for (const Moment& moment : moments) out << axis.x(moment.at) << ',' << y_of(moment) << ' ';
  out << "\"/>\n";
}

void label(std::ostream& out, double x, double y, const std::string& text) {
  out << "<text x=\"" << x << "\" y=\"" << y << "\">" << text << "</text>\n";
}

void draw_states(std::ostream& out, const std::vector<Moment>& moments, const Axis& axis) {
  const double y = kTop + kRates + 2 * kGap + kBuffer - 12;
  for (std::size_t i = 0; i < moments.size();) {
    std::size_t end = i + 1;
    while (end < moments.size() && moments[end].state == moments[i].state) ++end;
    const double from = axis.x(moments[i].at);
    const double to = axis.x(moments[std::min(end, moments.size() - 1)].at);
    out << "<rect x=\"" << from << "\" y=\"" << y << "\" width=\"" << std::max(to - from, 1.0)
        << "\" height=\"14\" fill=\"" << colour_of(moments[i].state) << "\"><title>"
        << to_text(moments[i].state) << "</title></rect>\n";
    i = end;
  }
}

// Minutes and seconds since the beginning, no more than a dozen.
void draw_times(std::ostream& out, const Axis& axis) {
  constexpr int kSteps[] = {5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21'600};
  const auto fits = [&](int step) { return axis.seconds / step <= 12; };
  const auto* found = std::find_if(std::begin(kSteps), std::end(kSteps) - 1, fits);
  const double bottom = kTop + kRates + kGap + kBuffer;
  for (int at = 0; at <= axis.seconds; at += *found) {
    const double x = axis.x(std::chrono::seconds(at));
    out << "<line x1=\"" << x << "\" x2=\"" << x << "\" y1=\"" << kTop << "\" y2=\"" << bottom
        << "\" stroke=\"#eeeeee\"/>\n";
    const std::string seconds = std::to_string(at % 60);
    label(out, x - 10, kTop + kRates + kGap / 2 + 4,
          std::to_string(at / 60) + (seconds.size() < 2 ? ":0" : ":") + seconds);
  }
}

void draw_faults(std::ostream& out, const RunResult& result, const Axis& axis) {
  const double y = kTop + kRates + 2 * kGap + kBuffer + 14;
  for (const auto& [at, fault] : result.strikes) {
    const bool is_act = is_action(fault.kind);
    out << "<line x1=\"" << axis.x(at) << "\" x2=\"" << axis.x(at) << "\" y1=\""
        << y + (is_act ? 16 : 0) << "\" y2=\"" << y + (is_act ? 30 : 14) << "\" stroke=\""
        << (is_act ? "#1f77b4" : "#d62728") << "\"><title>" << fault.number << ' '
        << info_of(fault.kind).name << "</title></line>\n";
  }
}

}  // namespace

void draw_session(std::ostream& out, const Scenario& scenario, const RunResult& result) {
  Axis axis;
  axis.seconds = std::max(to_seconds(result.simulated), 1.0);
  for (const Moment& moment : result.moments) {
    const auto seen = static_cast<double>(std::max(moment.shown_bps, moment.throughput_bps));
    axis.most_bps = std::max(axis.most_bps, seen * 1.2);
    axis.most_buffer = std::max(axis.most_buffer, to_seconds(moment.buffer) * 1.1);
  }
  const double height = kTop + kRates + 2 * kGap + kBuffer + 90;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << kWidth << "\" height=\"" << height
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
         "fill=\"white\"/>\n";
  label(out, kLeft, 18, "seed " + std::to_string(result.seed) + ": " + describe(scenario));
  label(out, kLeft, 36, "link (grey), estimate (dashed), shown (blue)");
  label(out, 4, kTop + 10, std::to_string(static_cast<int64_t>(axis.most_bps / 1000)) + " k");
  label(out, 4, kTop + kRates, "0 kbit/s");
  label(out, 4, axis.buffer_y(from_seconds(axis.most_buffer)) + 10,
        std::to_string(static_cast<int64_t>(axis.most_buffer)) + " s");
  label(out, 4, axis.buffer_y(Duration{0}), "buffer");
  const auto& moments = result.moments;
  draw_times(out, axis);
  line(out, moments, axis, "stroke=\"#bbbbbb\"",
       [&](const Moment& m) { return axis.rate_y(m.link_bps); });
  line(out, moments, axis, "stroke=\"#555555\" stroke-dasharray=\"4 3\"",
       [&](const Moment& m) { return axis.rate_y(m.throughput_bps); });
  line(out, moments, axis, "stroke=\"#1f77b4\" stroke-width=\"2\"",
       [&](const Moment& m) { return axis.rate_y(m.shown_bps); });
  line(out, moments, axis, "stroke=\"#2ca02c\"",
       [&](const Moment& m) { return axis.buffer_y(m.buffer); });
  draw_states(out, moments, axis);
  draw_faults(out, result, axis);
  label(out, kLeft, height - 30,
        "states: green playing, red stalled, yellow buffering, violet loading, blue paused, black "
        "failed; below: faults (red) and what the app does (blue)");
  label(out, kLeft, height - 12,
        std::to_string(static_cast<int64_t>(axis.seconds)) + " s simulated, " +
            std::to_string(result.fired.size()) + " faults struck");
  if (result.violation) {
    label(out, kLeft + 420, height - 12,
          "broken: " + std::to_string(result.violation->invariant) + " " + result.violation->name);
  }
  out << "</svg>\n";
}

}  // namespace playhead::swarm
