// SPDX-License-Identifier: Apache-2.0
#include "host_store.h"

#include "aes.h"
#include "c_types.h"

namespace playhead::drm {
namespace {

// Holds a usual licence, so that it is read once. Chosen: a key takes 120 bytes.
constexpr std::size_t kUsualRecord = 4096;

Result<void> result_of(Status status) {
  if (status == 0) return {};
  return error_of(status, nullptr, "store");
}

}  // namespace

Result<void> HostStore::put(const std::string& id, ByteView record) {
  return result_of(host_.store_put(host_.user, id.c_str(), record.data(), record.size()));
}

Result<std::vector<uint8_t>> HostStore::get(const std::string& id) {
  std::vector<uint8_t> record(kUsualRecord);
  std::size_t size = record.size();
  Status status = host_.store_get(host_.user, id.c_str(), record.data(), &size);
  if (status == -PLAYHEAD_CDM_BUFFER_TOO_SMALL && size <= PLAYHEAD_CDM_MAX_MESSAGE) {
    record.resize(size);
    status = host_.store_get(host_.user, id.c_str(), record.data(), &size);
  }
  if (status != 0) return error_of(status, nullptr, "store");
  if (size > record.size()) {
    return make_error(ErrorCode::kStoreIo, "the host's store answers a wrong length");
  }
  wipe(std::span(record).subspan(size));
  record.resize(size);
  return record;
}

Result<void> HostStore::remove(const std::string& id) {
  return result_of(host_.store_remove(host_.user, id.c_str()));
}

}  // namespace playhead::drm
