// SPDX-License-Identifier: Apache-2.0
#include "engine/licence_desk.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/temp_folder.h"
#include "support/virtual_executor.h"
#include "trust/clock_source.h"

namespace playhead::offline::test {
namespace {

using playhead::test::TempFolder;
using playhead::test::VirtualExecutor;

KeyId filled(uint8_t value) {
  KeyId kid{};
  kid.fill(value);
  return kid;
}

class DeskClock final : public ClockSource {
 public:
  explicit DeskClock(Executor& executor) : executor_(executor) {}
  ClockFacts read() override {
    return {executor_.wall_now(), executor_.now() - MonotonicTime{}, "boot-1"};
  }

 private:
  Executor& executor_;
};

// A service that gives what it is told to give.
class ScriptedKeeper final : public LicenceKeeper {
 public:
  CancelHandle acquire(const LicenceWish& wish, Executor& executor,
                       UniqueFunction<void(Result<std::vector<LicenceRow>>)> done) override {
    wishes.push_back(wish);
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
  std::vector<Blob> told;
};

struct DeskWorld {
  VirtualExecutor executor;
  TempFolder temp;
  std::unique_ptr<DownloadFolder> folder;
  std::unique_ptr<RightsBook> rights;
  ScriptedKeeper keeper;
  std::unique_ptr<LicenceDesk> desk;
  std::vector<std::string> renewed;
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
        LicenceDesk::Parts{*folder, *rights, with, executor, Logger(nullptr, "test"),
                           [this](const std::string& id) { renewed.push_back(id); }});
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
  world.desk->renew("d1", {"clearkey", "https://new/"});
  world.executor.run_for(2s);
  CHECK(world.valid() == "a");
  CHECK(world.keeper.told.empty());
  CHECK(world.renewed.empty());

  world.keeper.failure.reset();
  world.keeper.rows = {world.row('b', 24h)};
  world.desk->renew("d1", {"clearkey", "https://new/"});
  world.executor.run_for(5s);
  CHECK(world.keeper.wishes.back().origin.license_url == "https://new/");
  CHECK(world.valid() == "b");
  CHECK(world.ends_at() == *world.keeper.rows.front().expires_at);
  CHECK(world.renewed == std::vector<std::string>{"d1"});
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
