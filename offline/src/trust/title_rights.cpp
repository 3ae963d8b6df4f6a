// SPDX-License-Identifier: Apache-2.0
#include "trust/title_rights.h"

#include <optional>
#include <utility>
#include <vector>

namespace playhead::offline {

TitleRights::TitleRights(Rights rights, Parts parts)
    : parts_(std::move(parts)), download_id_(rights.download_id), rights_(std::move(rights)) {}

Result<std::unique_ptr<TitleRights>> TitleRights::grant(std::string download_id, const Grant& grant,
                                                        Parts parts) {
  Rights rights = make_rights(std::move(download_id), grant);
  // A download of that id that was here before must not come back.
  rights.generation += parts.clock.generation(rights.download_id).value_or(0);
  std::unique_ptr<TitleRights> title(new TitleRights(rights, std::move(parts)));
  const std::lock_guard write_lock(title->write_mutex_);
  if (auto kept = title->replace(rights); !kept) return std::move(kept).error();
  return title;
}

Result<std::unique_ptr<TitleRights>> TitleRights::open(std::string download_id, ByteView sealed,
                                                       Parts parts) {
  PLAYHEAD_TRY(Rights rights, open_rights(parts.sealer, download_id, sealed));
  const std::optional<uint64_t> newest = parts.clock.generation(download_id);
  if (newest && rights.generation < *newest) {
    return make_error(ErrorCode::kOfflineTampered, "the record of rights is one from before");
  }
  // The power went between record and clock: the record is the newer. It is on disk with the
  // clock's next write.
  if (newest && rights.generation > *newest) {
    (void)parts.clock.set_generation(download_id, rights.generation);
  }
  return std::unique_ptr<TitleRights>(new TitleRights(std::move(rights), std::move(parts)));
}

Verdict TitleRights::judge(bool is_playing) {
  const TimeReading time = parts_.clock.read();
  const std::lock_guard lock(mutex_);
  if (is_withdrawn_) return judge_removed();
  PlayQuestion question;
  question.is_playing = is_playing;
  question.is_known = is_known();
  question.renewal = renewal_;
  question.jitter = parts_.jitter;
  return offline::judge(rights_, time, question);
}

Result<void> TitleRights::begin_play() {
  const std::lock_guard write_lock(write_mutex_);
  const Rights now = rights();
  if (!now.is_limited()) return as_result(judge(false));
  // First: a disk that could not be written may be able to by now.
  if (auto saved = parts_.clock.save(); !saved) return saved;
  if (auto allowed = as_result(judge(false)); !allowed) return allowed;
  const std::optional<Rights> next = with_first_play(now, parts_.clock.read());
  return next ? replace(*next) : Result<void>();
}

Result<void> TitleRights::renew(const Grant& grant) {
  const std::lock_guard write_lock(write_mutex_);
  if (auto done = replace(renew_rights(rights(), grant, parts_.clock.read())); !done) return done;
  set_renewal(RenewalState::kIdle);
  return {};
}

Result<void> TitleRights::set_licence(std::optional<WallTime> end,
                                      std::optional<WallTime> renew_after) {
  const std::lock_guard write_lock(write_mutex_);
  const std::optional<Rights> next = with_licence(rights(), end, renew_after);
  if (!next) return {};
  return is_known() ? replace(*next) : keep(*next);
}

Result<void> TitleRights::correct() {
  const std::lock_guard write_lock(write_mutex_);
  if (!is_known()) return {};
  const std::optional<Rights> next = corrected(rights(), parts_.clock.read());
  return next ? replace(*next) : Result<void>();
}

void TitleRights::set_renewal(RenewalState state) {
  const std::lock_guard lock(mutex_);
  renewal_ = state;
}

void TitleRights::withdraw() {
  const std::lock_guard lock(mutex_);
  is_withdrawn_ = true;
}

bool TitleRights::is_known() const { return parts_.clock.generation(download_id_).has_value(); }

Rights TitleRights::rights() const {
  const std::lock_guard lock(mutex_);
  return rights_;
}

// The record first: a clock that knew of a generation which never reached the disk would refuse the
// one that did.
Result<void> TitleRights::replace(const Rights& next) {
  if (auto kept = keep(next); !kept) return kept;
  return parts_.clock.set_generation(next.download_id, next.generation);
}

Result<void> TitleRights::keep(const Rights& next) {
  PLAYHEAD_TRY(const std::vector<uint8_t> sealed, seal_rights(parts_.sealer, next));
  if (auto kept = parts_.keep(next, sealed); !kept) return kept;
  const std::lock_guard lock(mutex_);
  rights_ = next;
  return {};
}

}  // namespace playhead::offline
