// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/rows.h"

namespace playhead::offline {

// The resources of a plan in play order, in little room: a title of ten hours has a hundred
// thousand. What one has in common with the one before it, its folder and query above all, is kept
// once; they are put together when they are asked for. Their keys are those that no query has to
// tell apart, see ResourceNames.
class PlanList {
 public:
  void add(const PlannedResource& resource);
  // The same before all others; those come in the order they are given.
  void put_first(const std::vector<PlannedResource>& resources);
  // Play order becomes that of their start; equal ones stay as they are.
  void sort_by_start();

  [[nodiscard]] std::size_t size() const { return order_.size(); }
  // position < size().
  [[nodiscard]] PlannedResource operator[](std::size_t position) const;
  // Text it holds, bytes.
  [[nodiscard]] std::size_t text_bytes() const { return text_.size(); }

  class Iterator {
   public:
    Iterator(const PlanList& list, std::size_t at) : list_(&list), at_(at) {}
    PlannedResource operator*() const { return (*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator!=(const Iterator& a, const Iterator& b) { return a.at_ != b.at_; }

   private:
    const PlanList* list_;
    std::size_t at_;
  };
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, size()}; }

 private:
  // In text_.
  struct Text {
    uint64_t at = 0;
    uint32_t size = 0;
  };
  struct Entry {
    Text folder, name, query, track;
    int64_t range_first = -1;  // none
    int64_t range_last = -1;   // to the end
    MediaTime start, end;
    int64_t size = 0;
    int64_t seq = 0;
    ResourceKind kind = ResourceKind::kMedia;
    bool is_size_exact = false;
  };
  [[nodiscard]] std::string_view view(const Text& text) const {
    return std::string_view(text_).substr(text.at, text.size);
  }
  // `before` where it is the same.
  Text keep(std::string_view text, const Text& before);

  std::string text_;
  std::deque<Entry> entries_;
  std::vector<uint32_t> order_;
};

}  // namespace playhead::offline
