// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "guard.h"
#include "sized_struct.h"

namespace playhead::capi {

// Our copy of an app's callback table. Whoever may still call it holds a reference; the last one
// gone tells the app by `destroy`, once.
template <typename Table>
class CallbackTable {
 public:
  // Null when there is no table or its size cannot be: then nothing was taken from the caller.
  static std::shared_ptr<const CallbackTable> adopt(const Table* theirs) {
    Table ours{};
    if (!read_struct(theirs, ours)) return nullptr;
    return std::shared_ptr<const CallbackTable>(new CallbackTable(ours));
  }
  ~CallbackTable() {
    if (table_.destroy == nullptr) return;
    guard_void([this] { table_.destroy(table_.user); });
  }
  CallbackTable(const CallbackTable&) = delete;
  CallbackTable& operator=(const CallbackTable&) = delete;

  [[nodiscard]] const Table* operator->() const { return &table_; }

 private:
  explicit CallbackTable(const Table& table) : table_(table) {}
  const Table table_;
};

template <typename Table>
using SharedTable = std::shared_ptr<const CallbackTable<Table>>;

}  // namespace playhead::capi
