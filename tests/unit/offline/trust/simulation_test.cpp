// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/offline/trust/sim_device.h"

// Seeded lives of devices. Honest ones are never refused what the rules allow; on dishonest ones no
// title is played for longer than the rules allow.
namespace playhead::offline::test {
namespace {

constexpr int kLives = 10'000;

class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 1) {}
  uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  int64_t to(int64_t most) {
    return static_cast<int64_t>(next() % static_cast<uint64_t>(most + 1));
  }
  bool once_in(int n) { return to(n - 1) == 0; }
  Duration time(Duration most) { return Duration{to(most.count())}; }
  // Either way.
  Duration off(Duration most) { return time(most) - most / 2; }

 private:
  uint64_t state_;
};

// --- honest

// What the rules say of a title, by the truth.
struct Truth {
  std::string id;
  Grant grant;
  std::optional<WallTime> first_play;

  // kBegin + 10^5 days: never.
  [[nodiscard]] WallTime end() const {
    WallTime end = kBegin + 100'000 * kDay;
    if (grant.expires_at) end = std::min(end, *grant.expires_at);
    if (grant.licence_expires_at) end = std::min(end, *grant.licence_expires_at);
    if (grant.rental && !first_play) end = std::min(end, grant.server_time + *grant.rental);
    if (grant.playback && first_play) end = std::min(end, *first_play + *grant.playback);
    return end;
  }
  [[nodiscard]] bool is_limited() const {
    return grant.expires_at || grant.licence_expires_at || grant.rental || grant.playback;
  }
};

class HonestLife {
 public:
  explicit HonestLife(uint64_t seed) : dice_(seed), device_(seed % 2 == 0) {
    device_.has_boot_ids = seed % 7 != 0;
    device_.drift_ppm = dice_.to(100) - 50;
    wrong_zones_ = seed % 5 == 0;
    device_.offset = dice_.off(4min);
    note_offset();
    device_.start();
    for (int i = 0; i < 4; ++i) add_title();
    device_.contact();
    heard();
  }

  // The first thing that was wrong; "" for a life without.
  std::string live() {
    const int days = 20 + static_cast<int>(dice_.to(40));
    const WallTime end = device_.truth + days * kDay;
    while (device_.truth < end && wrong_.empty()) {
      step();
      if (device_.clock) look();
    }
    return wrong_;
  }
  int64_t questions = 0, allowed = 0, refused = 0;

 private:
  void add_title() {
    Truth title;
    title.id = "t" + std::to_string(titles_.size());
    title.grant = device_.grant_now();
    const int64_t kind = dice_.to(4);
    if (kind == 0 || kind == 3) title.grant.expires_at = device_.truth + dice_.time(60 * kDay);
    if (kind == 1 || kind == 3) {
      title.grant.rental = kDay + dice_.time(29 * kDay);
      title.grant.playback = 3h + dice_.time(72h);
    }
    if (kind == 2) title.grant.licence_expires_at = device_.truth + 30 * kDay;
    device_.add(title.id, title.grant);
    titles_.push_back(title);
  }

  void step() {
    const int64_t what = dice_.to(99);
    if (what < 25) {
      device_.pass(dice_.time(6h));  // awake or asleep
    } else if (what < 30) {
      device_.pass(dice_.time(3 * kDay));  // a weekend in a drawer
    } else if (what < 45) {
      restart(dice_.time(what < 33 ? 12 * kDay : 10h));
    } else if (what < 50) {
      device_.close();
    } else if (what < 56) {
      correct_clock();
    } else if (what < 62) {
      if (device_.clock) hear();
    } else if (what < 80) {
      play();
    } else {
      start();
    }
  }

  void restart(Duration off) {
    device_.restart(off);
    if (wrong_zones_ && dice_.once_in(3)) wrong_zone();
  }
  // NTP without the service, or skew of its own.
  void correct_clock() {
    device_.offset = dice_.off(4min);
    if (wrong_zones_ && dice_.once_in(2)) wrong_zone();
    note_offset();
  }
  void wrong_zone() {
    device_.offset = dice_.to(26) * kHour - 12 * kHour + dice_.off(4min);
    note_offset();
  }
  void note_offset() {
    if (device_.clock) (void)device_.clock->read();
    slack_ = std::max({slack_, device_.offset, -device_.offset});
  }
  void start() {
    const bool was_closed = !device_.clock;
    device_.start();
    if (!was_closed || !device_.clock) return;
    if (last_boot_ != device_.boots) ++boots_;
    last_boot_ = device_.boots;
  }
  void hear() {
    if (dice_.once_in(4)) {
      (void)device_.clock->hear({device_.truth + dice_.off(700 * kDay), ContactOrigin::kPlain, 0s});
    }
    device_.contact();
    heard();
  }
  void heard() {
    contact_ = device_.truth;
    boots_ = 0;
    last_boot_ = device_.boots;
  }

