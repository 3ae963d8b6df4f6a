// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "base/sqlite_database.h"
#include "engine/download_rig.h"
#include "store/layout.h"
#include "support/web_dates.h"

// Attacks and accidents, as an app sees them: a DownloadManager over real files, a Player that
// plays what it holds, and somebody at the device's clock or in its folder meanwhile.
namespace playhead::offline {
namespace {

namespace fs = std::filesystem;
using playhead::test::http_date;
using playhead::test::status_answer;
using playhead::test::text_answer;
using test::DownloadRig;
using test::SimTitle;
using test::WebAnswer;
using test::WebRequest;

constexpr Duration kDay = 24h;
const std::string kPlays = "plays";  // NOLINT: a name

SimTitle short_title() {
  SimTitle title;
  title.segments = 4;
  title.bitrates_bps = {400'000};
  return title;
}

// A key store of the platform: counts what the folder cannot.
class PlatformKeys final : public DeviceKeys {
 public:
  explicit PlatformKeys(uint8_t device) { key_.fill(device); }
  Result<DeviceKey> get() override { return key_; }
  Result<std::optional<uint64_t>> read_counter() override { return std::optional(counter_); }
  Result<void> write_counter(uint64_t value) override {
    counter_ = std::max(counter_, value);
    return {};
  }

 private:
  DeviceKey key_{};
  uint64_t counter_ = 0;
};

// A device that holds downloads and has no network unless a test says so.
class Device {
 public:
  explicit Device(bool has_key_store = true) : rig(short_title()) {
    if (has_key_store) rig.config.device_keys = std::make_shared<PlatformKeys>(uint8_t{1});
    rig.host = [this](const WebRequest& request) { return answer(request); };
    rig.open();
  }

  // Complete, and lasting for so long from now on; then the network is gone.
  std::string fetch(std::optional<Duration> lasts, std::optional<Duration> window = {},
                    const std::string& profile = "") {
    set_online(true);
    rig.world.service.download_expires_at_s.reset();
    if (lasts) rig.world.service.download_expires_at_s = seconds(truth() + *lasts);
    window_ = window;
    DownloadRequest request;
    request.profile_id = profile;
    const std::string id = rig.add(request);
    REQUIRE(rig.run_until(id, DownloadState::kCompleted));
    set_online(false);
    return id;
  }
  void set_online(bool is_online) {
    is_online_ = is_online;
    rig.manager->set_conditions({is_online, false, true});
  }
  // By the service's clock.
  [[nodiscard]] WallTime truth() const { return rig.world.executor.wall_now() + rig.device->slept; }
  // Asleep but for the last quarter of an hour, in which whoever watches over the ends looks.
  void pass(Duration time) {
    rig.device->slept += time - 15min;
    rig.run_for(15min);
  }
  // A word of the service, and what it asks for then.
  void contact() {
    set_online(true);
    rig.run_for(1min);
    set_online(false);
  }
  void close() {
    rig.world.player->stop();
    rig.run_for(1s);
    rig.close();
  }
  void open() {
    rig.open();
    set_online(is_online_);
    rig.run_for(1s);
  }
  // The device; its clock is that far from the truth afterwards.
  void restart(Duration set_by = Duration{0}) {
    close();
    ++rig.device->boots;
    rig.device->booted = rig.world.executor.now() + rig.device->slept;
    rig.device->set_by = set_by;
    open();
  }
  // The error's name; kPlays: its first picture was seen.
  std::string play(const std::string& id) {
    begin(id);
    rig.world.player->stop();
    rig.run_for(1s);
    return outcome_;
  }
  void begin(const std::string& id) {
    rig.world.forget_events();
    PlaySource source;
    source.download_id = id;
    rig.world.player->load(source);
    rig.run_for(3s);
    const bool is_seen =
        rig.world.find<FirstFrame>() != nullptr || rig.world.run_until_event<FirstFrame>(0s);
    const Failed* failed = rig.world.find<Failed>();
    outcome_ = failed ? error_name(failed->error.code) : kPlays;
    CHECK(is_seen == !failed);
  }
  // In the journal, while nobody has it open.
  void edit(const std::string& sql) {
    auto journal = SqliteDatabase::open(layout::journal(rig.config.path), 1s);
    REQUIRE(journal);
    REQUIRE(journal->execute(sql.c_str()));
  }
  // In the journal's events, for people who look for what happened.
  [[nodiscard]] bool has_noted(const std::string& what) const {
    auto journal = SqliteDatabase::open(layout::journal(rig.config.path), 1s);
    REQUIRE(journal);
    auto query = journal->prepare("SELECT count(*) FROM event WHERE detail = ?1");
    REQUIRE(query);
    query->bind(1, what);
    const auto row = query->step();
    REQUIRE(row);
    return query->integer(0) > 0;
  }
  [[nodiscard]] std::size_t folders() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each :
         fs::directory_iterator(layout::content(rig.config.path))) {
      ++count;
    }
    return count;
  }
  [[nodiscard]] static int64_t seconds(WallTime time) { return time.us / 1'000'000; }

