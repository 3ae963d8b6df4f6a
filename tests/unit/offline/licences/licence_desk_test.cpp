// SPDX-License-Identifier: Apache-2.0
#include "engine/licence_desk.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "licences/scripted_keeper.h"
#include "support/temp_folder.h"
#include "support/virtual_executor.h"

namespace playhead::offline::test {
namespace {

using playhead::test::TempFolder;
using playhead::test::VirtualExecutor;

struct DeskWorld {
  VirtualExecutor executor;
  TempFolder temp;
  std::unique_ptr<DownloadFolder> folder;
  std::unique_ptr<RightsBook> rights;
  ScriptedKeeper keeper;
  std::unique_ptr<LicenceDesk> desk;
  std::optional<Result<void>> acquired;
  CancelHandle running;

  DeskWorld() {
    auto opened = DownloadFolder::open(
        {temp.path(), make_file_system(), nullptr, std::make_shared<DeskClock>(executor)},
        executor.wall_now());
    REQUIRE(opened.has_value());
    folder = *std::move(opened);
    rights = std::make_unique<RightsBook>(*folder);
    NewDownload added;
    added.id = "d1";
    added.identity = "one";
    added.title_id = "m1";
    REQUIRE(folder->store().add(added).has_value());
    REQUIRE(rights->hear({executor.wall_now(), ContactOrigin::kService, Duration{0}}).has_value());
    Grant grant;
    grant.title_id = "m1";
    grant.server_time = executor.wall_now();
    REQUIRE(rights->grant("d1", grant).has_value());
    make_desk(&keeper);
    keeper.rows = {row('a', 1h)};
  }
  ~DeskWorld() { desk->stop(); }

