// SPDX-License-Identifier: Apache-2.0
#include "cenc_decryptor.h"

#include <string>
#include <utility>

namespace playhead {
namespace {

constexpr std::size_t kKeyBytes = 16;

std::span<uint8_t> whole_blocks(std::span<uint8_t> range) {
  return range.first(range.size() - range.size() % kAesBlockBytes);
}

Result<void> check(const CryptoInfo& info, std::size_t sample_bytes) {
  const bool has_pattern = info.scheme == SampleScheme::kCens || info.scheme == SampleScheme::kCbcs;
  if (has_pattern && info.crypt_blocks == 0 && info.skip_blocks != 0) {
    return make_error(ErrorCode::kDrmSample, "a pattern of 0 encrypted and " +
                                                 std::to_string(info.skip_blocks) +
                                                 " clear blocks encrypts nothing");
  }
  if (info.subsamples.empty()) return {};
  uint64_t sum = 0;  // of 32-bit numbers, fewer than 2^32 of them
  for (const Subsample& part : info.subsamples) sum += uint64_t{part.clear} + part.encrypted;
  if (sum != sample_bytes) {
    return make_error(ErrorCode::kDrmSample, "the subsamples describe " + std::to_string(sum) +
                                                 " bytes, the sample has " +
                                                 std::to_string(sample_bytes));
  }
  return {};
}

}  // namespace

CencDecryptor::CencDecryptor(AesCtr ctr, AesCbc cbc)
    : ctr_(std::move(ctr)), cbc_(std::move(cbc)), batch_(std::make_unique<BlockBatch>()) {}

Result<CencDecryptor> CencDecryptor::make(ByteView key) {
  if (key.size() != kKeyBytes) {
    return make_error(ErrorCode::kDrmLicense, "a key of Common Encryption has 16 bytes, this one " +
                                                  std::to_string(key.size()));
  }
  PLAYHEAD_TRY(AesCtr ctr, AesCtr::make(key));
  PLAYHEAD_TRY(AesCbc cbc, AesCbc::make(key));
  return CencDecryptor(std::move(ctr), std::move(cbc));
}

Result<void> CencDecryptor::decrypt(const CryptoInfo& info, std::span<uint8_t> sample) {
  Result<void> done = check(info, sample.size());
  if (done) done = decrypt_ranges(info, sample);
  if (!done) {
    batch_->clear();
    wipe(sample);
  }
  return done;
}

Result<void> CencDecryptor::decrypt_ranges(const CryptoInfo& info, std::span<uint8_t> sample) {
  // Counter and chain run on over the subsamples; cbcs begins each of them anew, see below.
  if (info.scheme == SampleScheme::kCenc || info.scheme == SampleScheme::kCens) {
    ctr_.start(info.iv);
  } else if (info.scheme == SampleScheme::kCbc1) {
    cbc_.start(info.iv);
  }
  if (info.subsamples.empty()) return decrypt_range(info, sample);
  for (const Subsample& part : info.subsamples) {
    const auto range = sample.subspan(part.clear, part.encrypted);
    if (!range.empty()) {
      if (auto done = decrypt_range(info, range); !done) return done;
    }
    sample = sample.subspan(part.clear).subspan(part.encrypted);
  }
  return {};
}

Result<void> CencDecryptor::decrypt_range(const CryptoInfo& info, std::span<uint8_t> range) {
  switch (info.scheme) {
    case SampleScheme::kCenc:  // §10.1: every byte
      return ctr_.decrypt(range);
    case SampleScheme::kCbc1:  // §10.2
      return cbc_.decrypt(whole_blocks(range));
    case SampleScheme::kCens:  // §10.3: clear blocks do not count
      return decrypt_pattern(ctr_, info, range);
    case SampleScheme::kCbcs:  // §10.4
      cbc_.start(info.iv);
      return decrypt_pattern(cbc_, info, range);
    default:
      return make_error(ErrorCode::kInvalidArgument, "not a scheme of Common Encryption");
  }
}

template <typename Cipher>
Result<void> CencDecryptor::decrypt_pattern(Cipher& cipher, const CryptoInfo& info,
                                            std::span<uint8_t> range) {
  if (info.skip_blocks == 0) return cipher.decrypt(whole_blocks(range));
  auto added = batch_->add_pattern(cipher, range, info.crypt_blocks, info.skip_blocks);
  return added ? batch_->flush(cipher) : added;
}

}  // namespace playhead