  DownloadRig rig;
  Duration service_is_off{0};  // what it says the time is, against the truth
  Duration grace{0};           // for which what plays at its end may go on
  bool is_title_gone = false;
  int permissions_asked = 0;

 private:
  std::optional<WebAnswer> answer(const WebRequest& request) {
    if (!is_online_) {
      WebAnswer none;
      none.refuses_connection = true;
      return none;
    }
    if (request.url.rfind(rig.world.service.url, 0) != 0) return std::nullopt;
    if (request.url.find("/download") != std::string::npos) {
      ++permissions_asked;
      if (is_title_gone) return status_answer(404);
    }
    auto answer = rig.world.service.answer(request);
    if (!answer) return std::nullopt;
    std::string body = answer->body ? std::string(answer->body->begin(), answer->body->end()) : "";
    if (body.find("download_url") != std::string::npos) {
      const auto say = [&body](const std::string& name, Duration time) {
        body.insert(body.size() - 1,
                    ",\"" + name + "\":" + std::to_string(time.count() / 1'000'000));
      };
      if (window_) say("playback_seconds", *window_);
      if (grace > Duration{0}) say("grace_seconds", grace);
      const int status = answer->status;
      answer = text_answer(body, status);
    }
    answer->headers.push_back({"Date", http_date(truth() + service_is_off)});
    return answer;
  }

  bool is_online_ = true;
  std::optional<Duration> window_;  // in which it may be watched once it was begun
  std::string outcome_;
};

}  // namespace

TEST_CASE("downloads: O01 a clock set back plays no part while the device runs on") {
  Device device;
  const std::string id = device.fetch(2 * kDay);
  device.rig.device->set_by = -kDay;
  CHECK(device.play(id) == kPlays);
  device.pass(2 * kDay - 1min);
  CHECK(device.play(id) == kPlays);
  device.rig.run_for(1min);
  CHECK(device.play(id) == error_name(ErrorCode::kOfflineExpired));
  CHECK(device.rig.status(id).rights == RightsState::kExpired);
  CHECK(device.has_noted("the device's clock was set back"));
}

TEST_CASE("downloads: O02 a clock set back before a start refuses, and keeps everything") {
  Device device;
  const std::string ended = device.fetch(kDay, {}, "one");
  const std::string running = device.fetch(20 * kDay, {}, "two");
  device.pass(2 * kDay);
  CHECK(device.play(running) == kPlays);  // what time it is by now is written down
  device.restart(-40 * kDay);
  CHECK(device.play(ended) == error_name(ErrorCode::kOfflineExpired));
  CHECK(device.play(running) == error_name(ErrorCode::kOfflineClockUntrusted));
  CHECK(device.rig.status(running).rights == RightsState::kClockUntrusted);
  CHECK(device.rig.manager->list()->size() == 2);
  CHECK(device.folders() == 2);
  device.contact();
  CHECK(device.play(running) == kPlays);
}

TEST_CASE("downloads: O03 a clock far ahead after a start refuses until it is set right") {
  Device device;
  const std::string id = device.fetch(20 * kDay);
  device.restart(400 * kDay);
  CHECK(device.play(id) == error_name(ErrorCode::kOfflineExpired));
  device.rig.device->set_by = Duration{0};
  CHECK(device.play(id) == kPlays);
  CHECK(device.folders() == 1);
}

TEST_CASE("downloads: O04 forward, a first play, and back wins nothing") {
  Device device;
  const std::string id = device.fetch(60 * kDay, 10h);
  device.restart(20 * kDay);
  CHECK(device.play(id) == kPlays);
  device.restart();
  device.pass(9h);
  CHECK(device.play(id) == kPlays);
  device.pass(1h + 1min);
  CHECK(device.play(id) == error_name(ErrorCode::kOfflineExpired));
}

TEST_CASE("downloads: O05 a watching window goes on while the device sleeps") {
  Device device;
  const std::string id = device.fetch(60 * kDay, 10h);
  CHECK(device.play(id) == kPlays);
  // Its uptime counts sleep, though nothing ran meanwhile.
  device.rig.device->slept += 9h;
  CHECK(device.play(id) == kPlays);
  device.rig.device->slept += 1h;
  CHECK(device.play(id) == error_name(ErrorCode::kOfflineExpired));
}

