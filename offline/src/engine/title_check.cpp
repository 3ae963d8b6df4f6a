// SPDX-License-Identifier: Apache-2.0
#include "engine/title_check.h"

#include <array>
#include <utility>

#include "store/layout.h"

namespace playhead::offline {

namespace {

constexpr std::size_t kRowsAtOnce = 64;
// Read in one task. More: others wait longer for their turn; less: more tasks.
constexpr int64_t kBytesAtOnce = int64_t{2} << 20;

// The file is not what was written; the disk itself answers.
bool is_damage(ErrorCode code) {
  return code == ErrorCode::kOfflineDamaged || code == ErrorCode::kOfflineTampered ||
         code == ErrorCode::kNotFound || code == ErrorCode::kStoreNewer;
}

}  // namespace

TitleCheck::TitleCheck(DownloadFolder& folder, Executor& executor, std::string id,
                       UniqueFunction<void(Result<int64_t>)> done)
    : folder_(folder), executor_(executor), id_(std::move(id)), done_(std::move(done)) {}

void TitleCheck::start() {
  next_ = executor_.post_at(executor_.now(), [this] { go_on(); });
}

void TitleCheck::go_on() {
  const auto is_more = step();
  if (is_more && *is_more) return start();
  auto done = std::move(done_);
  done(is_more ? Result<int64_t>(damaged_) : Result<int64_t>(is_more.error()));
}

Result<bool> TitleCheck::step() {
  if (reader_) {
    if (auto read = read_on(); !read) return std::move(read).error();
    return true;
  }
  if (auto key = need_key(); !key) return std::move(key).error();
  if (rows_.empty()) {
    PLAYHEAD_TRY(const auto rows, folder_.store().resources(id_, after_, kRowsAtOnce));
    if (rows.empty()) return false;
    after_ = rows.back().row;
    rows_.assign(rows.begin(), rows.end());
  }
  ResourceRow row = std::move(rows_.front());
  rows_.pop_front();
  if (row.state != ResourceState::kDone) return true;
  if (auto begun = begin(std::move(row)); !begun) return std::move(begun).error();
  return true;
}

Result<void> TitleCheck::need_key() {
  if (key_) return {};
  PLAYHEAD_TRY(const DownloadRow row, folder_.store().find(id_));
  PLAYHEAD_TRY(const SealedRecords sealed, folder_.store().sealed_records(id_));
  PLAYHEAD_TRY(key_,
               ContentKey::unwrap(folder_.sealer(), key_owner(row.added), sealed.content_key));
  return {};
}

Result<void> TitleCheck::begin(ResourceRow row) {
  row_ = row.row;
  const std::string path = layout::file(folder_.root(), id_, row.file);
  auto reader = VaultReader::open(folder_.files(), path, *key_, {id_, row.file});
  if (!reader) return end_file(std::move(reader).error());
  if (auto begun = reader->expect(row.digest); !begun) return begun;
  reader_ = *std::move(reader);
  return read_on();
}

Result<void> TitleCheck::read_on() {
  const auto is_more = reader_->read_ahead(kBytesAtOnce);
  if (is_more && *is_more) return {};
  const auto is_good = is_more ? reader_->is_expected() : is_more;
  reader_.reset();
  return end_file(is_good);
}

Result<void> TitleCheck::end_file(const Result<bool>& is_good) {
  if (!is_good && !is_damage(is_good.error().code)) return is_good.error();
  if (is_good && *is_good) return {};
  ++damaged_;
  const std::array bad{row_};
  PLAYHEAD_TRY([[maybe_unused]] const auto gone, folder_.store().discard(bad, ResourceState::kBad));
  return {};
}

}  // namespace playhead::offline
