// SPDX-License-Identifier: Apache-2.0
#include "metrics.h"

#include <algorithm>

namespace playhead::server {
namespace {

template <std::size_t kCount>
std::size_t bucket_of(const std::array<int64_t, kCount>& bounds, int64_t value) {
  return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) -
                                  bounds.begin());
}

// "0.0025": microseconds as seconds, without the locale.
std::string seconds_text(uint64_t us) {
  std::string text = std::to_string(us / 1'000'000);
  std::string rest = std::to_string(1'000'000 + us % 1'000'000).substr(1);
  while (!rest.empty() && rest.back() == '0') rest.pop_back();
  return rest.empty() ? text : text + "." + rest;
}

void append_head(std::string& out, const char* name, const char* type, const char* help) {
  out.append("# HELP ").append(name).append(" ").append(help);
  out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void append_gauge(std::string& out, const char* name, const char* help,
                  const std::function<std::size_t()>& value) {
  if (!value) return;
  append_head(out, name, "gauge", help);
  out.append(name).append(" ").append(std::to_string(value())).append("\n");
}

}  // namespace

void Metrics::note_answer(std::string_view route, int status, int64_t took_us) {
  const auto us = static_cast<uint64_t>(std::max<int64_t>(0, took_us));
  const std::lock_guard lock(mutex_);
  RouteNumbers& numbers = routes_[route];
  ++numbers.by_status[status];
  ++numbers.buckets[bucket_of(kLatencyBoundsUs, took_us)];
  numbers.sum_us += us;
}

void Metrics::note_commit(std::size_t writes) {
  batches_.buckets[bucket_of(kBatchBounds, static_cast<int64_t>(writes))].fetch_add(
      1, std::memory_order_relaxed);
  batches_.sum.fetch_add(writes, std::memory_order_relaxed);
}

std::string Metrics::text(const Gauges& gauges) const {
  std::string out;
  {
    const std::lock_guard lock(mutex_);
    append_head(out, "playhead_requests_total", "counter", "Answers by route and status.");
    for (const auto& [route, numbers] : routes_) {
      for (const auto& [status, count] : numbers.by_status) {
        out.append("playhead_requests_total{route=\"").append(route).append("\",status=\"");
        out.append(std::to_string(status)).append("\"} ");
        out.append(std::to_string(count)).append("\n");
      }
    }
    append_head(out, "playhead_request_seconds", "histogram",
                "From the request's last byte to its answer's first.");
    for (const auto& [route, numbers] : routes_) {
      const std::string label = "{route=\"" + std::string(route) + "\"";
      uint64_t count = 0;
      for (std::size_t i = 0; i < numbers.buckets.size(); ++i) {
        count += numbers.buckets[i];
        const bool is_last = i == kLatencyBoundsUs.size();
        out.append("playhead_request_seconds_bucket").append(label).append(",le=\"");
        out.append(is_last ? "+Inf" : seconds_text(static_cast<uint64_t>(kLatencyBoundsUs[i])));
        out.append("\"} ").append(std::to_string(count)).append("\n");
      }
      out.append("playhead_request_seconds_sum").append(label).append("} ");
      out.append(seconds_text(numbers.sum_us)).append("\n");
      out.append("playhead_request_seconds_count").append(label).append("} ");
      out.append(std::to_string(count)).append("\n");
    }
  }
  append_head(out, "playhead_commit_writes", "histogram", "Writes made durable by one commit.");
  uint64_t commits = 0;
  for (std::size_t i = 0; i < batches_.buckets.size(); ++i) {
    commits += batches_.buckets[i].load(std::memory_order_relaxed);
    const bool is_last = i == kBatchBounds.size();
    out.append("playhead_commit_writes_bucket{le=\"");
    out.append(is_last ? "+Inf" : std::to_string(kBatchBounds[i])).append("\"} ");
    out.append(std::to_string(commits)).append("\n");
  }
  out.append("playhead_commit_writes_sum ")
      .append(std::to_string(batches_.sum.load(std::memory_order_relaxed)))
      .append("\nplayhead_commit_writes_count ")
      .append(std::to_string(commits))
      .append("\n");
  append_gauge(out, "playhead_write_queue", "Writes accepted and not committed yet.",
               gauges.waiting_writes);
  append_gauge(out, "playhead_connections", "Open connections.", gauges.open_connections);
  append_gauge(out, "playhead_titles", "Titles in the catalogue.", gauges.titles);
  return out;
}

}  // namespace playhead::server
