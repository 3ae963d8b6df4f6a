// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "licences/licence_keeper.h"
#include "trust/clock_source.h"

// A licence service and a clock for tests of what uses them.
namespace playhead::offline::test {

inline KeyId filled(uint8_t value) {
  KeyId kid{};
  kid.fill(value);
  return kid;
}

class DeskClock final : public ClockSource {
 public:
  explicit DeskClock(Executor& executor) : executor_(executor) {}
  ClockFacts read() override {
    ++reads;
    return {executor_.wall_now(), executor_.now() - booted + asleep, boot};
  }
  void restart() {
    boot += "'";
    booted = executor_.now();
    asleep = Duration{0};
  }
  std::string boot = "boot-1";
  MonotonicTime booted;
  Duration asleep{0};  // what the executor's clock did not see
  int reads = 0;

 private:
  Executor& executor_;
};

// A service that gives what it is told to give.
class ScriptedKeeper final : public LicenceKeeper {
 public:
  CancelHandle acquire(const LicenceWish& wish, Executor& executor,
                       UniqueFunction<void(Result<std::vector<LicenceRow>>)> done) override {
    wishes.push_back(wish);
    asked_at = executor.wall_now();
    return executor.post_at(executor.now() + 1s, [this, done = std::move(done)]() mutable {
      if (failure) return done(*failure);
      done(rows);
    });
  }
  Result<LicenceWish> wish_of(const std::string& id, const LicenceRow&) override {
    return LicenceWish{id, {true, "", "https://old/", {}}};
  }
  Result<PendingRelease> release_of(const std::string& id, const LicenceRow& row) override {
    PendingRelease release;
    release.download_id = id;
    release.scheme = row.scheme;
    release.message = row.sealed;
    return release;
  }
  CancelHandle release(const PendingRelease& release, Executor& executor,
                       UniqueFunction<void(Result<void>)> done) override {
    told.push_back(release.message);
    return executor.post_at(executor.now() + 1s, [this, done = std::move(done)]() mutable {
      if (failure) return done(*failure);
      done({});
    });
  }

  std::vector<LicenceRow> rows;
  std::optional<Error> failure;
  std::vector<LicenceWish> wishes;
  WallTime asked_at;  // by the clock the licences are to be compared with
  std::vector<Blob> told;
};

}  // namespace playhead::offline::test
