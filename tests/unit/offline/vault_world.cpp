// SPDX-License-Identifier: Apache-2.0
#include "vault_world.h"

#include <random>

#include "vault/device_sealer.h"
#include "vault/vault_reader.h"
#include "vault/vault_writer.h"

namespace playhead::offline::test {

Bytes noise(std::size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  Bytes bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

Bytes from_hex(std::string_view digits) {
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  Bytes bytes;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
    bytes.push_back(static_cast<uint8_t>(value(digits[at]) * 16 + value(digits[at + 1])));
  }
  return bytes;
}

std::string to_hex(ByteView bytes) {
  std::string digits;
  for (const uint8_t byte : bytes) {
    digits += "0123456789abcdef"[byte >> 4];
    digits += "0123456789abcdef"[byte & 15];
  }
  return digits;
}

Sha256Digest hash_of(ByteView bytes) {
  auto digest = sha256(bytes);
  REQUIRE(digest);
  return *digest;
}

std::unique_ptr<Sealer> sealer_of(uint8_t device) {
  FixedKeys keys(device);
  auto sealer = make_device_sealer(keys);
  REQUIRE(sealer);
  return *std::move(sealer);
}

ContentKey new_key() {
  auto key = ContentKey::make();
  REQUIRE(key);
  return *std::move(key);
}

ContentKey key_of(ByteView bytes, const std::string& download_id) {
  const auto sealer = sealer_of(1);
  const auto sealed = sealer->seal("content-key", download_id, bytes);
  REQUIRE(sealed);
  auto key = ContentKey::unwrap(*sealer, {download_id, "", ""}, *sealed);
  REQUIRE(key);
  return *std::move(key);
}

void write_file(FileSystem& files, const std::string& path, const ContentKey& key,
                const VaultFileId& id, ByteView media) {
  auto writer = VaultWriter::create(files, path, key, id);
  REQUIRE(writer);
  REQUIRE(writer->append(media));
  REQUIRE(writer->finish());
}

Result<Bytes> read_file(FileSystem& files, const std::string& path, const ContentKey& key,
                        const VaultFileId& id) {
  PLAYHEAD_TRY(VaultReader reader, VaultReader::open(files, path, key, id));
  Bytes media(static_cast<std::size_t>(reader.size()));
  PLAYHEAD_TRY(const std::size_t count, reader.read_at(0, media));
  CHECK(count == media.size());
  return media;
}

Result<bool> is_file_of(FileSystem& files, const std::string& path, const ContentKey& key,
                        const VaultFileId& id, const FileDigest& digest) {
  PLAYHEAD_TRY(VaultReader reader, VaultReader::open(files, path, key, id));
  if (auto begun = reader.expect(digest); !begun) return begun.error();
  return reader.is_expected();
}

}  // namespace playhead::offline::test
