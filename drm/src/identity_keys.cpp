// SPDX-License-Identifier: Apache-2.0
#include "playhead/drm/identity_keys.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "aes.h"
#include "data_uri.h"
#include "digest.h"
#include "key_store.h"

namespace playhead {
namespace {

constexpr std::size_t kShortKey = 16, kLongKey = 32;

// Wiped with its owner.
class KeyBytes {
 public:
  KeyBytes() = default;
  explicit KeyBytes(ByteView bytes) : size_(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  }
  KeyBytes(const KeyBytes&) = default;
  KeyBytes& operator=(const KeyBytes&) = default;
  ~KeyBytes() { wipe(bytes_); }

  [[nodiscard]] ByteView view() const { return ByteView(bytes_).first(size_); }

 private:
  std::array<uint8_t, kLongKey> bytes_{};
  std::size_t size_ = 0;
};

struct Entry {
  KeyStatus status = KeyStatus::kPending;
  std::optional<Error> failure;
  KeyBytes key;
  uint64_t session = 0;  // of the KeyStore
};

}  // namespace

KeyId identity_key_id(std::string_view uri) {
  KeyId id{};
  // Without a digest every key would be the same one, which then does not fit: nothing is played.
  if (const auto digest = drm::sha256(as_bytes(uri))) std::copy_n(digest->begin(), 16, id.begin());
  return id;
}

struct IdentityKeys::State {
  mutable std::mutex mutex;
  std::map<KeyId, Entry> entries;  // under mutex
  uint64_t sessions = 0;           // under mutex
  drm::KeyStore store;             // any thread
};

IdentityKeys::IdentityKeys() : state_(std::make_unique<State>()) {}
IdentityKeys::~IdentityKeys() = default;

void IdentityKeys::expect(const KeyId& kid) {
  const std::lock_guard lock(state_->mutex);
  Entry& entry = state_->entries[kid];
  if (entry.status == KeyStatus::kUsable) return;
  entry.status = KeyStatus::kPending;
  entry.failure.reset();
}

Result<void> IdentityKeys::put(const KeyId& kid, ByteView key) {
  if (key.size() != kShortKey && key.size() != kLongKey) {
    Error error =
        make_error(ErrorCode::kDrmLicense, "the key's URI answers " + std::to_string(key.size()) +
                                               " bytes, which is no key");
    fail(kid, error);
    return error;
  }
  const std::lock_guard lock(state_->mutex);
  Entry& entry = state_->entries[kid];
  entry.status = KeyStatus::kUsable;
  entry.failure.reset();
  entry.key = KeyBytes(key);
  if (entry.session == 0) entry.session = ++state_->sessions;
  std::vector<drm::LicensedKey> licensed;
  if (key.size() == kShortKey) licensed.push_back({kid, drm::ContentKey(key)});
  state_->store.set(entry.session, licensed);
  return {};
}

Result<void> IdentityKeys::put_data_uri(const KeyId& kid, std::string_view uri) {
  std::optional<drm::DataUri> data = drm::parse_data_uri(uri);
  if (!data) {
    Error error = make_error(ErrorCode::kDrmLicense, "the key's data: URI cannot be read");
    fail(kid, error);
    return error;
  }
  Result<void> done = put(kid, data->bytes);
  wipe(data->bytes);
  return done;
}

void IdentityKeys::fail(const KeyId& kid, Error why) {
  const std::lock_guard lock(state_->mutex);
  Entry& entry = state_->entries[kid];
  if (entry.session != 0) state_->store.drop(entry.session);
  entry = Entry{KeyStatus::kError, std::move(why), KeyBytes(), 0};
}

void IdentityKeys::forget(const KeyId& kid) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->entries.find(kid);
  if (found == state_->entries.end()) return;
  if (found->second.session != 0) state_->store.drop(found->second.session);
  state_->entries.erase(found);
}

bool IdentityKeys::knows(const KeyId& kid) const {
  const std::lock_guard lock(state_->mutex);
  return state_->entries.count(kid) != 0;
}

KeyStatus IdentityKeys::status(const KeyId& kid) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->entries.find(kid);
  return found == state_->entries.end() ? KeyStatus::kPending : found->second.status;
}

std::optional<Error> IdentityKeys::failure(const KeyId& kid) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->entries.find(kid);
  return found == state_->entries.end() ? std::nullopt : found->second.failure;
}

Result<std::unique_ptr<SegmentDecryptor>> IdentityKeys::open_segment(const KeyId& kid,
                                                                     EncryptionMethod method,
                                                                     const CipherIv& iv) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->entries.find(kid);
  if (found == state_->entries.end() || found->second.status != KeyStatus::kUsable) {
    return make_error(ErrorCode::kDrmNoKey, "the key of the segment is not there");
  }
  return make_segment_decryptor(method, found->second.key.view(), iv);
}

Result<std::size_t> IdentityKeys::decrypt(const CryptoInfo& info, std::span<uint8_t> sample) {
  return state_->store.decrypt(info, sample);
}

}  // namespace playhead
