// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "playhead/drm/drm_system.h"

namespace playhead::drm {

// Opens samples by whichever system has their key. Any thread: samples come from decoders' workers
// while the manager learns where keys are. Keeps the systems' decryptors alive.
class SampleRouter final : public SampleDecryptor {
 public:
  // Never null; none: all samples are for secure decoders.
  explicit SampleRouter(std::vector<std::shared_ptr<SampleDecryptor>> decryptors);

  // Where keys are; in place of what was known.
  struct Routes {
    std::map<KeyId, std::size_t> decryptors;  // by index
    std::set<KeyId> secure;                   // with systems that decrypt nothing here
    std::set<KeyId> expired;  // they open nothing any more, though a system may still have them
  };
  void set_routes(Routes routes);

  // Keys no route is known for are tried with each decryptor, on a copy: a decryptor wipes what it
  // cannot open.
  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) override;
  [[nodiscard]] bool needs_secure_decoder(const KeyId& kid) const override;

 private:
  Result<std::size_t> find_and_decrypt(const CryptoInfo& info, std::span<uint8_t> sample);
  Result<std::size_t> try_each(const CryptoInfo& info, std::span<uint8_t> sample);

  const std::vector<std::shared_ptr<SampleDecryptor>> decryptors_;
  mutable std::mutex mutex_;
  Routes routes_;  // under mutex_
};

}  // namespace playhead::drm
