// SPDX-License-Identifier: Apache-2.0
#include "clearkey_json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base64url.h"
#include "crypto.h"
#include "json_text.h"

namespace playhead::server {
namespace {

using nlohmann::json;

Error bad_challenge(const char* why) {
  return Error{400, "bad_challenge", std::string("The challenge ") + why + "."};
}

}  // namespace

Result<ClearKeyChallenge> parse_challenge(std::string_view text) {
  if (!json_depth_within(text, kMaxJsonDepth)) return bad_challenge("is nested too deeply");
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return bad_challenge("is not a JSON object");
  const auto kids = object.find("kids");
  if (kids == object.end() || !kids->is_array()) return bad_challenge("has no list of key ids");
  ClearKeyChallenge challenge;
  for (const json& item : *kids) {
    if (!item.is_string()) return bad_challenge("has a key id that is no text");
    auto kid = base64_decode(item.get_ref<const std::string&>());
    if (!kid || kid->size() != kKeyBytes) {
      return bad_challenge("has a key id that is not 16 bytes of base64url");
    }
    if (std::find(challenge.kids.begin(), challenge.kids.end(), *kid) != challenge.kids.end()) {
      continue;
    }
    if (challenge.kids.size() == kMaxChallengeKids) return bad_challenge("has too many key ids");
    challenge.kids.push_back(std::move(*kid));
  }
  if (challenge.kids.empty()) return bad_challenge("asks for no key");
  const auto type = object.find("type");
  if (type == object.end()) {
    challenge.kind = ClearKeyChallenge::Kind::kRelease;
  } else if (*type == "persistent-license") {
    challenge.kind = ClearKeyChallenge::Kind::kPersistent;
  } else if (*type != "temporary") {
    return bad_challenge("is of an unknown type");
  }
  return challenge;
}

// By hand: the library would leave copies of the keys behind.
SecretText license_text(const std::vector<const ContentKey*>& keys, bool is_persistent,
                        int64_t expires_at_s, int64_t now_s) {
  SecretText text;
  text += "{\"keys\":[";
  for (const ContentKey* content : keys) {
    if (text.back() == '}') text += ',';
    std::string key = base64url_encode(content->key);
    text += R"({"kty":"oct","kid":")" + base64url_encode(content->kid) + R"(","k":")";
    text += key;
    text += "\"}";
    wipe(key);
  }
  text += "],\"type\":\"";
  text += is_persistent ? "persistent-license" : "temporary";
  text += "\",\"expires_at\":" + std::to_string(expires_at_s);
  text += ",\"server_time\":" + std::to_string(now_s) + "}";
  return text;
}

std::string release_text(const std::vector<KeyId>& kids) {
  json list = json::array();
  for (const KeyId& kid : kids) list.push_back(base64url_encode(kid));
  return json{{"kids", std::move(list)}}.dump();
}

}  // namespace playhead::server
