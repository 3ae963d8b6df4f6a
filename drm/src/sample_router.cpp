// SPDX-License-Identifier: Apache-2.0
#include "sample_router.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace playhead::drm {

SampleRouter::SampleRouter(std::vector<std::shared_ptr<SampleDecryptor>> decryptors)
    : decryptors_(std::move(decryptors)) {}

void SampleRouter::set_routes(std::map<KeyId, std::size_t> routes, std::set<KeyId> expired) {
  const std::lock_guard lock(mutex_);
  routes_ = std::move(routes);
  expired_ = std::move(expired);
}

Result<std::size_t> SampleRouter::decrypt(const CryptoInfo& info, std::span<uint8_t> sample) {
  std::optional<std::size_t> route;
  bool is_expired = false;
  {
    const std::lock_guard lock(mutex_);
    is_expired = expired_.count(info.kid) != 0;
    const auto found = routes_.find(info.kid);
    if (found != routes_.end()) route = found->second;
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
  return result;
}

}  // namespace playhead::drm
