// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/mailbox.h"
#include "engine/disk_lanes.h"
#include "playhead/bytes.h"
#include "vault/vault_writer.h"

namespace playhead::offline {

// A vault file that is opened and written on a lane while its bytes arrive. Owned and used by the
// engine's thread; destroying it drops what is not written yet and waits for what is being written.
class FileWriting {
 public:
  // Opens the file; runs where it is written. None: there is more to do, it is called again, after
  // what others have to do there.
  using Open = UniqueFunction<Result<std::optional<VaultWriter>>()>;
  // Run on the engine's thread, never inside a call of this but settle(). The last two may destroy
  // this; one of them runs once, and nothing comes after it.
  struct Events {
    std::function<void()> on_opened;  // may be empty
    std::function<void(int64_t checkpoint)> on_saved;
    std::function<void(VaultSummary)> on_finished;
    std::function<void(Error)> on_failed;
  };
  // Writes down what a checkpoint gave. Runs where the file is written.
  using Record = std::function<Result<void>(int64_t checkpoint)>;
  using Rename = std::function<Result<void>()>;

  // `size`: of what stands there already. An Open that takes several calls is waited for, by
  // on_opened, before anything is appended.
  FileWriting(DiskLanes& lanes, Executor& engine, Open open, int64_t size, Events events);
  ~FileWriting();

  void append(SharedBytes bytes);
  // What was appended before is durable, then recorded, then told. Not told where that is nothing.
  void save(Record record);
  // Ends the file, syncs it, gives it its name. Nothing more is appended then.
  void finish(Rename rename);

  // The same as save(), now: waits. What fails is the answer, not an event.
  Result<void> save_now(const Record& record);
  // Waits for all that was asked for, and tells it.
  void settle();

  // Appended so far, with what stood there before.
  [[nodiscard]] int64_t size() const { return size_; }

 private:
  // Of the lane while its queue runs; of the engine's thread after wait(), and what is under mutex.
  struct Work {
    explicit Work(Open o) : open(std::move(o)) {}
    Open open;
    std::optional<VaultWriter> writer;
    std::shared_ptr<VaultScratch> scratch;
    std::optional<Error> broken;
    std::mutex mutex;
    // Under `mutex`.
    enum class Opening : uint8_t { kNone, kMore, kDone } opening = Opening::kNone;
    std::optional<int64_t> saved;
    std::optional<VaultSummary> summary;
    std::optional<Error> failure;
  };
  // What `step` answers is kept where it is an error; nothing is done after one.
  template <typename Step>
  void post(Step step);
  void post_open();
  // Bytes that make chunks whole; what is left would be copied once more.
  [[nodiscard]] int64_t whole_chunks() const;
  void hand_over(int64_t bytes);
  void hand_over_all() { hand_over(gathered_bytes_); }
  void tell();

  DiskLanes& lanes_;
  const std::shared_ptr<const Events> events_;
  const std::shared_ptr<Work> work_;
  CancelHandle telling_;
  const std::shared_ptr<Mailbox<>> told_;
  // Bytes and which part of them.
  struct Piece {
    SharedBytes owner;
    ByteView view;
  };
  std::vector<Piece> gathered_;
  int64_t gathered_bytes_ = 0;
  int64_t size_ = 0;
  DiskQueue queue_;  // ends first
};

}  // namespace playhead::offline
