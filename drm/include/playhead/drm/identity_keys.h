// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "playhead/drm/drm_session.h"
#include "playhead/drm/drm_system.h"
#include "playhead/drm/segment_decryptor.h"

namespace playhead {

// HLS names keys by their URI alone: what stands for the key id of CryptoInfo. Equal for equal
// URIs, and a digest, so that it says nothing of a key inside a data: URI.
[[nodiscard]] KeyId identity_key_id(std::string_view uri);

// Keys of KEYFORMAT "identity": plain bytes behind a URI. Holds them and opens with them; they
// never come out again, and are wiped. Whoever fetches them tells what became of them. Any thread.
class IdentityKeys final : public SampleDecryptor {
 public:
  IdentityKeys();
  ~IdentityKeys() override;

  // It is on its way: kPending, whatever was said of it before, unless it is usable.
  void expect(const KeyId& kid);
  // 16 bytes, or 32 for AES-256. Errors: kDrmLicense (another length), which it has failed with
  // then.
  Result<void> put(const KeyId& kid, ByteView key);
  // The same of a data: URI that holds the key. Errors: also kDrmLicense (no such URI).
  Result<void> put_data_uri(const KeyId& kid, std::string_view uri);
  void fail(const KeyId& kid, Error why);
  // What is being decrypted with it meanwhile is still decrypted.
  void forget(const KeyId& kid);

  // It was expected, put or failed, and not forgotten: status() is about it.
  [[nodiscard]] bool knows(const KeyId& kid) const;
  // As DrmManager::status() and failure(): kPending, kUsable or kError; others are kPending, too.
  [[nodiscard]] KeyStatus status(const KeyId& kid) const;
  [[nodiscard]] std::optional<Error> failure(const KeyId& kid) const;

  // Errors: kDrmNoKey (not usable), kDrmLicense (the key is not as long as the method wants it).
  [[nodiscard]] Result<std::unique_ptr<SegmentDecryptor>> open_segment(const KeyId& kid,
                                                                       EncryptionMethod method,
                                                                       const CipherIv& iv) const;
  // Samples are opened by keys of 16 bytes alone.
  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) override;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace playhead
