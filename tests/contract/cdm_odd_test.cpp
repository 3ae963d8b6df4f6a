// SPDX-License-Identifier: Apache-2.0
// A module that breaks the rules while it serves (cdm_modules/odd_module.c): the host does not.
#include <algorithm>
#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/thread_executor.h"
#include "contract/clear_key_rig.h"
#include "contract/drm_world.h"
#include "playhead/drm/cdm_module.h"

namespace playhead::test {
namespace {

class LogRecorder final : public LogSink {
 public:
  void log(LogLevel level, std::string_view module, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    last_ = std::string(module) + " " + std::to_string(static_cast<int>(level)) + " " +
            std::string(message);
    ++count_;
    changed_.notify_all();
  }
  void wait_for_more(int lines) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&, end = count_ + lines] { return count_ >= end; });
  }
  std::string last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
  std::string last_;
};

// As DrmWorld wants it; only opening sessions is used.
class OddRig {
 public:
  OddRig() {
    auto system = load_cdm_module(PLAYHEAD_ODD_MODULE, {&store, {}, &log});
    if (!system) FAIL(system.error().context);
    system_ = *std::move(system);
  }
  DrmSystem& system() { return *system_; }
  void end() { system_.reset(); }

  MemoryLicenseStore store;
  LogRecorder log;

 private:
  std::unique_ptr<DrmSystem> system_;
};

using World = DrmWorld<OddRig>;

Result<void> ask(World::Session& opened, const std::string& command) {
  return opened.told->call([&] {
    return opened.session->request({InitDataType::kKeyIds, bytes_of(command)});
  });
}

TEST_CASE("odd module: what it says of itself is taken with care") {
  World world;
  DrmSystem& system = world.rig.system();
  const DrmCapabilities video = system.query(TrackKind::kVideo);
  CHECK(video.level == SecurityLevel::kSl2000);  // 2500
  CHECK(video.schemes == std::vector<SampleScheme>{SampleScheme::kCbcs});
  CHECK(video.decrypts_samples);
  CHECK_FALSE(video.has_secure_decoder);
  CHECK(video.max_sessions == 1);                                        // 0
  CHECK(system.query(TrackKind::kAudio).level == SecurityLevel::kNone);  // it fails
  CHECK(system.query(TrackKind::kText).level == SecurityLevel::kSl3000);
  CHECK(system.query(TrackKind::kText).max_sessions > 0);
  DrmRecorder told;
  const auto none = system.open_session(SessionKind::kPersistent, world.executor, told);
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == ErrorCode::kDrmModule);
  world.executor.run_ready();
  CHECK(told.log.empty());
}

TEST_CASE("odd module: numbers and texts of errors") {
  World world;
  struct Case {
    const char* command;
    ErrorCode code;
    int32_t detail;
    const char* context;
  };
  const Case cases[] = {
      {"positive", ErrorCode::kDrmModule, 17, "the module's request() answers an unknown number"},
      {"unknown", ErrorCode::kDrmModule, -99999,
       "the module's request() answers an unknown number"},
      {"least", ErrorCode::kDrmModule, INT32_MIN,
       "the module's request() answers an unknown number"},
      {"endless text", ErrorCode::kDrmProvisioning, 42, "ask https://host/path? again"},
      {"a command that is longer than it has room for", ErrorCode::kDrmInitData, 0,
       "the module's request() fails"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.command));
    auto opened = world.open();
    const auto asked = ask(opened, c.command);
    REQUIRE_FALSE(asked.has_value());
    CHECK(asked.error().code == c.code);
    CHECK(asked.error().detail == c.detail);
    CHECK(asked.error().context == c.context);
  }
}

