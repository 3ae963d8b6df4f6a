// SPDX-License-Identifier: Apache-2.0
#include "clearkey_system.h"

#include <utility>

#include "drm_system_ids.h"

namespace playhead {
namespace drm {

ClearKeySystem::ClearKeySystem(const ClearKeyOptions& options)
    : shared_(std::make_shared<ClearKeyShared>()) {
  shared_->options = options;
}

std::vector<KeyId> ClearKeySystem::system_ids() const {
  return {system_ids::kClearKey, system_ids::kW3cCommon};
}

std::vector<std::string> ClearKeySystem::key_formats() const {
  return {"org.w3.clearkey", "urn:uuid:" + format_uuid(system_ids::kClearKey),
          "urn:uuid:" + format_uuid(system_ids::kW3cCommon)};
}

DrmCapabilities ClearKeySystem::query(TrackKind) const {
  DrmCapabilities capabilities;
  capabilities.level = SecurityLevel::kSl1000;
  capabilities.schemes = {SampleScheme::kCenc,  SampleScheme::kCens,   SampleScheme::kCbc1,
                          SampleScheme::kCbcs,  SampleScheme::kHlsAvc, SampleScheme::kHlsAac,
                          SampleScheme::kHlsAc3};
  capabilities.decrypts_samples = true;
  capabilities.keeps_licenses = shared_->options.store != nullptr;
  capabilities.max_sessions = shared_->options.max_sessions;
  return capabilities;
}

Result<std::unique_ptr<DrmSession>> ClearKeySystem::open_session(SessionKind kind,
                                                                 Executor& executor,
                                                                 DrmSessionListener& listener) {
  if (kind == SessionKind::kPersistent && shared_->options.store == nullptr) {
    return make_error(ErrorCode::kDrmNoSystem, "Clear Key has nowhere to keep licences");
  }
  if (++shared_->open_sessions > shared_->options.max_sessions) {
    --shared_->open_sessions;
    return make_error(ErrorCode::kDrmBusy, "all sessions of Clear Key are open");
  }
  return std::unique_ptr<DrmSession>(
      std::make_unique<ClearKeySession>(shared_, kind, executor, listener));
}

}  // namespace drm

std::unique_ptr<DrmSystem> make_clear_key_system(const ClearKeyOptions& options) {
  return std::make_unique<drm::ClearKeySystem>(options);
}

}  // namespace playhead
