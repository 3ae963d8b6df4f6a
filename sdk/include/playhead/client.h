// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/config.h"
#include "playhead/executor.h"
#include "playhead/export.h"
#include "playhead/media_backend.h"
#include "playhead/result.h"
#include "playhead/store.h"
#include "playhead/transport.h"
#include "playhead/wall_clock.h"

namespace playhead {

// The world a client lives in. Anything left null is made by create(): threads, SQLite, libcurl
// and FFmpeg (which the core loads when they are needed). Simulations supply all of it.
struct ClientDependencies {
  std::shared_ptr<Executor> executor;    // the client's own: control plane, outbox
  std::shared_ptr<Transport> transport;  // an app's own HTTP: make_transport() (http_client.h)
  std::shared_ptr<Store> store;          // an app's own records: make_store() (record_storage.h)
  std::shared_ptr<MediaBackend> backend;
  // Runs the wake-ups of all players. Simulations give the executor they have.
  std::shared_ptr<Executor> notifier;
  // What time it is, for all threads that are made here, for players and for downloads.
  std::shared_ptr<const WallClock> clock;
};

// What the players of one app share: network, outbox, remembered facts. Two clients share nothing.
// Thread-safe. Players keep their client alive. A child made by fork() must not use, or destroy,
// what its parent made: the threads stay with the parent, and locks as they were. It may exec, or
// make a client of its own with a storage_path of its own.
class PLAYHEAD_API Client {
 public:
  // Errors: kStoreIo, kStoreCorrupt, kInvalidArgument (a URL or path that cannot be used).
  static Result<std::shared_ptr<Client>> create(ClientConfig config,
                                                ClientDependencies dependencies = {});
  // Blocks for up to 2 s while licences of players that are gone are given back to a service that
  // does not answer. Executors of the app's run until it has returned; one that runs nothing any
  // more is given up after 5 s, and at once if it destroys what is posted to it: what is left ends
  // on the calling thread, and the log says so. From inside a callback on the thread the client
  // made it returns at once, and the client goes when that callback has returned.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Puts into the outbox where its players are, and tries to deliver all that waits there now. To
  // be called when the app goes to the background, where the system may freeze or end it: what a
  // player shows is reported by itself every few seconds only. What a player was told just before
  // (stop) has its report there once its Summary came. Any thread. `done` runs on the client's
  // thread when nothing is left or `limit` has passed; true: nothing is left.
  void flush(Duration limit, UniqueFunction<void(bool)> done);

  // To be called by the app when the device changes networks (Wi-Fi to cellular, a VPN comes up),
  // loses them all (`is_online` false) and has one again. Connections of the old network are
  // replaced at once instead of being waited for, what was found out about hosts is forgotten, and
  // what was measured counts for little: the next segment is a modest one unless set_network() has
  // named a network that is remembered.
  // Without a network nothing fails and nothing is asked for: playback waits, for hours if need be,
  // and goes on when this is called with `is_online` again. Apps that do not call it lose seconds
  // on a change, and an outage longer than the buffer ends the play. Any thread.
  void network_changed(bool is_online = true);
  // Names the network the device is on, "wifi:home" or whatever tells networks apart; what is
  // measured is remembered for each, in the store, for a week. Until the first call, and with an
  // empty name, all networks are one. Any thread. Errors: kInvalidArgument (over 256 bytes).
  Result<void> set_network(std::string id);
  // To be called by the app when the system runs out of memory. Players keep about one segment
  // ahead of the position and nothing behind it, and for a minute fetch little more; what is kept
  // for speed alone (tables, images, the decoder of a picture that stands still) goes. Any thread;
  // done within 100 ms.
  void low_memory();

  class PLAYHEAD_LOCAL Impl;  // private to the library
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace playhead
