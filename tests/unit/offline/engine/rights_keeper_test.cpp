// SPDX-License-Identifier: Apache-2.0
#include "engine/rights_keeper.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/contact_watch.h"
#include "licences/scripted_keeper.h"
#include "support/sim_service.h"
#include "support/sim_transport.h"
#include "support/temp_folder.h"
#include "support/web_dates.h"

namespace playhead::offline::test {
namespace {

using playhead::test::SimFault;
using playhead::test::SimTransport;
using playhead::test::TempFolder;
using playhead::test::VirtualExecutor;
using playhead::test::WebRequest;

constexpr Duration kDay = 24h;

// The rights of one title of a service, without a download around them.
struct KeeperWorld {
  VirtualExecutor executor;
  TempFolder temp;
  std::shared_ptr<DeskClock> device = std::make_shared<DeskClock>(executor);
  playhead::test::SimService host;
  SimTransport transport{executor};
  ApiAccess api{"https://api.test", [this](bool, TokenCallback done) { done(host.token); }};
  std::unique_ptr<DownloadFolder> folder;
  std::unique_ptr<RightsBook> rights;
  ScriptedKeeper licences;
  std::unique_ptr<TitleService> service;
  std::unique_ptr<LicenceDesk> desk;
  std::unique_ptr<RightsKeeper> keeper;
  std::unique_ptr<ContactWatch> contacts;
  std::vector<std::string> stale;
  int granted = 0;
  int changes = 0;
  CancelHandle asking;

  KeeperWorld() {
    host.url = "https://api.test";
    host.titles["m1"] = {"http://cdn.test/m1.m3u8", 60};
    transport.serve([this](const WebRequest& request) {
      auto answer = host.answer(request);
      if (answer) {
        answer->headers.push_back({"Date", playhead::test::http_date(executor.wall_now() - off)});
      }
      return answer;
    });
    start();
    NewDownload added;
    added.id = "d1";
    added.identity = "one";
    added.title_id = "m1";
    REQUIRE(folder->store().add(added));
  }
  ~KeeperWorld() { stop(); }

  void start() {
    auto opened = DownloadFolder::open({temp.path(), make_file_system(), nullptr, device},
                                       executor.wall_now());
    REQUIRE(opened.has_value());
    folder = *std::move(opened);
    rights = std::make_unique<RightsBook>(*folder);
    REQUIRE(rights->load());
    const Logger log(nullptr, "test");
    service = std::make_unique<TitleService>(
        TitleService::Parts{&api, transport, executor, *rights, 30 * kDay});
    desk = std::make_unique<LicenceDesk>(
        LicenceDesk::Parts{*folder, *rights, &licences, executor, log});
    keeper = std::make_unique<RightsKeeper>(RightsKeeper::Parts{
        *folder, *rights, *service, *desk, executor, log, [this](const std::string&) { ++changes; },
        [this](const std::string&) { ++granted; },
        [this](const std::string& id) { stale.push_back(id); }, keep_expired});
    contacts = std::make_unique<ContactWatch>(
        ContactWatch::Parts{api, folder->clock(), executor,
                            [this](const TimeContact& contact) { keeper->hear(contact); }});
    desk->start();
    keeper->start();
  }
  void stop() {
    contacts.reset();
    desk->stop();
    keeper.reset();
    desk.reset();
    service.reset();
    rights.reset();
    folder.reset();
  }
  void expires_in(Duration life) {
    host.download_expires_at_s = (executor.wall_now() - off + life).us / 1'000'000;
  }
  // As a download does; error's name, "" when it is allowed.
  std::string permit() {
    std::optional<Result<TitlePermission>> permitted;
    DownloadQuery query;
    query.title_id = "m1";
    asking = keeper->permit("d1", query, "",
                            [&](Result<TitlePermission> done) { permitted = std::move(done); });
    executor.run_for(5s);
    REQUIRE(permitted.has_value());
    if (!*permitted) return std::string(error_name(permitted->error().code));
    REQUIRE(folder->store().set_content_key("d1", Blob{1, 2, 3}));
    return "";
  }
  // A call of the app that has nothing to do with downloads.
  void call_service() {
    ApiClient client(api, transport, executor);
    StreamQuery query;
    query.title_id = "m1";
    const CancelHandle call = client.get_stream(query, [](const Result<StreamGrant>&) {});
    executor.run_for(5s);
  }
  void fail_downloads() {
    SimFault fault;
    fault.url_contains = "/api/v1/download";
    fault.refuses_connection = true;
    transport.add_fault(fault);
  }
  [[nodiscard]] bool has_key() const {
    const auto sealed = folder->store().sealed_records("d1");
    REQUIRE(sealed);
    return !sealed->content_key.empty();
  }
  [[nodiscard]] RightsState state() const { return rights->judge("d1").state; }
  [[nodiscard]] bool has_event(const std::string& text) const {
    const auto events = folder->store().events();
    REQUIRE(events);
    return std::any_of(events->begin(), events->end(), [&](const EventRow& event) {
      return event.detail.find(text) != std::string::npos;
    });
  }
  LicenceRow licence(char name, Duration life) const {
    LicenceRow row;
    row.scheme = "clearkey";
    row.kids = {filled(1)};
    row.sealed = {static_cast<uint8_t>(name)};
    row.issued_at = executor.wall_now();
    row.expires_at = executor.wall_now() + life;
    return row;
  }

