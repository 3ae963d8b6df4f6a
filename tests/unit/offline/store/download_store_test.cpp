// SPDX-License-Identifier: Apache-2.0
#include "store/download_store.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "store/journal.h"
#include "store/layout.h"
#include "store_world.h"

namespace playhead::offline {
namespace {

using namespace test;  // NOLINT: a test of what it holds

std::vector<std::string> ids_of(const std::vector<DownloadRow>& rows) {
  std::vector<std::string> ids;
  for (const DownloadRow& row : rows) ids.push_back(row.added.id);
  return ids;
}

LicenceRow licence_of(std::vector<KeyId> kids, std::string_view sealed) {
  LicenceRow licence;
  licence.scheme = "clearkey";
  licence.kids = std::move(kids);
  licence.sealed = blob_of(sealed);
  licence.issued_at = kNow;
  licence.expires_at = kNow + 24h;
  licence.generation = 1;
  return licence;
}

KeyId kid_of(uint8_t fill) {
  KeyId kid{};
  kid.fill(fill);
  return kid;
}

// Of the database and its log, one behind the other.
std::string journal_bytes(const std::string& folder) {
  std::string all;
  for (const char* name : {"offline.db", "offline.db-wal"}) {
    const std::string path = folder + "/" + name;
    std::string bytes(std::filesystem::file_size(path), '\0');
    std::ifstream(path, std::ios::binary).read(bytes.data(), std::ssize(bytes));
    all += bytes;
  }
  return all;
}

bool holds(const std::string& bytes, const std::string& text) {
  return bytes.find(text) != std::string::npos;
}

TEST_CASE("download_store: key ids are read as they were written, whatever their bytes") {
  StoreWorld world;
  world.add_planned("a", 1);
  const KeyId kid{0xa9, 0x29, 0x2a, 0x04, 0x30, 0x94, 0x9e, 0xd5,
                  0x19, 0x90, 0x33, 0x33, 0x83, 0x76, 0x4c, 0x02};
  world.put_licence("a", licence_of({kid}, "sealed licence"));
  CHECK(got(world->licences("a")).at(0).kids == std::vector<KeyId>{kid});
}

TEST_CASE("download_store: what was added is there after opening again") {
  StoreWorld world;
  NewDownload added = download_of("a");
  added.request = std::string("{\0}", 3);
  done(world->add(added));
  world.reopen();
  const DownloadRow row = got(world->find("a"));
  CHECK(row.added.identity == added.identity);
  CHECK(row.added.title_id == "m_1");
  CHECK(row.added.profile_id == "p_1");
  CHECK(row.added.request == added.request);
  CHECK(row.added.app_data == "app");
  CHECK(row.added.added_at == kNow);
  CHECK(row.state == DownloadState::kQueued);
  CHECK_FALSE(row.failure);
  CHECK(row.resources == 0);
  CHECK_FALSE(row.is_total_exact);
  CHECK(row.playable_until == Duration{0});
  CHECK(got(world->find_identity(added.identity)) == "a");
}

TEST_CASE("download_store: the list is by priority, then by order") {
  StoreWorld world;
  for (const auto& [id, priority] : {std::pair{"a", 0}, {"b", 2}, {"c", -1}, {"d", 2}}) {
    done(world->add(download_of(id, priority)));
  }
  CHECK(ids_of(got(world->list())) == std::vector<std::string>{"b", "d", "a", "c"});
  done(world->set_priority("c", 3));
  CHECK(ids_of(got(world->list())) == std::vector<std::string>{"c", "b", "d", "a"});
  CHECK(code_of(world->set_priority("x", 3)) == ErrorCode::kNotFound);
}

TEST_CASE("download_store: what is not accepted") {
  StoreWorld world;
  done(world->add(download_of("a")));
  struct Case {
    const char* name;
    void (*change)(NewDownload&);
    ErrorCode code;
  };
  const Case cases[] = {
      {"no id", [](NewDownload& d) { d.id.clear(); }, ErrorCode::kInvalidArgument},
      {"a path", [](NewDownload& d) { d.id = "../x"; }, ErrorCode::kInvalidArgument},
      {"capitals", [](NewDownload& d) { d.id = "A"; }, ErrorCode::kInvalidArgument},
      {"65 letters", [](NewDownload& d) { d.id.assign(65, 'a'); }, ErrorCode::kInvalidArgument},
      {"app_data", [](NewDownload& d) { d.app_data.assign(4097, 'a'); },
       ErrorCode::kInvalidArgument},
      {"a request", [](NewDownload& d) { d.request.assign(65'537, 'a'); },
       ErrorCode::kInvalidArgument},
      {"the id is taken", [](NewDownload& d) { d.id = "a"; }, ErrorCode::kInvalidState},
      {"the identity is taken", [](NewDownload& d) { d.identity = "identity of a"; },
       ErrorCode::kInvalidState},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    NewDownload download = download_of("b");
    c.change(download);
    CHECK(code_of(world->add(download)) == c.code);
  }
  CHECK(got(world->list()).size() == 1);
}

TEST_CASE("download_store: states, their failure and their event are written together") {
  StoreWorld world;
  done(world->add(download_of("a")));
  StateChange change{DownloadState::kWaiting, WaitReason::kStorage, {}, "12 MB are missing"};
  change.failure =
      DownloadFailure{make_error(ErrorCode::kStoreFull, "disk", 28), true, NextAction::kFreeSpace};
  done(world->set_state("a", change, kNow + 1s));
  DownloadRow row = got(world->find("a"));
  CHECK(row.state == DownloadState::kWaiting);
  CHECK(row.waits_for == WaitReason::kStorage);
  CHECK(row.changed_at == kNow + 1s);
  REQUIRE(row.failure);
  CHECK(row.failure->error.code == ErrorCode::kStoreFull);
  CHECK(row.failure->error.severity == Severity::kFatal);
  CHECK(row.failure->error.detail == 28);
  CHECK(row.failure->error.context == "disk");
  CHECK(row.failure->is_retryable);
  CHECK(row.failure->next_action == NextAction::kFreeSpace);
  const auto events = got(world->events());
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == EventKind::kAdded);
  CHECK(events[1].kind == EventKind::kState);
  CHECK(events[1].at == kNow + 1s);
  CHECK(events[1].detail == "queued > waiting: 12 MB are missing");
  done(world->set_state("a", {DownloadState::kPaused, {}, {}, {}}, kNow));
  row = got(world->find("a"));
  CHECK(row.state == DownloadState::kPaused);
  CHECK(row.waits_for == WaitReason::kNothing);
  CHECK_FALSE(row.failure);
  CHECK(code_of(world->set_state("x", change, kNow)) == ErrorCode::kNotFound);
  CHECK(code_of(world->set_state("a", {DownloadState::kRemoving, {}, {}, {}}, kNow)) ==
        ErrorCode::kInvalidArgument);
}

TEST_CASE("download_store: removing wins over everything and frees the identity at once") {
  StoreWorld world;
  world.add_planned("a", 3);
  done(world->set_content_key("a", blob_of("sealed content key")));
  done(world->set_rights("a", {kNow + 1h, {}, 3}, blob_of("sealed rights")));
  world.put_licence("a", licence_of({kid_of(1)}, "sealed licence"));
  const PendingRelease release{0, "", "clearkey", "https://l", blob_of("bye"), 0, kNow};
  done(world->begin_removal("a", std::span(&release, 1), kNow));
  done(world->begin_removal("a", std::span(&release, 1), kNow));  // again, after an error
  CHECK(code_of(world->set_state("a", {}, kNow)) == ErrorCode::kInvalidState);
  CHECK(got(world->find("a")).state == DownloadState::kRemoving);
  CHECK_FALSE(got(world->find("a")).has_content_key);
  CHECK(got(world->sealed_records("a")).content_key.empty());
  CHECK(got(world->sealed_records("a")).rights.empty());
  CHECK(got(world->licences("a")).empty());
  CHECK(code_of(world->find_identity("identity of a")) == ErrorCode::kNotFound);
  NewDownload again = download_of("b");
  again.identity = "identity of a";
  done(world->add(again));
  done(world->finish_removal("a", kNow));
  CHECK(code_of(world->find("a")) == ErrorCode::kNotFound);
  CHECK(code_of(world->finish_removal("b", kNow)) == ErrorCode::kInvalidState);
  CHECK(got(world->find_identity("identity of a")) == "b");
  const auto releases = got(world->releases());
  REQUIRE(releases.size() == 1);
  CHECK(releases[0].download_id == "a");
  CHECK(as_text(releases[0].message) == "bye");
}

TEST_CASE("download_store: a removal that is begun again adds what has to be told, each once") {
  StoreWorld world;
  world.add_planned("a", 3);
  world.add_planned("b", 1);
  const auto release_of = [](const std::string& url) {
    return PendingRelease{0, "somebody else", "clearkey", url, blob_of("bye"), 0, kNow};
  };
  const PendingRelease first[] = {release_of("https://1")};
  const PendingRelease both[] = {release_of("https://1"), release_of("https://2")};
  CHECK(code_of(world->begin_removal("x", first, kNow)) == ErrorCode::kNotFound);
  CHECK(got(world->releases()).empty());
  done(world->begin_removal("a", first, kNow));
  done(world->begin_removal("a", both, kNow));
  world.reopen();
  const auto releases = got(world->releases());
  REQUIRE(releases.size() == 2);
  for (const PendingRelease& release : releases) CHECK(release.download_id == "a");
  // Its rows are there until its files are not, and another's are nobody's business.
  CHECK(got(world->resources("a", 0, 10)).size() == 3);
  CHECK(got(world->find("b")).state == DownloadState::kQueued);
  const auto all = got(world->events());
  CHECK(std::count_if(all.begin(), all.end(), [](const EventRow& event) {
          return event.download_id == "a" && event.kind == EventKind::kState;
        }) >= 1);
  const auto requeued = got(world->requeue_all(kNow));
  CHECK(requeued == 0);
  CHECK(got(world->find("a")).state == DownloadState::kRemoving);
}

TEST_CASE("download_store: a destroyed key is nowhere on the disk") {
  StoreWorld world;
  const auto key_of = [](int n) { return "<<content key " + std::to_string(n) + ">>"; };
  const auto licence_text = [](int n) { return "<<licence " + std::to_string(n) + ">>"; };
  constexpr int kDownloads = 100;
  for (int n = 0; n < kDownloads; ++n) {
    const std::string id = std::to_string(n);
    done(world->add(download_of(id)));
    done(world->set_content_key(id, blob_of(key_of(n))));
    world.put_licence(id, licence_of({kid_of(1)}, licence_text(n)));
  }
  CHECK(holds(journal_bytes(world.folder.path()), key_of(7)));  // the search finds what is there
  for (int n = 0; n < kDownloads; n += 2) {
    const std::string id = std::to_string(n);
    done(n % 3 == 0 ? world->destroy_keys(id, kNow) : world->begin_removal(id, {}, kNow));
  }
  const std::string bytes = journal_bytes(world.folder.path());
  for (int n = 0; n < kDownloads; n += 2) {
    CAPTURE(n);
    CHECK_FALSE(holds(bytes, key_of(n)));
    CHECK_FALSE(holds(bytes, licence_text(n)));
  }
  CHECK(as_text(got(world->sealed_records("7")).content_key) == key_of(7));
  CHECK(got(world->licences("7")).size() == 1);
}

TEST_CASE("download_store: sealed records and what lists say of them") {
  StoreWorld world;
  for (const char* id : {"a", "b"}) done(world->add(download_of(id)));
  CHECK(got(world->sealed_rights()).empty());
  done(world->set_content_key("a", blob_of("key")));
  done(world->set_rights("b", {kNow + 1h, kNow, 7}, blob_of("rights")));
  CHECK(got(world->find("a")).has_content_key);
  CHECK_FALSE(got(world->find("b")).has_content_key);
  CHECK(got(world->find("a")).rights == RightsRow{});
  CHECK(got(world->find("b")).rights == RightsRow{kNow + 1h, kNow, 7});
  CHECK(as_text(got(world->sealed_records("a")).content_key) == "key");
  const auto rights = got(world->sealed_rights());
  REQUIRE(rights.size() == 1);
  CHECK(rights[0].download_id == "b");
  CHECK(as_text(rights[0].rights) == "rights");
  CHECK(code_of(world->set_rights("x", {}, {})) == ErrorCode::kNotFound);
  CHECK(code_of(world->sealed_records("x")) == ErrorCode::kNotFound);
}

TEST_CASE("download_store: a licence is superseded, never changed") {
  StoreWorld world;
  for (const char* id : {"a", "b"}) done(world->add(download_of(id)));
  const int64_t first = world.put_licence("a", licence_of({kid_of(2), kid_of(1)}, "one"));
  const int64_t other = world.put_licence("a", licence_of({kid_of(1)}, "two"));
  world.put_licence("b", licence_of({kid_of(1), kid_of(2)}, "b"));
  const int64_t newer = world.put_licence("a", licence_of({kid_of(1), kid_of(2)}, "new"));
  const auto rows = got(world->licences("a"));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].row == first);
  CHECK(rows[0].state == LicenceState::kSuperseded);
  CHECK(rows[0].sealed.empty());
  CHECK(rows[1].row == other);
  CHECK(rows[1].state == LicenceState::kValid);
  CHECK(rows[2].row == newer);
  CHECK(rows[2].kids == std::vector<KeyId>{kid_of(1), kid_of(2)});
  CHECK(rows[2].expires_at == kNow + 24h);
  CHECK_FALSE(rows[2].renew_after);
  CHECK(as_text(rows[2].sealed) == "new");
  CHECK(got(world->licences("b"))[0].state == LicenceState::kValid);
}

TEST_CASE("download_store: nothing is kept of licences that others replace") {
  StoreWorld world;
  done(world->add(download_of("a")));
  const int64_t one = world.put_licence("a", licence_of({kid_of(1)}, "secret-1"));
  const int64_t two = world.put_licence("a", licence_of({kid_of(2)}, "secret-2"));
  const LicenceRow both = licence_of({kid_of(1), kid_of(2)}, "new");
  done(world->change_licences("a", {{both}, {one, two}, {}}));
  const auto rows = got(world->licences("a"));
  REQUIRE(rows.size() == 3);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(rows[i].state == LicenceState::kSuperseded);
    CHECK(rows[i].sealed.empty());
  }
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream file(layout::journal(world.folder.path()) + suffix, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    CHECK(bytes.find("secret-") == std::string::npos);
  }
  CHECK(code_of(world->change_licences("a", {{}, {99}, {}})) == ErrorCode::kNotFound);
}

