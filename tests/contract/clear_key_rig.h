// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "aes.h"
#include "base64.h"
#include "drm_system_ids.h"
#include "key_ids.h"
#include "playhead/drm/clear_key.h"
#include "pssh.h"
#include "support/memory_license_store.h"

// Clear Key systems and their licence service, for the contract of all DRM systems.
namespace playhead::test {

inline KeyId key_of(const KeyId& kid) {
  KeyId key = kid;
  for (uint8_t& byte : key) byte ^= 0x5a;
  return key;
}

// A licence service that knows every key.
inline std::string license(const std::vector<KeyId>& kids, std::optional<WallTime> expires_at,
                           const std::string& type) {
  std::string json = "{\"keys\":[";
  for (const KeyId& kid : kids) {
    if (json.back() == '}') json += ',';
    json += "{\"kty\":\"oct\",\"kid\":\"" + drm::to_base64url(kid) + "\",\"k\":\"" +
            drm::to_base64url(key_of(kid)) + "\"}";
  }
  json += "],\"type\":\"" + type + "\"";
  if (expires_at) json += ",\"expires_at\":" + std::to_string(expires_at->us / 1'000'000);
  return json + "}";
}

inline SharedBytes bytes_of(const std::string& text) {
  return SharedBytes(std::vector<uint8_t>(text.begin(), text.end()));
}

// The system itself.
struct BuiltIn {
  static std::unique_ptr<DrmSystem> make(LicenseStore* store) {
    return make_clear_key_system({store, 8});
  }
};

// A service that keeps licences or does not, asked by one kind of initialisation data.
template <InitDataType kType, bool kKeeps, typename Source = BuiltIn>
class ClearKeyRig {
 public:
  DrmSystem& system() { return *system_; }
  void end() { system_.reset(); }

  InitData init_for(const std::vector<KeyId>& kids) {
    if (kids.empty()) return {kType, bytes_of("{\"kids\":[")};
    if (kType == InitDataType::kKeyIds) return {kType, bytes_of(drm::write_key_ids(kids))};
    return {kType, SharedBytes(drm::write_pssh(drm::system_ids::kW3cCommon, kids, {}))};
  }
  SharedBytes answer(const DrmMessage& message, const std::vector<KeyId>& kids,
                     std::optional<WallTime> expires_at = {}) {
    const std::string challenge(as_text(message.challenge.view()));
    if (message.type == DrmMessageType::kRelease) return message.challenge;
    const bool keeps = challenge.find("\"persistent-license\"") != std::string::npos;
    CHECK(challenge.find("\"kids\":[\"") != std::string::npos);
    return bytes_of(license(kids, expires_at, keeps ? "persistent-license" : "temporary"));
  }
  std::vector<uint8_t> clear() { return std::vector<uint8_t>(1000, 0x77); }
  std::vector<uint8_t> encrypted(const KeyId& kid, CryptoInfo& info) {
    info.scheme = SampleScheme::kCenc;
    info.kid = kid;
    info.iv = {1, 2, 3, 4, 5, 6, 7, 8};
    info.subsamples = {{100, 400}, {50, 450}};
    std::vector<uint8_t> sample = clear();
    auto cipher = AesCtr::make(key_of(kid));  // counter mode is its own inverse
    REQUIRE(cipher.has_value());
    cipher->start(info.iv);
    REQUIRE(cipher->decrypt(std::span(sample).subspan(100, 400)).has_value());
    REQUIRE(cipher->decrypt(std::span(sample).subspan(550, 450)).has_value());
    return sample;
  }

  MemoryLicenseStore store;

 private:
  std::unique_ptr<DrmSystem> system_ = Source::make(kKeeps ? &store : nullptr);
};

}  // namespace playhead::test