  Duration off{0};  // the device's clock is ahead of the service's
  Duration keep_expired = 7 * kDay;
};

TEST_CASE("rights_keeper: keys are destroyed at every end, not the first alone") {
  KeeperWorld world;
  for (int i = 0; i < 3; ++i) {
    CAPTURE(i);
    world.expires_in(1h);
    REQUIRE(world.permit() == "");
    CHECK(world.has_key());
    world.executor.run_for(50min);
    CHECK(world.has_key());
    world.executor.run_for(11min);
    CHECK_FALSE(world.has_key());
    CHECK(world.state() == RightsState::kExpired);
    world.executor.run_for(8 * kDay);
    CHECK(static_cast<int>(world.stale.size()) == i + 1);
  }
}

TEST_CASE("rights_keeper: what has lost its keys is not written down again at each start") {
  KeeperWorld world;
  world.expires_in(1h);
  REQUIRE(world.permit() == "");
  REQUIRE(world.folder->store().change_licences("d1", {{world.licence('a', 10 * kDay)}, {}, {}}));
  world.fail_downloads();
  world.executor.run_for(2h);
  CHECK_FALSE(world.has_key());
  const auto events = [&] {
    const auto all = world.folder->store().events();
    REQUIRE(all);
    return all->size();
  };
  const std::size_t before = events();
  for (int i = 0; i < 2; ++i) {
    world.stop();
    world.start();
    CHECK(world.state() == RightsState::kExpired);
    CHECK(events() == before);
  }
}

TEST_CASE("rights_keeper: a start tells nothing, what changes then is told") {
  KeeperWorld world;
  world.expires_in(25h);
  REQUIRE(world.permit() == "");
  world.stop();
  world.changes = 0;
  world.start();
  CHECK(world.changes == 0);
  world.executor.run_for(2h);
  CHECK(world.state() == RightsState::kExpiring);
  CHECK(world.changes == 1);
}

TEST_CASE("rights_keeper: any answer of the service tells what time it is") {
  KeeperWorld world;
  world.expires_in(90 * kDay);
  REQUIRE(world.permit() == "");
  world.fail_downloads();
  for (int day = 0; day < 45; ++day) {
    world.executor.run_for(kDay);
    world.call_service();
  }
  CHECK(world.state() == RightsState::kValid);
  world.executor.run_for(31 * kDay);
  CHECK(world.state() == RightsState::kContactNeeded);
  world.call_service();
  CHECK(world.state() == RightsState::kValid);
}

TEST_CASE("rights_keeper: the service is asked before a title has to wait for it") {
  KeeperWorld world;
  world.expires_in(90 * kDay);
  REQUIRE(world.permit() == "");
  world.executor.run_for(40 * kDay);
  CHECK(world.host.downloads == 2);
  CHECK(world.state() == RightsState::kValid);
}

TEST_CASE("rights_keeper: what only the service can put right is asked for by itself") {
  struct Case {
    const char* name;
    Duration ahead;  // the device's clock after a start, ahead of what it was
    RightsState state;
  };
  const Case cases[] = {
      {"a clock that is behind", -10 * kDay, RightsState::kClockUntrusted},
      {"an end that the device's clock alone tells", 20h, RightsState::kExpired},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    KeeperWorld world;
    world.expires_in(10h);
    REQUIRE(world.permit() == "");
    world.keeper->set_online(false);
    world.executor.jump_wall(c.ahead);
    world.off = c.ahead;
    world.stop();
    world.device->restart();
    world.start();
    CHECK(world.state() == c.state);
    CHECK(world.has_key());
    world.executor.run_for(1min);
    CHECK(world.state() == RightsState::kExpiring);
    CHECK(world.has_key());
  }
}

TEST_CASE("rights_keeper: licences that could not be renewed are tried again, and told") {
  KeeperWorld world;
  world.expires_in(90 * kDay);
  REQUIRE(world.permit() == "");
  REQUIRE(world.folder->store().change_licences("d1", {{world.licence('a', 10 * kDay)}, {}, {}}));
  world.desk->start();
  CHECK(world.rights->judge("d1").rule == EndRule::kLicence);
  world.licences.rows = {world.licence('b', 30 * kDay)};
  world.licences.failure = make_error(ErrorCode::kDrmLicenseUnreachable, "");
  world.executor.run_for(9 * kDay);
  // From 8 days on, a minute later and then longer each time, up to six hours.
  const std::size_t tries = world.licences.wishes.size();
  CHECK(tries > 5);
  CHECK(tries < 20);
  CHECK(world.has_event("renewal failed"));
  CHECK(world.rights->judge("d1").may_play());
  // The process ends and begins: it still is due.
  world.stop();
  world.start();
  world.executor.run_for(1min);
  CHECK(world.licences.wishes.size() > tries);
  world.licences.failure.reset();
  world.executor.run_for(6h);
  CHECK(world.rights->judge("d1").ends_at == world.licences.rows.front().expires_at);
  CHECK(world.state() == RightsState::kValid);
}

TEST_CASE("rights_keeper: a service that refuses licences is told, and left alone") {
  KeeperWorld world;
  world.expires_in(90 * kDay);
  REQUIRE(world.permit() == "");
  REQUIRE(world.folder->store().change_licences("d1", {{world.licence('a', 10 * kDay)}, {}, {}}));
  world.desk->start();
  world.licences.failure = make_error(ErrorCode::kDrmLicenseRefused, "");
  world.executor.run_for(9 * kDay);
  CHECK(world.licences.wishes.size() == 1);
  CHECK(world.state() == RightsState::kDenied);
  CHECK(world.rights->judge("d1").may_play());
  // Nothing is looked for every second because of it.
  world.device->reads = 0;
  world.executor.run_for(10h);
  CHECK(world.device->reads < 1'000);
}

TEST_CASE("rights_keeper: it is busy while it asks, and when something is due") {
  KeeperWorld world;
  world.expires_in(2h);
  REQUIRE(world.permit() == "");
  const MonotonicTime now = world.executor.now();
  CHECK_FALSE(world.keeper->is_busy(now + 30s));
  CHECK(world.keeper->is_busy(now + 3h));
  NewDownload download;
  download.id = "d1";
  download.title_id = "m1";
  world.keeper->renew(download);
  CHECK(world.keeper->is_busy(now));
  world.executor.run_for(5s);
  CHECK_FALSE(world.keeper->is_busy(world.executor.now() + 30s));
  CHECK(world.granted == 1);
}

TEST_CASE("rights_keeper: few titles are asked about at a time, one where a word is enough") {
  struct Case {
    const char* name;
    bool is_renewal;
    int at_once, in_all;  // requests
  };
  for (const Case& c : {Case{"renewals are due", true, 2, 50},
                        Case{"the service was not heard of for too long", false, 1, 1}}) {
    CAPTURE(std::string(c.name));
    KeeperWorld world;
    world.expires_in(90 * kDay);
    REQUIRE(world.permit() == "");
    for (int i = 2; i <= 50; ++i) {
      NewDownload added;
      added.id = "d" + std::to_string(i);
      added.identity = added.id;
      added.title_id = "m1";
      REQUIRE(world.folder->store().add(added));
    }
    for (int i = 1; i <= 50; ++i) {
      Grant grant;
      grant.title_id = "m1";
      grant.server_time = world.executor.wall_now();
      grant.expires_at = grant.server_time + 90 * kDay;
      if (c.is_renewal) grant.renew_after = grant.server_time + kDay;
      REQUIRE(world.rights->grant("d" + std::to_string(i), grant));
    }
    const int before = world.host.downloads;
    world.keeper->set_online(false);
    world.executor.run_for(c.is_renewal ? 10 * kDay : 31 * kDay);
    SimFault slow;
    slow.url_contains = "/api/v1/download";
    slow.latency = 2s;
    world.transport.add_fault(slow);
    world.keeper->set_online(true);
    world.executor.run_for(3s);
    CHECK(world.host.downloads - before <= 2 * c.at_once);
    world.executor.run_for(5min);
    CHECK(world.host.downloads - before == c.in_all);
    for (const std::string& id : world.rights->ids()) {
      CHECK(world.rights->judge(id).may_play());
    }
  }
}

TEST_CASE("rights_book: the record of time forgets what was removed while nobody was here") {
  KeeperWorld world;
  world.expires_in(10 * kDay);
  REQUIRE(world.permit() == "");
  NewDownload kept;
  kept.id = "d2";
  kept.identity = "two";
  kept.title_id = "m1";
  REQUIRE(world.folder->store().add(kept));
  Grant grant;
  grant.title_id = "m1";
  grant.server_time = world.executor.wall_now();
  grant.expires_at = grant.server_time + kDay;
  REQUIRE(world.rights->grant("d2", grant));
  REQUIRE(world.folder->store().begin_removal("d1", {}, world.executor.wall_now()));
  world.stop();
  world.start();
  CHECK_FALSE(world.folder->clock().generation("d1"));
  CHECK(world.folder->clock().generation("d2") == 1);
}

TEST_CASE("rights_keeper: for what goes away nothing is asked any more") {
  KeeperWorld world;
  world.expires_in(90 * kDay);
  REQUIRE(world.permit() == "");
  REQUIRE(world.folder->store().change_licences("d1", {{world.licence('a', 10 * kDay)}, {}, {}}));
  world.licences.rows = {world.licence('b', 30 * kDay)};
  NewDownload download;
  download.id = "d1";
  download.title_id = "m1";
  const auto asks = [&] { return world.licences.wishes.size(); };
  world.keeper->renew(download);
  REQUIRE(world.executor.run_until_true([&] { return asks() == 1; }, 10s));
  world.keeper->leave("d1");  // its licence is on the way
  world.executor.run_for(5s);
  const auto rows = world.folder->store().licences("d1");
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  CHECK(rows->front().sealed == Blob{'a'});
  CHECK_FALSE(world.keeper->is_busy(world.executor.now()));
  const int downloads = world.host.downloads;
  world.keeper->renew(download);
  world.executor.run_for(40 * kDay);  // by then it would have been due
  CHECK(world.host.downloads == downloads);
  CHECK(asks() == 1);
}

TEST_CASE("rights_keeper: O01 a clock that is set is told, in the log and in the journal") {
  KeeperWorld world;
  world.expires_in(10 * kDay);
  REQUIRE(world.permit() == "");
  world.executor.jump_wall(-kDay);
  world.executor.run_for(11min);
  CHECK(world.state() == RightsState::kValid);
  CHECK(world.has_event("the device's clock was set back"));
}

TEST_CASE("contact_watch: an answer that was on its way while the device slept tells nothing") {
  KeeperWorld world;
  world.expires_in(10 * kDay);
  REQUIRE(world.permit() == "");
  world.executor.run_for(1h);
  const TimeReading before = world.folder->clock().read();
  SimFault slow;
  slow.url_contains = "/stream";
  slow.latency = 10s;
  slow.times = 1;
  world.transport.add_fault(slow);
  ApiClient client(world.api, world.transport, world.executor);
  StreamQuery query;
  query.title_id = "m1";
  CancelHandle call = client.get_stream(query, [](const Result<StreamGrant>&) {});
  world.executor.run_for(5s);
  world.device->asleep += 3 * kDay;
  world.executor.run_for(20s);
  CHECK(world.folder->clock().read().now - before.now > 3 * kDay);
  // The next one counts.
  world.executor.jump_wall(3 * kDay);
  world.call_service();
  CHECK(world.folder->clock().read().contact_at > before.contact_at);
}

}  // namespace
}  // namespace playhead::offline::test
