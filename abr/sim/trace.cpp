// SPDX-License-Identifier: Apache-2.0
#include "trace.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <utility>

#include "base/decimal.h"

namespace playhead::abr_sim {

namespace {

// Largest input file, in bytes: a day of 100 ms rows.
constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;
constexpr std::size_t kReadBytes = std::size_t{64} << 10;  // at a time

Error bad(const std::string& what) { return make_error(ErrorCode::kInvalidArgument, what); }

// A finite number >= 0.
std::optional<double> number_of(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  const auto millionths = parse_decimal(text, 6);
  if (!millionths) return std::nullopt;
  return static_cast<double>(*millionths) / 1e6;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return bad("cannot open " + path);
  // read() and not an iterator over the buffer: that one throws for a folder.
  std::string text;
  while (in && text.size() <= kMaxFileBytes) {
    const std::size_t before = text.size();
    text.resize(before + kReadBytes);
    in.read(text.data() + before, static_cast<std::streamsize>(kReadBytes));
    text.resize(before + static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) return bad("cannot read " + path);
  if (text.size() > kMaxFileBytes) return bad(path + " is larger than any trace, ladder or log");
  return text;
}

Result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return bad("cannot write " + path);
  return {};
}

Result<Trace> Trace::parse(std::string_view text) {
  Trace trace;
  trace.times_.push_back(0);
  trace.sums_.push_back(0);
  bool is_title = true;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    // Column names, where there are any, are the first line.
    const bool may_be_title = std::exchange(is_title, false);
    if (line.empty() || line == "\r") continue;
    if (may_be_title && !number_of(line.substr(0, line.find(',')))) continue;
    double values[3] = {};
    for (int i = 0; i < 3; ++i) {
      const std::size_t comma = i < 2 ? line.find(',') : line.size();
      if (comma == line.npos)
        return bad("trace line " + std::to_string(number) + " has no 3 columns");
      const auto value = number_of(line.substr(0, comma));
      if (!value) return bad("trace line " + std::to_string(number) + " holds no number");
      values[i] = *value;
      line.remove_prefix(std::min(comma + 1, line.size()));
    }
    if (values[0] <= 0) continue;
    trace.bps_.push_back(values[1] * 1000);
    trace.latencies_.push_back(values[2] / 1000);
    trace.times_.push_back(trace.times_.back() + values[0] / 1000);
    trace.sums_.push_back(trace.sums_.back() + values[0] * values[1]);
  }
  if (!(trace.sums_.back() > 0)) return bad("nothing ever comes in this trace");
  return trace;
}

Result<Trace> Trace::load(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::move(text).error();
  auto trace = parse(*text);
  if (!trace) return bad(path + ": " + trace.error().context);
  return trace;
}

std::size_t Trace::row_at(double within) const {
  const auto after = std::upper_bound(times_.begin(), times_.end(), within);
  const auto row = after == times_.begin() ? 0 : after - times_.begin() - 1;
  return std::min(static_cast<std::size_t>(row), bps_.size() - 1);
}

double Trace::latency(double t) const {
  const double length = times_.back();
  return latencies_[row_at(t - std::floor(t / length) * length)];
}

double Trace::bps(double t) const {
  const double length = times_.back();
  return bps_[row_at(t - std::floor(t / length) * length)];
}

double Trace::mean_bps() const { return sums_.back() / times_.back(); }

double Trace::bits_until(double t) const {
  const double length = times_.back();
  const double rounds = std::floor(t / length);
  const double within = t - rounds * length;
  const std::size_t row = row_at(within);
  return rounds * sums_.back() + sums_[row] + bps_[row] * (within - times_[row]);
}

double Trace::finish(double t, double bits) const {
  const double goal = bits_until(t) + bits;
  double rounds = std::floor(goal / sums_.back());
  double within = goal - rounds * sums_.back();
  if (within <= 0 && rounds > 0) {  // exactly at the end of a round: not after the zeros behind it
    rounds -= 1;
    within = sums_.back();
  }
  const auto at = std::lower_bound(sums_.begin(), sums_.end(), within);
  std::size_t row = static_cast<std::size_t>(at - sums_.begin());
  if (row > 0) --row;
  while (bps_[row] <= 0) ++row;
  return std::max(t, rounds * times_.back() + times_[row] + (within - sums_[row]) / bps_[row]);
}

}  // namespace playhead::abr_sim
