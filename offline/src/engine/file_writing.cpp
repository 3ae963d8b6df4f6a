// SPDX-License-Identifier: Apache-2.0
#include "engine/file_writing.h"

#include <algorithm>

namespace playhead::offline {

namespace {

// Handed to the lane at once. Larger: fewer changes of threads, more memory for each file; smaller:
// the file is nearer to what has come.
constexpr int64_t kHandOverBytes = int64_t{512} << 10;

Result<int64_t> checkpoint(VaultWriter& writer, const FileWriting::Record& record) {
  PLAYHEAD_TRY(const int64_t done, writer.checkpoint());
  if (done == 0) return done;
  if (auto recorded = record(done); !recorded) return std::move(recorded).error();
  return done;
}

}  // namespace

FileWriting::FileWriting(DiskLanes& lanes, Executor& engine, Open open, int64_t size, Events events)
    : lanes_(lanes),
      events_(std::make_shared<const Events>(std::move(events))),
      work_(std::make_shared<Work>(std::move(open))),
      told_(Mailbox<>::make(
          engine, [this] { tell(); }, telling_)),
      size_(size),
      queue_(lanes) {
  work_->scratch = queue_.scratch();
  post_open();
}

FileWriting::~FileWriting() = default;

template <typename Step>
void FileWriting::post(Step step) {
  queue_.post([work = work_, told = told_, step = std::move(step)]() mutable {
    if (work->broken) return;
    const Result<bool> has_news = step(*work);
    if (has_news && !*has_news) return;
    if (!has_news) {
      work->broken = has_news.error();
      const std::lock_guard lock(work->mutex);
      work->failure = has_news.error();
    }
    told->send();
  });
}

void FileWriting::post_open() {
  post([](Work& work) -> Result<bool> {
    PLAYHEAD_TRY(work.writer, work.open());
    if (work.writer) {
      work.open = nullptr;
      work.writer->use(work.scratch);
    }
    const std::lock_guard lock(work.mutex);
    work.opening = work.writer ? Work::Opening::kDone : Work::Opening::kMore;
    return true;
  });
}

void FileWriting::append(SharedBytes bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  size_ += size;
  gathered_bytes_ += size;
  const ByteView view = bytes.view();
  gathered_.push_back({std::move(bytes), view});
  if (gathered_bytes_ >= kHandOverBytes) hand_over(whole_chunks());
}

int64_t FileWriting::whole_chunks() const {
  const int64_t end = size_ - size_ % static_cast<int64_t>(kVaultChunkBytes);
  return end - (size_ - gathered_bytes_);
}

void FileWriting::hand_over(int64_t bytes) {
  if (bytes <= 0) return;
  gathered_bytes_ -= bytes;
  DiskLanes::Waiting waiting(lanes_, bytes);
  std::vector<Piece> pieces;
  auto next = gathered_.begin();
  for (auto left = static_cast<std::size_t>(bytes); left > 0;) {
    const std::size_t count = std::min(left, next->view.size());
    left -= count;
    pieces.push_back({next->owner, next->view.first(count)});
    next->view = next->view.subspan(count);
    if (next->view.empty()) ++next;
  }
  gathered_.erase(gathered_.begin(), next);
  // What is left of a large piece does not keep all of it: the host would wait for room for ever.
  if (!gathered_.empty() && gathered_.front().owner.size() > kVaultChunkBytes) {
    Piece& rest = gathered_.front();
    rest.owner = SharedBytes(std::vector<uint8_t>(rest.view.begin(), rest.view.end()));
    rest.view = rest.owner.view();
  }
  post([pieces = std::move(pieces), waiting = std::move(waiting)](Work& work) -> Result<bool> {
    std::vector<ByteView> views;
    views.reserve(pieces.size());
    for (const Piece& piece : pieces) views.push_back(piece.view);
    if (auto appended = work.writer->append(views); !appended) return appended.error();
    return false;
  });
}

void FileWriting::save(Record record) {
  hand_over(whole_chunks());
  post([record = std::move(record)](Work& work) -> Result<bool> {
    PLAYHEAD_TRY(const int64_t saved, checkpoint(*work.writer, record));
    const std::lock_guard lock(work.mutex);
    if (saved > 0) work.saved = saved;
    return saved > 0;
  });
}

void FileWriting::finish(Rename rename) {
  hand_over_all();
  post([rename = std::move(rename)](Work& work) -> Result<bool> {
    PLAYHEAD_TRY(const VaultSummary summary, work.writer->finish());
    if (auto renamed = rename(); !renamed) return std::move(renamed).error();
    const std::lock_guard lock(work.mutex);
    work.summary = summary;
    return true;
  });
}

Result<void> FileWriting::save_now(const Record& record) {
  hand_over_all();
  queue_.wait();
  if (!work_->writer) {
    return work_->broken.value_or(make_error(ErrorCode::kInvalidState, "the file is not open"));
  }
  auto saved = checkpoint(*work_->writer, record);
  return saved ? Result<void>() : Result<void>(std::move(saved).error());
}

void FileWriting::settle() {
  hand_over_all();
  queue_.wait();
  tell();
}

void FileWriting::tell() {
  std::optional<int64_t> saved;
  std::optional<VaultSummary> summary;
  std::optional<Error> failure;
  auto opening = Work::Opening::kNone;
  {
    const std::lock_guard lock(work_->mutex);
    std::swap(opening, work_->opening);
    saved = std::exchange(work_->saved, std::nullopt);
    summary = std::exchange(work_->summary, std::nullopt);
    failure = std::exchange(work_->failure, std::nullopt);
  }
  const auto events = events_;
  if (opening == Work::Opening::kMore) post_open();
  if (opening == Work::Opening::kDone && events->on_opened) events->on_opened();
  if (saved) events->on_saved(*saved);
  if (summary) return events->on_finished(*summary);
  if (failure) events->on_failed(*std::move(failure));
}

}  // namespace playhead::offline