TEST_CASE("odd module: what it tells against the rules ends the session") {
  World world;
  struct Case {
    const char* command;
    ErrorCode code;
    const char* context;
  };
  const Case cases[] = {
      {"huge", ErrorCode::kDrmModule, "the module's licence request is too large"},
      {"endless", ErrorCode::kDrmModule, "the module's licence request is too large"},
      {"null", ErrorCode::kDrmModule, "the module's licence request has no bytes"},
      {"none", ErrorCode::kDrmModule, "the module sends no message"},
      {"url", ErrorCode::kDrmModule, "the URL of the module's message is too long"},
      {"many keys", ErrorCode::kDrmModule, "the module has too many keys"},
      {"null keys", ErrorCode::kDrmModule, "the module's list of keys is missing"},
      {"flood", ErrorCode::kDrmModule, "the module says more than can be handled"},
      {"timers", ErrorCode::kDrmModule, "the module has too many timers"},
      {"failed", ErrorCode::kDrmRevoked, "the module's session fails"},
      {"failed well", ErrorCode::kDrmModule, "the module's session answers an unknown number"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.command));
    auto opened = world.open();
    world.executor.run_ready();
    opened.told->log.clear();
    REQUIRE(ask(opened, c.command).has_value());
    CHECK(opened.told->log.empty());  // nothing inside the call
    world.executor.run_ready();
    REQUIRE(opened.told->failure.has_value());
    CHECK(opened.told->failure->code == c.code);
    CHECK(opened.told->failure->context == c.context);
    CHECK(opened.told->log.back() == "failed");
    CHECK(std::count(opened.told->log.begin(), opened.told->log.end(), "failed") == 1);
    CHECK(std::count(opened.told->log.begin(), opened.told->log.end(), "message") == 0);
    // It is over for good.
    CHECK_FALSE(ask(opened, "type").has_value());
    const auto updated = world.update(opened, SharedBytes({1}));
    REQUIRE(updated.has_value());
    CHECK(updated->error().code == ErrorCode::kInvalidState);
    CHECK(world.executor.pending_timers() == 0);
  }
}

TEST_CASE("odd module: what it tells and nobody knows is passed over") {
  World world;
  auto opened = world.open();
  world.executor.run_ready();
  opened.told->messages.clear();
  REQUIRE(ask(opened, "type").has_value());
  world.executor.run_ready();
  CHECK(opened.told->messages.empty());
  for (const char* command : {"small", "empty"}) {  // structs that end early
    REQUIRE(ask(opened, command).has_value());
    world.executor.run_ready();
    REQUIRE(opened.told->messages.size() == 1);
    CHECK(opened.told->messages[0].challenge.empty());
    opened.told->messages.clear();
  }
  REQUIRE(ask(opened, "odd keys").has_value());
  world.executor.run_ready();
  REQUIRE(opened.told->keys.size() == 2);
  CHECK(opened.told->keys[0].status == KeyStatus::kError);
  CHECK(opened.told->keys[1].status == KeyStatus::kOutputRestricted);
  CHECK_FALSE(opened.told->failure.has_value());
}

TEST_CASE("odd module: times beyond all clocks") {
  World world;
  struct Case {
    const char* command;
    WallTime told;
  };
  constexpr int64_t kLastSecond = 253'402'300'799;  // of the year 9999
  for (const Case& c : {Case{"ends never was", WallTime{0}},
                        Case{"ends late", WallTime{kLastSecond * 1'000'000}}}) {
    CAPTURE(std::string(c.command));
    auto opened = world.open();
    REQUIRE(ask(opened, c.command).has_value());
    world.executor.run_ready();
    CHECK(opened.told->expiration == c.told);
    CHECK_FALSE(opened.told->failure.has_value());
  }
}

TEST_CASE("odd module: nothing is heard of sessions that are closed or were never open") {
  World world;
  auto first = world.open();  // says everything in open_session(), and again in close()
  first.session.reset();
  world.executor.run_ready();
  CHECK(first.told->log.empty());
  auto second = world.open();
  world.executor.run_ready();
  second.told->log.clear();
  REQUIRE(ask(second, "others").has_value());
  world.executor.run_ready();
  CHECK(first.told->log.empty());
  CHECK(second.told->log == std::vector<std::string>{"message"});  // its own request's
  CHECK(world.rig.log.last() == "drm 3 odd: one line of https://host/path? more");
}

