// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

namespace playhead::abr {

// Tables of the look-ahead controller: made when first needed, the least used go when there are too
// many. Shared by whoever plays the same kind of title: any thread. What it holds changes the time a
// decision takes, never the decision.
class PlanCache {
 public:
  // Bytes of tables, what is needed while one is made included (chosen: with the decision log below
  // 2 MB a session). Less: tables are made again, 5 to 15 ms each; more: memory without use. A
  // table that is larger by itself (more than twelve steps far apart) is made all the same.
  static constexpr std::size_t kDefaultMaxBytes = std::size_t{7} << 18;  // 1.75 MiB

  explicit PlanCache(std::size_t max_bytes = kDefaultMaxBytes);
  ~PlanCache();
  PlanCache(PlanCache&&) noexcept;
  PlanCache& operator=(PlanCache&&) noexcept;

  void clear();  // memory is short
  [[nodiscard]] std::size_t bytes() const;       // held at present
  [[nodiscard]] std::size_t most_bytes() const;  // held at once so far, while one was made included
  [[nodiscard]] std::size_t builds() const;      // tables made so far

  class Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead::abr
