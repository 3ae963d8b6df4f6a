// SPDX-License-Identifier: Apache-2.0
#include "playback/offline_transport.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "store/layout.h"
#include "support/faulty_sqlite.h"
#include "unit/offline/playback/stored_world.h"

namespace playhead::offline::test {
namespace {

const std::string kManifest = "https://cdn.test/t/main.m3u8?sig=1";
const std::string kSegment = "https://cdn.test/t/a.mp4";
const std::string kFile = "https://cdn.test/t/file.mp4";

std::string text(std::size_t count, uint32_t seed) {
  const Bytes bytes = noise(count, seed);
  return {bytes.begin(), bytes.end()};
}

StoredWorld::Title title_of(std::vector<StoredWorld::File> files) {
  StoredWorld::Title title;
  title.files = std::move(files);
  title.files.push_back({kManifest,
                         "#EXTM3U",
                         {},
                         ResourceState::kDone,
                         "https://edge.test/x/main.m3u8?sig=2",
                         ResourceKind::kManifest});
  return title;
}

// A world with one title, opened.
struct Rig {
  explicit Rig(StoredWorld::Title stored) {
    world.add(stored);
    title = world.opened(stored.id);
  }
  std::unique_ptr<Answer> get(const std::string& url, std::optional<ByteRange> range = {}) {
    auto answer = ask(title->transport(), world.executor, url, range);
    world.executor.run_for(100ms);
    return answer;
  }
  // Overwrites a byte of the vault file behind that URL.
  void damage(const std::string& url, int64_t at) {
    std::fstream file(world.path_of("d-1", url), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(byte);
  }

  StoredWorld world;
  std::unique_ptr<OfflineTitle> title;
};

TEST_CASE("offline_transport: the manifest comes from where it came from") {
  Rig rig(title_of({}));
  CHECK(rig.title->manifest_url() == "offline:d-1");
  const auto answer = rig.get("offline:d-1");
  CHECK(answer->order == "hbd");
  CHECK(answer->head.status == 200);
  CHECK(answer->head.url == "https://edge.test/x/main.m3u8?sig=2");
  CHECK(answer->body == "#EXTM3U");
}

TEST_CASE("offline_transport: whole files, found whatever their query, and how it went") {
  const std::string body = text(3'000'001, 7);
  Rig rig(title_of({{kSegment + "?sig=1", body}}));
  for (const char* query : {"", "?sig=1", "?sig=999&x", "#t"}) {
    CAPTURE(query);
    const auto answer = rig.get(kSegment + query);
    CHECK(answer->order == "hbd");
    CHECK(answer->head.status == 200);
    CHECK(answer->head.content_length == 3'000'001);
    CHECK(answer->head.url == kSegment + query);
    CHECK(answer->head.header("Content-Type") == "video/mp4");
    CHECK(answer->body == body);
    REQUIRE(answer->done);
    REQUIRE(*answer->done);
    const TransferStats& stats = answer->done->value();
    CHECK(stats.from_cache);
    CHECK(stats.body_bytes == 3'000'001);
    CHECK(stats.wire_bytes == 3'000'001);
    CHECK(stats.http_major == 0);
    CHECK(stats.started <= stats.first_byte);
    CHECK(stats.first_byte <= stats.finished);
  }
}

TEST_CASE("offline_transport: ranges") {
  const std::string body = text(200'000, 3);
  Rig rig(title_of({{kSegment, body},
                    {kFile, body.substr(0, 70'000), ByteRange{0, 69'999}},
                    {kFile, body.substr(70'000, 70'000), ByteRange{70'000, 139'999}},
                    {kFile, body.substr(140'000), ByteRange{140'000, 199'999}}}));
  struct Case {
    const char* name;
    const std::string& url;
    std::optional<ByteRange> range;
    int status;
    std::size_t from, count;
  };
  const Case cases[] = {
      {"of a whole file", kSegment, ByteRange{65'000, 66'999}, 206, 65'000, 2'000},
      {"its rest", kSegment, ByteRange{199'990, std::nullopt}, 206, 199'990, 10},
      {"behind its end", kSegment, ByteRange{200'000, 200'001}, 416, 0, 0},
      {"a part", kFile, ByteRange{70'000, 139'999}, 206, 70'000, 70'000},
      {"over both seams", kFile, ByteRange{60'000, 150'000}, 206, 60'000, 90'001},
      {"all parts", kFile, {}, 200, 0, 200'000},
      {"more than the last has", kFile, ByteRange{190'000, 250'000}, 206, 190'000, 10'000},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto answer = rig.get(c.url, c.range);
    CHECK(answer->head.status == c.status);
    CHECK(answer->body == body.substr(c.from, c.count));
    CHECK(answer->head.content_length == static_cast<int64_t>(c.count));
    REQUIRE(answer->done);
    CHECK(*answer->done);
  }
}

TEST_CASE("offline_transport: A11 no more comes than its window lets through") {
  constexpr int64_t kBody = 3'000'001;
  constexpr int64_t kPieces = 512 << 10;  // two, which are ahead of the receiver
  const std::string body = text(kBody, 7);
  Rig rig(title_of({{kSegment, body}}));
  Request request;
  request.url = kSegment;
  const auto start = [&](std::vector<SharedBytes>& held, std::string& order) {
    FetchCallbacks callbacks;
    callbacks.on_body = [&](const SharedBytes& bytes, MonotonicTime) { held.push_back(bytes); };
    callbacks.on_done = [&](const Result<TransferStats>& done) {
      order += done ? "done" : "failed";
    };
    CancelHandle handle =
        rig.title->transport().start(request, rig.world.executor, std::move(callbacks));
    rig.world.executor.run_for(100ms);
    return handle;
  };
  std::vector<SharedBytes> held;
  std::string order;
  SUBCASE("what is granted, and the rest once that is") {
    request.window = std::make_shared<FlowWindow>(FlowWindow::kUnbounded, 1'000'000);
    const CancelHandle handle = start(held, order);
    CHECK(request.window->held() >= 1'000'000);
    CHECK(request.window->held() <= 1'000'000 + kPieces);
    request.window->grant(2'000'000);
    rig.world.executor.run_for(100ms);
    CHECK(request.window->held() >= 2'000'000);
    CHECK(request.window->held() <= 2'000'000 + kPieces);
    request.window->grant(FlowWindow::kUnbounded);
    rig.world.executor.run_for(100ms);
    CHECK(request.window->held() == kBody);
    CHECK(order == "done");
  }
  SUBCASE("what is held at once") {
    request.window = std::make_shared<FlowWindow>(1'000'000);
    const CancelHandle handle = start(held, order);
    int64_t taken = 0;
    while (!held.empty()) {
      CHECK(request.window->held() <= 1'000'000 + kPieces);
      for (const SharedBytes& bytes : held) taken += static_cast<int64_t>(bytes.view().size());
      held.clear();
      rig.world.executor.run_for(100ms);
    }
    CHECK(taken == kBody);
    CHECK(order == "done");
  }
  SUBCASE("given up while it is held back") {
    request.window = std::make_shared<FlowWindow>(FlowWindow::kUnbounded, 1);
    start(held, order).reset();
    held.clear();
    request.window->grant(FlowWindow::kUnbounded);
    rig.world.executor.run_for(100ms);
    CHECK(held.empty());
    CHECK(order.empty());
    CHECK(request.window.use_count() == 1);
  }
}

TEST_CASE("offline_transport: an empty file, and HEAD") {
  Rig rig(title_of({{kSegment, ""}, {kFile, "0123456789"}}));
  const auto empty = rig.get(kSegment);
  CHECK(empty->order == "hd");
  CHECK(empty->head.content_length == 0);
  const auto head = ask(rig.title->transport(), rig.world.executor, kFile, {}, "HEAD");
  rig.world.executor.run_for(100ms);
  CHECK(head->order == "hd");
  CHECK(head->head.content_length == 10);
}

TEST_CASE("offline_transport: S08 damaged files are told, marked, and never given") {
  struct Case {
    const char* name;
    void (*damage)(Rig&);
    ErrorCode code;
    bool may_begin;  // what stands before the damage was good
  };
  const Case cases[] = {
      {"a bit of the first chunk", [](Rig& rig) { rig.damage(kSegment, 200); },
       ErrorCode::kOfflineDamaged, true},
      {"a bit of a later chunk", [](Rig& rig) { rig.damage(kSegment, 500'000); },
       ErrorCode::kOfflineDamaged, true},
      {"a bit of the header", [](Rig& rig) { rig.damage(kSegment, 9); }, ErrorCode::kOfflineDamaged,
       false},
      {"cut off",
       [](Rig& rig) { std::filesystem::resize_file(rig.world.path_of("d-1", kSegment), 300'000); },
       ErrorCode::kOfflineDamaged, false},
      {"longer than it was",
       [](Rig& rig) {
         std::ofstream(rig.world.path_of("d-1", kSegment), std::ios::binary | std::ios::app) << "x";
       },
       ErrorCode::kOfflineDamaged, false},
      {"gone", [](Rig& rig) { std::filesystem::remove(rig.world.path_of("d-1", kSegment)); },
       ErrorCode::kOfflineDamaged, false},
      {"another file of the download in its place",
       [](Rig& rig) {
         std::filesystem::copy_file(rig.world.path_of("d-1", kFile),
                                    rig.world.path_of("d-1", kSegment),
                                    std::filesystem::copy_options::overwrite_existing);
       },
       ErrorCode::kOfflineTampered, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string body = text(700'000, 5);
    Rig rig(title_of({{kSegment, body}, {kFile, text(700'000, 6)}}));
    c.damage(rig);
    const auto answer = rig.get(kSegment);
    CHECK(answer->error() == c.code);
    CHECK(answer->order.substr(0, 1) == (c.may_begin ? "h" : "d"));
    CHECK(answer->body == body.substr(0, answer->body.size()));
    CHECK(answer->body.size() < body.size());
    CHECK(rig.world.damaged == std::vector<std::string>{"d-1"});
    CHECK(rig.world.row_of("d-1", kSegment).state == ResourceState::kBad);
    // From now on at once; the rest of the title is as good as before.
    CHECK(rig.get(kSegment)->error() == ErrorCode::kOfflineDamaged);
    CHECK(rig.get(kFile)->done->has_value());
    CHECK(rig.world.damaged.size() == 1);
    // Fetched again it is whole.
    rig.world.finish("d-1", {kSegment, body});
    CHECK(rig.get(kSegment)->body == body);
  }
}

TEST_CASE("offline_transport: S03 what is there plays from a disk that takes no byte") {
  const std::string body = text(300'000, 5);
  playhead::test::FaultySqlite sqlite;
  Rig rig(title_of({{kSegment, body}}));
  sqlite.fail_at(1, playhead::test::FaultySqlite::Fault::kReadOnly);
  rig.world.can_keep_rights = false;
  const auto title = rig.world.opened();
  CHECK(title->may_play());
  CHECK(rig.get(kManifest)->done->has_value());
  CHECK(rig.get(kSegment)->body == body);
  const auto written = rig.world.store->set_priority("d-1", 3);
  REQUIRE(!written);
  CHECK(written.error().code == ErrorCode::kStoreIo);
}

TEST_CASE("offline_transport: S04 a disk that does not read a file says nothing about it") {
  const std::string body = text(700'000, 5);
  Rig rig(title_of({{kSegment, body}, {kFile, text(700'000, 6)}}));
  const std::string path = rig.world.path_of("d-1", kSegment);
  std::filesystem::rename(path, path + ".aside");
  std::filesystem::create_directory(path);  // it opens, and reading it fails
  CHECK(rig.get(kSegment)->error() == ErrorCode::kStoreIo);
  CHECK(rig.world.damaged.empty());
  CHECK(rig.world.row_of("d-1", kSegment).state == ResourceState::kDone);
  CHECK(rig.get(kFile)->done->has_value());
  std::filesystem::remove(path);
  std::filesystem::rename(path + ".aside", path);
  CHECK(rig.get(kSegment)->body == body);
}

TEST_CASE("offline_transport: S16 a download that is removed while it plays") {
  const std::string body = text(700'000, 5);
  Rig rig(title_of({{kSegment, body}, {kFile, body}}));
  CHECK(rig.get(kSegment)->body == body);
  const auto under_way = ask(rig.title->transport(), rig.world.executor, kFile);
  REQUIRE(rig.world.store->begin_removal("d-1", {}, rig.world.executor.wall_now()));
  REQUIRE(rig.world.files->remove(layout::folder(rig.world.store->root(), "d-1")));
  rig.world.executor.run_for(1s);
  REQUIRE(under_way->done);
  // What was opened before is read to its end, or its end is an error.
  CHECK((!*under_way->done || under_way->body == body));
  CHECK(rig.get(kSegment)->error() == ErrorCode::kOfflineDamaged);
  REQUIRE(rig.world.store->finish_removal("d-1", rig.world.executor.wall_now()));
  CHECK(rig.get(kSegment)->error() == ErrorCode::kNotFound);
}

TEST_CASE("offline_transport: what is fetched anew under another key is not damaged") {
  Rig rig(title_of({{kSegment, text(300'000, 1)}}));
  REQUIRE(rig.world.store->set_content_key("d-1", Blob{1, 2, 3}));
  rig.damage(kSegment, 9);
  CHECK(rig.get(kSegment)->error() == ErrorCode::kOfflineIncomplete);
  CHECK(rig.world.damaged.empty());
  CHECK(rig.world.row_of("d-1", kSegment).state == ResourceState::kDone);
}

TEST_CASE("offline_transport: an earlier version of a file is found by its digest") {
  const std::string old_body = text(300'000, 1), new_body = text(300'000, 2);
  Rig rig(title_of({{kSegment, old_body}}));
  const std::string path = rig.world.path_of("d-1", kSegment);
  std::filesystem::copy_file(path, rig.world.folder.path("backup"));
  rig.world.finish("d-1", {kSegment, new_body});
  REQUIRE(rig.get(kSegment)->body == new_body);
  std::filesystem::copy_file(rig.world.folder.path("backup"), path,
                             std::filesystem::copy_options::overwrite_existing);
  const auto answer = rig.get(kSegment);
  CHECK(answer->error() == ErrorCode::kOfflineDamaged);
  CHECK(answer->body.size() < old_body.size());
  CHECK(rig.world.row_of("d-1", kSegment).state == ResourceState::kBad);
}

TEST_CASE("offline_transport: a file of a journal of before is checked by the hash of its media") {
  const std::string body = text(300'000, 1);
  Rig rig(title_of({{kSegment, body}}));
  const ResourceRow row = rig.world.row_of("d-1", kSegment);
  const auto finish_by = [&](std::string_view media) {
    FinishedResource finished{row.row, row.planned.size, {}, {}};
    finished.digest = {FileDigest::Kind::kMedia, *sha256(as_bytes(media))};
    REQUIRE(rig.world.store->finish({&finished, 1}));
  };
  finish_by(body);
  CHECK(rig.get(kSegment)->body == body);
  finish_by(text(300'000, 2));
  CHECK(rig.get(kSegment)->error() == ErrorCode::kOfflineDamaged);
  CHECK(rig.world.row_of("d-1", kSegment).state == ResourceState::kBad);
}

TEST_CASE("offline_transport: what is on its way is waited for, without end and without a word") {
  StoredWorld::Title stored = title_of({{kSegment, "later", {}, ResourceState::kWanted}});
  stored.state = DownloadState::kDownloading;
  Rig rig(stored);
  const auto answer = ask(rig.title->transport(), rig.world.executor, kSegment);
  rig.world.executor.run_for(2h);
  CHECK(answer->order.empty());
  rig.world.finish("d-1", {kSegment, "later"});
  rig.world.executor.run_for(1s);
  CHECK(answer->order == "hbd");
  CHECK(answer->body == "later");
  // Nobody looks any more.
  const std::size_t timers = rig.world.executor.pending_timers();
  CHECK(timers == 0);
}

TEST_CASE("offline_transport: what will not come is told at once") {
  struct Case {
    const char* name;
    DownloadState state;
    std::string url;
  };
  const Case cases[] = {
      {"no part of the download", DownloadState::kDownloading, "https://cdn.test/t/other.mp4"},
      {"another download's manifest", DownloadState::kDownloading, "offline:d-2"},
      {"not there, and nothing more comes", DownloadState::kCompleted, kSegment},
      {"not there, and it has failed", DownloadState::kFailed, kSegment},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    StoredWorld::Title stored = title_of({{kSegment, "x", {}, ResourceState::kWanted}});
    stored.state = c.state;
    Rig rig(stored);
    CHECK(rig.get(c.url)->error() == ErrorCode::kOfflineIncomplete);
  }
  Rig rig(title_of({}));
  const auto post = ask(rig.title->transport(), rig.world.executor, kManifest, {}, "POST");
  rig.world.executor.run_for(100ms);
  CHECK(post->error() == ErrorCode::kOfflineIncomplete);
}

TEST_CASE("offline_transport: a handle that is gone hears nothing, whenever it goes") {
  const std::string body = text(1'000'000, 4);
  // Steps of the executor after which it is cancelled: before anything, between pieces, at the end.
  for (int steps = 0; steps < 14; ++steps) {
    CAPTURE(steps);
    Rig rig(title_of({{kSegment, body}}));
    auto answer = ask(rig.title->transport(), rig.world.executor, kSegment);
    const uint64_t before = rig.world.executor.steps();
    rig.world.executor.run_until_true(
        [&] { return rig.world.executor.steps() >= before + static_cast<uint64_t>(steps); }, 1s);
    answer->handle.reset();
    const std::string order = answer->order;
    const std::size_t size = answer->body.size();
    rig.world.executor.run_for(1s);
    CHECK(answer->order == order);
    CHECK(answer->body.size() == size);
  }
}

TEST_CASE("offline_transport: the receiver may end everything inside a callback") {
  for (const char at : {'h', 'b', 'd'}) {
    CAPTURE(at);
    Rig rig(title_of({{kSegment, text(1'000'000, 4)}}));
    CancelHandle handle;
    std::string order;
    const auto note = [&](char what) {
      order += what;
      if (what != at) return;
      handle.reset();
      rig.title.reset();
    };
    Request request;
    request.url = kSegment;
    FetchCallbacks callbacks;
    callbacks.on_head = [&](const ResponseHead&) { note('h'); };
    callbacks.on_body = [&](const SharedBytes&, MonotonicTime) { note('b'); };
    callbacks.on_done = [&](const Result<TransferStats>&) { note('d'); };
    handle = rig.title->transport().start(request, rig.world.executor, std::move(callbacks));
    rig.world.executor.run_for(1s);
    CHECK(order.back() == at);
    CHECK(order.find(at) == order.size() - 1);
  }
}

TEST_CASE(
    "offline_transport: when the downloads are closed requests end, and so do those waiting") {
  StoredWorld::Title stored = title_of({{kSegment, "x", {}, ResourceState::kWanted}});
  stored.state = DownloadState::kDownloading;
  Rig rig(stored);
  const auto waiting = ask(rig.title->transport(), rig.world.executor, kSegment);
  rig.world.executor.run_for(1s);
  rig.world.library->close();
  rig.world.executor.run_for(1s);
  CHECK(waiting->error() == ErrorCode::kInvalidState);
  CHECK(rig.get("offline:d-1")->error() == ErrorCode::kInvalidState);
}

TEST_CASE("offline_transport: a body over the request's cap is refused before it begins") {
  Rig rig(title_of({{kSegment, text(5'000, 1)}}));
  Request request;
  request.url = kSegment;
  request.max_bytes = 4'999;
  Answer answer;
  FetchCallbacks callbacks;
  callbacks.on_head = [&](const ResponseHead&) { answer.order += 'h'; };
  callbacks.on_done = [&](Result<TransferStats> done) { answer.done = std::move(done); };
  answer.handle = rig.title->transport().start(request, rig.world.executor, std::move(callbacks));
  rig.world.executor.run_for(1s);
  CHECK(answer.error() == ErrorCode::kTooLarge);
  CHECK(answer.order.empty());
}

}  // namespace
}  // namespace playhead::offline::test