  void play() {
    if (!device_.clock) return;
    Truth& title =
        titles_[static_cast<std::size_t>(dice_.to(static_cast<int64_t>(titles_.size()) - 1))];
    const WallTime began = device_.truth;
    const Duration played = device_.play(title.id, dice_.time(2h), 20min);
    if (played > Duration{0} && !title.first_play && title.is_limited()) title.first_play = began;
  }

  void look() {
    for (const Truth& title : titles_) {
      const Verdict verdict = device_.judge(title.id);
      ++questions;
      ++(verdict.may_play() ? allowed : refused);
      // How wrong an honest clock can make it: its offsets while it counted, and the drift.
      // A watching window has two ends, each by a clock that may be wrong.
      const int ends = title.grant.playback ? 2 : 1;
      const Duration slack = ends * (slack_ + 1min + 80 * kDay / 1'000'000 * 50);
      const WallTime end = title.end();
      const bool may_at_least = device_.truth + slack < end &&
                                device_.truth + slack < contact_ + 30 * kDay &&
                                boots_ <= kBootsWithoutContact - extra_boots();
      const bool may_at_most = device_.truth < end + slack &&
                               device_.truth < contact_ + 30 * kDay + slack &&
                               boots_ <= kBootsWithoutContact;
      const bool is_limited = title.is_limited();
      if (!verdict.may_play() && (!is_limited || may_at_least)) {
        wrong_ = "refused " + describe(title, verdict);
      }
      if (verdict.may_play() && is_limited && !may_at_most) {
        wrong_ = "allowed " + describe(title, verdict);
      }
      if (verdict.destroys_keys && device_.truth + 1min + 5min < end) {
        wrong_ = "keys destroyed of " + describe(title, verdict);
      }
    }
  }
  // Without boot ids a clock that is corrected looks like a start of the device.
  [[nodiscard]] int extra_boots() const { return device_.has_boot_ids ? 0 : kBootsWithoutContact; }

  std::string describe(const Truth& title, const Verdict& verdict) const {
    const auto hours = [](Duration d) { return std::to_string(d / 1min) + "min"; };
    const TimeReading time = device_.clock->read();
    return title.id + ": end in " + hours(title.end() - device_.truth) + ", contact " +
           hours(device_.truth - contact_) + " ago, boots " + std::to_string(boots_) + ", state " +
           std::to_string(static_cast<int>(verdict.state)) + ", rule " +
           std::to_string(static_cast<int>(verdict.rule)) + ", time off by " +
           hours(time.now - device_.truth) + ", trust " +
           std::to_string(static_cast<int>(time.trust)) + ", slack " + hours(slack_);
  }

  Dice dice_;
  SimDevice device_;
  bool wrong_zones_ = false;
  Duration slack_{0};
  std::vector<Truth> titles_;
  WallTime contact_;
  int boots_ = 0, last_boot_ = 1;
  std::string wrong_;
};

TEST_CASE("trust simulation: 10,000 honest lives, nothing refused that the rules allow") {
  int64_t questions = 0, allowed = 0, refused = 0;
  for (uint64_t seed = 1; seed <= kLives; ++seed) {
    HonestLife life(seed);
    const std::string wrong = life.live();
    questions += life.questions;
    allowed += life.allowed;
    refused += life.refused;
    if (!wrong.empty()) FAIL_CHECK("seed " << seed << ": " << wrong);
  }
  MESSAGE(questions << " questions, " << allowed << " allowed, " << refused << " refused");
  CHECK(allowed > questions / 4);
  CHECK(refused > questions / 20);  // the rules end something, too
}

// --- dishonest

constexpr Duration kLook = 3min;  // between two looks at the clock while playing

class DishonestLife {
 public:
  explicit DishonestLife(uint64_t seed) : dice_(seed * 31 + 7), device_(seed % 2 == 0) {
    can_restore_ = seed % 2 == 0;  // without a counter a restored folder is not noticed
    device_.start();
    add("until",
        [&](Grant& grant) { grant.expires_at = device_.truth + 2h + dice_.time(6h); });
    add("window", [&](Grant& grant) {
      grant.rental = 2 * kDay + dice_.time(20 * kDay);
      grant.playback = 2h + dice_.time(6h);
    });
    backup();
  }

  std::string live() {
    for (int i = 0; i < 120 && wrong_.empty(); ++i) step();
    return wrong_;
  }
  Duration played{0};
  int64_t refusals = 0;

 private:
  struct Watched {
    Grant grant;
    Duration played{0};
    std::vector<Bytes> old;
  };

  template <typename Terms>
  void add(const std::string& id, Terms terms) {
    Watched& title = titles_[id];
    title.grant = device_.grant_now();
    terms(title.grant);
    device_.add(id, title.grant);
    title.old.push_back(device_.records[id]);
  }