  void make_desk(LicenceKeeper* with) {
    desk = std::make_unique<LicenceDesk>(
        LicenceDesk::Parts{*folder, *rights, with, executor, Logger(nullptr, "test")});
  }
  [[nodiscard]] LicenceRow row(char name, Duration life) const {
    LicenceRow row;
    row.scheme = "clearkey";
    row.kids = {filled(1)};
    row.sealed = {static_cast<uint8_t>(name)};
    row.issued_at = executor.wall_now();
    row.expires_at = executor.wall_now() + life;
    return row;
  }
  // Error's name, "" when it is there.
  std::string acquire() {
    ContentProtection protection;
    protection.default_kids = {filled(1)};
    LicenceWish wish{"d1", {true, "", "", {{TrackKind::kVideo, {protection}, std::nullopt}}}};
    acquired.reset();
    running = desk->acquire(std::move(wish), [this](Result<void> done) { acquired = done; });
    CHECK_FALSE(acquired.has_value());
    executor.run_for(2s);
    REQUIRE(acquired.has_value());
    return *acquired ? "" : std::string(error_name(acquired->error().code));
  }
  // The same.
  std::string renew(const std::string& url) {
    std::optional<Result<void>> renewed;
    const CancelHandle renewing =
        desk->renew("d1", {"clearkey", url}, [&](const Result<void>& done) { renewed = done; });
    CHECK_FALSE(renewed.has_value());
    executor.run_for(5s);
    REQUIRE(renewed.has_value());
    return *renewed ? "" : std::string(error_name(renewed->error().code));
  }
  [[nodiscard]] std::string valid() const {
    std::string names;
    const auto rows = folder->store().licences("d1");
    REQUIRE(rows.has_value());
    for (const LicenceRow& row : *rows) {
      if (row.state == LicenceState::kValid) names.append(row.sealed.begin(), row.sealed.end());
    }
    return names;
  }
  [[nodiscard]] std::size_t waiting() const { return folder->store().releases()->size(); }
  [[nodiscard]] std::optional<WallTime> ends_at() const { return rights->judge("d1").ends_at; }
};

TEST_CASE("licence_desk: licences come into the journal once, and end the download") {
  DeskWorld world;
  const WallTime end = *world.keeper.rows.front().expires_at;
  CHECK(world.acquire() == "");
  CHECK(world.valid() == "a");
  CHECK(world.ends_at() == end);
  CHECK(world.acquire() == "");
  CHECK(world.keeper.wishes.size() == 1);
  // One that has run out is nothing that is kept.
  world.executor.run_for(2h);
  world.keeper.rows = {world.row('b', 1h)};
  CHECK(world.acquire() == "");
  CHECK(world.valid() == "b");
}

TEST_CASE("licence_desk: without a licence the reason is told, and nothing is kept") {
  struct Case {
    const char* name;
    bool has_keeper;
    std::optional<Error> failure;
    const char* told;
  };
  const Case cases[] = {
      {"nobody keeps licences", false, std::nullopt, "DRM_NO_SYSTEM"},
      {"the service says no", true, make_error(ErrorCode::kDrmLicenseRefused, ""),
       "DRM_LICENSE_REFUSED"},
      {"no answer", true, make_error(ErrorCode::kDrmLicenseUnreachable, ""),
       "DRM_LICENSE_UNREACHABLE"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    DeskWorld world;
    world.make_desk(c.has_keeper ? &world.keeper : nullptr);
    world.keeper.failure = c.failure;
    CHECK(world.acquire() == c.told);
    CHECK(world.valid().empty());
  }
}

TEST_CASE("licence_desk: new licences first, then the old ones go back") {
  DeskWorld world;
  REQUIRE(world.acquire() == "");
  world.keeper.failure = make_error(ErrorCode::kDrmLicenseUnreachable, "");
  CHECK(world.renew("https://new/") == "DRM_LICENSE_UNREACHABLE");
  CHECK(world.valid() == "a");
  CHECK(world.keeper.told.empty());

  world.keeper.failure.reset();
  world.keeper.rows = {world.row('b', 24h)};
  CHECK(world.renew("https://new/") == "");
  CHECK(world.keeper.wishes.back().origin.license_url == "https://new/");
  CHECK(world.valid() == "b");
  CHECK(world.ends_at() == *world.keeper.rows.front().expires_at);
  CHECK(world.keeper.told == std::vector<Blob>{{'a'}});
  CHECK(world.waiting() == 0);
}

TEST_CASE("licence_desk: what ends is given back, after its keys are gone, too") {
  DeskWorld world;
  REQUIRE(world.acquire() == "");
  world.desk->set_online(false);
  world.desk->give_back("d1");
  REQUIRE(world.folder->store().destroy_keys("d1", world.executor.wall_now()));
  CHECK(world.valid().empty());
  CHECK(world.waiting() == 1);
  world.desk->set_online(true);
  world.executor.run_for(10s);
  CHECK(world.keeper.told == std::vector<Blob>{{'a'}});
  CHECK(world.waiting() == 0);
  world.desk->give_back("d1");  // nothing any more
  CHECK(world.waiting() == 0);
}

TEST_CASE("licence_desk: an end that a kill kept out of the rights is written with what is kept") {
  for (const bool is_start : {true, false}) {
    CAPTURE(is_start);
    DeskWorld world;
    const LicenceRow row = world.row('a', 1h);
    // The process ended between the licences and the rights.
    REQUIRE(world.folder->store().change_licences("d1", {{row}, {}, {}}));
    CHECK(world.ends_at() == std::nullopt);
    if (is_start) {
      world.desk->start();
    } else {
      CHECK(world.acquire() == "");
      CHECK(world.keeper.wishes.empty());
    }
    CHECK(world.ends_at() == row.expires_at);
  }
}

TEST_CASE("licence_desk: an end that is known does not go away but by another licence") {
  DeskWorld world;
  const auto end = world.keeper.rows.front().expires_at;
  REQUIRE(world.acquire() == "");
  world.executor.run_for(2h);
  world.desk->start();
  CHECK(world.ends_at() == end);
  CHECK(world.rights->judge("d1").destroys_keys);
  // The keys are gone, and the licences with them.
  REQUIRE(world.folder->store().destroy_keys("d1", world.executor.wall_now()));
  world.desk->start();
  CHECK(world.ends_at() == end);
  // One with other keys: what has run out does not end what is new.
  world.keeper.rows = {world.row('b', 1h)};
  world.keeper.rows.front().kids = {filled(2)};
  REQUIRE(world.folder->store().change_licences("d1", {{world.row('a', -1h)}, {}, {}}));
  CHECK(world.acquire() == "");
  CHECK(world.valid() == "b");
  CHECK(world.ends_at() == world.keeper.rows.front().expires_at);
}

TEST_CASE("licence_desk: the service's time counts, whatever time the device has") {
  struct Case {
    const char* name;
    Duration off;  // the device's clock
  };
  const Case cases[] = {{"ten days ahead", 240h}, {"twenty days behind", -480h}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    DeskWorld world;
    const WallTime service = world.executor.wall_now();
    world.executor.jump_wall(c.off);
    REQUIRE(world.rights->hear({service, ContactOrigin::kService, Duration{0}}));
    world.keeper.rows.front().issued_at = service;
    world.keeper.rows.front().expires_at = service + 24h * 30;
    CHECK(world.acquire() == "");
    CHECK(world.keeper.asked_at - service < 1min);
    CHECK(world.ends_at() == service + 24h * 30);
    CHECK(world.rights->judge("d1").may_play());
    // Set right: nothing has changed.
    world.executor.jump_wall(-c.off);
    CHECK(world.acquire() == "");
    CHECK(world.keeper.wishes.size() == 1);
    CHECK(world.ends_at() == service + 24h * 30);
  }
}

TEST_CASE("licence_desk: it is busy while something is told, and when it will be") {
  DeskWorld world;
  REQUIRE(world.acquire() == "");
  const MonotonicTime now = world.executor.now();
  CHECK_FALSE(world.desk->is_busy(now + 24h));
  world.keeper.failure = make_error(ErrorCode::kDrmLicenseUnreachable, "");
  REQUIRE(world.folder->store().begin_removal("d1", world.desk->releases_of("d1"),
                                              world.executor.wall_now()));
  world.desk->send_releases();
  CHECK(world.desk->is_busy(now));
  world.executor.run_for(2s);
  CHECK_FALSE(world.desk->is_busy(world.executor.now()));
  CHECK(world.desk->is_busy(world.executor.now() + 1min));
}

TEST_CASE("licence_desk: what the service has to be told is told once there is a network") {
  DeskWorld world;
  REQUIRE(world.acquire() == "");
  world.desk->set_online(false);
  const auto releases = world.desk->releases_of("d1");
  REQUIRE(releases.size() == 1);
  REQUIRE(world.folder->store().begin_removal("d1", releases, world.executor.wall_now()));
  world.desk->send_releases();
  world.executor.run_for(10s);
  CHECK(world.keeper.told.empty());
  // It does not answer: again later, not at once.
  world.keeper.failure = make_error(ErrorCode::kDrmLicenseUnreachable, "");
  world.desk->set_online(true);
  world.executor.run_for(10s);
  CHECK(world.keeper.told.size() == 1);
  world.executor.run_for(5min);
  CHECK(world.keeper.told.size() > 1);
  CHECK(world.keeper.told.size() < 6);
  CHECK(world.waiting() == 1);
  // A no is an answer.
  world.keeper.failure = make_error(ErrorCode::kDrmLicenseRefused, "");
  world.desk->set_online(false);
  world.desk->set_online(true);
  world.executor.run_for(5s);
  CHECK(world.waiting() == 0);
  const std::size_t told = world.keeper.told.size();
  world.executor.run_for(24h);
  CHECK(world.keeper.told.size() == told);
}

}  // namespace
}  // namespace playhead::offline::test
