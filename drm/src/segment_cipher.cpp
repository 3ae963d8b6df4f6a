// SPDX-License-Identifier: Apache-2.0
#include "segment_cipher.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace playhead {
namespace {

Error wrong_key(const char* what) {
  return make_error(ErrorCode::kDrmWrongKey,
                    std::string("the segment's ") + what + " does not fit: another key or vector");
}

Error no_whole_segment(uint64_t received, const char* what) {
  return make_error(ErrorCode::kContainerSyntax,
                    "an encrypted segment of " + std::to_string(received) + " bytes is " + what);
}

// How many bytes of the last block are padding (RFC 5652 §6.3). None: it is no padding.
std::optional<std::size_t> padding_of(ByteView block) {
  const std::size_t count = block.back();
  if (count == 0 || count > block.size()) return std::nullopt;
  const auto tail = block.last(count);
  const bool is_padding =
      std::all_of(tail.begin(), tail.end(), [count](uint8_t byte) { return byte == count; });
  return is_padding ? std::optional(count) : std::nullopt;
}

}  // namespace

Result<SegmentCipher> SegmentCipher::make(EncryptionMethod method, ByteView key,
                                          const CipherIv& iv) {
  if (!encrypts_segments(method)) {
    return make_error(ErrorCode::kInvalidArgument, "not a method that encrypts whole segments");
  }
  const std::size_t key_bytes = method == EncryptionMethod::kAes128 ? 16 : 32;
  if (key.size() != key_bytes) {
    return make_error(ErrorCode::kDrmLicense, "the key of the segments has " +
                                                  std::to_string(key.size()) +
                                                  " bytes instead of " + std::to_string(key_bytes));
  }
  switch (method) {
    case EncryptionMethod::kAes128:
    case EncryptionMethod::kAes256: {
      PLAYHEAD_TRY(AesCbc cbc, AesCbc::make(key));
      cbc.start(iv);
      return SegmentCipher(std::move(cbc));
    }
    case EncryptionMethod::kAes256Ctr: {
      PLAYHEAD_TRY(AesCtr ctr, AesCtr::make(key));
      ctr.start(iv);
      return SegmentCipher(std::move(ctr));
    }
    default: {
      PLAYHEAD_TRY(AesGcm gcm, AesGcm::make(key));
      if (auto started = gcm.start(iv); !started) return std::move(started).error();
      return SegmentCipher(std::move(gcm));
    }
  }
}

Result<std::vector<uint8_t>> SegmentCipher::update(ByteView bytes) {
  received_ += bytes.size();
  if (auto* cbc = std::get_if<AesCbc>(&cipher_)) return update_cbc(*cbc, bytes);
  if (auto* gcm = std::get_if<AesGcm>(&cipher_)) {
    if (auto done = hold(*gcm, bytes); !done) return std::move(done).error();
    return std::vector<uint8_t>{};
  }
  std::vector<uint8_t> out(bytes.size());
  if (auto done = std::get<AesCtr>(cipher_).decrypt(bytes, out.data()); !done) {
    return std::move(done).error();
  }
  return out;
}

Result<std::vector<uint8_t>> SegmentCipher::finish() {
  if (auto* cbc = std::get_if<AesCbc>(&cipher_)) return finish_cbc(*cbc);
  auto* gcm = std::get_if<AesGcm>(&cipher_);
  if (gcm == nullptr) return std::vector<uint8_t>{};
  if (pending_.size() != AesGcm::kTagBytes) {
    return no_whole_segment(received_, "shorter than its tag");
  }
  if (!gcm->is_authentic(std::span(pending_).first<AesGcm::kTagBytes>())) {
    wipe(held_);
    held_.clear();
    return wrong_key("tag");
  }
  return std::exchange(held_, {});
}

Result<std::vector<uint8_t>> SegmentCipher::update_cbc(AesCbc& cbc, ByteView bytes) {
  const std::size_t total = pending_.size() + bytes.size();
  // What is left over shows that more has to come; whole blocks may end with the last one.
  const std::size_t over = total % kAesBlockBytes;
  const std::size_t kept = over != 0 ? over : std::min(total, kAesBlockBytes);
  std::vector<uint8_t> out(total - kept);
  if (out.empty()) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    return out;
  }
  // The first block in the answer is made of what was kept and the first new bytes, if any was.
  std::size_t at = 0;
  if (!pending_.empty()) {
    const std::size_t missing = kAesBlockBytes - pending_.size();
    pending_.insert(pending_.end(), bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(missing));
    bytes = bytes.subspan(missing);
    if (auto done = cbc.decrypt(pending_, out.data()); !done) return std::move(done).error();
    at = kAesBlockBytes;
  }
  const auto whole = bytes.first(out.size() - at);
  if (auto done = cbc.decrypt(whole, out.data() + at); !done) return std::move(done).error();
  const auto rest = bytes.subspan(whole.size());
  pending_.assign(rest.begin(), rest.end());
  return out;
}

Result<std::vector<uint8_t>> SegmentCipher::finish_cbc(AesCbc& cbc) {
  if (pending_.size() != kAesBlockBytes) {
    return no_whole_segment(received_, received_ == 0 ? "empty" : "not made of whole blocks");
  }
  std::vector<uint8_t> out = std::exchange(pending_, {});
  if (auto done = cbc.decrypt(out); !done) return std::move(done).error();
  const auto padding = padding_of(out);
  if (!padding) {
    wipe(out);
    return wrong_key("padding");
  }
  out.resize(out.size() - *padding);
  return out;
}

Result<void> SegmentCipher::hold(AesGcm& gcm, ByteView bytes) {
  if (bytes.size() > kMaxHeldBytes - held_.size()) {
    wipe(held_);
    held_.clear();
    return make_error(ErrorCode::kTooLarge, "an encrypted segment that is verified as a whole");
  }
  // The last 16 bytes may be the tag.
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  if (pending_.size() <= AesGcm::kTagBytes) return {};
  const std::size_t ready = pending_.size() - AesGcm::kTagBytes;
  const std::size_t before = held_.size();
  held_.resize(before + ready);
  auto done = gcm.decrypt(ByteView(pending_).first(ready), held_.data() + before);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(ready));
  return done;
}

}  // namespace playhead
