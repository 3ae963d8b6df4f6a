// SPDX-License-Identifier: Apache-2.0
#include "engine/file_writing.h"

namespace playhead::offline {

namespace {

// Handed to the lane at once. Larger: fewer changes of threads, more memory for each file; smaller:
// the file is nearer to what has come.
constexpr int64_t kHandOverBytes = int64_t{256} << 10;

Result<int64_t> checkpoint(VaultWriter& writer, const FileWriting::Record& record) {
  PLAYHEAD_TRY(const int64_t done, writer.checkpoint());
  if (done == 0) return done;
  if (auto recorded = record(done); !recorded) return std::move(recorded).error();
  return done;
}

}  // namespace

FileWriting::FileWriting(DiskLanes& lanes, Executor& engine, VaultWriter writer, Events events)
    : lanes_(lanes),
      events_(std::make_shared<const Events>(std::move(events))),
      work_(std::make_shared<Work>(std::move(writer))),
      told_(Mailbox<>::make(
          engine, [this] { tell(); }, telling_)),
      size_(work_->writer.size()),
      queue_(lanes) {}

FileWriting::~FileWriting() = default;

template <typename Step>
void FileWriting::post(Step step) {
  queue_.post([work = work_, told = told_, step = std::move(step)]() mutable {
    if (work->is_broken) return;
    const Result<bool> has_news = step(*work);
    if (has_news && !*has_news) return;
    if (!has_news) {
      work->is_broken = true;
      const std::lock_guard lock(work->mutex);
      work->failure = has_news.error();
    }
    told->send();
  });
}

void FileWriting::append(SharedBytes bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  size_ += size;
  gathered_bytes_ += size;
  gathered_.push_back(std::move(bytes));
  if (gathered_bytes_ >= kHandOverBytes) hand_over();
}

void FileWriting::hand_over() {
  if (gathered_.empty()) return;
  DiskLanes::Waiting waiting(lanes_, std::exchange(gathered_bytes_, 0));
  post([pieces = std::exchange(gathered_, {}),
        waiting = std::move(waiting)](Work& work) -> Result<bool> {
    std::vector<ByteView> views;
    for (const SharedBytes& piece : pieces) views.push_back(piece.view());
    if (auto appended = work.writer.append(views); !appended) return appended.error();
    return false;
  });
}

void FileWriting::save(Record record) {
  hand_over();
  post([record = std::move(record)](Work& work) -> Result<bool> {
    PLAYHEAD_TRY(const int64_t saved, checkpoint(work.writer, record));
    const std::lock_guard lock(work.mutex);
    if (saved > 0) work.saved = saved;
    return saved > 0;
  });
}

void FileWriting::finish(Rename rename) {
  hand_over();
  post([rename = std::move(rename)](Work& work) -> Result<bool> {
    PLAYHEAD_TRY(const VaultSummary summary, work.writer.finish());
    if (auto renamed = rename(); !renamed) return std::move(renamed).error();
    const std::lock_guard lock(work.mutex);
    work.summary = summary;
    return true;
  });
}

Result<void> FileWriting::save_now(const Record& record) {
  hand_over();
  queue_.wait();
  auto saved = checkpoint(work_->writer, record);
  return saved ? Result<void>() : Result<void>(std::move(saved).error());
}

void FileWriting::settle() {
  hand_over();
  queue_.wait();
  tell();
}

void FileWriting::tell() {
  std::optional<int64_t> saved;
  std::optional<VaultSummary> summary;
  std::optional<Error> failure;
  {
    const std::lock_guard lock(work_->mutex);
    saved = std::exchange(work_->saved, std::nullopt);
    summary = std::exchange(work_->summary, std::nullopt);
    failure = std::exchange(work_->failure, std::nullopt);
  }
  const auto events = events_;
  if (saved) events->on_saved(*saved);
  if (summary) return events->on_finished(*summary);
  if (failure) events->on_failed(*std::move(failure));
}

}  // namespace playhead::offline
