// SPDX-License-Identifier: Apache-2.0
#include "bench/licensed_system.h"

#include <string>
#include <utility>

#include "base64.h"

namespace playhead::bench {
namespace {

SharedBytes bytes_of(const std::string& text) {
  return SharedBytes(std::vector<uint8_t>(text.begin(), text.end()));
}

}  // namespace

LicensedSystem::LicensedSystem(std::unique_ptr<DrmSystem> system, const std::vector<uint8_t>& key)
    : system_(std::move(system)) {
  if (!system_) return;
  auto session = system_->open_session(SessionKind::kTemporary, executor_, listener_);
  if (!session) return;
  session_ = *std::move(session);
  const std::string id = drm::to_base64url(KeyId{});
  const InitData init{InitDataType::kKeyIds, bytes_of("{\"kids\":[\"" + id + "\"]}")};
  if (!session_->request(init)) return;
  const std::string license = "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"" + id + "\",\"k\":\"" +
                              drm::to_base64url(key) + "\"}],\"type\":\"temporary\"}";
  session_->update(bytes_of(license), [this](const Result<void>& result) {
    if (result) decryptor_ = system_->decryptor();
  });
  executor_.run_ready();
}

}  // namespace playhead::bench
