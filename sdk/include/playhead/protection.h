// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bytes.h"

// What a manifest says about encryption, for the DRM layer and for track choice. Nothing here is
// secret: keys never pass through the model.
namespace playhead {

// 16 bytes, in the order of their hexadecimal digits.
using KeyId = std::array<uint8_t, 16>;

// One ContentProtection element with a scheme of its own (ISO/IEC 23009-1 5.8.4.1), or what an HLS
// EXT-X-SESSION-KEY announces. Several of them stand side by side for one AdaptationSet: one for
// each DRM system, and one that names the encryption scheme.
struct ContentProtection {
  // DASH @schemeIdUri or HLS KEYFORMAT; "urn:uuid:…" in lower case. "identity" for plain HLS keys.
  std::string scheme;
  // DASH @value, HLS METHOD: "cenc", "cbcs", "AES-128", "SAMPLE-AES" …
  std::string value;
  std::vector<KeyId> default_kids;  // @cenc:default_KID, HLS KEYID; empty unknown
  SharedBytes pssh;                 // whole pssh boxes (cenc:pssh), may be several; may be empty
  SharedBytes playready_object;     // mspr:pro; may be empty
  std::string license_url;          // dashif:Laurl, clearkey:Laurl, ms:laurl; empty unknown
  std::string robustness;           // @robustness, empty unknown
  // HLS: where the key or its description is (absolute; also data: and skd: URIs).
  std::string key_uri;
  std::string key_format_versions;  // as written, empty for "1"
};

enum class EncryptionMethod : uint8_t {
  kAes128,  // whole segment, AES-128 CBC (RFC 8216 §4.3.2.4)
  kAes256,  // whole segment, AES-256 CBC
  kAes256Gcm,
  kAes256Ctr,     // whole segment
  kSampleAes,     // samples, CBC; "cbcs" in fMP4
  kSampleAesCtr,  // samples, CTR; "cenc" in fMP4
  kUnknown,
};

// One EXT-X-KEY in force.
struct SegmentKey {
  EncryptionMethod method = EncryptionMethod::kAes128;
  std::string uri;                            // absolute
  std::optional<std::array<uint8_t, 16>> iv;  // none: the segment's number, big-endian
  // There was an IV that is no number of 128 bits: nothing can be decrypted, and nothing is guessed.
  bool has_bad_iv = false;
  std::string key_format = "identity";
  std::string key_format_versions;
  // KEYID, which Widevine and PlayReady add to HLS: what the key is known by to licences. None:
  // not said, or not 16 bytes.
  std::optional<KeyId> kid;
  friend bool operator==(const SegmentKey&, const SegmentKey&) = default;
};
// All keys in force at once, one for each KEYFORMAT: alternatives, any of which opens the segment.
// Never empty.
using SegmentKeys = std::vector<SegmentKey>;

}  // namespace playhead
