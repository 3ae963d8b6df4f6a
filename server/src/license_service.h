// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "catalogue.h"
#include "clearkey_json.h"
#include "clock.h"
#include "log.h"
#include "result.h"
#include "secret_text.h"
#include "store.h"

namespace playhead::server {

struct LicenseConfig {
  std::optional<int64_t> license_s;  // life of every licence, whatever the titles say
  int64_t default_license_s = 3600;  // temporary ones of titles that say nothing
  int64_t default_persistent_s = int64_t{30} * 86'400;
};

struct LicenseAsk {
  std::string user_id;
  std::string movie_id;
  std::string_view challenge;  // the W3C's JSON
  int level = 0;               // security level of the device; at least kLowestLevel is assumed
};

struct LicenseAnswer {
  SecretText license;  // the W3C's JSON
  // Absent when something was given back.
  std::optional<int64_t> expires_at_s;
  std::optional<int64_t> renew_after_s;
  int max_height = 0;                 // tallest picture the level may show; 0 = no limit
  std::optional<LicenseEvent> event;  // to be on disk before the client is answered
};

// Decides who gets which keys for how long. Any thread; reads the store and the title's key file.
class LicenseService {
 public:
  // `root` is the folder of the titles; all references outlive the service.
  LicenseService(Catalogue& catalogue, Store& store, std::filesystem::path root, const Clock& clock,
                 const Log& log, LicenseConfig config)
      : catalogue_(catalogue),
        store_(store),
        root_(std::move(root)),
        clock_(clock),
        log_(log),
        config_(config) {}

  // Errors: 404 `unknown_title`, `not_protected`, `unknown_key` (none of the keys is the title's),
  // 400 `bad_challenge`, 403 `not_entitled`, `persistent_not_allowed`, `level_too_low` (none of the
  // keys is for this level), 500 `keys_unreadable`, 503 `storage_unavailable`.
  [[nodiscard]] Result<LicenseAnswer> answer(const LicenseAsk& ask);

 private:
  // The end of the user's right to the title; empty = it has none in sight.
  [[nodiscard]] Result<std::optional<int64_t>> entitled_until(const LicenseAsk& ask,
                                                              const TitleDrm& drm);
  [[nodiscard]] LicenseAnswer release(const LicenseAsk& ask, const TitleDrm& drm,
                                      const ClearKeyChallenge& challenge) const;
  [[nodiscard]] Result<LicenseAnswer> issue(const LicenseAsk& ask, const TitleDrm& drm,
                                            const ClearKeyChallenge& challenge);
  [[nodiscard]] int64_t life_s(const TitleDrm& drm, bool is_persistent) const;

  Catalogue& catalogue_;
  Store& store_;
  const std::filesystem::path root_;
  const Clock& clock_;
  const Log& log_;
  const LicenseConfig config_;
};

}  // namespace playhead::server
