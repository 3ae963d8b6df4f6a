// SPDX-License-Identifier: Apache-2.0
#include "plot.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <locale>
#include <sstream>

namespace playhead::abr_sim {

namespace {

// Size of the picture and of its two panels, in pixels.
constexpr double kWidth = 1000, kHeight = 560;
constexpr double kLeft = 70, kRight = 980;
constexpr double kRateTop = 50, kRateBottom = 330;
constexpr double kLevelTop = 370, kLevelBottom = 520;
// Points of the trace's curve: one a pixel.
constexpr int kTracePoints = 900;

class Canvas {
 public:
  Canvas() {
    out_.imbue(std::locale::classic());
    out_ << std::fixed << std::setprecision(1);
    out_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << kWidth << " " << kHeight
         << "\" font-family=\"sans-serif\" font-size=\"12\">\n"
         << "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  }
  void text(double x, double y, const std::string& words, const char* color = "#333333",
            const char* anchor = "start") {
    out_ << "<text x=\"" << x << "\" y=\"" << y << "\" fill=\"" << color << "\" text-anchor=\""
         << anchor << "\">";
    for (const char c : words) {
      if (c == '<') {
        out_ << "&lt;";
      } else if (c == '&') {
        out_ << "&amp;";
      } else {
        out_ << c;
      }
    }
    out_ << "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2, const char* color, double width = 1) {
    out_ << "<line x1=\"" << x1 << "\" y1=\"" << y1 << "\" x2=\"" << x2 << "\" y2=\"" << y2
         << "\" stroke=\"" << color << "\" stroke-width=\"" << width << "\"/>\n";
  }
  void area(double x1, double y1, double x2, double y2, const char* color) {
    out_ << "<rect x=\"" << x1 << "\" y=\"" << y1 << "\" width=\"" << std::max(x2 - x1, 0.5)
         << "\" height=\"" << y2 - y1 << "\" fill=\"" << color << "\"/>\n";
  }
  void dot(double x, double y, double radius, const char* color) {
    out_ << "<circle cx=\"" << x << "\" cy=\"" << y << "\" r=\"" << radius << "\" fill=\"" << color
         << "\"/>\n";
  }
  void begin_curve(const char* color, double width) {
    out_ << "<polyline fill=\"none\" stroke=\"" << color << "\" stroke-width=\"" << width
         << "\" points=\"";
  }
  void point(double x, double y) { out_ << x << "," << y << " "; }
  void end_curve() { out_ << "\"/>\n"; }
  std::string finish() {
    out_ << "</svg>\n";
    return out_.str();
  }

 private:
  std::ostringstream out_;
};

std::string in_words(double value) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << std::setprecision(3) << value;
  return out.str();
}

// Seconds, bit/s and buffer seconds to places in the picture.
struct Scale {
  double end_s, least_bps, most_bps, cap_s;
  [[nodiscard]] double x(double s) const { return kLeft + (kRight - kLeft) * s / end_s; }
  [[nodiscard]] double rate(double bps) const {  // logarithmic: ladders are
    const double share =
        std::log(std::clamp(bps, least_bps, most_bps) / least_bps) / std::log(most_bps / least_bps);
    return kRateBottom - (kRateBottom - kRateTop) * share;
  }
  [[nodiscard]] double level(double s) const {
    return kLevelBottom - (kLevelBottom - kLevelTop) * std::clamp(s / cap_s, 0.0, 1.0);
  }
};

void draw_axes(Canvas& canvas, const Scale& scale, const LadderFile& ladder) {
  for (const double bps : ladder.bps) {
    canvas.line(kLeft, scale.rate(bps), kRight, scale.rate(bps), "#e4e4e4");
    canvas.text(kLeft - 6, scale.rate(bps) + 4, in_words(bps / 1e6), "#777777", "end");
  }
  for (const double share : {0.0, 0.5, 1.0}) {
    const double y = scale.level(share * scale.cap_s);
    canvas.line(kLeft, y, kRight, y, "#e4e4e4");
    canvas.text(kLeft - 6, y + 4, in_words(share * scale.cap_s), "#777777", "end");
  }
  const double step = scale.end_s > 600 ? 120 : scale.end_s > 200 ? 30 : 10;
  for (double s = 0; s <= scale.end_s; s += step) {
    canvas.line(scale.x(s), kLevelBottom, scale.x(s), kLevelBottom + 4, "#777777");
    canvas.text(scale.x(s), kLevelBottom + 17, in_words(s) + " s", "#777777", "middle");
  }
  canvas.text(kLeft, kRateTop - 8, "Mbit/s: trace", "#8ab4d8");
  canvas.text(kLeft + 90, kRateTop - 8, "transfers", "#2f6ea5");
  canvas.text(kLeft + 155, kRateTop - 8, "chosen", "#d1495b");
  canvas.text(kLeft + 210, kRateTop - 8, "dropped", "#000000");
  canvas.text(kLeft, kLevelTop - 8, "buffer s", "#3a7d44");
  canvas.text(kLeft + 60, kLevelTop - 8, "waiting", "#e8963c");
}

}  // namespace

std::string to_svg(const Row& row, const LadderFile& ladder, const Trace& trace) {
  Canvas canvas;
  if (row.played.empty()) return canvas.finish();
  const Scale scale{row.played.back().completed_s, ladder.bps.front() / 3, ladder.bps.back() * 3,
                    std::max(row.job.cap_s, 1.0)};
  canvas.text(kLeft, 22,
              row.job.algorithm + " on " + row.job.family + "/" + row.job.trace + ", " +
                  row.job.ladder + ", buffer up to " + in_words(row.job.cap_s) + " s: QoE " +
                  in_words(row.qoe_lin) + " / " + in_words(row.qoe_log) + ", stall " +
                  in_words(row.stall_s) + " s, " + std::to_string(row.switches) + " switches");
  draw_axes(canvas, scale, ladder);

  canvas.begin_curve("#8ab4d8", 1);
  for (int i = 0; i <= kTracePoints; ++i) {
    const double s = scale.end_s * i / kTracePoints;
    canvas.point(scale.x(s), scale.rate(trace.bps(s)));
  }
  canvas.end_curve();
  for (const SegmentPlay& segment : row.played) {
    const double drained = segment.requested_s + segment.level_before_s;
    if (segment.completed_s > drained) {
      canvas.area(scale.x(drained), kLevelTop, scale.x(segment.completed_s), kLevelBottom,
                  "#e8963c");
    }
    canvas.dot(scale.x(segment.completed_s), scale.rate(segment.throughput_bps), 1.5, "#2f6ea5");
    for (const auto& dropped : segment.dropped) {
      canvas.dot(scale.x(segment.requested_s + dropped.after_s),
                 scale.rate(ladder.bps[dropped.representation]), 4, "#000000");
    }
  }
  canvas.begin_curve("#d1495b", 2);
  for (const SegmentPlay& segment : row.played) {
    const double y = scale.rate(ladder.bps[segment.kept]);
    canvas.point(scale.x(segment.requested_s), y);
    canvas.point(scale.x(segment.completed_s), y);
  }
  canvas.end_curve();
  canvas.begin_curve("#3a7d44", 1.5);
  for (const SegmentPlay& segment : row.played) {
    canvas.point(scale.x(segment.requested_s), scale.level(segment.level_before_s));
    const double dry = std::min(segment.requested_s + segment.level_before_s, segment.completed_s);
    const double left = segment.level_before_s - (dry - segment.requested_s);
    canvas.point(scale.x(dry), scale.level(left));
    canvas.point(scale.x(segment.completed_s), scale.level(left));
    canvas.point(scale.x(segment.completed_s), scale.level(segment.level_after_s));
  }
  canvas.end_curve();
  return canvas.finish();
}

}  // namespace playhead::abr_sim
