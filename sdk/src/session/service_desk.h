// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "session/api_client.h"

namespace playhead {

// The calls of an app that have nothing to do with playing: what there is to watch, and for whom.
// Lives in the client, on whose thread all of it runs; what is under way ends with it.
class ServiceDesk {
 public:
  using Answered = UniqueFunction<void(Result<std::string>)>;

  ServiceDesk(ApiAccess& access, Transport& transport, Executor& executor)
      : access_(access), executor_(executor), api_(access, transport, executor) {}
  ServiceDesk(const ServiceDesk&) = delete;
  ServiceDesk& operator=(const ServiceDesk&) = delete;

  // See ApiClient::call().
  void ask(ApiRequest request, Duration patience, Answered done);
  // From its success on everything is for that profile.
  void choose_profile(const std::string& profile_id, const std::string& pin,
                      UniqueFunction<void(Result<void>)> done);
  [[nodiscard]] const ActingProfile& profile() const { return access_.profile; }
  ActingProfile& profile() { return access_.profile; }

 private:
  ApiAccess& access_;
  Executor& executor_;
  ApiClient api_;
  std::map<uint64_t, CancelHandle> calls_;
  uint64_t last_call_ = 0;
};

}  // namespace playhead
