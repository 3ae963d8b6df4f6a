// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "aes.h"
#include "playhead/drm/segment_decryptor.h"
#include "playhead/protection.h"

namespace playhead {

// Undoes the encryption of one whole segment while its bytes arrive. kAes128 and kAes256 are
// AES-CBC with PKCS #7 padding (RFC 8216 §4.3.2.4; the same for DASH, "urn:mpeg:dash:sea:2012");
// kAes256Ctr; kAes256Gcm with its 16-byte tag behind the data. Any thread, one at a time.
//
// Plain bytes come out as early as they can: of CBC all but the last block, which may be padding.
// Of GCM all at the end: it exists so that nobody plays what he cannot trust, and bytes are not
// trusted before the tag is seen (NIST SP 800-38D §7.2).
class SegmentCipher {
 public:
  // Bytes of GCM that are held back at most; as many as a segment may pile up before its demuxer.
  static constexpr std::size_t kMaxHeldBytes = std::size_t{256} << 20;

  // `key`: 16 bytes for kAes128, 32 for the others; not needed any more afterwards.
  // Errors: kDrmLicense (a key of another length), kInvalidArgument (not a method for segments).
  static Result<SegmentCipher> make(EncryptionMethod method, ByteView key, const CipherIv& iv);

  // The segment's next bytes, of any number; answers what can be read now, maybe nothing.
  // Errors: kTooLarge (kMaxHeldBytes).
  Result<std::vector<uint8_t>> update(ByteView bytes);
  // No more bytes come; answers the rest. Errors: kContainerSyntax (the segment cannot be whole),
  // kDrmWrongKey (padding or tag do not fit: another key, another IV or damaged bytes).
  Result<std::vector<uint8_t>> finish();

 private:
  using Cipher = std::variant<AesCbc, AesCtr, AesGcm>;
  SegmentCipher(Cipher cipher) : cipher_(std::move(cipher)) {}

  Result<std::vector<uint8_t>> update_cbc(AesCbc& cbc, ByteView bytes);
  Result<std::vector<uint8_t>> finish_cbc(AesCbc& cbc);
  Result<void> hold(AesGcm& gcm, ByteView bytes);

  Cipher cipher_;
  uint64_t received_ = 0;
  // Encrypted bytes that wait for more: CBC its last block, GCM what may be the tag.
  std::vector<uint8_t> pending_;
  std::vector<uint8_t> held_;  // GCM: decrypted, not yet trusted
};

}  // namespace playhead