TEST_CASE("download_store: releases wait for their turn") {
  StoreWorld world;
  done(world->add_release({0, "a", "s", "https://1", blob_of("1"), 0, kNow + 2s}));
  done(world->add_release({0, "b", "s", "https://2", blob_of("2"), 0, kNow + 1s}));
  auto releases = got(world->releases());
  REQUIRE(releases.size() == 2);
  CHECK(releases[0].url == "https://2");
  done(world->postpone_release(releases[0].row, kNow + 1h));
  releases = got(world->releases());
  CHECK(releases[1].tries == 1);
  CHECK(releases[1].next_try == kNow + 1h);
  done(world->drop_release(releases[0].row));
  CHECK(got(world->releases()).size() == 1);
  CHECK(code_of(world->postpone_release(99, kNow)) == ErrorCode::kNotFound);
}

TEST_CASE("download_store: the latest thousand events are kept") {
  StoreWorld world;
  for (int n = 1; n <= 1'003; ++n) {
    done(world->add_event({0, kNow, "", EventKind::kNote, std::to_string(n)}));
  }
  done(world->add_event({0, kNow, "a", EventKind::kRights, std::string(5'000, 'x')}));
  const auto events = got(world->events());
  REQUIRE(events.size() == 1'000);
  CHECK(events.front().detail == "5");
  CHECK(events[998].detail == "1003");
  CHECK(events.back().detail == std::string(1'024, 'x'));
  CHECK(events.back().kind == EventKind::kRights);
  CHECK(events.back().download_id == "a");
}

TEST_CASE("download_store: a row that cannot be meant is told, not believed") {
  StoreWorld world;
  world.add_planned("a", 1);
  struct Case {
    const char* name;
    const char* sql;
  };
  const Case cases[] = {{"a state nobody knows", "UPDATE download SET state = 99"},
                        {"a kind nobody knows", "UPDATE resource SET kind = -1"},
                        {"an empty range", "UPDATE resource SET range_length = 0"},
                        {"done without a hash", "UPDATE resource SET state = 2"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    world.close();
    {
      auto database = SqliteDatabase::open(layout::journal(world.folder.path()), 1s);
      REQUIRE(database);
      done(database->execute("SAVEPOINT a"));
      done(database->execute(c.sql));
      done(database->execute("RELEASE a"));
    }
    world.reopen();
    const auto rows = world->resources("a", 0, 10);
    const auto list = world->list();
    const bool is_told = !rows ? rows.error().code == ErrorCode::kStoreCorrupt
                               : !list && list.error().code == ErrorCode::kStoreCorrupt;
    CHECK(is_told);
    world.close();
    auto database = SqliteDatabase::open(layout::journal(world.folder.path()), 1s);
    done(
        database->execute("UPDATE download SET state = 0; UPDATE resource SET kind = 3,"
                          " range_length = -1, state = 0"));
  }
}

}  // namespace
}  // namespace playhead::offline