TEST_CASE("odd module: an update ends once, or when the session does") {
  World world;
  auto opened = world.open();
  REQUIRE(ask(opened, "well").has_value());
  auto done = world.update(opened, SharedBytes({1}));  // said three times
  REQUIRE(done.has_value());
  CHECK(done->has_value());
  REQUIRE(ask(opened, "odd").has_value());
  done = world.update(opened, SharedBytes({1}));
  REQUIRE(done.has_value());
  CHECK(done->error().code == ErrorCode::kDrmModule);
  done = world.update(opened, SharedBytes(std::vector<uint8_t>(PLAYHEAD_CDM_MAX_MESSAGE + 1)));
  REQUIRE(done.has_value());
  CHECK(done->error().code == ErrorCode::kDrmLicense);
  REQUIRE(ask(opened, "never").has_value());
  int ended = 0;
  for (int i = 0; i < 100; ++i) {
    opened.session->update(SharedBytes({1}), [&](const Result<void>&) { ++ended; });
  }
  world.executor.run_ready();
  CHECK(ended == 84);  // sixteen may be under way
  opened.session.reset();
  world.executor.run_ready();
  CHECK(ended == 84);
}

TEST_CASE("odd module: a session it opens twice is closed once") {
  World world;
  auto first = world.open();
  REQUIRE(ask(first, "again").has_value());
  DrmRecorder told;
  const auto second =
      world.rig.system().open_session(SessionKind::kTemporary, world.executor, told);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::kDrmModule);
  CHECK(ask(first, "well").has_value());
}

TEST_CASE("odd module: functions it does not have") {
  World world;
  auto opened = world.open();
  for (const auto& result :
       {opened.session->restore("x"), opened.session->renew(), opened.session->release()}) {
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::kInvalidState);
  }
  CHECK(opened.session->restore(std::string(300, 'x')).error().code == ErrorCode::kDrmNoLicense);
  CHECK(opened.session->persistent_id().empty());  // it does not end within the buffer
  REQUIRE(ask(opened, "failing id").has_value());
  CHECK(opened.session->persistent_id().empty());
}

TEST_CASE("odd module: samples it does not open are wiped") {
  World world;
  const auto decryptor = world.rig.system().decryptor();
  REQUIRE(decryptor != nullptr);
  struct Case {
    uint8_t command;
    SampleScheme scheme;
    ErrorCode code;
  };
  const Case cases[] = {{1, SampleScheme::kCenc, ErrorCode::kDrmModule},
                        {1, SampleScheme::kHlsAvc, ErrorCode::kDrmModule},
                        {2, SampleScheme::kHlsAvc, ErrorCode::kDrmModule},
                        {3, SampleScheme::kCenc, ErrorCode::kDrmModule},
                        {4, SampleScheme::kCenc, ErrorCode::kDrmModule},
                        {5, SampleScheme::kCenc, ErrorCode::kDrmModule},
                        {6, SampleScheme::kCenc, ErrorCode::kDrmOutputRestricted}};
  for (const Case& c : cases) {
    CAPTURE(int{c.command});
    CryptoInfo info;
    info.kid[0] = c.command;
    info.scheme = c.scheme;
    std::vector<uint8_t> sample(100, 7);
    const auto result = decryptor->decrypt(info, sample);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == c.code);
    CHECK(sample == std::vector<uint8_t>(100));
  }
  CryptoInfo info;
  info.kid[0] = 3;
  info.scheme = SampleScheme::kHlsAac;
  std::vector<uint8_t> sample(100, 7);
  const auto shorter = decryptor->decrypt(info, sample);
  REQUIRE(shorter.has_value());
  CHECK(*shorter == 50);
  info = {};
  info.subsamples = {{50, 51}};  // the module never sees them
  const auto refused = decryptor->decrypt(info, sample);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::kDrmSample);
  CHECK(sample == std::vector<uint8_t>(100));
  info.subsamples.assign(50, {1, 1});  // more than have a place of their own
  CHECK(decryptor->decrypt(info, sample).has_value());
}

