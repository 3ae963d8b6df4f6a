// SPDX-License-Identifier: Apache-2.0
#include "playhead/client.h"

#include <utility>

#include "base/thread_executor.h"
#include "decode/ffmpeg_backend.h"
#include "net/curl_transport.h"
#include "player/client_impl.h"

namespace playhead {

Bitrate Client::Impl::remembered_throughput() {
  const std::lock_guard lock(mutex_);
  return throughput_;
}

void Client::Impl::remember_throughput(Bitrate throughput) {
  if (throughput.bps <= 0) return;
  const std::lock_guard lock(mutex_);
  throughput_ = throughput;
}

Result<std::shared_ptr<Client>> Client::create(ClientConfig config,
                                               ClientDependencies dependencies) {
  auto impl = std::make_unique<Impl>();
  impl->transport = std::move(dependencies.transport);
  if (!impl->transport) {
    CurlConfig curl;
    curl.user_agent = config.user_agent;
    curl.log = config.log.get();
    impl->transport = std::make_shared<CurlTransport>(std::move(curl));
  }
  impl->backend = std::move(dependencies.backend);
  if (!impl->backend) impl->backend = std::make_shared<FfmpegBackend>();
  impl->executor = std::move(dependencies.executor);
  if (!impl->executor) impl->executor = std::make_shared<ThreadExecutor>("playhead-client");
  impl->config = std::move(config);
  return std::shared_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

}  // namespace playhead
