// SPDX-License-Identifier: Apache-2.0
#include "base/sqlite_store.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <variant>

#include "base/sqlite_record_file.h"
#include "base/store_limits.h"

namespace playhead {

namespace {

constexpr int kMaxListed = 1000;
// Calls in one transaction. More: better throughput in a burst. Fewer: the first of a burst is
// acknowledged sooner (1,000 rows commit in about 8 ms).
constexpr std::size_t kMaxGroup = 1000;

struct WriteCall {
  std::vector<StoreWrite> writes;
  Executor* executor;
  UniqueFunction<void(Result<uint64_t>)> done;
};

struct ListCall {
  std::string collection;
  std::string after_key;
  int limit;
  Executor* executor;
  UniqueFunction<void(Result<std::vector<StoreRecord>>)> done;
};

using Call = std::variant<WriteCall, ListCall>;

template <typename AnyCall, typename T>
void answer(AnyCall& call, Result<T> result) {
  call.executor->post([done = std::move(call.done), result = std::move(result)]() mutable {
    done(std::move(result));
  });
}

// Errors after which the connection itself is in doubt.
bool spoils_connection(ErrorCode code) {
  return code == ErrorCode::kStoreIo || code == ErrorCode::kStoreCorrupt;
}

}  // namespace

class SqliteStore::Worker {
 public:
  Worker(std::string path, Options options, SqliteRecordFile file)
      : path_(std::move(path)), options_(options), file_(std::move(file)) {
    thread_ = std::thread([this] { run(); });
  }

  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void add(Call call) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(call));
    }
    wake_.notify_one();
  }

 private:
  void run() {
    while (true) {
      std::deque<Call> calls;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        calls.swap(queue_);
      }
      process(calls);
    }
  }

  // In order; neighbouring writes share a transaction.
  void process(std::deque<Call>& calls) {
    std::vector<WriteCall> group;
    for (Call& call : calls) {
      if (auto* write = std::get_if<WriteCall>(&call)) {
        group.push_back(std::move(*write));
        if (group.size() == kMaxGroup) commit(group);
      } else {
        commit(group);
        auto& listing = std::get<ListCall>(call);
        answer(listing, list(listing));
      }
    }
    commit(group);
  }

  // Commits and answers the group and empties it.
  void commit(std::vector<WriteCall>& group) {
    if (group.empty()) return;
    Result<std::vector<uint64_t>> versions = apply(group);
    if (versions) {
      for (std::size_t i = 0; i < group.size(); ++i)
        answer<WriteCall>(group[i], Result((*versions)[i]));
    } else if (group.size() > 1 && versions.error().code == ErrorCode::kStoreFull) {
      // A large neighbour must not take the small ones with it.
      for (WriteCall& call : group) answer<WriteCall>(call, apply_alone(call));
    } else {
      for (WriteCall& call : group) answer(call, Result<uint64_t>(versions.error()));
    }
    group.clear();
  }

  Result<uint64_t> apply_alone(const WriteCall& call) {
    PLAYHEAD_TRY(const std::vector<uint64_t> versions, apply({&call, 1}));
    return versions.front();
  }

  Result<std::vector<uint64_t>> apply(std::span<const WriteCall> group) {
    if (Result<void> connected = connect(); !connected) return connected.error();
    std::vector<std::span<const StoreWrite>> changes;
    changes.reserve(group.size());
    for (const WriteCall& call : group) changes.emplace_back(call.writes);
    Result<std::vector<uint64_t>> versions = file_->apply(changes);
    if (!versions && spoils_connection(versions.error().code)) file_.reset();
    return versions;
  }

  Result<std::vector<StoreRecord>> list(const ListCall& call) {
    if (Result<void> connected = connect(); !connected) return connected.error();
    auto records = file_->list(call.collection, call.after_key, call.limit);
    if (!records && spoils_connection(records.error().code)) file_.reset();
    return records;
  }

  // A connection to the file that is at the path now.
  Result<void> connect() {
    if (file_ && !file_->has_moved()) return {};
    file_.reset();
    Result<SqliteRecordFile::Opened> opened = SqliteRecordFile::open(path_, options_.busy_timeout);
    if (!opened) return opened.error();
    file_.emplace(std::move(opened->file));
    return {};
  }

  // Writer thread only, after the constructor.
  const std::string path_;
  const Options options_;
  std::optional<SqliteRecordFile> file_;

  std::mutex mutex_;
  std::condition_variable wake_;
  // Under mutex_.
  std::deque<Call> queue_;
  bool stopping_ = false;

  std::thread thread_;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Options options) {
  PLAYHEAD_TRY(SqliteRecordFile::Opened opened, SqliteRecordFile::open(path, options.busy_timeout));
  auto worker = std::make_unique<Worker>(path, options, std::move(opened.file));
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(worker), std::move(opened.damaged_file)));
}

SqliteStore::SqliteStore(std::unique_ptr<Worker> worker, std::string damaged_file)
    : worker_(std::move(worker)), damaged_file_(std::move(damaged_file)) {}

SqliteStore::~SqliteStore() = default;

void SqliteStore::write(std::vector<StoreWrite> writes, Executor& executor,
                        UniqueFunction<void(Result<uint64_t>)> done) {
  WriteCall call{std::move(writes), &executor, std::move(done)};
  if (auto checked = check_writes(call.writes); !checked) {
    return answer(call, Result<uint64_t>(std::move(checked).error()));
  }
  worker_->add(std::move(call));
}

void SqliteStore::list(std::string collection, std::string after_key, int limit, Executor& executor,
                       UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) {
  worker_->add(ListCall{std::move(collection), std::move(after_key),
                        std::clamp(limit, 1, kMaxListed), &executor, std::move(done)});
}

}  // namespace playhead
