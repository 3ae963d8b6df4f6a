// SPDX-License-Identifier: Apache-2.0
#include "sample_aes.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "annex_b.h"
#include "audio_frames.h"

namespace playhead {
namespace {

constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kStartCodeBytes = 3;

// H.264: units of these types and longer than that are encrypted; so many bytes at the front stay
// clear, then one block of ten is encrypted.
constexpr std::size_t kLargestClearNal = 48;
constexpr std::size_t kClearNalBytes = 32;
constexpr std::size_t kSkippedBlocks = 9;
bool is_encrypted_type(uint8_t nal_header) {
  const int type = nal_header & 0x1F;
  return type == 1 || type == 5;
}

// Audio: clear bytes at the front of a frame, behind an ADTS header.
constexpr std::size_t kClearFrameBytes = 16;

std::size_t whole_blocks(std::size_t bytes) { return bytes - bytes % kAesBlockBytes; }

}  // namespace

SampleAesDecryptor::SampleAesDecryptor(AesCbc cbc)
    : cbc_(std::move(cbc)), batch_(std::make_unique<BlockBatch>()) {}

Result<SampleAesDecryptor> SampleAesDecryptor::make(ByteView key) {
  if (key.size() != kKeyBytes) {
    return make_error(ErrorCode::kDrmLicense,
                      "a key of SAMPLE-AES has 16 bytes, this one " + std::to_string(key.size()));
  }
  PLAYHEAD_TRY(AesCbc cbc, AesCbc::make(key));
  return SampleAesDecryptor(std::move(cbc));
}

Result<std::size_t> SampleAesDecryptor::decrypt(const CryptoInfo& info, std::span<uint8_t> sample) {
  Result<std::size_t> done = info.scheme == SampleScheme::kHlsAvc ? decrypt_avc(info.iv, sample)
                                                                  : decrypt_frames(info, sample);
  if (!done) {
    batch_->clear();
    wipe(sample);
  }
  return done;
}

Result<std::size_t> SampleAesDecryptor::decrypt_avc(const CipherIv& iv, std::span<uint8_t> unit) {
  std::size_t code = find_start_code(unit, 0);
  if (code == unit.size() && !unit.empty()) {
    return make_error(ErrorCode::kDrmSample, "an H.264 access unit without a NAL unit");
  }
  std::size_t written = code;  // what stands before the first start code stays
  while (code < unit.size()) {
    const std::size_t begin = code + kStartCodeBytes;
    const std::size_t next = find_start_code(unit, begin);
    std::size_t length = next - begin;
    // Zeros behind a unit are not its own: its last byte is another one (§7.4.1), and stays clear.
    while (length > 0 && unit[begin + length - 1] == 0) --length;
    if (written != code) std::memmove(&unit[0] + written, &unit[0] + code, kStartCodeBytes + length);
    const auto nal = unit.subspan(written + kStartCodeBytes, length);
    std::size_t kept = length;
    if (length > kLargestClearNal && is_encrypted_type(nal[0])) {
      // The encryptor has escaped its result. What comes out is the unit as it was encoded, with
      // the escapes of its own: none may be added.
      kept = remove_emulation_prevention(nal);
      if (auto done = decrypt_nal(iv, nal.first(kept)); !done) return std::move(done).error();
    }
    written += kStartCodeBytes + kept;
    const std::size_t zeros = next - begin - length;
    std::fill_n(unit.begin() + static_cast<std::ptrdiff_t>(written), zeros, uint8_t{0});
    written += zeros;
    code = next;
  }
  wipe(unit.subspan(written));
  return written;
}

Result<void> SampleAesDecryptor::decrypt_nal(const CipherIv& iv, std::span<uint8_t> nal) {
  // A last block with nothing behind it stays clear: the unit's last byte is never encrypted.
  if (nal.size() <= kClearNalBytes + kAesBlockBytes) return {};
  cbc_.start(iv);
  const auto range = nal.subspan(kClearNalBytes, nal.size() - kClearNalBytes - 1);
  auto added = batch_->add_pattern(cbc_, range, 1, kSkippedBlocks);
  return added ? batch_->flush(cbc_) : added;
}

Result<std::size_t> SampleAesDecryptor::decrypt_frames(const CryptoInfo& info,
                                                       std::span<uint8_t> sample) {
  const bool is_aac = info.scheme == SampleScheme::kHlsAac;
  if (!is_aac && info.scheme != SampleScheme::kHlsAc3) {
    return make_error(ErrorCode::kInvalidArgument, "not a scheme of SAMPLE-AES");
  }
  auto rest = sample;
  while (!rest.empty()) {
    const auto frame = is_aac ? adts_frame(rest) : ac3_frame(rest);
    if (!frame || frame->total > rest.size()) {
      return make_error(
          ErrorCode::kDrmSample,
          std::string(is_aac ? "an ADTS" : "an AC-3") +
              (frame ? " frame is cut off" : " frame does not begin where it should"));
    }
    const std::size_t clear = frame->header + kClearFrameBytes;
    if (frame->total > clear) {
      cbc_.start(info.iv);
      auto done = cbc_.decrypt(rest.subspan(clear, whole_blocks(frame->total - clear)));
      if (!done) return std::move(done).error();
    }
    rest = rest.subspan(frame->total);
  }
  return sample.size();
}

}  // namespace playhead