TEST_CASE("odd module: the store checks what it is asked") {
  World world;
  auto opened = world.open();
  CHECK(ask(opened, "store").has_value());
  CHECK(world.rig.store.records.empty());
}

// Ends its session in the midst of what it is told.
class Ending final : public DrmSessionListener {
 public:
  void on_drm_message(DrmMessage) override { count(); }
  void on_drm_keys(std::vector<KeyInfo>) override { count(); }
  void on_drm_expiration(std::optional<WallTime>) override { count(); }
  void on_drm_failed(Error) override { end(); }  // it was flooded

  std::unique_ptr<DrmSession> session;
  std::promise<void> ended;
  int told = 0;
  int told_late = 0;

 private:
  void count() {
    if (session == nullptr) ++told_late;
    if (++told == 500) end();
  }
  void end() {
    session.reset();
    ended.set_value();
  }
};

TEST_CASE("odd module: talks from a thread of its own, on and on") {
  OddRig rig;
  Ending listener;
  {
    ThreadExecutor executor("odd");
    executor.post([&] {
      auto opened = rig.system().open_session(SessionKind::kTemporary, executor, listener);
      REQUIRE(opened.has_value());
      listener.session = *std::move(opened);
      REQUIRE(listener.session->request({InitDataType::kKeyIds, bytes_of("thread")}).has_value());
    });
    listener.ended.get_future().wait();
  }
  // Session and executor are gone; the thread still talks of them.
  rig.log.wait_for_more(100);
  const auto decryptor = rig.system().decryptor();
  std::vector<uint8_t> sample(10);
  CHECK(decryptor->decrypt({}, sample).has_value());
  CHECK(listener.told >= 1);
  CHECK(listener.told_late == 0);
}

// What an app's C++ does must not unwind a module's frames.
class ThrowingStore final : public LicenseStore {
 public:
  Result<void> put(const std::string&, ByteView) override { throw std::bad_alloc(); }
  Result<std::vector<uint8_t>> get(const std::string&) override { throw std::bad_alloc(); }
  Result<void> remove(const std::string&) override { throw std::bad_alloc(); }
};

TEST_CASE("cdm host: what a callback throws is an error to the module, and passes no C frame") {
  ThrowingStore store;
  auto system = load_cdm_module(PLAYHEAD_CLEARKEY_MODULE, {&store, {}, nullptr});
  REQUIRE(system.has_value());
  VirtualExecutor executor;
  DrmRecorder told;
  auto session = (*system)->open_session(SessionKind::kPersistent, executor, told);
  REQUIRE(session.has_value());
  const Result<void> restored = (*session)->restore("id");
  REQUIRE_FALSE(restored.has_value());
  CHECK(restored.error().code == ErrorCode::kInternal);
}

// A table whose functions all throw, but for those that `good` names.
enum Slot : unsigned { kStart = 1, kOpen = 2, kRequest = 4, kQuery = 8 };
unsigned good = 0;
const playhead_cdm_host* host_of_table = nullptr;
int closed = 0, destroyed = 0;

[[noreturn]] void raise_one() { throw std::bad_alloc(); }