TEST_CASE("downloads: O06 a folder from a backup is refused") {
  struct Case {
    const char* name;
    bool has_key_store;
    Duration set_by;
    ErrorCode refusal;
  };
  const Case cases[] = {
      {"the key store counted on", true, Duration{0}, ErrorCode::kOfflineTampered},
      {"and the clock of then", true, -12 * kDay, ErrorCode::kOfflineTampered},
      {"no key store, the clock tells", false, Duration{0}, ErrorCode::kOfflineExpired},
      {"no key store, a clock from before", false, -40 * kDay, ErrorCode::kOfflineClockUntrusted}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Device device(c.has_key_store);
    const std::string id = device.fetch(10 * kDay);
    device.close();
    const std::string backup = device.rig.folder.path("backup");
    fs::copy(device.rig.config.path, backup, fs::copy_options::recursive);
    device.open();
    CHECK(device.play(id) == kPlays);
    device.pass(12 * kDay);
    CHECK(device.play(id) == error_name(ErrorCode::kOfflineExpired));
    device.close();
    fs::remove_all(device.rig.config.path);
    fs::copy(backup, device.rig.config.path, fs::copy_options::recursive);
    device.open();
    device.restart(c.set_by);
    CHECK(device.play(id) == error_name(c.refusal));
  }
}

TEST_CASE("downloads: O07 a folder of another device does not open, and stays as it is") {
  Device device;
  const std::string id = device.fetch(10 * kDay);
  device.close();
  OfflineConfig config = device.rig.config;
  config.device_keys = std::make_shared<PlatformKeys>(uint8_t{2});
  const auto other = DownloadManager::open(device.rig.world.client, config);
  REQUIRE_FALSE(other);
  CHECK(other.error().code == ErrorCode::kOfflineOtherDevice);
  device.open();
  CHECK(device.play(id) == kPlays);
}

TEST_CASE("downloads: O08 an end that was edited in the journal changes nothing") {
  Device device;
  const std::string id = device.fetch(2 * kDay);
  const auto end = device.rig.status(id).expires_at;
  REQUIRE(end);
  device.close();
  device.edit("UPDATE download SET expires_at = expires_at + 1000 * 86400000000");
  device.open();
  CHECK(device.rig.status(id).expires_at == end);
  CHECK(device.play(id) == kPlays);
  device.pass(2 * kDay);
  CHECK(device.play(id) == error_name(ErrorCode::kOfflineExpired));
}

TEST_CASE("downloads: O09 permissions of two downloads that are swapped are refused") {
  Device device;
  const std::string brief = device.fetch(kDay, {}, "one");
  const std::string lasting = device.fetch(20 * kDay, {}, "two");
  device.close();
  device.edit(
      "CREATE TEMP TABLE held AS SELECT download, rights FROM sealed;"
      "UPDATE sealed SET rights = (SELECT rights FROM held WHERE held.download <> "
      "sealed.download)");
  device.open();
  CHECK(device.play(brief) == error_name(ErrorCode::kOfflineTampered));
  CHECK(device.play(lasting) == error_name(ErrorCode::kOfflineTampered));
  CHECK(device.rig.status(brief).rights == RightsState::kTampered);
  device.contact();  // the service grants them anew
  CHECK(device.play(lasting) == kPlays);
  CHECK(device.play(brief) == kPlays);
}

TEST_CASE("downloads: O09 a permission that is lost is asked for ever more rarely") {
  Device device;
  const std::string id = device.fetch(20 * kDay);
  device.close();
  device.edit("UPDATE sealed SET rights = zeroblob(length(rights))");
  device.is_title_gone = true;
  device.open();
  device.permissions_asked = 0;
  device.set_online(true);
  device.rig.run_for(1h);
  CHECK(device.permissions_asked >= 5);
  CHECK(device.permissions_asked <= 8);
  CHECK(device.play(id) == error_name(ErrorCode::kOfflineTampered));
}

