// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/thread_executor.h"
#include "engine/download_rig.h"
#include "engine/file_writing.h"
#include "plan/resource_plan.h"
#include "vault/content_key.h"
#include "vault/vault_reader.h"

namespace playhead::offline {
namespace {

using playhead::test::bytes_answer;
using playhead::test::pattern_bytes;
using playhead::test::SimRecord;
using playhead::test::text_answer;
using test::DownloadRig;
using test::WebAnswer;
using test::WebRequest;

constexpr std::size_t kSize = 9'000'000;
const std::string kList = "http://cdn.test/big.m3u8";
const std::string kBig = "http://cdn.test/big.ts";

// A title of one large segment on a host that is told how to behave.
struct BigHost {
  std::string etag = "\"v1\"";
  std::string last_modified;
  uint32_t version = 1;
  bool ignores_range = false;
  bool refuses_range = false;

  std::string body() const {
    const auto bytes = pattern_bytes(kSize, version);
    return std::string(as_text(bytes));
  }
  std::optional<WebAnswer> answer(const WebRequest& request) const {
    if (request.url == kList) {
      return text_answer(
          "#EXTM3U\n#EXT-X-TARGETDURATION:40\n#EXTINF:40,\nbig.ts\n#EXT-X-ENDLIST\n");
    }
    if (request.url != kBig) return std::nullopt;
    if (refuses_range && request.has_header("Range")) {
      return playhead::test::status_answer(416);
    }
    WebAnswer answer = bytes_answer(pattern_bytes(kSize, version));
    if (!etag.empty()) answer.headers.push_back({"ETag", etag});
    if (!last_modified.empty()) answer.headers.push_back({"Last-Modified", last_modified});
    answer.ignores_range = ignores_range;
    return answer;
  }
};

std::string header_of(const SimRecord& record, const std::string& name) {
  for (const HttpHeader& header : record.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

}  // namespace

TEST_CASE("downloads: O18 a large segment goes on where it was, if it is still the same") {
  struct Case {
    const char* name;
    BigHost before, after;
    bool goes_on;        // not from the beginning
    bool asks_for_rest;  // the first request afterwards has a range
  };
  BigHost plain, dated, changed, other_length, ignoring, refusing, nameless;
  dated.etag = "";
  dated.last_modified = "Sun, 06 Nov 1994 08:49:37 GMT";
  changed.etag = "\"v2\"";
  changed.version = 2;
  ignoring.ignores_range = true;
  refusing.refuses_range = true;
  nameless.etag = "";
  BigHost weak = plain;
  weak.etag = "W/\"v1\"";
  const Case cases[] = {
      {"the same ETag", plain, plain, true, true},
      {"the same date", dated, dated, true, true},
      {"another ETag: all of it anew", plain, changed, false, true},
      {"a host that ignores ranges", plain, ignoring, true, true},
      {"a host that refuses the range", plain, refusing, false, true},
      {"nothing that proves it is the same", nameless, nameless, false, false},
      {"a weak ETag proves nothing", weak, weak, false, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    DownloadRig rig;
    BigHost host = c.before;
    rig.host = [&host](const WebRequest& request) { return host.answer(request); };
    rig.more = [&host](const std::string& url) {
      return url == kBig ? std::optional(host.body()) : std::nullopt;
    };
    rig.world.transport->set_link(playhead::test::SimLink::constant(8'000'000, 10ms));
    rig.open();
    DownloadRequest request;
    request.url = kList;
    const std::string id = rig.add(request);
    rig.run_for(6s);
    const int64_t before = rig.status(id).bytes_done;
    CHECK(before > 4'000'000);
    rig.close();
    host = c.after;
    const std::size_t earlier = rig.requests("big.ts").size();
    rig.open();
    const int64_t kept = rig.status(id).bytes_done;
    CHECK(kept > 4'000'000);
    REQUIRE(rig.run_until(id, DownloadState::kCompleted));
    const SimRecord* first = nullptr;
    std::size_t number = 0;
    for (const SimRecord& record : rig.world.transport->records()) {
      if (record.url != kBig || number++ != earlier) continue;
      first = &record;
    }
    REQUIRE(first != nullptr);
    CHECK(first->range.has_value() == c.asks_for_rest);
    if (c.asks_for_rest) {
      CHECK(first->range->first > 4'000'000);
      CHECK(header_of(*first, "If-Range") ==
            (c.before.etag.empty() ? c.before.last_modified : c.before.etag));
    }
    CHECK((rig.requests("big.ts").size() > earlier + 1) == (c.asks_for_rest && !c.goes_on));
    // The documents' one and the segment.
    CHECK(rig.check_bytes(id) == 2);
  }
}

TEST_CASE("downloads: O19 a plain file comes in parts, or whole where the host knows none") {
  for (const bool does_ranges : {true, false}) {
    CAPTURE(does_ranges);
    DownloadRig rig;
    const auto film = pattern_bytes(20'000'000, 7);
    const std::string url = "http://cdn.test/film.mp4";
    rig.host = [&](const WebRequest& request) -> std::optional<WebAnswer> {
      if (request.url.rfind(url, 0) != 0) return std::nullopt;
      WebAnswer answer = bytes_answer(film);
      answer.headers.push_back({"ETag", "\"f\""});
      if (does_ranges) answer.headers.push_back({"Accept-Ranges", "bytes"});
      answer.ignores_range = !does_ranges;
      return answer;
    };
    rig.more = [&](const std::string&) { return std::string(as_text(film)); };
    rig.open();
    DownloadRequest request;
    request.url = url + "?sig=1";
    const std::string id = rig.add(request);
    REQUIRE(rig.run_until(id, DownloadState::kCompleted));
    CHECK(rig.status(id).bytes_done == 20'000'000);
    CHECK(rig.check_bytes(id) == (does_ranges ? 3 : 1));
  }
}

namespace {

// What a host's 206 says of itself, though it holds what was asked for.
enum class Lie : uint8_t { kNone, kStart, kTotal };

std::string content_range_of(const WebRequest& request, Lie lie, int64_t size) {
  const std::string range = request.header("range");
  if (lie == Lie::kNone || range.rfind("bytes=", 0) != 0) return "";
  const int64_t first = std::stoll(range.substr(6));
  const std::string last = range.substr(range.find('-') + 1);
  const int64_t end = last.empty() ? size - 1 : std::min<int64_t>(std::stoll(last), size - 1);
  const int64_t shift = lie == Lie::kStart ? (first > 0 ? -1 : 1) : 0;
  return "bytes " + std::to_string(first + shift) + "-" + std::to_string(end + shift) + "/" +
         std::to_string(lie == Lie::kTotal ? size + 5 + first : size);
}

}  // namespace

TEST_CASE("downloads: O19 a 206 that begins elsewhere, or of a file of another length") {
  struct Case {
    const char* name;
    std::size_t size;  // of a plain file, fetched in parts
    Lie lie;
    std::optional<ErrorCode> failure;  // none: all of it came in spite of it
  };
  const Case cases[] = {
      {"begins elsewhere; parts near the beginning are read out of the whole", 9'000'000,
       Lie::kStart, ErrorCode::kBadResponse},
      {"another length each time", 9'000'000, Lie::kTotal, ErrorCode::kResourceChanged},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    DownloadRig rig;
    const auto film = pattern_bytes(c.size, 7);
    const std::string url = "http://cdn.test/film.mp4";
    Lie lie = c.lie;
    rig.host = [&](const WebRequest& request) -> std::optional<WebAnswer> {
      if (request.url.rfind(url, 0) != 0) return std::nullopt;
      WebAnswer answer = bytes_answer(film);
      answer.headers = {{"ETag", "\"f\""}, {"Accept-Ranges", "bytes"}};
      answer.content_range = content_range_of(request, lie, static_cast<int64_t>(film.size()));
      return answer;
    };
    rig.more = [&](const std::string&) { return std::string(as_text(film)); };
    rig.open();
    DownloadRequest request;
    request.url = url;
    const std::string id = rig.add(request);
    REQUIRE(rig.run_until(id, DownloadState::kFailed, 2min));
    const DownloadStatus failed = rig.status(id);
    CHECK(failed.failure->error.code == *c.failure);
    CHECK(failed.failure->is_retryable);
    CHECK(failed.failure->next_action == NextAction::kRetry);
    const std::size_t asked = rig.requests("film").size();
    CHECK(asked < 20);
    rig.run_for(10min);
    CHECK(rig.requests("film").size() == asked);  // it is left alone
    lie = Lie::kNone;
    REQUIRE(rig.manager->resume(id));
    REQUIRE(rig.run_until(id, DownloadState::kCompleted, 2min));
    CHECK(rig.check_bytes(id) > 0);
  }
}

TEST_CASE("downloads: O19 a segment goes on where the host answers its rest with another place") {
  for (const Lie lie : {Lie::kStart, Lie::kTotal}) {
    CAPTURE(static_cast<int>(lie));
    DownloadRig rig;
    BigHost host;
    Lie now = Lie::kNone;
    rig.host = [&](const WebRequest& request) {
      auto answer = host.answer(request);
      if (answer) answer->content_range = content_range_of(request, now, kSize);
      return answer;
    };
    rig.more = [&host](const std::string& url) {
      return url == kBig ? std::optional(host.body()) : std::nullopt;
    };
    rig.world.transport->set_link(playhead::test::SimLink::constant(8'000'000, 10ms));
    rig.open();
    DownloadRequest request;
    request.url = kList;
    const std::string id = rig.add(request);
    rig.run_for(6s);
    rig.close();
    now = lie;
    const std::size_t earlier = rig.requests("big.ts").size();
    rig.open();
    REQUIRE(rig.run_until(id, DownloadState::kCompleted, 2min));
    CHECK(rig.requests("big.ts").size() == earlier + 2);  // its rest, then all of it
    CHECK(rig.check_bytes(id) == 2);
  }
}

TEST_CASE("downloads: a large file is verified, and gone on with, some megabytes at a time") {
  DownloadRig rig;
  const BigHost host;
  rig.host = [&host](const WebRequest& request) { return host.answer(request); };
  rig.world.transport->set_link(playhead::test::SimLink::constant(8'000'000, 10ms));
  rig.open();
  DownloadRequest request;
  request.url = kList;
  const std::string id = rig.add(request);
  rig.run_for(8900ms);
  REQUIRE(rig.status(id).bytes_done > 8'000'000);
  rig.close();
  rig.open();
  int64_t before = rig.disk->bytes_read();
  int64_t most = 0;
  // Runs until so much was read, or until `done`; what one task reads is noted.
  const auto read_until = [&](int64_t bytes, const auto& done) {
    const int64_t end = rig.disk->bytes_read() + bytes;
    return rig.world.executor.run_until_true(
        [&] {
          const int64_t now = rig.disk->bytes_read();
          most = std::max(most, now - std::exchange(before, now));
          return now >= end || done();
        },
        1min);
  };
  const auto never = [] { return false; };
  REQUIRE(read_until(3'000'000, never));
  REQUIRE(rig.manager->pause(id));
  int64_t read = rig.disk->bytes_read();
  rig.run_for(1min);
  CHECK(rig.disk->bytes_read() == read);  // it was given up
  REQUIRE(rig.manager->resume(id));
  const auto is_complete = [&] { return rig.status(id).state == DownloadState::kCompleted; };
  REQUIRE(read_until(INT64_MAX / 2, is_complete));
  CHECK(rig.disk->bytes_read() - read > 8'000'000);

  rig.run_for(1s);
  before = rig.disk->bytes_read();
  REQUIRE(rig.manager->verify(id));
  REQUIRE(read_until(3'000'000, never));
  CHECK(rig.status(id).state == DownloadState::kVerifying);
  REQUIRE(read_until(INT64_MAX / 2, is_complete));
  REQUIRE(rig.manager->verify(id));
  REQUIRE(read_until(3'000'000, never));
  REQUIRE(rig.manager->remove(id));
  read = rig.disk->bytes_read();
  rig.run_for(1min);
  CHECK(rig.disk->bytes_read() == read);
  CHECK(most > 1'000'000);
  CHECK(most < 2'500'000);
}

namespace {

// A disk that hangs until it is told not to.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return is_open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    opened_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool is_open_ = false;  // under mutex_
};

struct Lanes {
  std::shared_ptr<ThreadExecutor> thread = std::make_shared<ThreadExecutor>("disk");
  std::unique_ptr<FileSystem> files = make_file_system();
  playhead::test::TempFolder folder;
  ContentKey key = *ContentKey::make();
  DiskLanes lanes{{thread}};
  ThreadExecutor engine{"engine"};

  FileWriting::Open opening(const std::string& path) {
    return [this, path]() -> Result<std::optional<VaultWriter>> {
      PLAYHEAD_TRY(VaultWriter writer, VaultWriter::create(*files, path, key, {"d", "1"}));
      return std::optional<VaultWriter>(std::move(writer));
    };
  }
  // On the engine's thread, waited for.
  void run(const std::function<void()>& work) {
    std::promise<void> done;
    engine.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
};

}  // namespace

TEST_CASE("file_writing: S18 nobody waits for a disk that hangs, and all is written in the end") {
  Lanes world;
  Gate gate;
  const auto media = pattern_bytes(3'000'000, 3);
  std::unique_ptr<FileWriting> file;
  std::promise<Result<VaultSummary>> ended;
  std::atomic<int64_t> saved{0};
  const std::string path = world.folder.path("1.part");
  DiskQueue other(world.lanes);
  other.post([&gate] { gate.pass(); });  // what is on that lane
  world.run([&] {
    file = std::make_unique<FileWriting>(
        world.lanes, world.engine, world.opening(path), 0,
        FileWriting::Events{{},
                            [&](int64_t checkpoint) { saved = checkpoint; },
                            [&](VaultSummary summary) { ended.set_value(std::move(summary)); },
                            [&](Error error) { ended.set_value(std::move(error)); }});
    for (std::size_t at = 0; at < media.size(); at += 100'000) {
      const auto from = media.begin() + static_cast<std::ptrdiff_t>(at);
      file->append(SharedBytes(std::vector<uint8_t>(from, from + 100'000)));
    }
    file->save([](int64_t) { return Result<void>(); });
    file->finish([&] { return world.files->rename(path, world.folder.path("1.vault")); });
    CHECK(file->size() == 3'000'000);
  });
  CHECK(world.lanes.bytes_waiting() == 3'000'000);
  gate.open();
  const auto summary = ended.get_future().get();
  REQUIRE(summary);
  CHECK(summary->size == 3'000'000);
  CHECK(saved == 3'000'000 / 65'536 * 65'536);
  world.run([&] { file.reset(); });
  other.wait();
  CHECK(world.lanes.bytes_waiting() == 0);
  auto reader =
      VaultReader::open(*world.files, world.folder.path("1.vault"), world.key, {"d", "1"});
  REQUIRE(reader);
  REQUIRE(reader->expect(summary->digest));
  CHECK(*reader->is_expected());
  std::vector<uint8_t> bytes(media.size());
  REQUIRE(reader->read_at(0, bytes));
  CHECK((bytes == media));
}

TEST_CASE("file_writing: what fails is told once; what is given up is written no more") {
  Lanes world;
  std::unique_ptr<FileWriting> file;
  std::promise<Result<VaultSummary>> ended;
  const std::string path = world.folder.path("1.part");
  world.run([&] {
    file = std::make_unique<FileWriting>(
        world.lanes, world.engine, world.opening(path), 0,
        FileWriting::Events{{},
                            [](int64_t) {},
                            [&](VaultSummary summary) { ended.set_value(std::move(summary)); },
                            [&](Error error) { ended.set_value(std::move(error)); }});
    file->append(SharedBytes(pattern_bytes(1'000'000, 3)));
    file->save([](int64_t) -> Result<void> { return make_error(ErrorCode::kStoreIo, "no row"); });
    file->append(SharedBytes(pattern_bytes(1'000'000, 4)));
    file->finish([] { return Result<void>(); });
  });
  const auto summary = ended.get_future().get();
  REQUIRE(!summary);
  CHECK(summary.error().context == "no row");
  // What came before is there and can be saved.
  world.run([&] {
    int64_t saved = 0;
    CHECK(file->save_now([&](int64_t checkpoint) {
      saved = checkpoint;
      return Result<void>();
    }));
    CHECK(saved == 1'000'000 / 65'536 * 65'536);
    Gate gate;
    DiskQueue other(world.lanes);
    other.post([&gate] { gate.pass(); });
    file->append(SharedBytes(pattern_bytes(1'000'000, 5)));
    file.reset();  // before its lane came to it
    gate.open();
    other.wait();
  });
  CHECK(world.lanes.bytes_waiting() == 0);
}

}  // namespace playhead::offline
