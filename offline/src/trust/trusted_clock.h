// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "files/file_system.h"
#include "playhead/offline/device_keys.h"
#include "playhead/result.h"
#include "trust/clock_source.h"
#include "trust/time_policy.h"
#include "trust/trust_record.h"
#include "trust/twin_file.h"
#include "vault/sealer.h"

namespace playhead::offline {

// Keeps ClockState, and the newest generation of each title's rights, through restarts. Any thread;
// what is said to be durable blocks for the disk, read() never does.
class TrustedClock {
 public:
  // All outlive the clock.
  struct Parts {
    FileSystem& files;
    Sealer& sealer;
    DeviceKeys& keys;  // its counter
    ClockSource& source;
    std::string folder;  // made when absent
  };
  // Finds what was kept. What is lost, damaged or older than the key store's counter is replaced by
  // a new record, which trusts nothing until the service is heard of. Errors: kStoreIo (unreadable:
  // nothing was changed; nor can a key store that has a counter be asked), kOfflineOtherDevice,
  // kStoreNewer (the same).
  // A disk that cannot be written is no error here: see TimeReading::is_recorded.
  static Result<std::unique_ptr<TrustedClock>> open(const Parts& parts);

  // The time of this moment.
  [[nodiscard]] TimeReading read();
  // Once in a minute while something plays, at pause, at stop: on disk when a minute has passed
  // since the last time. Errors as of save(); the next call tries again.
  Result<void> keep();
  // Before the first frame of a title whose rights end. What is known is durable when it returns.
  // Errors: kStoreIo, kStoreFull.
  Result<void> save();
  // With each answer of the service. On disk at once when it changes anything; errors as of save(),
  // the time is taken nevertheless.
  Result<void> hear(const TimeContact& contact);

  // The newest record of a title's rights; none: not known to this record of time.
  [[nodiscard]] std::optional<uint64_t> generation(const std::string& download_id) const;
  // After the record with that generation is durable; never lowers. Errors as of save(), and
  // kStoreFull beyond kTrustTitles.
  Result<void> set_generation(const std::string& download_id, uint64_t generation);
  Result<void> forget(const std::string& download_id);
  // All but these; nothing is written when there are no others.
  Result<void> forget_others(const std::set<std::string>& download_ids);

  // What happened since the last call, oldest first, at most 64.
  [[nodiscard]] TimeEvents take_events();

 private:
  explicit TrustedClock(const Parts& parts);
  Result<void> load();
  Result<TrustRecord> choose(std::array<TwinFile::Copy, 2>& copies);
  Result<TrustRecord> start_over(TimeEvent why, uint64_t counter);
  Result<void> write(int copies);
  Result<void> write_once();
  void note(const TimeEvents& events);
  [[nodiscard]] TimeReading advance_locked();

  Parts parts_;
  mutable std::mutex mutex_;
  // Under mutex_.
  TrustRecord record_;
  Duration recorded_{0};  // `running` of what is on disk
  WallTime recorded_contact_;
  bool has_failed_ = false;  // the last write
  TimeEvents events_;
  std::mutex file_mutex_;  // taken before mutex_
  // Under file_mutex_.
  TwinFile file_;
  std::size_t next_copy_ = 0;
};

}  // namespace playhead::offline
