// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "files/file_system.h"
#include "net/fetcher.h"
#include "store/download_store.h"
#include "vault/vault_writer.h"

namespace playhead::offline {

// What transfers work with; outlives them.
struct TransferWorld {
  FileSystem& files;
  DownloadStore& store;
  ResourceFetcher& fetcher;
  Executor& executor;
};

// Larger: more is fetched again after a kill. Smaller: more syncs and commits.
inline constexpr int64_t kCheckpointBytes = int64_t{4} << 20;
inline constexpr Duration kCheckpointInterval = 5s;

// One resource from its host into its vault file. Goes on behind the checkpoint of an earlier
// transfer where the host's validator says that it is still the same (RFC 9110 §13.1.5). Engine
// thread; destroying it cancels and keeps what the last checkpoint has.
class ResourceTransfer {
 public:
  struct Events {
    std::function<void(int64_t bytes)> on_bytes;  // as they come
    // The file is whole, synced and has its name; the name is to be made durable, then the row.
    std::function<void(FinishedResource)> on_finished;
    std::function<void(Error)> on_failed;
  };

  // One of the last two events runs once, never inside start(), and may destroy this.
  ResourceTransfer(TransferWorld& world, ResourceRow row, std::shared_ptr<const ContentKey> key,
                   Events events);
  ~ResourceTransfer();
  void start();
  // Makes durable what has come; to be destroyed then. What fails here is lost, nothing else.
  void suspend();

  [[nodiscard]] const ResourceRow& row() const { return row_; }
  // Bytes that came and are in no checkpoint.
  [[nodiscard]] int64_t bytes_ahead() const {
    return writer_ ? writer_->size() - row_.checkpoint : 0;
  }

 private:
  Result<void> open();
  Result<void> start_over();
  [[nodiscard]] Request make_request() const;
  void on_head(const ResponseHead& head);
  void on_body(ByteView bytes);
  void on_restart();
  void on_done(const Result<TransferStats>& stats);
  Result<void> checkpoint();
  Result<void> finish();
  void fail(Error error);

  TransferWorld& world_;
  ResourceRow row_;
  const std::shared_ptr<const ContentKey> key_;
  Events events_;
  const std::string folder_, part_path_, final_path_;
  VaultFileId id_;
  std::optional<VaultWriter> writer_;
  std::optional<FetchedPart> part_;
  Answer answer_;
  std::optional<int64_t> size_;  // by the answer
  int64_t unsaved_ = 0;
  MonotonicTime saved_at_;
  CancelHandle running_;
};

// The strong validator among what was kept of an answer; empty: none.
[[nodiscard]] std::string validator_of(const ResourceRow& row);
[[nodiscard]] Answer answer_of(const ResponseHead& head);

// Writes bytes that are there already, as of a manifest.
[[nodiscard]] Result<FinishedResource> store_bytes(TransferWorld& world, const ResourceRow& row,
                                                   const ContentKey& key, ByteView bytes,
                                                   const Answer& answer);

}  // namespace playhead::offline
