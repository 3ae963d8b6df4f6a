// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/file_writing.h"
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
  DiskLanes& lanes;
};

// Larger: more is fetched again after a kill. Smaller: more syncs and commits.
inline constexpr int64_t kCheckpointBytes = int64_t{4} << 20;
inline constexpr Duration kCheckpointInterval = 5s;
// Of one transfer, received and not written yet; with more its host is held back. Larger: memory,
// for each transfer; smaller: a disk that pauses to sync is waited for by the network.
inline constexpr int64_t kMostAheadBytes = int64_t{2} << 20;

// One resource from its host into its vault file. Goes on behind the checkpoint of an earlier
// transfer where the host's validator says that it is still the same (RFC 9110 §13.1.5). Engine
// thread; destroying it cancels and keeps what the last checkpoint has.
class ResourceTransfer {
 public:
  struct Events {
    std::function<void(int64_t bytes)> on_bytes;  // as they come
    // With the answer to a range. False: other parts of the file are of another version, which ends
    // this with kResourceChanged.
    std::function<bool(const ResourceVersion&)> on_version;
    std::function<void()> on_fetched;  // nothing more comes; it is being written
    // The file is whole, synced and has its name; the name is to be made durable, then the row.
    std::function<void(FinishedResource)> on_finished;
    std::function<void(Error)> on_failed;
  };

  // One of the last two events runs once, never inside start(), and may destroy this. The others
  // may not. `version`: of the parts of its file that are there.
  ResourceTransfer(TransferWorld& world, ResourceRow row, std::shared_ptr<const ContentKey> key,
                   std::optional<ResourceVersion> version, Events events);
  ~ResourceTransfer();
  void start();
  // Makes durable what has come; to be destroyed then. What fails here is lost, nothing else. Where
  // all has come the file is ended, and one of the last two events runs inside.
  void suspend();

  [[nodiscard]] const ResourceRow& row() const { return row_; }
  // Bytes that came and are in no checkpoint.
  [[nodiscard]] int64_t bytes_ahead() const { return file_ ? file_->size() - row_.checkpoint : 0; }
  [[nodiscard]] bool is_fetched() const { return is_fetched_; }

 private:
  [[nodiscard]] std::string part_validator() const;
  void go_on();
  void on_resumed();
  void on_not_resumed(Error error);
  void fetch();
  Result<void> start_over();
  [[nodiscard]] Request make_request() const;
  void on_head(const ResponseHead& head);
  void on_body(const SharedBytes& bytes);
  void on_restart();
  void on_done(const Result<TransferStats>& stats);
  void write_with(FileWriting::Open open, int64_t size, FileWriting::Events events);
  [[nodiscard]] FileWriting::Record record();
  void finish();
  void on_finished(const VaultSummary& summary);
  void fail(Error error);

  TransferWorld& world_;
  ResourceRow row_;
  const std::shared_ptr<const ContentKey> key_;
  const std::optional<ResourceVersion> version_;
  Events events_;
  const std::string folder_, part_path_, final_path_;
  VaultFileId id_;
  std::optional<FetchedPart> part_;
  Answer answer_;
  std::optional<int64_t> size_;  // by the answer
  int64_t unsaved_ = 0;
  MonotonicTime saved_at_;
  bool is_fetched_ = false;
  CancelHandle running_;  // none while the file is opened to go on with it
  std::unique_ptr<FileWriting> file_;
};

[[nodiscard]] Answer answer_of(const ResponseHead& head);

// Writes bytes that are there already, as of a manifest.
[[nodiscard]] Result<FinishedResource> store_bytes(TransferWorld& world, const ResourceRow& row,
                                                   const ContentKey& key, ByteView bytes,
                                                   const Answer& answer);

}  // namespace playhead::offline
