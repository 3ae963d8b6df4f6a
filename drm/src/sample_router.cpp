// SPDX-License-Identifier: Apache-2.0
#include "sample_router.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace playhead::drm {
namespace {

bool is_about_key_or_sample(ErrorCode code) {
  return code == ErrorCode::kDrmNoKey || code == ErrorCode::kDrmExpired ||
         code == ErrorCode::kDrmOutputRestricted || code == ErrorCode::kDrmSample;
}

}  // namespace

SampleRouter::SampleRouter(std::vector<std::shared_ptr<SampleDecryptor>> decryptors)
    : decryptors_(std::move(decryptors)) {}

void SampleRouter::set_routes(Routes routes) {
  const std::lock_guard lock(mutex_);
  routes_ = std::move(routes);
}

bool SampleRouter::needs_secure_decoder(const KeyId& kid) const {
  const std::lock_guard lock(mutex_);
  return routes_.secure.count(kid) != 0 && routes_.decryptors.count(kid) == 0;
}

Result<std::size_t> SampleRouter::decrypt(const CryptoInfo& info, std::span<uint8_t> sample) {
  Result<std::size_t> opened = find_and_decrypt(info, sample);
  if (opened || is_about_key_or_sample(opened.error().code)) return opened;
  return make_error(ErrorCode::kDrmModule, "the system cannot decrypt: " + opened.error().context,
                    opened.error().detail);
}

Result<std::size_t> SampleRouter::find_and_decrypt(const CryptoInfo& info,
                                                   std::span<uint8_t> sample) {
  std::optional<std::size_t> route;
  bool is_expired = false;
  {
    const std::lock_guard lock(mutex_);
    is_expired = routes_.expired.count(info.kid) != 0;
    const auto found = routes_.decryptors.find(info.kid);
    if (found != routes_.decryptors.end()) route = found->second;
  }
  if (is_expired) {
    std::fill(sample.begin(), sample.end(), uint8_t{0});
    return make_error(ErrorCode::kDrmExpired, "the licence of the sample's key has run out");
  }
  if (decryptors_.size() == 1) return decryptors_.front()->decrypt(info, sample);
  if (route) return decryptors_[*route]->decrypt(info, sample);
  return try_each(info, sample);
}

Result<std::size_t> SampleRouter::try_each(const CryptoInfo& info, std::span<uint8_t> sample) {
  const std::vector<uint8_t> encrypted(sample.begin(), sample.end());
  Result<std::size_t> result = make_error(ErrorCode::kDrmNoKey, "no system has the key");
  for (const auto& decryptor : decryptors_) {
    std::copy(encrypted.begin(), encrypted.end(), sample.begin());
    Result<std::size_t> tried = decryptor->decrypt(info, sample);
    if (tried) return tried;
    if (result.error().code == ErrorCode::kDrmNoKey) result = std::move(tried);
  }
  std::fill(sample.begin(), sample.end(), uint8_t{0});
  return result;
}

}  // namespace playhead::drm
