// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/mailbox.h"
#include "playback/reading_desk.h"
#include "playback/stored_body.h"
#include "playback/stored_title.h"
#include "playback/waiting_room.h"
#include "playhead/transport.h"
#include "vault/vault_reader.h"

namespace playhead::offline {

// One request to a download: finds what answers it, waits for what is on its way, and sends the
// body in pieces, at most two of them ahead of the receiver, and of what its window lets through.
// All of it on the reading thread; what it sends is received on the executor of whoever asked.
class StoredRequest : public std::enable_shared_from_this<StoredRequest> {
 public:
  using Delivery = UniqueFunction<void(FetchCallbacks& to)>;
  struct Context {
    std::shared_ptr<ReadingDesk> desk;
    std::shared_ptr<const StoredTitle> title;
    std::weak_ptr<WaitingRoom> room;
    std::shared_ptr<Executor> worker;
    Executor& receiver;  // outlives the receiver's handle
  };
  StoredRequest(Context context, Request request, std::shared_ptr<Mailbox<Delivery>> receiver);

  // Looks for what answers it, and goes on from there.
  void start();

 private:
  enum class Step : uint8_t {
    kWait,  // what it needs is on its way
    kSent,  // a piece; the receiver asks for the next
    kHeld,  // until whoever asked has room for more
    kEnd,
  };
  // Until it is sent, has failed, waits for the receiver or for room, or sits in the room.
  void go_on();
  // The window may have room again.
  void on_room();
  Result<Step> step(LibraryParts& parts);
  Result<Step> begin(LibraryParts& parts);
  Result<std::vector<ResourceRow>> find(LibraryParts& parts);
  // Those of `key`, all of them there; none: they are on their way.
  Result<std::vector<ResourceRow>> find_rows(LibraryParts& parts, const ResourceKey& key);
  Result<Step> begin_plain(LibraryParts& parts, PlainTitle::Answer answer);
  Result<Step> send_body(LibraryParts& parts);
  void send_bytes(std::vector<uint8_t> bytes);
  Result<Step> send_piece(LibraryParts& parts);
  Result<void> read_piece(LibraryParts& parts, std::vector<uint8_t>& bytes);
  Result<void> open_piece(LibraryParts& parts);
  // The bytes are not those that were written: marks them.
  Error damaged(LibraryParts& parts, Error error);
  void send(Delivery delivery) { receiver_->send(std::move(delivery)); }
  void send_end(Result<void> result);

  const Context context_;
  const Request request_;
  const std::shared_ptr<Mailbox<Delivery>> receiver_;
  const std::shared_ptr<TransferStats> stats_ =
      std::make_shared<TransferStats>();  // the receiver's
  bool is_held_ = false;                  // by its window
  // Once it has begun.
  bool has_begun_ = false;
  StoredBody body_;
  std::vector<uint8_t> preface_;  // of the body: comes before its pieces
  std::size_t piece_ = 0;
  int64_t sent_ = 0;  // of that piece
  std::optional<VaultReader> reader_;
};

}  // namespace playhead::offline
