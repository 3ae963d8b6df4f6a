// SPDX-License-Identifier: Apache-2.0
// Protected titles, downloaded from the real server with their licences and played without it.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <pthread.h>

#include "e2e/protected_titles.h"
#include "e2e/server_driver.h"
#include "engine/manager_impl.h"
#include "playhead/interceptor.h"
#include "playhead/log.h"
#include "playhead/offline/download_manager.h"
#include "playhead/player.h"
#include "trust/clock_source.h"

using namespace playhead;
using namespace playhead::e2e;
using nlohmann::json;

namespace {

// The device's clock, as far ahead as a test wants it.
class ShiftedClock final : public offline::ClockSource {
 public:
  offline::ClockFacts read() override {
    offline::ClockFacts facts = system_->read();
    facts.system = facts.system + ahead;
    facts.uptime += ahead;
    return facts;
  }
  Duration ahead{0};  // changed while nobody reads

 private:
  const std::unique_ptr<offline::ClockSource> system_ = offline::make_system_clock_source();
};

class Watch final : public DownloadListener {
 public:
  void on_download_changed(const DownloadStatus& status) override {
    const std::lock_guard lock(mutex_);
    latest_ = status;
    told_.notify_all();
  }
  void on_download_removed(const std::string&) override {
    const std::lock_guard lock(mutex_);
    is_removed_ = true;
    told_.notify_all();
  }
  DownloadStatus wait_for_end() {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [this] {
      return latest_.state == DownloadState::kCompleted || latest_.state == DownloadState::kFailed;
    });
    return latest_;
  }
  void wait_for_removal() {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [this] { return is_removed_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  DownloadStatus latest_;
  bool is_removed_ = false;
};

// What the library said: the reason, where something is not as it should be.
class Lines final : public LogSink {
 public:
  void log(LogLevel, std::string_view module, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    text_.append(module).append(": ").append(message).append("\n");
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

struct Played {
  int64_t frames = 0;  // shown, and those that came too late on a slow machine
  std::optional<Error> error;
  bool has_ended = false;
};

std::string this_thread() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return name.data();
}

// A key store that knows by which of the library's threads it is called, by their names: an id says
// nothing about whose thread it is.
class WatchedKeys final : public DeviceKeys {
 public:
  Result<DeviceKey> get() override {
    const Call call(*this);
    DeviceKey key;
    key.fill(7);
    return key;
  }
  Result<std::optional<uint64_t>> read_counter() override {
    const Call call(*this);
    return std::optional(counter_);
  }
  Result<void> write_counter(uint64_t value) override {
    const Call call(*this);
    counter_ = std::max(counter_, value);
    return {};
  }
  // Once nobody calls it any more.
  [[nodiscard]] const std::set<std::string>& threads() const { return threads_; }
  [[nodiscard]] bool was_called_twice_at_once() const { return was_called_twice_; }

 private:
  struct Call {
    explicit Call(WatchedKeys& keys) : lock(keys.mutex_, std::try_to_lock) {
      if (!lock) {
        keys.was_called_twice_ = true;
        return;
      }
      keys.threads_.insert(this_thread());
    }
    const std::unique_lock<std::mutex> lock;
  };

  std::mutex mutex_;
  std::atomic<bool> was_called_twice_{false};
  uint64_t counter_ = 0;
  std::set<std::string> threads_;
};

// Sees what is asked for, and adds to it.
class Kinds final : public RequestInterceptor {
 public:
  void on_request(InterceptedRequest& request) override {
    request.headers.push_back({"X-App", "1"});
    const std::lock_guard lock(mutex_);
    asked_.insert(request.kind);
  }
  void on_response(const InterceptedRequest& request, const ResponseHead&) override {
    const std::lock_guard lock(mutex_);
    if (request.headers.back().name == "X-App") answered_.insert(request.kind);
  }
  // Those that were asked for and answered since the last time.
  std::set<ResourceKind> take() {
    const std::lock_guard lock(mutex_);
    CHECK(asked_ == answered_);
    asked_.clear();
    return std::exchange(answered_, {});
  }

 private:
  std::mutex mutex_;
  std::set<ResourceKind> asked_, answered_;
};

// The service, a folder of downloads, and the app that has both.
struct World {
  TempDir media, data, downloads;
  std::unique_ptr<ServerProcess> server;
  std::shared_ptr<ShiftedClock> clock = std::make_shared<ShiftedClock>();
  Watch watch;
  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
  std::shared_ptr<Kinds> kinds = std::make_shared<Kinds>();
  std::shared_ptr<WatchedKeys> keys = std::make_shared<WatchedKeys>();
  std::string token;
  std::shared_ptr<Client> client;
  std::unique_ptr<DownloadManager> manager;

  World() { token = make_token(data.path(), "alice", "86400"); }

  // A copy of a packaged title that may be kept for `seconds`.
  void add(const std::string& id, const std::string& from, const std::string& manifest,
           int64_t seconds) const {
    const std::filesystem::path to = media.path() / id;
    std::filesystem::copy(protected_titles() / from, to, std::filesystem::copy_options::recursive);
    std::ifstream in(to / "title.json");
    json title = json::parse(in);
    title["id"] = id;
    title["manifests"] = {{manifest.ends_with(".mpd") ? "dash" : "hls", manifest}};
    if (title.contains("drm") && title["drm"].is_object()) {
      title["drm"]["persistent"] = true;
      title["drm"]["persistent_seconds"] = seconds;
    }
    media.write(id + "/title.json", title.dump());
  }
  void start_server() {
    server = std::make_unique<ServerProcess>(data.path(), media.path());
    REQUIRE(server->running());
  }
  void stop_server() {
    server->signal(SIGKILL);
    server->wait();
  }
  void open() {
    ClientConfig config;
    config.api_url = server->url("");
    config.log = lines;
    config.interceptor = kinds;
    config.token_provider = [token = token](bool, TokenCallback done) { done(token); };
    auto made = Client::create(std::move(config));
    REQUIRE_MESSAGE(made.has_value(), describe(made.error()));
    client = *std::move(made);
    OfflineConfig offline;
    offline.path = downloads.path().string();
    offline.free_space_floor = 0;
    offline.device_keys = keys;
    offline::ManagerWorld world;
    world.clock = clock;
    auto opened = DownloadManager::Impl::open(client, offline, &watch, std::move(world));
    REQUIRE_MESSAGE(opened.has_value(), describe(opened.error()));
    manager = *std::move(opened);
  }
  void close() {
    manager.reset();
    client.reset();
  }
  std::string download(const std::string& title) {
    DownloadRequest request;
    request.title_id = title;
    const auto id = manager->add(request);
    REQUIRE_MESSAGE(id.has_value(), describe(id.error()));
    const DownloadStatus status = watch.wait_for_end();
    if (status.failure) FAIL(describe(status.failure->error));
    return *id;
  }
  Played play(const std::string& id) const {
    std::counting_semaphore<> events(0);
    auto player = Player::create(client, {}, {});
    REQUIRE(player.has_value());
    (*player)->set_wakeup([&events] { events.release(); });
    PlaySource source;
    source.download_id = id;
    (*player)->load(source);
    (*player)->set_speed(2);
    Played played;
    while (true) {
      while (auto event = (*player)->next_event()) {
        if (auto* failed = std::get_if<Failed>(&event->payload)) played.error = failed->error;
        if (std::holds_alternative<Ended>(event->payload)) played.has_ended = true;
        const auto* summary = std::get_if<Summary>(&event->payload);
        if (summary == nullptr) continue;
        played.frames = summary->qoe.shown_frames + summary->qoe.dropped_frames;
        return played;
      }
      if (played.error || played.has_ended) (*player)->stop();
      events.acquire();
    }
  }
  // Lines of the service's book of licences with that word.
  [[nodiscard]] int noted(const std::string& word) const {
    const std::string lines =
        run({server_program(), "licenses", "--data", data.path().string(), "--user", "alice"})
            .output;
    int count = 0;
    for (std::size_t at = 0; (at = lines.find(" " + word + " ", at)) != std::string::npos; ++at) {
      ++count;
    }
    return count;
  }
  // Asks until the book says so; a service that never does fails the test.
  [[nodiscard]] int noted_at_last(const std::string& word, int wanted) const {
    int count = 0;
    for (int tries = 0; tries < 400 && count < wanted; ++tries) count = noted(word);
    if (count != wanted) MESSAGE(lines->text());
    return count;
  }
};

}  // namespace

TEST_CASE("protected downloads e2e: played to the end with the service gone") {
  struct Case {
    const char* name;
    const char* title;
    const char* manifest;
    bool has_licence;
  };
  const Case cases[] = {
      {"DASH cenc", "tiny-cenc", "cmaf/manifest.mpd", true},
      {"HLS cenc", "tiny-cenc", "cmaf/master.m3u8", true},
      {"HLS AES-128, MPEG-TS, two keys", "tiny-aes", "ts/master.m3u8", false},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    World world;
    world.add("m_1", c.title, c.manifest, 3600);
    world.start_server();
    world.open();
    const std::string id = world.download("m_1");
    const std::set<ResourceKind> kinds = world.kinds->take();
    for (const ResourceKind kind :
         {ResourceKind::kApi, ResourceKind::kManifest, ResourceKind::kMedia}) {
      CHECK(kinds.count(kind) == 1);
    }
    CHECK((kinds.count(ResourceKind::kLicense) == 1) == c.has_licence);
    CHECK((kinds.count(ResourceKind::kKey) == 1) == !c.has_licence);
    CHECK((world.noted("persistent") > 0) == c.has_licence);
    world.stop_server();
    const auto status = world.manager->find(id);
    REQUIRE(status.has_value());
    // The licence ends long before the copy does.
    REQUIRE(status->expires_at.has_value());
    const Duration left = *status->expires_at - status->added_at;
    CHECK((left < Duration{std::chrono::hours{2}}) == c.has_licence);
    const Played played = world.play(id);
    if (played.error) FAIL_CHECK(describe(*played.error));
    CHECK(played.has_ended);
    CHECK(played.frames == 192);
    world.manager.reset();
    // The key store is called where it says: by who opens, by what works, and for a play by what
    // reads.
    std::set<std::string> threads = world.keys->threads();
    CHECK(threads.erase("playhead-reads") == 1);
    CHECK(threads.erase(this_thread()) == 1);
    threads.erase("playhead-loads");
    CHECK(threads.empty());
    CHECK_FALSE(world.keys->was_called_twice_at_once());
    world.close();
  }
}

TEST_CASE("protected downloads e2e: a licence that has run out is told as such") {
  World world;
  world.add("m_1", "tiny-cenc", "cmaf/manifest.mpd", 3600);
  world.start_server();
  world.open();
  const std::string id = world.download("m_1");
  world.stop_server();
  world.close();
  world.clock->ahead = std::chrono::hours{2};
  world.open();
  const Played played = world.play(id);
  REQUIRE(played.error.has_value());
  CHECK(played.error->code == ErrorCode::kOfflineExpired);
  CHECK(played.error->context.find("licence has run out") != std::string::npos);
  CHECK(played.frames == 0);
  world.close();
}

TEST_CASE("protected downloads e2e: renewed, removed without the service, given back once") {
  World world;
  world.add("m_1", "tiny-cenc", "cmaf/manifest.mpd", 3600);
  world.start_server();
  world.open();
  const std::string id = world.download("m_1");
  const int kept = world.noted("persistent");
  REQUIRE(kept > 0);
  // The new ones first, then the old ones go back.
  REQUIRE(world.manager->renew(id).has_value());
  CHECK(world.noted_at_last("persistent", 2 * kept) == 2 * kept);
  CHECK(world.noted_at_last("released", kept) == kept);
  world.stop_server();
  CHECK(world.play(id).has_ended);
  REQUIRE(world.manager->remove(id).has_value());
  world.watch.wait_for_removal();
  CHECK(world.manager->list()->empty());
  world.close();

  world.start_server();
  world.open();
  CHECK(world.noted_at_last("released", 2 * kept) == 2 * kept);
  world.close();
  world.open();
  world.close();
  CHECK(world.noted("released") == 2 * kept);
}
