// SPDX-License-Identifier: Apache-2.0
#include "drm_host.h"

#include <algorithm>
#include <utility>

#include "guard.h"
#include "playhead/drm/cdm.h"
#include "playhead/error.h"
#include "playhead/secret_bytes.h"

namespace playhead::capi {
namespace {

// Room a record is first given; those of Clear Key have some hundred bytes.
constexpr std::size_t kFirstRoom = 4096;

Error store_error(playhead_status status, const char* what) {
  const auto code = static_cast<ErrorCode>(-static_cast<int64_t>(status));
  switch (code) {
    case ErrorCode::kDrmNoLicense:
    case ErrorCode::kStoreFull:
    case ErrorCode::kStoreCorrupt:
      break;
    default:
      return make_error(ErrorCode::kStoreIo, std::string("the app's store cannot ") + what, status);
  }
  return make_error(code, std::string("the app's store cannot ") + what);
}

}  // namespace

OutputProtection output_of(const DrmHost& host) {
  if (host == nullptr || (*host)->output_protection == nullptr) return OutputProtection::kUnknown;
  const int32_t unknown = -1;  // as is what throws
  const InAppCall inside(AppCall::kAsked);
  switch (ask_app(unknown, [&] { return (*host)->output_protection((*host)->user); })) {
    case PLAYHEAD_CDM_OUTPUT_NONE:
      return OutputProtection::kNone;
    case PLAYHEAD_CDM_OUTPUT_HDCP1:
      return OutputProtection::kHdcp1;
    case PLAYHEAD_CDM_OUTPUT_HDCP2_2:
      return OutputProtection::kHdcp2_2;
    case PLAYHEAD_CDM_OUTPUT_INTERNAL:
      return OutputProtection::kInternal;
    default:
      return OutputProtection::kUnknown;
  }
}

bool has_store(const DrmHost& host) {
  return host != nullptr && (*host)->store_get != nullptr && (*host)->store_put != nullptr &&
         (*host)->store_remove != nullptr;
}

Result<void> AppLicenseStore::put(const std::string& id, ByteView record) {
  const InAppCall inside(AppCall::kAsked);
  const playhead_status status = ask_app(kThrew, [&] {
    return (*host_)->store_put((*host_)->user, system_.c_str(), id.c_str(), record.data(),
                               record.size());
  });
  if (status == PLAYHEAD_OK) return {};
  return store_error(status, "keep a licence");
}

Result<std::vector<uint8_t>> AppLicenseStore::get(const std::string& id) {
  const InAppCall inside(AppCall::kAsked);
  std::vector<uint8_t> record(kFirstRoom);
  for (int attempt = 0; attempt < 2; ++attempt) {
    uint64_t size = record.size();
    const playhead_status status = ask_app(kThrew, [&] {
      return (*host_)->store_get((*host_)->user, system_.c_str(), id.c_str(), record.data(), &size);
    });
    if (status == PLAYHEAD_OK && size <= record.size()) {
      record.resize(static_cast<std::size_t>(size));
      return record;
    }
    wipe_memory(record.data(), record.size());
    const bool has_more = status == -static_cast<int>(ErrorCode::kBufferTooSmall) &&
                          size > record.size() && size <= PLAYHEAD_CDM_MAX_MESSAGE;
    if (!has_more) return store_error(status, "find a licence");
    record.assign(static_cast<std::size_t>(size), 0);
  }
  return store_error(-static_cast<int>(ErrorCode::kBufferTooSmall), "find a licence");
}

Result<void> AppLicenseStore::remove(const std::string& id) {
  const InAppCall inside(AppCall::kAsked);
  const playhead_status status = ask_app(
      kThrew, [&] { return (*host_)->store_remove((*host_)->user, system_.c_str(), id.c_str()); });
  if (status == PLAYHEAD_OK) return {};
  return store_error(status, "remove a licence");
}

}  // namespace playhead::capi
