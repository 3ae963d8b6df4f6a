// SPDX-License-Identifier: Apache-2.0
#include "playback/offline_transport.h"

#include <utility>

#include "playback/stored_request.h"

namespace playhead::offline {

OfflineTransport::OfflineTransport(std::shared_ptr<ReadingDesk> desk,
                                   std::shared_ptr<const StoredTitle> title,
                                   std::shared_ptr<Executor> worker)
    : desk_(std::move(desk)),
      title_(std::move(title)),
      worker_(std::move(worker)),
      room_(std::make_shared<WaitingRoom>(*worker_)) {}

OfflineTransport::~OfflineTransport() {
  // It has a timer of the worker.
  worker_->post([room = std::move(room_)] {});
}

CancelHandle OfflineTransport::start(Request request, Executor& executor,
                                     FetchCallbacks callbacks) {
  CancelHandle handle;
  // What its window holds back nobody else has: it lives as long as the receiver's end.
  const auto held_back = std::make_shared<std::shared_ptr<StoredRequest>>();
  const bool can_be_held = request.window != nullptr;
  auto receiver = Mailbox<StoredRequest::Delivery>::make(
      executor,
      [callbacks = std::move(callbacks), held_back](StoredRequest::Delivery delivery) mutable {
        delivery(callbacks);
      },
      handle);
  auto stored = std::make_shared<StoredRequest>(
      StoredRequest::Context{desk_, title_, room_, worker_, executor}, std::move(request),
      std::move(receiver));
  if (can_be_held) *held_back = stored;
  worker_->post([stored = std::move(stored)] { stored->start(); });
  return handle;
}

}  // namespace playhead::offline