  void step() {
    const int64_t what = dice_.to(99);
    if (what < 8) {
      device_.pass(dice_.time(3h));
    } else if (what < 26) {
      // Before the start the clock is put where it does the most good: a little after the latest.
      const WallTime known = device_.clock ? device_.clock->read().now : device_.truth;
      device_.restart(dice_.time(5 * kDay));
      is_anchored_ = false;
      lie(known);
    } else if (what < 36) {
      lie(device_.truth);
    } else if (what < 40) {
      device_.close();
    } else if (what < 43) {
      if (device_.clock) device_.contact();
      is_anchored_ = device_.clock != nullptr;
      boots_played_.clear();
    } else if (what < 55) {
      tamper(what - 43);
    } else if (what < 75) {
      device_.start();
    } else {
      play(dice_.once_in(2) ? "until" : "window");
    }
  }

  void lie(WallTime known) {
    switch (dice_.to(4)) {
      case 0:
        return device_.set_system(known + dice_.time(2min));
      case 1:
        return device_.set_system(known + dice_.off(50h));
      case 2:
        return device_.set_system(known + dice_.off(800 * kDay));
      case 3:
        return device_.set_system(device_.truth);
      default:
        return device_.set_system(kBegin);
    }
  }

  void tamper(int64_t how) {
    device_.close();
    const std::array<std::string, 2> copies = {"/offline/trust/state.a", "/offline/trust/state.b"};
    const std::string& copy = copies[static_cast<std::size_t>(dice_.to(1))];
    Watched& title = titles_[dice_.once_in(2) ? "until" : "window"];
    if (how < 3 && device_.disk.has(copy) && !device_.disk.bytes(copy).empty()) {
      Bytes& bytes = device_.disk.bytes(copy);
      bytes[static_cast<std::size_t>(dice_.to(static_cast<int64_t>(bytes.size()) - 1))] ^= 4;
    } else if (how < 4) {
      device_.disk.erase(copy);
    } else if (how < 7) {
      const auto& old =
          title.old[static_cast<std::size_t>(dice_.to(static_cast<int64_t>(title.old.size()) - 1))];
      device_.records[&title == &titles_["until"] ? "until" : "window"] = old;
    } else if (how < 8) {
      std::swap(device_.records["until"], device_.records["window"]);
    } else if (how < 9 && dice_.once_in(4)) {
      device_.disk.put_all({});
    } else if (how < 11 && can_restore_) {
      device_.disk.put_all(files_);
      device_.records = records_;
    } else {
      backup();
    }
    ++losses_;
  }
  void backup() {
    files_ = device_.disk.copy_all();
    records_ = device_.records;
  }

  void play(const std::string& id) {
    device_.start();
    if (!device_.clock) return;
    Watched& title = titles_[id];
    const Duration now = device_.play(id, dice_.time(40min), kLook);
    if (now == Duration{0}) {
      ++refusals;
      return;
    }
    title.played += now;
    played += now;
    title.old.push_back(device_.records[id]);
    boots_played_.push_back(device_.boots);
    boots_played_.erase(std::unique(boots_played_.begin(), boots_played_.end()),
                        boots_played_.end());
    check(id, title);
  }

  void check(const std::string& id, const Watched& title) {
    const Duration whole = title.grant.expires_at
                               ? *title.grant.expires_at - title.grant.server_time
                               : *title.grant.playback;
    // What was not on disk at a start of the device is lost, and one look is in play at the end.
    const Duration slack = (device_.boots + losses_) * kLook;
    if (title.played > whole + kLook + slack) {
      wrong_ = id + " was played for " + std::to_string(title.played / 1min) + " of " +
               std::to_string(whole / 1min) + " minutes";
    }
    if (is_anchored_ && title.grant.expires_at && device_.truth > *title.grant.expires_at + kLook) {
      wrong_ = id + " was played after its end";
    }
    if (boots_played_.size() > kBootsWithoutContact + 1) wrong_ = id + " after too many starts";
  }

  Dice dice_;
  SimDevice device_;
  bool can_restore_ = false;
  bool is_anchored_ = true;
  std::map<std::string, Watched> titles_;
  std::map<std::string, Bytes> files_, records_;
  std::vector<int> boots_played_;  // since the contact
  int losses_ = 0;
  std::string wrong_;
};

TEST_CASE(
    "trust simulation: 10,000 dishonest lives, nothing played for longer than the rules allow") {
  Duration played{0};
  int64_t refusals = 0;
  for (uint64_t seed = 1; seed <= kLives; ++seed) {
    DishonestLife life(seed);
    const std::string wrong = life.live();
    played += life.played;
    refusals += life.refusals;
    if (!wrong.empty()) FAIL_CHECK("seed " << seed << ": " << wrong);
  }
  const int64_t hours = played / 1h;
  MESSAGE(hours << " hours played, " << refusals << " refusals");
  CHECK(played > kLives * 10min);
  CHECK(refusals > kLives);
}

}  // namespace
}  // namespace playhead::offline::test
