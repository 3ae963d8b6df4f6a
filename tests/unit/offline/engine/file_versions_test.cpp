// SPDX-License-Identifier: Apache-2.0
#include "engine/file_versions.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "engine/download_rig.h"
#include "store/layout.h"
#include "support/loopback_server.h"
#include "vault/device_sealer.h"
#include "vault/file_device_keys.h"
#include "vault/vault_reader.h"

// Files that are fetched in parts from hosts that put another in their place meanwhile.
namespace playhead::offline {
namespace {

using playhead::test::bytes_answer;
using playhead::test::LoopbackServer;
using playhead::test::pattern_bytes;
using playhead::test::text_answer;
using test::DownloadRig;
using test::WebAnswer;
using test::WebRequest;

constexpr int kSegments = 8;
constexpr std::size_t kSegmentBytes = 250'000;
const std::string kListTarget = "/parts.m3u8";
const std::string kFileTarget = "/parts.ts";

// One file, of which the playlist names ranges.
std::string list_of_parts() {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:4\n";
  for (int n = 0; n < kSegments; ++n) {
    text += "#EXTINF:4,\n#EXT-X-BYTERANGE:" + std::to_string(kSegmentBytes) + "@" +
            std::to_string(static_cast<std::size_t>(n) * kSegmentBytes) + "\nparts.ts\n";
  }
  return text + "#EXT-X-ENDLIST\n";
}

// How the host tells its versions apart, and how it answers conditions.
struct Telling {
  const char* name;
  bool etag = true;
  bool is_weak = false;
  bool date = false;
  bool length = false;
  bool heeds_if_range = true;
};

struct Version {
  uint32_t number = 1;

  [[nodiscard]] std::vector<uint8_t> body(const Telling& telling) const {
    const std::size_t more = telling.length ? number : 0;
    return pattern_bytes(kSegments * kSegmentBytes + more, number);
  }
  [[nodiscard]] WebAnswer answer(const Telling& telling) const {
    WebAnswer answer = bytes_answer(body(telling));
    const std::string name = "\"v" + std::to_string(number) + "\"";
    if (telling.etag) answer.headers.push_back({"ETag", (telling.is_weak ? "W/" : "") + name});
    if (telling.date) {
      answer.headers.push_back(
          {"Last-Modified", "Sun, 0" + std::to_string(number % 10) + " Nov 1994 08:49:37 GMT"});
    }
    return answer;
  }
};

struct World {
  explicit World(Telling how) : telling(how) {
    rig.host = [this](const WebRequest& request) -> std::optional<WebAnswer> {
      if (request.url == "http://cdn.test" + kListTarget) return text_answer(list_of_parts());
      if (request.url != "http://cdn.test" + kFileTarget) return std::nullopt;
      ++asked;
      if (before_answer) before_answer();
      WebAnswer answer = version.answer(telling);
      if (telling.heeds_if_range || !request.has_header("If-Range")) return answer;
      WebRequest bare = request;
      std::erase_if(bare.headers, [](const HttpHeader& h) { return h.name == "If-Range"; });
      return playhead::test::apply_range(bare, std::move(answer));
    };
    rig.more = [this](const std::string& url) -> std::optional<std::string> {
      if (url != "http://cdn.test" + kFileTarget) return std::nullopt;
      const auto bytes = version.body(telling);
      return std::string(as_text(bytes));
    };
    rig.world.transport->set_link(playhead::test::SimLink::constant(4'000'000, 10ms));
    rig.open();
  }

  std::string add() {
    DownloadRequest request;
    request.url = "http://cdn.test" + kListTarget;
    return rig.add(request);
  }

