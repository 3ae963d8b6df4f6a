// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base64.h"
#include "key_ids.h"
#include "playhead/drm/license_fetcher.h"
#include "support/virtual_executor.h"

namespace playhead::test {

inline KeyId numbered_kid(uint8_t number) {
  KeyId kid{};
  kid.fill(number);
  return kid;
}
inline KeyId key_of(const KeyId& kid) {
  KeyId key = kid;
  for (uint8_t& byte : key) byte ^= 0x5a;
  return key;
}
inline SharedBytes shared_text(const std::string& text) {
  return SharedBytes(std::vector<uint8_t>(text.begin(), text.end()));
}

inline LicenseAnswer license_answer(const std::string& text) { return {shared_text(text), {}}; }

inline std::string key_json(const KeyId& kid, const KeyId& key) {
  return "{\"kty\":\"oct\",\"kid\":\"" + drm::to_base64url(kid) + "\",\"k\":\"" +
         drm::to_base64url(key) + "\"}";
}
// A Clear Key licence with keys key_of() of these ids.
inline std::string license_of(const std::vector<KeyId>& kids, std::optional<WallTime> end = {},
                              SessionKind kind = SessionKind::kTemporary) {
  std::string json = "{\"keys\":[";
  for (const KeyId& kid : kids) {
    if (json.back() == '}') json += ',';
    json += key_json(kid, key_of(kid));
  }
  json += kind == SessionKind::kPersistent ? "],\"type\":\"persistent-license\""
                                           : "],\"type\":\"temporary\"";
  if (end) json += ",\"expires_at\":" + std::to_string(end->us / 1'000'000);
  return json + "}";
}

// The licence service and the way to it, on virtual time: gives what is asked for, unless a script
// says otherwise.
class LicenseService final : public LicenseFetcher {
 public:
  explicit LicenseService(VirtualExecutor& executor) : executor_(executor) {}

  CancelHandle fetch(LicenseRequest request,
                     UniqueFunction<void(Result<LicenseAnswer>)> done) override {
    seen.push_back(request);
    seen_at.push_back(executor_.now());
    ++under_way;
    auto answer = std::make_shared<Result<LicenseAnswer>>(answer_to(request));
    auto timer = std::make_shared<CancelHandle>();
    auto is_open = std::make_shared<bool>(true);
    *timer = executor_.post_at(executor_.now() + latency,
                               [this, answer, is_open, done = std::move(done)]() mutable {
                                 *is_open = false;
                                 --under_way;
                                 done(std::move(*answer));
                               });
    return CancelHandle([this, timer, is_open] {
      if (*is_open) --under_way;
      *is_open = false;
      timer->reset();
    });
  }

  std::function<std::optional<Result<LicenseAnswer>>(const LicenseRequest&)> script;
  Duration latency = 100ms;
  std::optional<Duration> lifetime;  // of licences
  std::vector<KeyId> withheld;
  std::function<LicenseTerms()> terms;  // of licences; null: none

  std::vector<LicenseRequest> seen;
  std::vector<MonotonicTime> seen_at;
  int under_way = 0;

 private:
  Result<LicenseAnswer> answer_to(const LicenseRequest& request) {
    if (script) {
      if (std::optional<Result<LicenseAnswer>> scripted = script(request)) return *scripted;
    }
    if (request.type == DrmMessageType::kRelease) return LicenseAnswer{request.challenge, {}};
    Result<std::vector<KeyId>> kids = drm::parse_key_ids(request.challenge.view());
    if (!kids) kids = request.kids;
    std::erase_if(*kids, [&](const KeyId& kid) {
      return std::find(withheld.begin(), withheld.end(), kid) != withheld.end();
    });
    std::optional<WallTime> end;
    if (lifetime) end = executor_.wall_now() + *lifetime;
    LicenseAnswer answer = license_answer(license_of(*kids, end, request.kind));
    if (terms) answer.terms = terms();
    return answer;
  }

  VirtualExecutor& executor_;
};

}  // namespace playhead::test
