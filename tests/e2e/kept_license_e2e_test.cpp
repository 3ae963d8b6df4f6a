// SPDX-License-Identifier: Apache-2.0
// Licences that are kept: asked of the real server over real sockets by the SDK's own parts, used
// without it, given back.
#include <algorithm>
#include <csignal>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/sqlite_store.h"
#include "base/thread_executor.h"
#include "e2e/server_driver.h"
#include "net/curl_transport.h"
#include "playhead/drm/clear_key.h"
#include "playhead/drm/license_keeper.h"
#include "session/license_client.h"
#include "session/release_outbox.h"
#include "support/memory_license_store.h"

using namespace playhead;
using namespace playhead::e2e;

namespace {

KeyId filled(char letter) {
  KeyId kid{};
  kid.fill(static_cast<uint8_t>(letter));
  return kid;
}
const KeyId kSound = filled('s');
const KeyId kHd = filled('d');
const KeyId kUhd = filled('u');

// One title with a key each for sound, 720p and 2160p, which may be kept.
struct Folders {
  TempDir media;
  TempDir data;

  Folders() {
    media.write("m_1/title.json",
                R"({"id":"m_1","name":"n","genre":"g","duration_seconds":9,)"
                R"("manifests":{"hls":"a.m3u8"},"drm":{"persistent":true,"keys":[)"
                R"({"kid":"73737373737373737373737373737373"},)"
                R"({"kid":"64646464646464646464646464646464","height":720},)"
                R"({"kid":"75757575757575757575757575757575","height":2160}]}})");
    media.write("m_1/keys.json", R"({"keys":[{"kid":"73737373737373737373737373737373",)"
                                 R"("key":"53535353535353535353535353535353"},)"
                                 R"({"kid":"64646464646464646464646464646464",)"
                                 R"("key":"44444444444444444444444444444444"},)"
                                 R"({"kid":"75757575757575757575757575757575",)"
                                 R"("key":"55555555555555555555555555555555"}]})");
    media.write("m_1/a.m3u8", "#EXTM3U\n#EXTINF:4,\na.ts\n");
  }
};

using Licenses = Result<std::vector<KeptLicense>>;

// What a start of the title gives.
std::string license_url_of(const ServerProcess& server, const std::string& token) {
  const HttpReply stream = http({.url = server.url("/api/v1/stream?movie_id=m_1"),
                                 .headers = {"Authorization: Bearer " + token}});
  REQUIRE(stream.status == 200);
  return nlohmann::json::parse(stream.body).at("drm").at("license_url");
}

// A device: its thread, its network, its store. What it owns lives on its thread.
class Device final : private DrmManagerListener {
 public:
  explicit Device(const std::string& token)
      : token_(token), access_("", [token](bool, TokenCallback done) { done(token); }) {}
  ~Device() override {
    on_thread([this] {
      keeper_.reset();
      manager_.reset();
      fetcher_.reset();
      return 0;
    });
  }

  // `call` gets a callback that ends the wait with what it is given.
  template <typename Outcome, typename Call>
  Outcome wait_for(Call call) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto future = promise->get_future();
    executor_.post([call = std::move(call), promise]() mutable {
      call([promise](Outcome outcome) { promise->set_value(std::move(outcome)); });
    });
    return future.get();
  }
  template <typename Call>
  auto on_thread(Call call) -> decltype(call()) {
    using Outcome = decltype(call());
    return wait_for<Outcome>([call = std::move(call)](auto done) mutable { done(call()); });
  }

