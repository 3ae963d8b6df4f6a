// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/rights_book.h"
#include "session/api_client.h"

namespace playhead::offline {

// The service allows a copy of a title.
struct TitlePermission {
  DownloadGrant answer;
  Grant grant;
};

// Asks the service for permissions, and lets the rights of all downloads know what time it is
// there. Engine thread.
class TitleService {
 public:
  struct Parts {
    ApiAccess* api = nullptr;  // null: there is no service
    Transport& transport;
    Executor& executor;
    RightsBook& rights;
    Duration max_without_contact{0};
  };
  explicit TitleService(const Parts& parts);

  [[nodiscard]] bool exists() const { return parts_.api != nullptr; }
  // Errors: those of ApiClient::post_download(), kInvalidState (there is no service), kStoreIo,
  // kStoreFull (the time cannot be written down).
  CancelHandle ask(const DownloadQuery& query, const std::string& profile_id,
                   UniqueFunction<void(Result<TitlePermission>)> done);

 private:
  // When a question was sent, by both clocks.
  struct Sent {
    MonotonicTime at;
    Duration running{0};
  };
  [[nodiscard]] Sent now() const;
  Result<TitlePermission> take(const std::string& title_id, const std::string& profile_id,
                               const Sent& sent, DownloadGrant answer);

  Parts parts_;
  std::optional<ApiClient> client_;
  ContactOrigin origin_ = ContactOrigin::kPlain;
};

}  // namespace playhead::offline
