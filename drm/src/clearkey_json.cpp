// SPDX-License-Identifier: Apache-2.0
#include "clearkey_json.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base64.h"
#include "json_text.h"
#include "key_ids.h"
#include "playhead/secret_json.h"

namespace playhead::drm {
namespace {

using Json = nlohmann::json;

constexpr const char* kTemporary = "temporary";
constexpr const char* kPersistent = "persistent-license";
// "expires_at" of the year 9999; later is a mistake, and would not fit microseconds for long.
constexpr int64_t kLastSecond = 253'402'300'799;

Error unusable(const std::string& what) { return make_error(ErrorCode::kDrmLicense, what); }

void wipe_text(std::string& text) { wipe({reinterpret_cast<uint8_t*>(text.data()), text.size()}); }

const std::string* text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get_ptr<const std::string*>()
                                                     : nullptr;
}

bool is_same(const ContentKey& a, const ContentKey& b) {
  return std::equal(a.view().begin(), a.view().end(), b.view().begin());
}

Result<LicensedKey> read_key(const Json& row, const SecretJson& secrets) {
  if (!row.is_object()) return unusable("a key of the licence is no JSON object");
  const std::string* type = text_of(row, "kty");
  if (type == nullptr || *type != "oct") return unusable("a key of the licence is not of type oct");
  const std::string* id_text = text_of(row, "kid");
  const std::string* stands_for_key = text_of(row, "k");
  const SecretBytes* key_text =
      stands_for_key != nullptr ? secrets.find(*stands_for_key) : nullptr;
  if (id_text == nullptr || key_text == nullptr) {
    return unusable("a key of the licence lacks its id or its value");
  }
  const auto id = from_base64(*id_text);
  if (!id || id->size() != KeyId().size()) return unusable("a key id is not 16 bytes of base64url");
  auto key = from_base64(as_text(*key_text));
  const bool is_key = key && key->size() == ContentKey::kBytes;
  LicensedKey licensed;
  std::copy(id->begin(), id->end(), licensed.id.begin());
  if (is_key) licensed.key = ContentKey(*key);
  if (key) wipe(*key);
  if (!is_key) return unusable("a key is not 16 bytes of base64url");
  return licensed;
}

Result<void> read_keys(const Json& list, const SecretJson& secrets, ClearKeyLicense& license) {
  for (const Json& row : list) {
    if (license.keys.size() >= kKeyIds) return unusable("the licence has more than 1024 keys");
    PLAYHEAD_TRY(LicensedKey key, read_key(row, secrets));
    const auto same = std::find_if(license.keys.begin(), license.keys.end(),
                                   [&](const LicensedKey& k) { return k.id == key.id; });
    if (same == license.keys.end()) {
      license.keys.push_back(key);
    } else if (!is_same(same->key, key.key)) {
      return unusable("the licence has two keys for one id");
    }
  }
  return {};
}

Result<std::optional<WallTime>> read_time(const Json& license, const std::string& name) {
  const auto found = license.find(name);
  if (found == license.end() || found->is_null()) return std::optional<WallTime>();
  if (!found->is_number_integer()) return unusable(name + " of the licence is no whole number");
  const auto seconds =
      found->is_number_unsigned()
          ? static_cast<int64_t>(std::min<uint64_t>(found->get<uint64_t>(), INT64_MAX))
          : found->get<int64_t>();
  if (seconds < 0 || seconds > kLastSecond) return unusable(name + " of the licence is no time");
  return std::optional<WallTime>(WallTime{seconds * 1'000'000});
}

}  // namespace

std::string write_license_request(std::span<const KeyId> kids, SessionKind kind) {
  Json list = Json::array();
  for (const KeyId& kid : kids) list.push_back(to_base64url(kid));
  const char* type = kind == SessionKind::kPersistent ? kPersistent : kTemporary;
  return Json{{"kids", std::move(list)}, {"type", type}}.dump();
}

Result<ClearKeyLicense> parse_license(ByteView json) {
  if (json.size() > kJsonBytes) return unusable("the licence is larger than 1 MiB");
  const std::string_view text = as_text(json);
  if (!is_shallow_json(text, kJsonDepth)) return unusable("the licence is nested too deep");
  const SecretJson secrets(text, "k");
  const Json root = Json::parse(secrets.text(), nullptr, false);
  if (!root.is_object()) return unusable("the licence is no JSON object");
  const auto list = root.find("keys");
  if (list == root.end() || !list->is_array()) return unusable("the licence has no list of keys");
  ClearKeyLicense license;
  Result<void> read = read_keys(*list, secrets, license);
  if (!read) return std::move(read).error();
  if (license.keys.empty()) return unusable("the licence holds no key");
  if (root.contains("type")) {
    const std::string* type = text_of(root, "type");
    if (type == nullptr || (*type != kTemporary && *type != kPersistent)) {
      return unusable("the licence is of an unknown type");
    }
    if (*type == kPersistent) license.kind = SessionKind::kPersistent;
  }
  PLAYHEAD_TRY(license.expires_at, read_time(root, "expires_at"));
  PLAYHEAD_TRY(license.server_time, read_time(root, "server_time"));
  return license;
}

std::string write_license(const ClearKeyLicense& license) {
  // By hand: the library would leave copies of the keys behind.
  std::string text;
  text.reserve(license.keys.size() * 96 + 96);  // does not grow: no copy stays behind
  text += "{\"keys\":[";
  for (const LicensedKey& licensed : license.keys) {
    if (text.back() == '}') text += ',';
    std::string key = to_base64url(licensed.key.view());
    text += "{\"kty\":\"oct\",\"kid\":\"" + to_base64url(licensed.id) + "\",\"k\":\"";
    text += key;
    text += "\"}";
    wipe_text(key);
  }
  text += "],\"type\":\"";
  text += license.kind == SessionKind::kPersistent ? kPersistent : kTemporary;
  text += '"';
  if (license.expires_at) {
    text += ",\"expires_at\":" + std::to_string(license.expires_at->us / 1'000'000);
  }
  text += '}';
  return text;
}

}  // namespace playhead::drm
