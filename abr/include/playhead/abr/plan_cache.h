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
  // Bytes of tables kept (chosen): one session of a ten-step ladder needs about half of it. Less:
  // tables are made again, 5 to 10 ms each; more: memory without use.
  static constexpr std::size_t kDefaultMaxBytes = std::size_t{7} << 18;  // 1.75 MiB

  explicit PlanCache(std::size_t max_bytes = kDefaultMaxBytes);
  ~PlanCache();
  PlanCache(PlanCache&&) noexcept;
  PlanCache& operator=(PlanCache&&) noexcept;

  [[nodiscard]] std::size_t bytes() const;   // held at present
  [[nodiscard]] std::size_t builds() const;  // tables made so far

  class Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead::abr
