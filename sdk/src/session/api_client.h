// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/held_urls.h"
#include "playhead/transport.h"
#include "session/api_access.h"
#include "session/api_call.h"
#include "session/api_types.h"

namespace playhead {

// The service's calls as typed functions. One per executor, on whose thread everything runs; all
// share the ApiAccess. Completions never run inside the call.
class ApiClient {
 public:
  ApiClient(ApiAccess& access, Transport& transport, Executor& executor)
      : access_(access), transport_(transport), executor_(executor) {}

  // Repeats for up to query.patience while the network or the service fails; what the service asked
  // to be left alone for is kServerBusy, without a request, until that is over. Errors:
  // kInvalidArgument (no or too long a title), those of error_of(), of Transport and of the app's
  // token provider.
  CancelHandle get_stream(const StreamQuery& query, UniqueFunction<void(Result<StreamGrant>)> done);

  // The same by POST /v1/playback/start, which says more.
  CancelHandle start_playback(const PlaybackQuery& query,
                              UniqueFunction<void(Result<StreamGrant>)> done);

  // Any other call that is answered by JSON, or by nothing (204): the body. As get_stream(), but
  // without patience it is tried once.
  CancelHandle call(ApiRequest request, Duration patience,
                    UniqueFunction<void(Result<std::string>)> done);

  // As get_stream().
  CancelHandle post_download(const DownloadQuery& query,
                             UniqueFunction<void(Result<DownloadGrant>)> done);

  // One attempt (and a second one after a 401): the Outbox repeats.
  CancelHandle post_progress(const ProgressReport& report, UniqueFunction<void(PostOutcome)> done);
  // The same with any body that is answered by 204.
  CancelHandle post(std::string path, std::string body, UniqueFunction<void(PostOutcome)> done);

 private:
  void add_profile(ApiRequest& request, const std::string& profile_id) const;
  // Repeats, and remembers what the service asked to be left alone for under `name`.
  CancelHandle ask(ApiRequest request, Duration patience, const std::string& name,
                   UniqueFunction<void(const Result<ApiReply>&)> done);

  ApiAccess& access_;
  Transport& transport_;
  Executor& executor_;
  HeldUrls held_;
};

}  // namespace playhead
