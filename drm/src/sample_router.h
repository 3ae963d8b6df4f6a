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
  // Never empty, never null.
  explicit SampleRouter(std::vector<std::shared_ptr<SampleDecryptor>> decryptors);

  // Which decryptor (an index) has which key, and which keys open nothing any more, though a system
  // may still have them; in place of what was known.
  void set_routes(std::map<KeyId, std::size_t> routes, std::set<KeyId> expired);

  // Keys no route is known for are tried with each decryptor, on a copy: a decryptor wipes what it
  // cannot open.
  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) override;

 private:
  Result<std::size_t> try_each(const CryptoInfo& info, std::span<uint8_t> sample);

  const std::vector<std::shared_ptr<SampleDecryptor>> decryptors_;
  std::mutex mutex_;
  std::map<KeyId, std::size_t> routes_;  // under mutex_
  std::set<KeyId> expired_;              // under mutex_
};

}  // namespace playhead::drm