TEST_CASE("downloads: O09 a title that was edited in the journal brings no other permission") {
  Device device;
  const std::string id = device.fetch(kDay, {}, "one");
  const auto tampered = error_name(ErrorCode::kOfflineTampered);
  device.close();
  device.edit(
      "ALTER TABLE download ADD COLUMN held BLOB; UPDATE download SET held = title_id;"
      "UPDATE download SET title_id = CAST('lasting' AS BLOB)");
  device.open();
  CHECK(device.play(id) == tampered);
  // The service allows that other title for longer.
  auto& titles = device.rig.world.service.titles;
  titles["lasting"] = titles.begin()->second;
  device.rig.world.service.download_expires_at_s = Device::seconds(device.truth() + 20 * kDay);
  device.set_online(true);
  REQUIRE(device.rig.manager->renew(id));
  device.rig.run_for(1min);
  device.set_online(false);
  CHECK(device.play(id) == tampered);  // its key is another title's
  device.close();
  device.edit("UPDATE download SET title_id = held; ALTER TABLE download DROP COLUMN held");
  device.open();
  device.pass(2 * kDay);
  CHECK(device.play(id) == tampered);  // its permission is
  device.set_online(true);
  REQUIRE(device.rig.manager->renew(id));
  device.rig.run_for(1min);
  device.set_online(false);
  CHECK(device.play(id) == kPlays);
}

TEST_CASE("downloads: O10 a permission from before the first play is refused") {
  Device device;
  const std::string id = device.fetch(60 * kDay, 10h);
  device.close();
  const std::string held = device.rig.folder.path("held.db");
  device.edit("ATTACH '" + held + "' AS held; CREATE TABLE held.old AS SELECT * FROM sealed");
  device.open();
  CHECK(device.play(id) == kPlays);
  device.pass(11h);
  CHECK(device.play(id) == error_name(ErrorCode::kOfflineExpired));
  device.close();
  device.edit("ATTACH '" + held +
              "' AS held; UPDATE sealed SET rights = (SELECT rights FROM held.old),"
              " content_key = (SELECT content_key FROM held.old)");
  device.open();
  CHECK(device.play(id) == error_name(ErrorCode::kOfflineTampered));
}

TEST_CASE("downloads: O11 without the record of time the service has to be heard of") {
  Device device;
  const std::string ends = device.fetch(10 * kDay, {}, "one");
  const std::string free = device.fetch({}, {}, "two");
  device.close();
  fs::remove_all(device.rig.config.path + "/trust");
  device.open();
  CHECK(device.play(ends) == error_name(ErrorCode::kOfflineClockUntrusted));
  CHECK(device.play(free) == kPlays);
  device.contact();
  CHECK(device.play(ends) == kPlays);
}

TEST_CASE("downloads: O12 one damaged copy of the record of time is made good") {
  for (const char* name : {"/trust/state.a", "/trust/state.b"}) {
    CAPTURE(std::string(name));
    Device device;
    const std::string id = device.fetch(10 * kDay);
    device.close();
    std::fstream copy(device.rig.config.path + name,
                      std::ios::in | std::ios::out | std::ios::binary);
    copy.seekp(30);
    copy.put('\x55');
    copy.close();
    device.open();
    CHECK(device.play(id) == kPlays);
  }
}

TEST_CASE("downloads: O21 a service that is down at a renewal takes nothing away") {
  Device device;
  const std::string id = device.fetch(3 * kDay);
  device.set_online(true);
  device.rig.world.service.download_status = 503;
  REQUIRE(device.rig.manager->renew(id));
  device.pass(2 * kDay);
  CHECK(device.play(id) == kPlays);
  device.rig.world.service.download_status = 200;
  device.rig.world.service.download_expires_at_s = Device::seconds(device.truth() + 10 * kDay);
  device.pass(kDay + 1h);  // it was tried again by itself
  CHECK(device.play(id) == kPlays);
}

TEST_CASE("downloads: O22 a permission that ends while it plays ends the play within a second") {
  Device device;
  const std::string id = device.fetch(1h);
  device.rig.run_for(1h - 10s);
  device.begin(id);
  device.rig.run_for(5s);
  CHECK_FALSE(device.rig.world.find<Failed>());
  REQUIRE(device.rig.world.run_until_event<Failed>(10s));
  CHECK(device.rig.world.find<Failed>()->error.code == ErrorCode::kOfflineExpired);
  const WallTime end{*device.rig.world.service.download_expires_at_s * 1'000'000};
  CHECK(device.rig.world.executor.wall_now() >= end);
  CHECK(device.rig.world.executor.wall_now() - end <= 1s);
}

TEST_CASE("downloads: O22 what plays at its end goes on for as long as the permission lets it") {
  Device device;
  device.grace = 5s;
  const std::string id = device.fetch(1h);
  device.rig.run_for(1h - 8s);
  device.begin(id);
  device.rig.run_for(7s);
  CHECK_FALSE(device.rig.world.find<Failed>());
  CHECK(device.rig.status(id).rights == RightsState::kExpired);
  REQUIRE(device.rig.world.run_until_event<Failed>(10s));
  CHECK(device.rig.world.find<Failed>()->error.code == ErrorCode::kOfflineExpired);
  const WallTime end{*device.rig.world.service.download_expires_at_s * 1'000'000};
  CHECK(device.rig.world.executor.wall_now() >= end + device.grace);
  CHECK(device.rig.world.executor.wall_now() - end <= device.grace + 1s);
  CHECK(device.play(id) == error_name(ErrorCode::kOfflineExpired));
}

