// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "playhead/offline/device_keys.h"
#include "support/faulty_file_system.h"
#include "vault/content_key.h"
#include "vault/file_digest.h"
#include "vault/vault_cipher.h"

// What tests of the vault have in common.
namespace playhead::offline::test {

using Bytes = std::vector<uint8_t>;
using playhead::test::FaultyFileSystem;

// Bytes that repeat nowhere, the same for the same seed.
Bytes noise(std::size_t count, uint32_t seed = 1);
Bytes from_hex(std::string_view digits);
std::string to_hex(ByteView bytes);
inline ByteView part_of(const Bytes& bytes, std::size_t at, std::size_t count) {
  return ByteView(bytes).subspan(at, count);
}
Sha256Digest hash_of(ByteView bytes);

// A platform's key store that has one key.
class FixedKeys final : public DeviceKeys {
 public:
  explicit FixedKeys(uint8_t fill) : fill_(fill) {}
  Result<DeviceKey> get() override {
    DeviceKey key{};
    key.fill(fill_);
    return key;
  }

 private:
  uint8_t fill_;
};

std::unique_ptr<Sealer> sealer_of(uint8_t device);
ContentKey new_key();
// The key of these bytes.
ContentKey key_of(ByteView bytes, const std::string& download_id);

// Written in one piece.
void write_file(FileSystem& files, const std::string& path, const ContentKey& key,
                const VaultFileId& id, ByteView media);
// Everything, in one piece.
Result<Bytes> read_file(FileSystem& files, const std::string& path, const ContentKey& key,
                        const VaultFileId& id);

// Whether what stands there is the file of that digest, read to its end.
Result<bool> is_file_of(FileSystem& files, const std::string& path, const ContentKey& key,
                        const VaultFileId& id, const FileDigest& digest);

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

}  // namespace playhead::offline::test
