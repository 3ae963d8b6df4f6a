// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trust/title_rights.h"
#include "trust/trusted_clock.h"
#include "unit/offline/trust/forgetful_disk.h"
#include "unit/offline/trust/test_sealer.h"

namespace playhead::offline::test {

inline constexpr WallTime kBegin{1'800'000'000'000'000};  // 2027-01-15T08:00:00Z, the service's
inline constexpr Duration kHour = 1h;
inline constexpr Duration kDay = 24h;

// A key store with a counter, or without.
class TestKeys final : public DeviceKeys {
 public:
  explicit TestKeys(bool has_counter) : has_counter_(has_counter) {}
  Result<DeviceKey> get() override { return DeviceKey{}; }
  Result<std::optional<uint64_t>> read_counter() override {
    if (is_locked) return make_error(ErrorCode::kStoreIo, "locked");
    return has_counter_ ? std::optional<uint64_t>(counter_) : std::nullopt;
  }
  Result<void> write_counter(uint64_t value) override {
    counter_ = std::max(counter_, value);
    return {};
  }
  bool is_locked = false;

 private:
  const bool has_counter_;
  uint64_t counter_ = 0;
};

// A device with a library of downloads, and the truth about time.
class SimDevice final : public ClockSource {
 public:
  explicit SimDevice(bool has_counter = true, const std::string& name = "one")
      : keys(has_counter), sealer(name) {}

  ClockFacts read() override { return {truth + offset, uptime, boot_id()}; }
  [[nodiscard]] std::string boot_id() const {
    return has_boot_ids ? "boot " + std::to_string(boots) : std::string();
  }

  // --- the device
  void pass(Duration time) {  // awake or asleep
    truth += time;
    uptime += time + time / 1'000'000 * drift_ppm;
  }
  void restart(Duration off = 30s) {
    close();
    truth += off;
    uptime = 20s;
    truth += uptime;
    ++boots;
  }
  void set_system(WallTime time) { offset = time - truth; }

  // --- the app
  void start() {
    if (clock) return;
    auto opened = TrustedClock::open({disk, sealer, keys, *this, "/offline/trust"});
    open_error = opened ? std::optional<Error>() : opened.error();
    if (!opened) return;
    clock = *std::move(opened);
    for (const auto& [id, sealed] : records) load(id);
  }
  void close() {  // as a kill does
    titles.clear();
    clock.reset();
  }
  void load(const std::string& id) {
    auto title = TitleRights::open(id, records.at(id), parts(id));
    if (title) titles[id] = *std::move(title);
    if (!title) unreadable[id] = judge_unreadable(title.error());
    if (titles.count(id) > 0) (void)titles[id]->correct();
  }
  TitleRights::Parts parts(const std::string& id) {
    const auto keep = [this, id](const Rights& rights, ByteView sealed) -> Result<void> {
      if (is_index_read_only) return make_error(ErrorCode::kStoreIo, "read-only", 30);
      records[id] = Bytes(sealed.begin(), sealed.end());
      rows[id] = row_of(rights);
      return {};
    };
    return {*clock, sealer, keep, 0};
  }
  // An answer of the service that arrives at once.
  void contact() {
    if (!clock) return;
    (void)clock->hear({truth, ContactOrigin::kService, 0s});
    for (auto& [id, title] : titles) (void)title->correct();
  }
  Grant grant_now() const {
    Grant grant;
    grant.title_id = "m_1";
    grant.server_time = truth;
    return grant;
  }
  void add(const std::string& id, const Grant& grant) {
    contact();
    auto title = TitleRights::grant(id, grant, parts(id));
    if (title) titles[id] = *std::move(title);
  }
  Verdict judge(const std::string& id, bool is_playing = false) {
    const auto found = titles.find(id);
    return found == titles.end() ? unreadable[id] : found->second->judge(is_playing);
  }
  // Begins it and plays on while it is allowed to; how much was played.
  Duration play(const std::string& id, Duration length, Duration step = 60s) {
    Duration played{0};
    if (titles.count(id) == 0 || !titles[id]->begin_play()) return played;
    while (played < length && judge(id, true).may_play()) {
      const Duration part = std::min(step, length - played);
      pass(part);
      played += part;
      (void)clock->keep();
    }
    return played;
  }
  bool has_event(TimeEvent event) {
    for (const TimeEvent e : clock->take_events()) events.push_back(e);
    return std::find(events.begin(), events.end(), event) != events.end();
  }

  WallTime truth = kBegin;
  Duration uptime = 100s;
  Duration offset{0};
  int64_t drift_ppm = 0;
  int boots = 1;
  bool has_boot_ids = true;

  ForgetfulDisk disk;
  TestKeys keys;
  TestSealer sealer;
  // The index: records and the rows beside them.
  std::map<std::string, Bytes> records;
  std::map<std::string, RightsRow> rows;
  bool is_index_read_only = false;

  std::unique_ptr<TrustedClock> clock;
  std::optional<Error> open_error;
  std::map<std::string, std::unique_ptr<TitleRights>> titles;
  std::map<std::string, Verdict> unreadable;
  TimeEvents events;
};

}  // namespace playhead::offline::test