  Telling telling;
  Version version;
  int asked = 0;
  std::function<void()> before_answer;
  DownloadRig rig;
};

const Telling kTellings[] = {
    {"by ETag"},
    {"by ETag, conditions ignored", true, false, false, false, false},
    {"by weak ETag", true, true},
    {"by date", false, false, true},
    {"by length", false, false, false, true},
};

}  // namespace

TEST_CASE("downloads: O18 a file that its host replaces between two parts is fetched anew") {
  for (const Telling& telling : kTellings) {
    for (const bool is_reopened : {false, true}) {
      CAPTURE(telling.name);
      CAPTURE(is_reopened);
      World world(telling);
      const std::string id = world.add();
      REQUIRE(world.rig.world.executor.run_until_true(
          [&] {
            return world.rig.status(id).bytes_done >= static_cast<int64_t>(2 * kSegmentBytes);
          },
          1min));
      if (is_reopened) world.rig.close();
      world.version.number = 2;
      if (is_reopened) world.rig.open();
      REQUIRE(world.rig.run_until(id, DownloadState::kCompleted));
      // All of it is the second version, byte by byte.
      CHECK(world.rig.check_bytes(id) == 1 + kSegments);
    }
  }
}

TEST_CASE("downloads: a file that stays is asked for by its version, and never twice") {
  World world(kTellings[0]);
  const std::string id = world.add();
  REQUIRE(world.rig.run_until(id, DownloadState::kCompleted));
  CHECK(world.asked == kSegments);
  int conditions = 0;
  for (const auto& record : world.rig.world.transport->records()) {
    for (const HttpHeader& header : record.headers) {
      if (header.name != "If-Range") continue;
      CHECK(header.value == "\"v1\"");
      ++conditions;
    }
  }
  // Those that were under way together could not know.
  CHECK(conditions >= kSegments - world.rig.config.parallel_segments);
}

TEST_CASE("downloads: a file that is another with every answer is given up, typed") {
  World world(kTellings[0]);
  world.before_answer = [&world] { ++world.version.number; };
  const std::string id = world.add();
  REQUIRE(world.rig.run_until(id, DownloadState::kFailed));
  const auto failure = world.rig.status(id).failure;
  REQUIRE(failure);
  CHECK(failure->error.code == ErrorCode::kResourceChanged);
  CHECK(failure->is_retryable);
  CHECK(failure->next_action == NextAction::kRetry);
  CHECK(world.asked <= (FileVersions::kMostChanges + 1) * 2 * world.rig.config.parallel_segments);
  // Once it stays it is fetched.
  world.before_answer = nullptr;
  REQUIRE(world.rig.manager->resume(id));
  REQUIRE(world.rig.run_until(id, DownloadState::kCompleted));
  CHECK(world.rig.check_bytes(id) == 1 + kSegments);
}

TEST_CASE("downloads: a plain file that is replaced between two parts is fetched anew") {
  DownloadRig rig;
  const std::string url = "http://cdn.test/film.mp4";
  uint32_t version = 1;
  const auto film = [&] { return pattern_bytes(version == 1 ? 20'000'000 : 21'000'000, version); };
  rig.host = [&](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url != url) return std::nullopt;
    WebAnswer answer = bytes_answer(film());
    answer.headers.push_back({"ETag", "\"" + std::to_string(version) + "\""});
    answer.headers.push_back({"Accept-Ranges", "bytes"});
    return answer;
  };
  rig.more = [&](const std::string&) {
    const auto bytes = film();
    return std::string(as_text(bytes));
  };
  rig.config.parallel_segments = 1;
  rig.open();
  DownloadRequest request;
  request.url = url;
  const std::string id = rig.add(request);
  REQUIRE(rig.world.executor.run_until_true([&] { return rig.status(id).bytes_done >= 9'000'000; },
                                            10min));
  version = 2;
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  CHECK(rig.status(id).bytes_done == 21'000'000);
  CHECK(rig.check_bytes(id) == 3);
}

namespace {

// Completion, told on the client's thread.
class Waiting final : public DownloadListener {
 public:
  void on_download_changed(const DownloadStatus& status) override {
    const std::lock_guard lock(mutex_);
    last_ = status;
    changed_.notify_all();
  }
  void on_download_removed(const std::string&) override {}
  DownloadStatus wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] {
      return last_.state == DownloadState::kCompleted || last_.state == DownloadState::kFailed;
    });
    return last_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  DownloadStatus last_;  // under mutex_
};

}  // namespace

TEST_CASE("downloads: a file that is replaced on a real host comes whole from one version") {
  LoopbackServer server;
  std::atomic<uint32_t> asked{0};
  const Telling by_etag{"by ETag"};
  server.serve(kListTarget, text_answer(list_of_parts()));
  server.serve([&](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.target != kFileTarget) return std::nullopt;
    return Version{++asked <= kSegments / 2 ? 1U : 2U}.answer(by_etag);
  });
  const playhead::test::TempFolder folder;
  Waiting waiting;
  auto client = Client::create({});
  REQUIRE(client);
  OfflineConfig config;
  config.path = folder.path("downloads");
  config.free_space_floor = 0;
  auto manager = DownloadManager::open(*client, config, &waiting);
  REQUIRE_MESSAGE(manager, describe(manager.error()));
  DownloadRequest request;
  request.url = server.url(kListTarget);
  const auto id = (*manager)->add(request);
  REQUIRE(id);
  const DownloadStatus status = waiting.wait();
  REQUIRE(status.state == DownloadState::kCompleted);
  manager = make_error(ErrorCode::kClosed, "");
  const std::shared_ptr<FileSystem> files = make_file_system();
  auto store = DownloadStore::open(*files, config.path);
  REQUIRE(store);
  const auto rows = (*store)->resources(*id, 0, 100);
  REQUIRE(rows);
  const auto device_keys = make_file_device_keys(files, config.path);
  const auto sealer = make_device_sealer(*device_keys);
  REQUIRE(sealer);
  const auto sealed = (*store)->sealed_records(*id);
  REQUIRE(sealed);
  const auto download = (*store)->find(*id);
  REQUIRE(download);
  const auto key = ContentKey::unwrap(**sealer, key_owner(download->added), sealed->content_key);
  REQUIRE(key);
  const auto expected = Version{2}.body(by_etag);
  int compared = 0;
  for (const ResourceRow& row : *rows) {
    if (!row.planned.key.range) continue;
    const auto first = static_cast<std::size_t>(row.planned.key.range->first);
    auto reader =
        VaultReader::open(*files, layout::file(config.path, *id, row.file), *key, {*id, row.file});
    REQUIRE(reader);
    std::vector<uint8_t> bytes(kSegmentBytes + 1);
    REQUIRE(*reader->read_at(0, bytes) == kSegmentBytes);
    bytes.pop_back();
    CHECK(is_same(bytes, ByteView(expected).subspan(first, kSegmentBytes)));
    CHECK(row.etag == "\"v2\"");
    CHECK(row.file_size == static_cast<int64_t>(expected.size()));
    ++compared;
  }
  CHECK(compared == kSegments);
}

}  // namespace playhead::offline
