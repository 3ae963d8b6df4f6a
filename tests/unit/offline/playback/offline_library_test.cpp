// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "playback/offline_library_impl.h"
#include "playhead/drm/license_fetcher.h"
#include "unit/offline/playback/stored_world.h"

namespace playhead::offline::test {
namespace {

StoredWorld::Title a_title() {
  StoredWorld::Title title;
  title.files = {{title.manifest_url, "#EXTM3U"}};
  title.tracks = R"({"representations":["v1","a1"]})";
  return title;
}

std::optional<Result<void>> begin(StoredWorld& world, OfflineTitle& title) {
  std::optional<Result<void>> answer;
  const CancelHandle handle =
      title.begin_play([&](Result<void> begun) { answer = std::move(begun); });
  CHECK_FALSE(answer.has_value());
  world.executor.run_for(1s);
  return answer;
}

TEST_CASE("offline_library: what a title says of itself") {
  StoredWorld world;
  world.add(a_title());
  const auto title = world.opened();
  CHECK(title->manifest_url() == "offline:d-1");
  CHECK(title->title_id() == "m1");
  CHECK(title->keeps("v1"));
  CHECK(title->keeps("a1"));
  CHECK_FALSE(title->keeps("v2"));
  CHECK(title->may_play());
}

TEST_CASE("offline_library: what cannot be opened, and why") {
  struct Case {
    const char* name;
    void (*change)(StoredWorld&, StoredWorld::Title&);  // before it is added
    void (*spoil)(StoredWorld&);                        // after
    ErrorCode code;
  };
  const auto nothing = [](StoredWorld&, StoredWorld::Title&) {};
  const auto well = [](StoredWorld&) {};
  const Case cases[] = {
      {"another id", [](StoredWorld&, StoredWorld::Title& t) { t.id = "d-2"; }, well,
       ErrorCode::kNotFound},
      {"nothing is there yet",
       [](StoredWorld&, StoredWorld::Title& t) {
         t.files.front().state = ResourceState::kWanted;
         t.state = DownloadState::kDownloading;
       },
       well, ErrorCode::kOfflineIncomplete},
      {"it has expired", [](StoredWorld&, StoredWorld::Title& t) { t.expires_in = 10s; },
       [](StoredWorld& w) { w.executor.run_for(11s); }, ErrorCode::kOfflineExpired},
      {"its keys were destroyed", nothing,
       [](StoredWorld& w) { REQUIRE(w.store->destroy_keys("d-1", w.executor.wall_now())); },
       ErrorCode::kOfflineIncomplete},
      {"it is being removed", nothing,
       [](StoredWorld& w) { REQUIRE(w.store->begin_removal("d-1", {}, w.executor.wall_now())); },
       ErrorCode::kNotFound},
      {"nobody knows its rights", nothing, [](StoredWorld& w) { w.rights.clear(); },
       ErrorCode::kOfflineTampered},
      {"another download's key", nothing,
       [](StoredWorld& w) {
         const auto foreign = new_key().wrap(*w.sealer, {"d-2", "", ""});
         REQUIRE(w.store->set_content_key("d-1", *foreign));
       },
       ErrorCode::kOfflineTampered},
      {"another device's key", nothing,
       [](StoredWorld& w) {
         const auto foreign = new_key().wrap(*sealer_of(2), {"d-1", "", ""});
         REQUIRE(w.store->set_content_key("d-1", *foreign));
       },
       ErrorCode::kOfflineOtherDevice},
      {"the list of its tracks is damaged",
       [](StoredWorld&, StoredWorld::Title& t) { t.tracks = "{"; }, well, ErrorCode::kStoreCorrupt},
      {"the downloads are closed", nothing, [](StoredWorld& w) { w.library->close(); },
       ErrorCode::kInvalidState},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    StoredWorld world;
    StoredWorld::Title title = a_title();
    c.change(world, title);
    world.add(title);
    c.spoil(world);
    CHECK(code_of(world.open("d-1")) == c.code);
  }
}

TEST_CASE("offline_library: an opening nobody waits for any more") {
  StoredWorld world;
  world.add(a_title());
  bool is_answered = false;
  world.library
      ->open("d-1", world.executor,
             [&](const Result<std::unique_ptr<OfflineTitle>>&) { is_answered = true; })
      .reset();
  world.executor.run_for(1s);
  CHECK_FALSE(is_answered);
}

TEST_CASE("offline_library: a title that ends while it plays is refused from then on") {
  StoredWorld world;
  StoredWorld::Title stored = a_title();
  stored.expires_in = 60s;
  world.add(stored);
  const auto title = world.opened();
  REQUIRE(begin(world, *title));
  world.executor.run_for(58s);
  CHECK(title->may_play());
  world.executor.run_for(1s);
  CHECK(code_of(title->may_play()) == ErrorCode::kOfflineExpired);
}

TEST_CASE("offline_library: the watching window begins with begin_play, on disk") {
  StoredWorld world;
  StoredWorld::Title stored = a_title();
  stored.playback = 48h;
  world.add(stored);
  {
    const auto title = world.opened();
    CHECK_FALSE(world.rights["d-1"]->rights().first_play.has_value());
    const auto begun = begin(world, *title);
    REQUIRE(begun);
    CHECK(*begun);
    CHECK(world.rights["d-1"]->rights().first_play.has_value());
    CHECK(world.store->find("d-1")->rights.first_play.has_value());
  }
  world.executor.run_for(47h);
  CHECK(world.opened()->may_play());
  world.executor.run_for(2h);
  CHECK(code_of(world.open("d-1")) == ErrorCode::kOfflineExpired);
}

TEST_CASE("offline_library: O23 a first play that cannot be written down is refused") {
  StoredWorld world;
  StoredWorld::Title stored = a_title();
  stored.playback = 48h;
  world.add(stored);
  const auto title = world.opened();
  world.can_keep_rights = false;
  const auto begun = begin(world, *title);
  REQUIRE(begun);
  CHECK(code_of(*begun) == ErrorCode::kStoreIo);
  CHECK_FALSE(world.rights["d-1"]->rights().first_play.has_value());
  world.can_keep_rights = true;
  CHECK(*begin(world, *title));
}

TEST_CASE("offline_library: titles that play when the downloads are closed may not go on") {
  StoredWorld world;
  world.add(a_title());
  const auto title = world.opened();
  REQUIRE(begin(world, *title));
  world.library->close();
  CHECK(code_of(title->may_play()) == ErrorCode::kInvalidState);
  CHECK(code_of(*begin(world, *title)) == ErrorCode::kInvalidState);
}

TEST_CASE("offline_library: nobody is asked for licences") {
  StoredWorld world;
  world.add(a_title());
  const auto fetcher = world.opened()->make_license_fetcher(world.executor);
  std::optional<ErrorCode> code;
  const CancelHandle handle =
      fetcher->fetch({}, [&](const auto& answer) { code = answer.error().code; });
  CHECK_FALSE(code.has_value());
  world.executor.run_for(1s);
  CHECK(code == ErrorCode::kDrmLicenseUnreachable);
}

}  // namespace
}  // namespace playhead::offline::test