  // Once: it outlives servers and grants.
  void learn_url(const ServerProcess& server) { url_ = license_url_of(server, token_); }
  Licenses acquire(const ServerProcess& server, const std::vector<KeyId>& kids) {
    return wait_for<Licenses>([&server, kids, this](auto done) {
      reach(server);
      ContentProtection common;
      common.scheme = "urn:mpeg:dash:mp4protection:2011";
      common.default_kids = kids;
      const LicenseWish wish{TrackKind::kVideo, {common}, std::nullopt};
      keeper_->acquire(std::span(&wish, 1), std::move(done));
    });
  }
  Result<void> release(const ServerProcess& server, const KeptLicense& license) {
    return wait_for<Result<void>>([&server, &license, this](auto done) {
      reach(server);
      keeper_->release(license, std::move(done));
    });
  }
  // Begins to play without a network; answers what becomes of the key.
  std::string play(const std::vector<KeptLicense>& licenses, const KeyId& kid) {
    return wait_for<std::string>([this, licenses, kid](auto done) {
      fetcher_ = make_refusing_fetcher(executor_);
      DrmManagerConfig config = this->config();
      config.only_kept = licenses;
      asked_ = kid;
      told_ = std::move(done);
      manager_ = DrmManager::make(std::move(config), *fetcher_, executor_, *this);
      ContentProtection common;
      common.scheme = "urn:mpeg:dash:mp4protection:2011";
      common.default_kids = {kid};
      manager_->require(TrackKind::kVideo, std::vector{common});
    });
  }
  [[nodiscard]] int max_height() {
    return on_thread([this] { return manager_->max_height(TrackKind::kVideo); });
  }
  [[nodiscard]] std::size_t record_count() {
    return on_thread([this] { return store_.records.size(); });
  }

 private:
  void on_drm_licensed() override {}
  void on_drm_fallback(DrmFallback) override {}
  void on_drm_changed() override {
    const KeyStatus status = manager_->status(asked_);
    if (!told_ || status == KeyStatus::kPending) return;
    auto told = std::move(told_);
    told_ = nullptr;
    CryptoInfo info;
    info.kid = asked_;
    std::vector<uint8_t> sample(64, 7);
    const auto opened = manager_->decryptor()->decrypt(info, sample);
    const auto failure = manager_->failure(asked_);
    told(opened ? "opened" : std::string(error_name((failure ? *failure : opened.error()).code)));
  }

  DrmManagerConfig config() {
    ClearKeyOptions options;
    options.store = &store_;
    DrmManagerConfig made;
    made.systems.push_back(make_clear_key_system(options));
    return made;
  }
  void reach(const ServerProcess& server) {
    keeper_.reset();
    access_.base_url = server.url("");
    LicenseOrigin origin{&access_, url_};
    fetcher_ = std::make_unique<LicenseClient>(DrmConfig{}, origin, transport_, executor_);
    keeper_ = LicenseKeeper::make(config(), *fetcher_, executor_);
  }

  const std::string token_;
  std::string url_;
  ApiAccess access_;
  CurlTransport transport_;
  ThreadExecutor executor_{"device"};
  test::MemoryLicenseStore store_;
  std::unique_ptr<LicenseFetcher> fetcher_;
  std::unique_ptr<LicenseKeeper> keeper_;
  std::unique_ptr<DrmManager> manager_;
  KeyId asked_{};
  UniqueFunction<void(std::string)> told_;
};

// One life of an app whose client keeps its store in a file.
class AppLife {
 public:
  AppLife(const TempDir& folder, const std::string& base_url, const std::string& token)
      : access_(base_url, [token](bool, TokenCallback done) { done(token); }),
        store_(std::move(SqliteStore::open((folder.path() / "store.db").string()).value())),
        outbox_(std::make_unique<ReleaseOutbox>(DrmConfig{}, &access_, *store_, transport_, executor_, nullptr)) {}
  ~AppLife() {
    std::promise<void> ended;
    executor_.post([&] {
      title_.reset();
      outbox_.reset();
      ended.set_value();
    });
    ended.get_future().wait();
  }
  // A title ends, and with it, at once, what would tell the service.
  void stop_title(const std::string& license_url, const std::string& proof) {
    std::promise<void> stopped;
    executor_.post([&] {
      const LicenseOrigin origin{&access_, license_url};
      title_ = std::make_unique<ReleaseKeeper>(
          std::make_unique<LicenseClient>(DrmConfig{}, origin, transport_, executor_), origin, *outbox_, executor_);
      LicenseRequest request;
      request.type = DrmMessageType::kRelease;
      request.scheme = "clearkey";
      request.challenge = SharedBytes(std::vector<uint8_t>(proof.begin(), proof.end()));
      title_->fetch(std::move(request), [](const Result<LicenseAnswer>&) {}).reset();
      stopped.set_value();
    });
    stopped.get_future().wait();
  }
  bool drain() {
    std::promise<bool> answer;
    outbox_->drain(30s, [&](bool is_empty) { answer.set_value(is_empty); });
    return answer.get_future().get();
  }