TEST_CASE("downloads: O23 a first play that cannot be written down is not seen") {
  Device device;
  const std::string id = device.fetch(60 * kDay, 10h);
  device.edit("CREATE TRIGGER full BEFORE UPDATE ON sealed BEGIN SELECT RAISE(ABORT, 'no'); END");
  CHECK(device.play(id) == error_name(ErrorCode::kStoreIo));
  device.edit("DROP TRIGGER full");
  CHECK(device.play(id) == kPlays);
}

TEST_CASE("downloads: O24 a second process finds the folder busy and does no harm") {
  Device device;
  const std::string id = device.fetch(10 * kDay);
  const auto second = DownloadManager::open(device.rig.world.client, device.rig.config);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kOfflineBusy);
  CHECK(device.play(id) == kPlays);
}

TEST_CASE("downloads: O26 a newer journal and a damaged one are told, and nothing is deleted") {
  struct Case {
    const char* name;
    bool is_newer;
    ErrorCode refusal;
  };
  for (const Case& c : {Case{"newer", true, ErrorCode::kStoreNewer},
                        Case{"damaged", false, ErrorCode::kStoreCorrupt}}) {
    CAPTURE(std::string(c.name));
    Device device;
    static_cast<void>(device.fetch(10 * kDay));
    device.close();
    if (c.is_newer) {
      device.edit("PRAGMA user_version = 99");
    } else {
      std::fstream journal(layout::journal(device.rig.config.path),
                           std::ios::in | std::ios::out | std::ios::binary);
      journal.write("no journal", 10);
    }
    const auto opened = DownloadManager::open(device.rig.world.client, device.rig.config);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == c.refusal);
    CHECK(device.folders() == 1);
  }
}

TEST_CASE("downloads: O26 who wants to start over does, with an empty folder that works") {
  for (const char* how : {"newer", "damaged", "gone"}) {
    CAPTURE(std::string(how));
    Device device;
    static_cast<void>(device.fetch(10 * kDay));
    device.close();
    const std::string journal = layout::journal(device.rig.config.path);
    if (std::string(how) == "newer") {
      device.edit("PRAGMA user_version = 99");
    } else if (std::string(how) == "damaged") {
      std::fstream file(journal, std::ios::in | std::ios::out | std::ios::binary);
      file.write("no journal", 10);
    } else {
      fs::remove(journal);
    }
    device.rig.config.start_over_when_corrupt = true;
    if (std::string(how) == "newer") {  // it is whole, for who knows it
      const auto opened = DownloadManager::open(device.rig.world.client, device.rig.config);
      REQUIRE_FALSE(opened);
      CHECK(opened.error().code == ErrorCode::kStoreNewer);
      CHECK(device.folders() == 1);
      continue;
    }
    device.open();
    const auto all = device.rig.manager->list();
    REQUIRE(all);
    CHECK(all->empty());
    CHECK(fs::exists(layout::corrupt_journal(device.rig.config.path)));
    const std::string id = device.fetch(10 * kDay);
    CHECK(device.folders() == 1);
    CHECK(device.play(id) == kPlays);
  }
}

TEST_CASE("downloads: O27 what was downloaded plays without one request") {
  Device device;
  const std::string id = device.fetch(10 * kDay);
  const std::size_t asked = device.rig.requests().size();
  CHECK(device.play(id) == kPlays);
  CHECK(device.rig.requests().size() == asked);
}

TEST_CASE("downloads: O28 a time that may not be the service's is passed over") {
  struct Case {
    const char* name;
    const char* url;
    bool is_believed;
  };
  for (const Case& c : {Case{"anybody may have said it", "http://api.test", false},
                        Case{"the service's own word", "https://api.test", true}}) {
    CAPTURE(std::string(c.name));
    Device device;
    const std::string id = device.fetch(10 * kDay);
    device.close();
    device.rig.world.quit_app();
    device.rig.world.service.url = c.url;
    device.rig.world.start_app();
    device.service_is_off = 365 * kDay;
    device.open();
    device.restart();
    CHECK(device.play(id) == kPlays);
    device.contact();  // it is told where, and says when
    CHECK(device.rig.world.service.accepted.size() == 1);
    CHECK(device.play(id) == (c.is_believed ? error_name(ErrorCode::kOfflineExpired) : kPlays));
  }
}

}  // namespace playhead::offline
