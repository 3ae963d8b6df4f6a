// SPDX-License-Identifier: Apache-2.0
#include "trust/trusted_clock.h"

#include <algorithm>
#include <array>
#include <utility>

#include "vault/crypto.h"

namespace playhead::offline {
namespace {

// How much of the time played a power cut can lose. Longer: more is lost. Shorter: more writes.
constexpr Duration kKeepEvery = 60s;
// A disk that could not be written for so long (of the device's running) ends playback of titles
// with an end: what is played must not be forgotten.
constexpr Duration kUnrecorded = 10min;
constexpr std::size_t kEvents = 64;

}  // namespace

TrustedClock::TrustedClock(const Parts& parts)
    : parts_(parts), file_(parts.files, parts.sealer, parts.folder) {}

Result<std::unique_ptr<TrustedClock>> TrustedClock::open(const Parts& parts) {
  std::unique_ptr<TrustedClock> clock(new TrustedClock(parts));
  if (auto loaded = clock->load(); !loaded) return std::move(loaded).error();
  return clock;
}

Result<void> TrustedClock::load() {
  // Without the folder there are no copies, and a disk that makes none can still be read.
  (void)parts_.files.make_folder(parts_.folder);
  std::array<TwinFile::Copy, 2> copies = file_.load();
  PLAYHEAD_TRY(record_, choose(copies));
  recorded_ = record_.clock.running;
  recorded_contact_ = record_.clock.contact_at.value_or(WallTime{});
  const uint64_t boot = record_.clock.boot;
  const bool is_repair = std::any_of(copies.begin(), copies.end(), [](const TwinFile::Copy& copy) {
    return copy.standing != TwinFile::Standing::kWhole;
  });
  (void)advance_locked();
  // A start of the device counts from now on, whatever is done to one of the copies.
  const bool is_news = is_repair || record_.clock.boot != boot;
  if (is_news && !write(2)) recorded_ = -kUnrecorded;  // not even the start is
  return {};
}

Result<TrustRecord> TrustedClock::choose(std::array<TwinFile::Copy, 2>& copies) {
  std::optional<TrustRecord> best;
  std::array<int, 5> count{};
  for (std::size_t i = 0; i < copies.size(); ++i) {
    TwinFile::Copy& copy = copies[i];
    if (copy.standing == TwinFile::Standing::kWhole) {
      Result<TrustRecord> record = parse_trust_record(copy.record);
      if (!record && record.error().code == ErrorCode::kStoreNewer) {
        return std::move(record).error();
      }
      if (!record) copy.standing = TwinFile::Standing::kDamaged;
      if (record && (!best || record->counter > best->counter)) {
        best = *std::move(record);
        next_copy_ = 1 - i;
      }
    }
    ++count[static_cast<std::size_t>(copy.standing)];
  }
  const auto of = [&](TwinFile::Standing standing) {
    return count[static_cast<std::size_t>(standing)];
  };
  using Standing = TwinFile::Standing;
  if (!best && of(Standing::kUnreadable) > 0) {
    return copies[copies[0].standing == Standing::kUnreadable ? 0 : 1].error;
  }
  if (!best && of(Standing::kOtherDevice) > 0) {
    return make_error(ErrorCode::kOfflineOtherDevice, "the record of time is another device's");
  }
  // A key store that does not answer might know of more: nothing is believed, nor written, then.
  PLAYHEAD_TRY(const std::optional<uint64_t> counter, parts_.keys.read_counter());
  const uint64_t known = counter.value_or(0);
  if (!best) {
    const bool is_first = known == 0 && of(Standing::kMissing) == 2;
    return start_over(is_first ? TimeEvent::kFirstStart : TimeEvent::kRecordLost, known);
  }
  // The key store's counter is written after the copy. With one copy lost the other may be the one
  // before; what must not be undone was written to both.
  const bool has_lost_one = of(Standing::kWhole) == 1;
  if (best->counter + (has_lost_one ? 1 : 0) < known) {
    return start_over(TimeEvent::kRecordRestored, known);
  }
  if (of(Standing::kDamaged) > 0) note({TimeEvent::kCopyDamaged});
  return *std::move(best);
}

Result<TrustRecord> TrustedClock::start_over(TimeEvent why, uint64_t counter) {
  std::array<uint8_t, 4> random{};
  if (auto done = fill_random(random); !done) return std::move(done).error();
  uint32_t number = 0;
  for (const uint8_t byte : random) number = number << 8 | byte;
  note({why});
  TrustRecord record;
  record.counter = counter;
  record.clock = first_state(parts_.source.read(), number);
  record.clock.is_restored = why == TimeEvent::kRecordRestored;
  return record;
}

TimeReading TrustedClock::advance_locked() {
  TimeEvents events;
  advance(record_.clock, parts_.source.read(), events);
  note(events);
  TimeReading reading = read_time(record_.clock);
  reading.is_recorded = !has_failed_ || record_.clock.running - recorded_ < kUnrecorded;
  return reading;
}

TimeReading TrustedClock::read() {
  const std::lock_guard lock(mutex_);
  return advance_locked();
}

Result<void> TrustedClock::keep() {
  {
    const std::lock_guard lock(mutex_);
    (void)advance_locked();
    if (record_.clock.running - recorded_ < kKeepEvery) return {};
  }
  return write(1);
}

Result<void> TrustedClock::save() { return write(1); }

Result<void> TrustedClock::hear(const TimeContact& contact) {
  {
    const std::lock_guard lock(mutex_);
    (void)advance_locked();
    const TimeReading before = read_time(record_.clock);
    TimeEvents events;
    offline::hear(record_.clock, contact, events);
    note(events);
    const TimeReading after = read_time(record_.clock);
    const Duration moved = after.now - before.now;
    const bool is_same = before.trust == after.trust &&
                         before.boots_since_contact == after.boots_since_contact &&
                         moved < kClockTolerance && moved > -kClockTolerance;
    // Every answer of the service is a contact: not each of them is worth a write.
    if (is_same && after.contact_at.value_or(WallTime{}) - recorded_contact_ < kKeepEvery)
      return {};
  }
  return write(2);
}

std::optional<uint64_t> TrustedClock::generation(const std::string& download_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = record_.generations.find(download_id);
  if (found == record_.generations.end()) return std::nullopt;
  return found->second;
}

Result<void> TrustedClock::set_generation(const std::string& download_id, uint64_t generation) {
  {
    const std::lock_guard lock(mutex_);
    const bool is_new = record_.generations.count(download_id) == 0;
    if (is_new && record_.generations.size() >= kTrustTitles) {
      return make_error(ErrorCode::kStoreFull, "there are too many downloads");
    }
    uint64_t& kept = record_.generations[download_id];
    kept = std::max(kept, generation);
  }
  return write(2);
}

Result<void> TrustedClock::forget(const std::string& download_id) {
  {
    const std::lock_guard lock(mutex_);
    if (record_.generations.erase(download_id) == 0) return {};
  }
  return write(2);
}

Result<void> TrustedClock::forget_others(const std::set<std::string>& download_ids) {
  {
    const std::lock_guard lock(mutex_);
    const auto is_other = [&](const auto& entry) { return download_ids.count(entry.first) == 0; };
    if (std::erase_if(record_.generations, is_other) == 0) return {};
  }
  return write(2);
}

TimeEvents TrustedClock::take_events() {
  const std::lock_guard lock(mutex_);
  return std::exchange(events_, {});
}

void TrustedClock::note(const TimeEvents& events) {
  for (const TimeEvent event : events) {
    if (events_.size() < kEvents) events_.push_back(event);
  }
}

Result<void> TrustedClock::write(int copies) {
  const std::lock_guard file_lock(file_mutex_);
  Result<void> written;
  for (int i = 0; i < copies && written; ++i) written = write_once();
  const std::lock_guard lock(mutex_);
  has_failed_ = !written;
  return written;
}

Result<void> TrustedClock::write_once() {
  TrustRecord now;
  {
    const std::lock_guard lock(mutex_);
    (void)advance_locked();
    record_.counter += 1;
    now = record_;
  }
  // The copy that fails is the one to try again: the other one is whole.
  if (auto stored = file_.store(next_copy_, write_trust_record(now)); !stored) return stored;
  next_copy_ = 1 - next_copy_;
  // After the file: the other way round a power cut in between would look like a restored folder. A
  // key store that fails is asked again by the next write.
  (void)parts_.keys.write_counter(now.counter);
  const std::lock_guard lock(mutex_);
  recorded_ = now.clock.running;
  recorded_contact_ = now.clock.contact_at.value_or(WallTime{});
  return {};
}

}  // namespace playhead::offline
