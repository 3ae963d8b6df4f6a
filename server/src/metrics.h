// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace playhead::server {

// Counts what the server does and prints it in the text format of Prometheus (0.0.4). Holds no
// names of users, titles or paths beyond those of the routes. Any thread.
class Metrics {
 public:
  // A histogram with fixed bounds; the last bucket has none.
  template <std::size_t kBounds>
  struct Histogram {
    std::array<std::atomic<uint64_t>, kBounds + 1> buckets{};
    std::atomic<uint64_t> sum{0};
  };
  static constexpr std::array<int64_t, 10> kLatencyBoundsUs = {
      500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 500'000, 2'500'000};
  static constexpr std::array<int64_t, 6> kBatchBounds = {1, 4, 16, 64, 256, 1'000};

  // What is asked when the page is printed.
  struct Gauges {
    std::function<std::size_t()> waiting_writes;
    std::function<std::size_t()> open_connections;
    std::function<std::size_t()> titles;
  };

  // An answer of `route`, one of the paths in the router's table or a few words of its own.
  void note_answer(std::string_view route, int status, int64_t took_us);
  void note_commit(std::size_t writes);

  [[nodiscard]] std::string text(const Gauges& gauges) const;

 private:
  struct RouteNumbers {
    std::map<int, uint64_t> by_status;
    std::array<uint64_t, kLatencyBoundsUs.size() + 1> buckets{};
    uint64_t sum_us = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::string_view, RouteNumbers> routes_;  // under mutex_; names are literals
  Histogram<kBatchBounds.size()> batches_;
};

}  // namespace playhead::server
