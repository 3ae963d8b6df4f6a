// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "media_cipher.h"
#include "mp4_box.h"
#include "result.h"
#include "title_keys.h"

namespace playhead::server {

enum class CencScheme {
  kCenc,  // AES-CTR, vectors of 8 bytes for each sample
  kCbcs,  // AES-CBC, one constant vector, pictures by the pattern 1:9
};

// Encrypts one Representation: its init segment first, then its media segments (CMAF: one track,
// H.264 or AAC, offsets from the moof). ISO/IEC 23001-7. One thread at a time.
class Mp4Encryptor {
 public:
  // `iv`: 16 random bytes, another one for each Representation of a key.
  Mp4Encryptor(CencScheme scheme, std::string iv) : scheme_(scheme), iv_(std::move(iv)) {}

  // Remembers what the segments need. `kid` is the track's default. Errors: `bad_mp4`.
  [[nodiscard]] Result<std::string> init(std::string_view segment, const KeyId& kid);

  // `key` may have another id than the track's default: then the segment says so (sample group
  // `seig`, and a pssh box with the id). Errors: `bad_mp4`, `cipher_failed`.
  [[nodiscard]] Result<std::string> media(std::string_view segment, const ContentKey& key);

 private:
  // What senc says of one sample.
  struct SampleInfo {
    std::string iv;  // of the sample; empty with a constant one
    std::vector<std::pair<std::size_t, std::size_t>> subsamples;  // clear, encrypted
  };
  struct Fragment {
    std::vector<std::size_t> sizes;
    std::size_t data_offset = 0;  // from the moof
  };

  [[nodiscard]] Status protect_entry(Mp4Box& stsd, const KeyId& kid);
  [[nodiscard]] Mp4Box tenc(const KeyId& kid) const;
  [[nodiscard]] Result<Fragment> read_fragment(Mp4Box& traf) const;
  [[nodiscard]] Result<SampleInfo> encrypt_sample(std::string& sample, const ContentKey& key);
  [[nodiscard]] Result<std::vector<SampleInfo>> encrypt_fragment(std::string& segment,
                                                                 std::size_t at,
                                                                 const Fragment& fragment,
                                                                 const ContentKey& key);
  [[nodiscard]] Result<std::size_t> describe(Mp4Box& moof, const std::vector<SampleInfo>& samples,
                                             const KeyId& kid) const;
  void add_group(Mp4Box& traf, std::size_t samples, const KeyId& kid) const;

  const CencScheme scheme_;
  std::string iv_;
  KeyId default_kid_;
  bool is_video_ = false;
  std::size_t nal_length_bytes_ = 4;
  std::size_t default_sample_bytes_ = 0;
};

// The W3C's common system id (version 1, key ids, no data): all that Clear Key needs.
[[nodiscard]] Mp4Box common_pssh(const std::vector<KeyId>& kids);

}  // namespace playhead::server
