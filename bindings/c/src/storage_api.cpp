// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "app_call.h"
#include "guard.h"
#include "storage_adapter.h"

namespace playhead::capi {
namespace {

static_assert(static_cast<int>(StoreWrite::Kind::kPut) == PLAYHEAD_STORE_PUT);
static_assert(static_cast<int>(StoreWrite::Kind::kErase) == PLAYHEAD_STORE_ERASE);
static_assert(static_cast<int>(StoreWrite::Kind::kEraseIfVersion) ==
              PLAYHEAD_STORE_ERASE_IF_VERSION);

Error storage_error(playhead_status status) {
  auto code = static_cast<ErrorCode>(-int64_t{status});
  if (code != ErrorCode::kStoreFull && code != ErrorCode::kStoreCorrupt) code = ErrorCode::kStoreIo;
  return make_error(code, "the app's storage failed", status);
}

class CStorage final : public RecordStorage {
 public:
  explicit CStorage(SharedTable<playhead_store> table) : table_(std::move(table)) {}

  Result<uint64_t> write(const std::vector<StoreWrite>& writes) override {
    std::vector<playhead_store_write> list;
    for (const StoreWrite& from : writes) {
      playhead_store_write& to = list.emplace_back(PLAYHEAD_STORE_WRITE_INIT);
      to.kind = static_cast<int32_t>(from.kind);
      to.collection = from.collection.c_str();
      to.key = from.key.data();
      to.key_bytes = from.key.size();
      to.value = from.value.empty() ? nullptr : from.value.data();
      to.value_bytes = from.value.size();
      to.version = from.version;
    }
    std::vector<const playhead_store_write*> pointers;
    for (const playhead_store_write& one : list) pointers.push_back(&one);
    uint64_t version = 0;
    const playhead_status status = ask_app(kThrew, [&] {
      const InAppCall inside(AppCall::kLog);
      return (*table_)->write((*table_)->user, pointers.data(), pointers.size(), &version);
    });
    if (status != PLAYHEAD_OK) return storage_error(status);
    const bool puts = std::any_of(writes.begin(), writes.end(), [](const StoreWrite& one) {
      return one.kind == StoreWrite::Kind::kPut;
    });
    if (!puts) return last_version_;  // of nothing: the app may have left it alone
    if (version <= last_version_) {
      return make_error(ErrorCode::kStoreCorrupt, "the app's storage gives a version twice");
    }
    last_version_ = version;
    return version;
  }

  Result<std::vector<StoreRecord>> list(const std::string& collection, const std::string& after_key,
                                        int limit) override {
    playhead_store_page page{after_key, static_cast<std::size_t>(limit)};
    playhead_status status = PLAYHEAD_OK;
    {
      const Lent<playhead_store_page> lent(page);
      status = ask_app(kThrew, [&] {
        const InAppCall inside(AppCall::kLog);
        return (*table_)->list((*table_)->user, collection.c_str(), after_key.data(),
                               after_key.size(), limit, lent.get());
      });
    }
    if (status != PLAYHEAD_OK) return storage_error(status);
    if (page.is_bad) {
      return make_error(ErrorCode::kStoreCorrupt, "the app's storage lists what cannot be");
    }
    return std::move(page.records);
  }

 private:
  const SharedTable<playhead_store> table_;
  uint64_t last_version_ = 0;
};

std::string text_of(const void* bytes, uint64_t size) {
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

}  // namespace

std::shared_ptr<Store> make_c_store(SharedTable<playhead_store> table) {
  return make_store(std::make_shared<CStorage>(std::move(table)));
}

WallTime CClock::now() const {
  const InAppCall inside(AppCall::kLog);
  return {ask_app(int64_t{0}, [&] { return (*table_)->now_us((*table_)->user); })};
}

}  // namespace playhead::capi

playhead_status playhead_store_page_add(playhead_store_page* page, const void* key,
                                        uint64_t key_bytes, const void* value, uint64_t value_bytes,
                                        uint64_t version) noexcept {
  using namespace playhead::capi;
  // Not refused: it is for the callback that may call nothing else.
  return contain([&] {
    const Pinned pinned(page);
    if (!pinned) return pinned.status();
    const bool has_bytes =
        key != nullptr && key_bytes > 0 && (value != nullptr || value_bytes == 0);
    const auto& records = pinned->records;
    if (has_bytes && version != 0 && records.size() < pinned->limit) {
      std::string name = text_of(key, key_bytes);
      if (name > (records.empty() ? pinned->after_key : records.back().key)) {
        pinned->records.push_back({std::move(name), text_of(value, value_bytes), version});
        return playhead_status{PLAYHEAD_OK};
      }
    }
    pinned->is_bad = true;
    return status_of(playhead::ErrorCode::kInvalidArgument);
  });
}