playhead_cdm_system throwing_table() {
  static const uint8_t id[16] = {1};
  playhead_cdm_system table = {};
  table.struct_size = sizeof(table);
  table.abi_version = PLAYHEAD_CDM_ABI_VERSION;
  table.name = "throwing";
  table.system_ids = id;
  table.system_id_count = 1;
  table.destroy = [](void*) {
    ++destroyed;
    raise_one();
  };
  table.start = [](void*, const playhead_cdm_host* host, playhead_cdm_error*) -> int32_t {
    host_of_table = host;
    if ((good & kStart) == 0) raise_one();
    return 0;
  };
  table.query = [](void*, uint32_t, playhead_cdm_capabilities* told) -> int32_t {
    told->level = 3000;
    told->can = PLAYHEAD_CDM_DECRYPTS;
    told->schemes = PLAYHEAD_CDM_CENC;
    told->max_sessions = 1;
    if ((good & kQuery) == 0) raise_one();
    return 0;
  };
  table.open_session = [](void*, uint64_t number, uint32_t, playhead_cdm_session** opened,
                          playhead_cdm_error*) -> int32_t {
    if ((good & kOpen) == 0) raise_one();
    // The number of the session is all there is of it.
    *opened = reinterpret_cast<playhead_cdm_session*>(static_cast<uintptr_t>(number));
    return 0;
  };
  table.close = [](playhead_cdm_session*) {
    ++closed;
    raise_one();
  };
  table.request = [](playhead_cdm_session* session, uint32_t, const uint8_t*, std::size_t,
                     playhead_cdm_error*) -> int32_t {
    if ((good & kRequest) == 0) raise_one();
    host_of_table->post(host_of_table->user, reinterpret_cast<uintptr_t>(session), 1);
    return 0;
  };
  table.update = [](playhead_cdm_session*, const uint8_t*, std::size_t, uint64_t) { raise_one(); };
  table.wake = [](playhead_cdm_session*, uint64_t) { raise_one(); };
  table.decrypt = [](void*, const playhead_cdm_crypto_info*, uint8_t*, std::size_t*,
                     playhead_cdm_error*) -> int32_t { raise_one(); };
  table.restore = [](playhead_cdm_session*, const char*, playhead_cdm_error*) -> int32_t {
    raise_one();
  };
  table.renew = [](playhead_cdm_session*, playhead_cdm_error*) -> int32_t { raise_one(); };
  table.release = [](playhead_cdm_session*, playhead_cdm_error*) -> int32_t { raise_one(); };
  table.persistent_id = [](playhead_cdm_session*, char*, std::size_t) -> int32_t { raise_one(); };
  return table;
}

TEST_CASE("cdm host: what a function of a table throws is the module's error, and goes no further") {
  const playhead_cdm_system table = throwing_table();
  const auto is_module_error = [](const auto& result) {
    return !result && result.error().code == ErrorCode::kDrmModule;
  };
  good = 0;
  closed = destroyed = 0;
  CHECK(is_module_error(make_cdm_system(&table, {})));
  CHECK(destroyed == 1);
  VirtualExecutor executor;
  DrmRecorder told;
  {
    good = kStart;
    auto made = make_cdm_system(&table, {});
    REQUIRE(made.has_value());
    CHECK((*made)->query(TrackKind::kVideo).level == SecurityLevel::kNone);
    CHECK((*made)->decryptor() == nullptr);
    CHECK(is_module_error((*made)->open_session(SessionKind::kTemporary, executor, told)));
  }
  CHECK(destroyed == 2);
  good = kStart | kOpen | kQuery;
  auto system = *make_cdm_system(&table, {});
  auto session = *system->open_session(SessionKind::kTemporary, executor, told);
  const InitData init{InitDataType::kKeyIds, bytes_of("x")};
  const Result<void> requested = session->request(init);
  CHECK(is_module_error(requested));
  CHECK(requested.error().context == "an exception came out of it");
  for (const auto& result : {session->restore("x"), session->renew(), session->release()}) {
    CHECK(is_module_error(result));
  }
  CHECK(session->persistent_id().empty());
  std::optional<Result<void>> updated;
  session->update(SharedBytes({1}), [&](Result<void> result) { updated = std::move(result); });
  executor.run_ready();
  REQUIRE(updated);
  CHECK(is_module_error(*updated));
  std::vector<uint8_t> sample(100, 7);
  CHECK(is_module_error(system->decryptor()->decrypt({}, sample)));
  CHECK(sample == std::vector<uint8_t>(100));
  CHECK_FALSE(told.failure);
  good |= kRequest;
  CHECK(session->request(init).has_value());
  executor.run_ready();
  REQUIRE(told.failure);  // wake() threw
  CHECK(told.failure->code == ErrorCode::kDrmModule);
  session.reset();
  system.reset();
  CHECK(closed == 1);
  CHECK(destroyed == 3);
}

}  // namespace
}  // namespace playhead::test
