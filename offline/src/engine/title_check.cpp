// SPDX-License-Identifier: Apache-2.0
#include "engine/title_check.h"

#include <array>
#include <utility>

#include "store/layout.h"
#include "vault/vault_reader.h"

namespace playhead::offline {

namespace {

constexpr std::size_t kRowsAtOnce = 64;

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
  DownloadStore& store = folder_.store();
  if (!key_) {
    PLAYHEAD_TRY(const DownloadRow row, store.find(id_));
    PLAYHEAD_TRY(const SealedRecords sealed, store.sealed_records(id_));
    PLAYHEAD_TRY(key_,
                 ContentKey::unwrap(folder_.sealer(), key_owner(row.added), sealed.content_key));
  }
  if (rows_.empty()) {
    PLAYHEAD_TRY(const auto rows, store.resources(id_, after_, kRowsAtOnce));
    if (rows.empty()) return false;
    after_ = rows.back().row;
    rows_.assign(rows.begin(), rows.end());
  }
  const ResourceRow row = std::move(rows_.front());
  rows_.pop_front();
  if (row.state != ResourceState::kDone) return true;
  PLAYHEAD_TRY(const bool is_good, is_sound(row));
  if (is_good) return true;
  ++damaged_;
  const std::array bad{row.row};
  PLAYHEAD_TRY([[maybe_unused]] const auto gone, store.discard(bad, ResourceState::kBad));
  return true;
}

Result<bool> TitleCheck::is_sound(const ResourceRow& row) {
  const std::string path = layout::file(folder_.root(), id_, row.file);
  auto reader = VaultReader::open(folder_.files(), path, *key_, {id_, row.file});
  if (!reader) {
    if (is_damage(reader.error().code)) return false;
    return std::move(reader).error();
  }
  if (auto begun = reader->expect(row.digest); !begun) return std::move(begun).error();
  auto is_it = reader->is_expected();
  if (is_it || !is_damage(is_it.error().code)) return is_it;
  return false;
}

}  // namespace playhead::offline
