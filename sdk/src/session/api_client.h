// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

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
  // `held`: what the service asked to be left alone for, shared with others that ask it; null: only
  // this client keeps to it.
  ApiClient(ApiAccess& access, Transport& transport, Executor& executor,
            std::shared_ptr<HeldUrls> held = nullptr)
      : access_(access),
        transport_(transport),
        executor_(executor),
        held_(held ? std::move(held) : std::make_shared<HeldUrls>()) {}

  // Repeats for up to query.patience while the network or the service fails. What the service asked
  // to be left alone for, whatever the title, is waited for, or kServerBusy without a request where
  // that was given up already. Errors: kInvalidArgument (no or too long a title), those of
  // error_of(), of Transport and of the app's token provider.
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
  // Repeats, and remembers what the service asked to be left alone for under `name`.
  CancelHandle ask(ApiRequest request, Duration patience, const std::string& name,
                   UniqueFunction<void(Result<ApiReply>)> done);

  ApiAccess& access_;
  Transport& transport_;
  Executor& executor_;
  const std::shared_ptr<HeldUrls> held_;
};

}  // namespace playhead
