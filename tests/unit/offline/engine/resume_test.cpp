// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
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
        world.lanes, world.engine, *VaultWriter::create(*world.files, path, world.key, {"d", "1"}),
        FileWriting::Events{[&](int64_t checkpoint) { saved = checkpoint; },
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
        world.lanes, world.engine, *VaultWriter::create(*world.files, path, world.key, {"d", "1"}),
        FileWriting::Events{[](int64_t) {},
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
