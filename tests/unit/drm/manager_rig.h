// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "drm_system_ids.h"
#include "playhead/drm/clear_key.h"
#include "playhead/drm/drm_manager.h"
#include "pssh.h"
#include "sample_cipher.h"
#include "unit/drm/license_service.h"
#include "unit/drm/scripted_system.h"

// A DrmManager with a licence service, on virtual time.
namespace playhead::test {

inline const KeyId kA = numbered_kid(0xa1);
inline const KeyId kB = numbered_kid(0xb2);
inline const KeyId kC = numbered_kid(0xc3);

using Protections = std::vector<ContentProtection>;

// mp4protection:2011 with @default_KID.
inline ContentProtection common_protection(std::vector<KeyId> kids,
                                           const std::string& scheme = "cenc") {
  ContentProtection protection;
  protection.scheme = "urn:mpeg:dash:mp4protection:2011";
  protection.value = scheme;
  protection.default_kids = std::move(kids);
  return protection;
}
// An element of one system with a pssh box that names keys (none: no box).
inline ContentProtection protection_of(const KeyId& system, const std::vector<KeyId>& kids = {},
                                       const std::string& url = "") {
  ContentProtection protection;
  protection.scheme = "urn:uuid:" + drm::format_uuid(system);
  protection.license_url = url;
  if (!kids.empty()) protection.pssh = SharedBytes(drm::write_pssh(system, kids, {}));
  return protection;
}

struct ManagerRig : DrmManagerListener {
  ManagerRig() { config.secure_decoders = {TrackKind::kVideo, TrackKind::kAudio}; }
  ~ManagerRig() override {
    manager.reset();
    CHECK(service.under_way == 0);
    executor.run_for(1h);
    CHECK(executor.idle());  // nothing was left behind
  }

  void on_drm_changed() override { ++changes; }
  void on_drm_licensed() override { ++licensed; }
  void on_drm_fallback(DrmFallback fallback) override { fallbacks.push_back(std::move(fallback)); }

  // With Clear Key, behind those that were added.
  SystemScript& add(SystemScript script = {}) {
    scripts.push_back(std::move(script));
    config.systems.push_back(std::make_unique<ScriptedSystem>(scripts.back()));
    return scripts.back();
  }
  DrmManager& make(const ClearKeyOptions& options = {}) {
    config.systems.push_back(make_clear_key_system(options));
    return make_bare();
  }
  DrmManager& make_bare() {
    manager = DrmManager::make(std::move(config), service, executor, *this);
    return *manager;
  }

  void require(const Protections& protections, TrackKind track = TrackKind::kVideo) {
    manager->require(track, protections);
  }
  void require(const Protections& protections, const std::vector<KeyId>& kids,
               const std::vector<uint8_t>& pssh = {}, TrackKind track = TrackKind::kVideo) {
    manager->require(track, protections, MediaProtection{kids, SharedBytes(pssh)});
  }
  [[nodiscard]] std::string failure(const KeyId& kid) const {
    const auto error = manager->failure(kid);
    return error ? std::string(error_name(error->code)) : "";
  }
  // "ok", or what the decryptor says of a sample with that key, which calls it `named`.
  [[nodiscard]] static std::string open_sample(SampleDecryptor& decryptor, const KeyId& named,
                                               const KeyId& kid) {
    CryptoInfo info;
    info.kid = named;
    info.iv = {1, 2, 3, 4, 5, 6, 7, 8};
    std::vector<uint8_t> sample(100, 0x77);
    // Encrypting in counter mode is decrypting.
    Result<SampleCipher> cipher = SampleCipher::make(key_of(kid));
    if (!cipher || !cipher->decrypt(info, sample)) return "no cipher";
    const auto opened = decryptor.decrypt(info, sample);
    if (!opened) return std::string(error_name(opened.error().code));
    return sample == std::vector<uint8_t>(100, 0x77) ? "ok" : "garbage";
  }
  [[nodiscard]] static std::string open_sample(SampleDecryptor& decryptor, const KeyId& kid) {
    return open_sample(decryptor, kid, kid);
  }
  [[nodiscard]] std::string open_sample(const KeyId& named, const KeyId& kid) const {
    return open_sample(*manager->decryptor(), named, kid);
  }
  [[nodiscard]] std::string open_sample(const KeyId& kid) const { return open_sample(kid, kid); }

  VirtualExecutor executor;
  LicenseService service{executor};
  std::deque<SystemScript> scripts;
  DrmManagerConfig config;
  std::unique_ptr<DrmManager> manager;
  int changes = 0;
  int licensed = 0;
  std::vector<DrmFallback> fallbacks;
};

}  // namespace playhead::test
