// SPDX-License-Identifier: Apache-2.0
#include "pin_guard.h"

#include <algorithm>
#include <charconv>

#include "base64url.h"
#include "crypto.h"
#include "http_types.h"

namespace playhead::server {
namespace {

constexpr std::string_view kKind = "pbkdf2-sha256$";
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kKeyBytes = 32;
constexpr int kMaxIterations = 10'000'000;
// Profiles remembered at most; forgetting what was proven costs a slow hash, no more.
constexpr std::size_t kMaxRemembered = 50'000;

// Unique for the pair: the user's name may have any byte, its length comes first.
std::string key_of(const Profile& profile) {
  return std::to_string(profile.user_id.size()) + ":" + profile.user_id + profile.profile_id;
}

Error needs_time() { return Error{kNeedsTime, "needs_time", "This takes a while."}; }

std::string process_key() {
  auto bytes = random_bytes(kKeyBytes);
  return bytes.ok() ? std::move(bytes.value()) : std::string();
}

}  // namespace

bool is_pin(std::string_view text) {
  return text.size() >= 4 && text.size() <= 8 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::string> hash_pin(std::string_view pin, int iterations) {
  const auto salt = random_bytes(kSaltBytes);
  if (!salt.ok()) return salt.error();
  const auto key = pbkdf2_sha256(pin, salt.value(), iterations, kKeyBytes);
  if (!key.ok()) return key.error();
  return std::string(kKind) + std::to_string(iterations) + "$" + base64url_encode(salt.value()) +
         "$" + base64url_encode(key.value());
}

bool pin_matches(std::string_view pin, std::string_view hash) {
  if (hash.substr(0, kKind.size()) != kKind) return false;
  hash.remove_prefix(kKind.size());
  int iterations = 0;
  const auto [end, error] = std::from_chars(hash.data(), hash.data() + hash.size(), iterations);
  if (error != std::errc() || iterations < 1 || iterations > kMaxIterations) return false;
  hash.remove_prefix(static_cast<std::size_t>(end - hash.data()));
  const std::size_t second = hash.find('$', 1);
  if (hash.empty() || hash.front() != '$' || second == std::string_view::npos) return false;
  const auto salt = base64url_decode(hash.substr(1, second - 1));
  const auto key = base64url_decode(hash.substr(second + 1));
  if (!salt || !key || key->size() != kKeyBytes) return false;
  const auto made = pbkdf2_sha256(pin, *salt, iterations, kKeyBytes);
  return made.ok() && equal_constant_time(made.value(), *key);
}

PinGuard::PinGuard(const Clock& clock, Limits limits)
    : clock_(clock), limits_(limits), key_(process_key()) {}

Result<std::string> PinGuard::hash(std::string_view pin, bool must_be_quick) const {
  if (must_be_quick) return needs_time();
  return hash_pin(pin, limits_.iterations);
}

Status PinGuard::check(const Profile& profile, std::string_view pin, bool must_be_quick) {
  if (profile.pin_hash.empty()) return Done{};
  if (pin.empty()) return Error{403, "pin_required", "This needs the profile's PIN."};
  const std::string who = key_of(profile);
  // Covers the hash: a changed PIN is proven anew.
  const std::string digest =
      key_.empty() ? std::string() : hmac_sha256(key_, profile.pin_hash + std::string(pin));
  const int64_t now_s = clock_.now_s();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = failures_.find(who); found != failures_.end()) {
      const int64_t left_s = found->second.since_s + limits_.window_s - now_s;
      if (left_s <= 0) {
        failures_.erase(found);
      } else if (found->second.count >= limits_.max_failures) {
        return Error{429, "pin_locked", "Too many wrong PINs; try again later.",
                     static_cast<int>(left_s)};
      }
    }
    const auto known = proven_.find(who);
    if (!digest.empty() && known != proven_.end() && equal_constant_time(known->second, digest)) {
      failures_.erase(who);
      return Done{};
    }
    if (must_be_quick) return needs_time();
    // Counted before the hash is made: who sends many at once does not get more tries.
    if (failures_.size() >= kMaxRemembered && failures_.count(who) == 0) {
      return Error{429, "pin_locked", "Too many wrong PINs; try again later.",
                   static_cast<int>(limits_.window_s)};
    }
    Failures& failed = failures_[who];
    if (failed.count++ == 0) failed.since_s = now_s;
  }
  if (!is_pin(pin) || !pin_matches(pin, profile.pin_hash)) {
    return Error{403, "pin_wrong", "This is not the profile's PIN."};
  }
  const std::lock_guard lock(mutex_);
  failures_.erase(who);
  if (proven_.size() >= kMaxRemembered) proven_.clear();
  proven_[who] = digest;
  return Done{};
}

}  // namespace playhead::server