 private:
  ApiAccess access_;
  CurlTransport transport_;
  ThreadExecutor executor_{"client"};
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<ReleaseOutbox> outbox_;
  std::unique_ptr<ReleaseKeeper> title_;
};

std::string code_of(const Error& error) { return std::string(error_name(error.code)); }

}  // namespace

TEST_CASE("kept licences: acquired, played without the service, given back") {
  const Folders folders;
  auto server = std::make_unique<ServerProcess>(folders.data.path(), folders.media.path());
  REQUIRE(server->running());
  Device device(make_token(folders.data.path()));
  device.learn_url(*server);
  const Licenses got = device.acquire(*server, {kSound, kHd, kUhd});
  REQUIRE_MESSAGE(got.has_value(), describe(got.error()));
  REQUIRE(got->size() == 1);
  const KeptLicense license = got->front();
  // Software keeps nothing that is for hardware.
  CHECK(license.kids == std::vector<KeyId>{kSound, kHd});
  CHECK(license.terms.max_height == 720);
  CHECK(license.expires_at.has_value());
  CHECK(device.record_count() == 1);

  server->signal(SIGTERM);
  server->wait();
  CHECK(device.play(*got, kHd) == "opened");
  CHECK(device.max_height() == 720);
  CHECK(device.play(*got, kUhd) == "DRM_NO_LICENSE");

  server = std::make_unique<ServerProcess>(folders.data.path(), folders.media.path());
  REQUIRE(server->running());
  const Result<void> released = device.release(*server, license);
  CHECK_MESSAGE(released.has_value(), describe(released.error()));
  CHECK(device.record_count() == 0);
  CHECK(device.play(*got, kHd) == "DRM_NO_LICENSE");
  const std::string lines =
      run({server_program(), "licenses", "--data", folders.data.path().string(), "--user", "alice"})
          .output;
  CHECK(lines.find(" persistent m_1 73737373737373737373737373737373") != std::string::npos);
  CHECK(lines.find(" released m_1 73737373737373737373737373737373") != std::string::npos);
}

TEST_CASE("a proof that keys are gone reaches the service in the app's next life") {
  const Folders folders;
  const TempDir app;
  const std::string token = make_token(folders.data.path());
  auto server = std::make_unique<ServerProcess>(folders.data.path(), folders.media.path());
  REQUIRE(server->running());
  const std::string base_url = server->url("");
  const std::string license_url = license_url_of(*server, token);
  server->signal(SIGTERM);
  server->wait();
  // W3C Clear Key: the ids of what is given back, 16 times 's'.
  AppLife(app, base_url, token).stop_title(license_url, R"({"kids":["c3Nzc3Nzc3Nzc3Nzc3Nzcw"]})");

  server = std::make_unique<ServerProcess>(folders.data.path(), folders.media.path());
  REQUIRE(server->running());
  CHECK(AppLife(app, server->url(""), token).drain());
  const auto released = [&] {
    return run({server_program(), "licenses", "--data", folders.data.path().string(), "--user", "alice"}).output;
  };
  const std::string lines = released();
  CHECK(lines.find(" released m_1 73737373737373737373737373737373") != std::string::npos);
  // It is not told a third time.
  CHECK(AppLife(app, server->url(""), token).drain());
  CHECK(released() == lines);
}

TEST_CASE("kept licences: who may not keep the title is told so") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  Device device(make_token(folders.data.path()));
  device.learn_url(server);
  const Finished revoked = run({server_program(), "entitle", "--data", folders.data.path().string(),
                                "--user", "alice", "--title", "m_1", "--revoke"});
  REQUIRE(revoked.exit_code == 0);
  const Licenses got = device.acquire(server, {kSound});
  REQUIRE_FALSE(got.has_value());
  CHECK(code_of(got.error()) == "DRM_LICENSE_REFUSED");
  CHECK(device.record_count() == 0);
}
