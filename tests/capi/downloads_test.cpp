// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "capi/command_output.h"
#include "playhead/playhead.h"
#include "support/loopback_server.h"
#include "support/temp_folder.h"

// The C interface of downloads over the real manager, a real disk and a real server.
namespace {

using namespace playhead::test;

constexpr playhead_status kInvalid = -PLAYHEAD_ERROR_INVALID_ARGUMENT;
constexpr playhead_status kNotFound = -PLAYHEAD_ERROR_NOT_FOUND;
constexpr std::size_t kFilmBytes = 300'000;

void count(void* user) { ++*static_cast<int*>(user); }

// Keeps what the app is told, and lets a test wait for it.
class Ear {
 public:
  playhead_download_listener table() {
    playhead_download_listener listener = PLAYHEAD_DOWNLOAD_LISTENER_INIT;
    listener.user = this;
    listener.destroy = [](void* user) { ++static_cast<Ear*>(user)->destroyed; };
    listener.changed = [](void* user, const playhead_download* download) {
      static_cast<Ear*>(user)->changed(*download);
    };
    listener.removed = [](void* user, const char* id) {
      static_cast<Ear*>(user)->hear("removed " + std::string(id));
    };
    return listener;
  }
  void wait_for(const std::string& news) {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] {
      for (const std::string& heard : heard_)
        if (heard == news) return true;
      return false;
    });
  }

  // 0 when every question inside a callback was answered.
  playhead_status asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  int destroyed = 0;
  playhead_downloads* asks = nullptr;  // set before anything can be told: asked inside callbacks

 private:
  void changed(const playhead_download& download) {
    if (asks != nullptr && download.state != PLAYHEAD_DOWNLOAD_REMOVING) {
      playhead_download_list* list = nullptr;
      const playhead_status found = playhead_downloads_find(asks, download.id, &list);
      playhead_download_list_release(list);
      const std::lock_guard lock(mutex_);
      if (found != PLAYHEAD_OK) asked_ = found;
    }
    hear(std::to_string(download.state) + ' ' + download.id);
  }
  void hear(std::string news) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(std::move(news));
    came_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> heard_;
  playhead_status asked_ = PLAYHEAD_OK;
};

// A client, a folder and a server with one film.
struct World {
  TempFolder folder;
  LoopbackServer server;
  std::string path = folder.path("downloads");
  std::string film = server.url("/film.mp4");
  std::string log;  // the last error
  playhead_client* client = nullptr;

  World() {
    server.serve("/film.mp4", bytes_answer(std::vector<uint8_t>(kFilmBytes, 7)));
    playhead_log_sink sink = PLAYHEAD_LOG_SINK_INIT;
    sink.user = this;
    sink.log = [](void* user, int32_t level, const char* module, const char* message) {
      // Only what the interface itself says, which is on this thread.
      const bool is_ours = level == PLAYHEAD_LOG_ERROR && std::string(module) == "capi";
      if (is_ours) static_cast<World*>(user)->log = message;
    };
    playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
    config.log_sink = &sink;
    REQUIRE(playhead_client_create(&config, &client) == PLAYHEAD_OK);
  }
  ~World() { playhead_client_destroy(client); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] playhead_downloads_config config() const {
    playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
    config.path = path.c_str();
    config.free_space_floor_bytes = -1;
    return config;
  }
};

struct Closer {
  void operator()(playhead_downloads* downloads) const { playhead_downloads_close(downloads); }
};
using Downloads = std::unique_ptr<playhead_downloads, Closer>;

Downloads open(const World& world, const playhead_downloads_config& config) {
  playhead_downloads* downloads = nullptr;
  REQUIRE(playhead_downloads_open(world.client, &config, &downloads) == PLAYHEAD_OK);
  return Downloads(downloads);
}

Downloads open_pumped(const World& world) {
  playhead_downloads_config config = world.config();
  config.is_pumped = 1;
  return open(world, config);
}

std::string add(const Downloads& downloads, const std::string& url) {
  playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  request.url = url.c_str();
  request.app_data = "mine";
  char id[PLAYHEAD_DOWNLOAD_ID_BYTES] = "x";
  uint64_t needed = 0;
  REQUIRE(playhead_downloads_add(downloads.get(), &request, id, sizeof id, &needed) == PLAYHEAD_OK);
  CHECK(needed == std::strlen(id) + 1);
  return id;
}

void pump_to_rest(const Downloads& downloads) {
  int32_t has_more = 1;
  while (has_more == 1)
    REQUIRE(playhead_downloads_pump(downloads.get(), 50'000, &has_more) == PLAYHEAD_OK);
}

// The list is kept as long as the strings are looked at.
struct Found {
  playhead_download_list* list = nullptr;
  playhead_download download = PLAYHEAD_DOWNLOAD_INIT;

  Found(const Downloads& downloads, const std::string& id) {
    REQUIRE(playhead_downloads_find(downloads.get(), id.c_str(), &list) == PLAYHEAD_OK);
    REQUIRE(playhead_download_list_count(list) == 1);
    REQUIRE(playhead_download_list_get(list, 0, &download) == PLAYHEAD_OK);
  }
  ~Found() { playhead_download_list_release(list); }
  Found(const Found&) = delete;
  Found& operator=(const Found&) = delete;
};

int count_downloads(const Downloads& downloads) {
  playhead_download_list* list = nullptr;
  REQUIRE(playhead_downloads_list(downloads.get(), &list) == PLAYHEAD_OK);
  const int found = playhead_download_list_count(list);
  playhead_download_list_release(list);
  return found;
}

}  // namespace

TEST_CASE("U08 downloads: NULL is answered everywhere") {
  const World world;
  const Downloads downloads = open_pumped(world);
  playhead_downloads* const some = downloads.get();
  const playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
  const playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  const playhead_download_conditions conditions = PLAYHEAD_DOWNLOAD_CONDITIONS_INIT;
  playhead_download_limits limits = PLAYHEAD_DOWNLOAD_LIMITS_INIT;
  playhead_downloads* none = some;
  CHECK(playhead_downloads_open(nullptr, &config, &none) == kInvalid);
  CHECK(none == nullptr);
  CHECK(playhead_downloads_open(world.client, nullptr, &none) == kInvalid);
  CHECK(playhead_downloads_open(world.client, &config, nullptr) == kInvalid);
  CHECK(playhead_downloads_add(nullptr, &request, nullptr, 0, nullptr) == kInvalid);
  CHECK(playhead_downloads_add(some, nullptr, nullptr, 0, nullptr) == kInvalid);
  for (const auto command :
       {playhead_downloads_pause, playhead_downloads_resume, playhead_downloads_remove,
        playhead_downloads_renew, playhead_downloads_verify}) {
    CHECK(command(nullptr, "d1") == kInvalid);
    CHECK(command(some, nullptr) == kInvalid);
    CHECK(command(some, "d1") == kNotFound);
    CHECK(command(some, "") == kNotFound);
  }
  CHECK(playhead_downloads_set_priority(nullptr, "d1", 1) == kInvalid);
  CHECK(playhead_downloads_set_priority(some, nullptr, 1) == kInvalid);
  CHECK(playhead_downloads_set_priority(some, "d1", 1) == kNotFound);
  for (const auto command : {playhead_downloads_pause_all, playhead_downloads_resume_all,
                             playhead_downloads_remove_all}) {
    CHECK(command(nullptr) == kInvalid);
    CHECK(command(some) == PLAYHEAD_OK);
  }
  CHECK(playhead_downloads_set_conditions(nullptr, &conditions) == kInvalid);
  CHECK(playhead_downloads_set_conditions(some, nullptr) == kInvalid);
  CHECK(playhead_downloads_set_limits(nullptr, &limits) == kInvalid);
  CHECK(playhead_downloads_set_limits(some, nullptr) == kInvalid);
  limits.parallel_titles = 9;
  CHECK(playhead_downloads_set_limits(some, &limits) == kInvalid);
  playhead_download_list* list = nullptr;
  CHECK(playhead_downloads_list(nullptr, &list) == kInvalid);
  CHECK(playhead_downloads_list(some, nullptr) == kInvalid);
  CHECK(playhead_downloads_find(nullptr, "d1", &list) == kInvalid);
  CHECK(playhead_downloads_find(some, nullptr, &list) == kInvalid);
  CHECK(playhead_downloads_find(some, "d1", nullptr) == kInvalid);
  CHECK(playhead_downloads_find(some, "d1", &list) == kNotFound);
  CHECK(list == nullptr);
  playhead_download download = PLAYHEAD_DOWNLOAD_INIT;
  CHECK(playhead_download_list_count(nullptr) == 0);
  CHECK(playhead_download_list_get(nullptr, 0, &download) == kInvalid);
  int32_t has_more = 7;
  CHECK(playhead_downloads_pump(nullptr, 1, &has_more) == kInvalid);
  CHECK(has_more == 0);
  CHECK(playhead_downloads_pump(some, INT64_MIN, nullptr) == PLAYHEAD_OK);
  CHECK(playhead_downloads_pump(some, INT64_MAX, nullptr) == PLAYHEAD_OK);  // nothing to do
  playhead_download_list_release(nullptr);
  playhead_downloads_close(nullptr);
}

TEST_CASE("U08 downloads: a config that cannot be is refused, and its tables are given back") {
  World world;
  struct Case {
    const char* name;
    void (*change)(playhead_downloads_config&, playhead_device_keys&, playhead_video_chooser&,
                   playhead_download_listener&);
    const char* reason;  // in the log; "": the arguments alone are wrong
  };
  const Case cases[] = {
      {"no folder", [](auto& c, auto&, auto&, auto&) { c.path = nullptr; }, "folder"},
      {"too many titles", [](auto& c, auto&, auto&, auto&) { c.parallel_titles = 9; },
       "parallel_titles"},
      {"negative titles", [](auto& c, auto&, auto&, auto&) { c.parallel_titles = -1; },
       "parallel_titles"},
      {"too many segments", [](auto& c, auto&, auto&, auto&) { c.parallel_segments = 17; },
       "parallel_segments"},
      {"negative quota", [](auto& c, auto&, auto&, auto&) { c.quota_bytes = -1; }, "quota"},
      {"negative contact", [](auto& c, auto&, auto&, auto&) { c.max_without_contact_us = -1; },
       "max_without_contact"},
      {"a size that cannot be", [](auto& c, auto&, auto&, auto&) { c.struct_size = 3; }, ""},
      {"keys without a key", [](auto&, auto& k, auto&, auto&) { k.get_key = nullptr; }, ""},
      {"half a counter",
       [](auto&, auto& k, auto&, auto&) {
         k.read_counter = [](void*, uint64_t*) { return playhead_status{0}; };
       },
       ""},
      {"a chooser that does not", [](auto&, auto&, auto& v, auto&) { v.choose = nullptr; }, ""},
      {"a resolver that does not",
       [](auto& c, auto&, auto&, auto&) {
         static const playhead_url_resolver kMute = PLAYHEAD_URL_RESOLVER_INIT;
         c.url_resolver = &kMute;
       },
       ""},
      {"a deaf listener", [](auto&, auto&, auto&, auto& l) { l.changed = nullptr; }, ""}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    int destroyed = 0;
    playhead_device_keys keys = PLAYHEAD_DEVICE_KEYS_INIT;
    playhead_video_chooser chooser = PLAYHEAD_VIDEO_CHOOSER_INIT;
    playhead_download_listener listener = PLAYHEAD_DOWNLOAD_LISTENER_INIT;
    keys.user = chooser.user = listener.user = &destroyed;
    keys.destroy = chooser.destroy = listener.destroy = count;
    keys.get_key = [](void*, uint8_t* key) {
      std::memset(key, 7, PLAYHEAD_DEVICE_KEY_BYTES);
      return playhead_status{0};
    };
    chooser.choose = [](void*, const playhead_video_question*) { return int32_t{0}; };
    listener.changed = [](void*, const playhead_download*) {};
    playhead_downloads_config config = world.config();
    config.device_keys = &keys;
    config.video_chooser = &chooser;
    config.listener = &listener;
    c.change(config, keys, chooser, listener);
    world.log.clear();
    playhead_downloads* downloads = nullptr;
    CHECK(playhead_downloads_open(world.client, &config, &downloads) == kInvalid);
    CHECK(downloads == nullptr);
    CHECK(world.log.find(c.reason) != std::string::npos);
    CHECK(destroyed == (config.struct_size == 3 ? 0 : 3));
  }
  CHECK_FALSE(std::filesystem::exists(world.path));
}

TEST_CASE("downloads: a URL that is refused is asked of the app, whose answer is taken") {
  World world;
  world.server.serve([](const WebRequest& request) -> std::optional<WebAnswer> {
    if (!request.target.starts_with("/signed.mp4")) return std::nullopt;
    if (request.target != "/signed.mp4?sig=2") return status_answer(403);
    return bytes_answer(std::vector<uint8_t>(kFilmBytes, 7));
  });
  struct App {
    std::string id, url, answer;
    int asked = 0, destroyed = 0;
  };
  for (const bool has_another : {true, false}) {
    CAPTURE(has_another);
    App app;
    app.answer = has_another ? world.server.url("/signed.mp4?sig=2") : "";
    playhead_url_resolver resolver = PLAYHEAD_URL_RESOLVER_INIT;
    resolver.user = &app;
    resolver.destroy = [](void* user) { ++static_cast<App*>(user)->destroyed; };
    resolver.resolve = [](void* user, const char* id, const char* url,
                          playhead_url_request* request) {
      auto& asked = *static_cast<App*>(user);
      asked.id = id;
      asked.url = url;
      ++asked.asked;
      CHECK(playhead_url_request_get(request)->app_data == std::string("mine"));
      CHECK(playhead_url_request_get(request)->url == std::string(url));
      playhead_url_request_answer(request, asked.answer.empty() ? nullptr : asked.answer.c_str());
    };
    Ear ear;
    const playhead_download_listener listener = ear.table();
    playhead_downloads_config config = world.config();
    config.url_resolver = &resolver;
    config.listener = &listener;
    Downloads downloads = open(world, config);
    const std::string url = world.server.url("/signed.mp4?sig=1");
    const std::string id = add(downloads, url);
    const int end = has_another ? PLAYHEAD_DOWNLOAD_COMPLETED : PLAYHEAD_DOWNLOAD_FAILED;
    ear.wait_for(std::to_string(end) + ' ' + id);
    {
      const Found found(downloads, id);
      CHECK(found.download.error_code == (has_another ? 0 : PLAYHEAD_ERROR_FORBIDDEN));
    }
    REQUIRE(playhead_downloads_remove(downloads.get(), id.c_str()) == PLAYHEAD_OK);
    ear.wait_for("removed " + id);
    downloads.reset();
    CHECK(app.asked == 1);
    CHECK(app.id == id);
    CHECK(app.url == url);
    CHECK(app.destroyed == 1);
  }
  playhead_url_request_answer(nullptr, "x");
  CHECK(playhead_url_request_get(nullptr) == nullptr);
}

TEST_CASE("downloads: a file comes by itself, is told, listed, checked, kept and removed") {
  World world;
  Ear ear;
  const playhead_download_listener listener = ear.table();
  playhead_downloads_config config = world.config();
  config.listener = &listener;
  Downloads downloads = open(world, config);
  ear.asks = downloads.get();
  const std::string id = add(downloads, world.film);
  ear.wait_for(std::to_string(PLAYHEAD_DOWNLOAD_COMPLETED) + ' ' + id);
  CHECK(ear.asked() == PLAYHEAD_OK);
  {
    const Found found(downloads, id);
    CHECK(found.download.state == PLAYHEAD_DOWNLOAD_COMPLETED);
    CHECK(found.download.bytes_done == kFilmBytes);
    CHECK(found.download.bytes_total == kFilmBytes);
    CHECK(found.download.is_total_exact == 1);
    CHECK(found.download.error_code == 0);
    CHECK(std::string(found.download.request->url) == world.film);
    CHECK(std::string(found.download.request->app_data) == "mine");
    CHECK(found.download.added_at_us > 0);
    playhead_download none = PLAYHEAD_DOWNLOAD_INIT;
    none.state = 7;
    for (const int32_t index : {-1, 1, INT32_MAX}) {
      CHECK(playhead_download_list_get(found.list, index, &none) == kInvalid);
      CHECK(none.state == 0);
    }
    CHECK(playhead_download_list_get(found.list, 0, nullptr) == kInvalid);
  }
  CHECK(add(downloads, world.film) == id);  // is there already
  CHECK(playhead_downloads_verify(downloads.get(), id.c_str()) == PLAYHEAD_OK);
  CHECK(playhead_downloads_pump(downloads.get(), 1, nullptr) == -PLAYHEAD_ERROR_INVALID_STATE);

  // A list outlives what it came from; what was downloaded outlives the process.
  const auto kept = std::make_unique<Found>(downloads, id);
  downloads.reset();
  CHECK(ear.destroyed == 1);
  CHECK(std::string(kept->download.id) == id);
  Ear second;
  const playhead_download_listener second_listener = second.table();
  config.listener = &second_listener;
  downloads = open(world, config);
  CHECK(count_downloads(downloads) == 1);
  REQUIRE(playhead_downloads_remove(downloads.get(), id.c_str()) == PLAYHEAD_OK);
  second.wait_for("removed " + id);
  CHECK(count_downloads(downloads) == 0);
  CHECK(playhead_downloads_pause(downloads.get(), id.c_str()) == kNotFound);
}

TEST_CASE("downloads: pumped, nothing happens but while the app pumps") {
  World world;
  Ear ear;
  const playhead_download_listener listener = ear.table();
  playhead_downloads_config config = world.config();
  config.is_pumped = 1;
  config.listener = &listener;
  const Downloads downloads = open(world, config);
  ear.asks = downloads.get();
  const std::string id = add(downloads, world.film);
  CHECK(Found(downloads, id).download.state == PLAYHEAD_DOWNLOAD_QUEUED);
  CHECK(world.server.requests().empty());
  REQUIRE(playhead_downloads_pause(downloads.get(), id.c_str()) == PLAYHEAD_OK);
  pump_to_rest(downloads);
  CHECK(Found(downloads, id).download.state == PLAYHEAD_DOWNLOAD_PAUSED);
  CHECK(playhead_downloads_set_priority(downloads.get(), id.c_str(), 5) == PLAYHEAD_OK);
  CHECK(Found(downloads, id).download.request->priority == 5);
  REQUIRE(playhead_downloads_resume_all(downloads.get()) == PLAYHEAD_OK);
  pump_to_rest(downloads);
  CHECK(Found(downloads, id).download.state == PLAYHEAD_DOWNLOAD_COMPLETED);
  ear.wait_for(std::to_string(PLAYHEAD_DOWNLOAD_COMPLETED) + ' ' + id);
  CHECK(ear.asked() == PLAYHEAD_OK);
  CHECK(playhead_downloads_remove_all(downloads.get()) == PLAYHEAD_OK);
  pump_to_rest(downloads);
  CHECK(count_downloads(downloads) == 0);
}

TEST_CASE("downloads: a list is in the order of priority, and never changes") {
  const World world;
  const Downloads downloads = open_pumped(world);
  const std::string first = add(downloads, world.server.url("/1.mp4"));
  const std::string second = add(downloads, world.server.url("/2.mp4"));
  playhead_download_list* before = nullptr;
  REQUIRE(playhead_downloads_list(downloads.get(), &before) == PLAYHEAD_OK);
  REQUIRE(playhead_downloads_set_priority(downloads.get(), second.c_str(), 1) == PLAYHEAD_OK);
  playhead_download_list* after = nullptr;
  REQUIRE(playhead_downloads_list(downloads.get(), &after) == PLAYHEAD_OK);
  const auto ids = [](const playhead_download_list* list) {
    std::string text;
    playhead_download download = PLAYHEAD_DOWNLOAD_INIT;
    for (int32_t i = 0; playhead_download_list_get(list, i, &download) == PLAYHEAD_OK; ++i)
      text += std::string(download.id) + ' ';
    return text;
  };
  CHECK(ids(before) == first + ' ' + second + ' ');
  CHECK(ids(after) == second + ' ' + first + ' ');
  playhead_download_list_release(before);
  playhead_download_list_release(after);
}

TEST_CASE("downloads: what the conditions forbid waits, and says for what") {
  struct Case {
    const char* name;
    void (*change)(playhead_download_conditions&);
    int32_t waits_for;
  };
  const Case cases[] = {
      {"no network", [](auto& c) { c.is_offline = 1; }, PLAYHEAD_WAIT_NETWORK},
      {"it costs", [](auto& c) { c.is_metered = 1; }, PLAYHEAD_WAIT_UNMETERED},
      {"on battery", [](auto& c) { c.is_on_battery = 1; }, PLAYHEAD_WAIT_CHARGING}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    World world;
    playhead_downloads_config config = world.config();
    config.is_pumped = 1;
    config.only_charging = 1;
    const Downloads downloads = open(world, config);
    playhead_download_conditions conditions = PLAYHEAD_DOWNLOAD_CONDITIONS_INIT;
    c.change(conditions);
    REQUIRE(playhead_downloads_set_conditions(downloads.get(), &conditions) == PLAYHEAD_OK);
    const std::string id = add(downloads, world.film);
    pump_to_rest(downloads);
    {
      const Found found(downloads, id);
      CHECK(found.download.state == PLAYHEAD_DOWNLOAD_WAITING);
      CHECK(found.download.waits_for == c.waits_for);
    }
    conditions = PLAYHEAD_DOWNLOAD_CONDITIONS_INIT;
    REQUIRE(playhead_downloads_set_conditions(downloads.get(), &conditions) == PLAYHEAD_OK);
    pump_to_rest(downloads);
    CHECK(Found(downloads, id).download.state == PLAYHEAD_DOWNLOAD_COMPLETED);
  }
}

TEST_CASE("downloads: an app's chooser may ask what the library would choose") {
  struct Offer {
    const char* codecs;
    int width, height;
  };
  const Offer kinds[] = {
      {"avc1.4d401f", 1280, 720}, {"avc1.4d401e", 854, 480}, {"av01.0.04M.08", 1280, 720}};
  std::vector<playhead_video_offer> offers;
  for (const Offer& kind : kinds) {
    playhead_video_offer& offer = offers.emplace_back(PLAYHEAD_VIDEO_OFFER_INIT);
    offer.codecs = kind.codecs;
    offer.width = kind.width;
    offer.height = kind.height;
    offer.can_decode = 1;
  }
  std::vector<const playhead_video_offer*> pointers;
  for (const playhead_video_offer& offer : offers) pointers.push_back(&offer);
  playhead_video_question question = PLAYHEAD_VIDEO_QUESTION_INIT;
  question.offers = pointers.data();
  question.offer_count = 3;
  question.free_bytes = int64_t{1} << 40;
  CHECK(playhead_choose_download_video(&question) == 2);
  question.free_bytes = int64_t{1} << 30;
  CHECK(playhead_choose_download_video(&question) == 1);
  question.offer_count = 0;
  CHECK(playhead_choose_download_video(&question) == -1);
  CHECK(playhead_choose_download_video(nullptr) == -1);
}

TEST_CASE("downloads: S10 who pumps looks for files that went, too") {
  World world;
  Downloads downloads = open_pumped(world);
  const std::string id = add(downloads, world.film);
  pump_to_rest(downloads);
  REQUIRE(Found(downloads, id).download.state == PLAYHEAD_DOWNLOAD_COMPLETED);
  downloads.reset();
  const std::filesystem::path files = world.path + "/content/" + id;
  const auto count = [&] { return std::distance(std::filesystem::directory_iterator(files), {}); };
  const auto before = count();
  std::filesystem::remove(std::filesystem::directory_iterator(files)->path());
  downloads = open_pumped(world);
  pump_to_rest(downloads);
  CHECK(Found(downloads, id).download.state == PLAYHEAD_DOWNLOAD_COMPLETED);
  CHECK(count() == before);
}

TEST_CASE("downloads: limits that change hold back and let go on") {
  World world;
  playhead_downloads_config config = world.config();
  config.is_pumped = 1;
  const Downloads downloads = open(world, config);
  playhead_download_conditions conditions = PLAYHEAD_DOWNLOAD_CONDITIONS_INIT;
  conditions.is_metered = 1;
  REQUIRE(playhead_downloads_set_conditions(downloads.get(), &conditions) == PLAYHEAD_OK);
  const std::string id = add(downloads, world.film);
  pump_to_rest(downloads);
  CHECK(Found(downloads, id).download.waits_for == PLAYHEAD_WAIT_UNMETERED);
  playhead_download_limits limits = PLAYHEAD_DOWNLOAD_LIMITS_INIT;
  limits.allow_metered = 1;
  REQUIRE(playhead_downloads_set_limits(downloads.get(), &limits) == PLAYHEAD_OK);
  pump_to_rest(downloads);
  CHECK(Found(downloads, id).download.state == PLAYHEAD_DOWNLOAD_COMPLETED);
}

TEST_CASE("downloads: requests that cannot be are refused with a sentence") {
  World world;
  const Downloads downloads = open_pumped(world);
  struct Case {
    const char* name;
    const char* url;
    int64_t from_us, to_us;
    const char* reason;
  };
  const Case cases[] = {{"nothing", "", 0, 0, "title"},
                        {"a file", "file:///etc/passwd", 0, 0, "http"},
                        {"an empty range", "http://127.0.0.1/x", 9, 9, "range"},
                        {"a negative range", "http://127.0.0.1/x", -1, 0, "negative"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
    request.url = c.url;
    request.from_us = c.from_us;
    request.to_us = c.to_us;
    char id[PLAYHEAD_DOWNLOAD_ID_BYTES] = "old";
    uint64_t needed = 9;
    world.log.clear();
    CHECK(playhead_downloads_add(downloads.get(), &request, id, sizeof id, &needed) == kInvalid);
    CHECK(id[0] == '\0');
    CHECK(needed == 0);
    CHECK(world.log.find(c.reason) != std::string::npos);
  }
  // Too little room for the id: nothing is cut off, and the same call again names it.
  playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  request.url = world.film.c_str();
  char small[4] = "old";
  uint64_t needed = 0;
  CHECK(playhead_downloads_add(downloads.get(), &request, nullptr, 4, &needed) == kInvalid);
  CHECK(playhead_downloads_add(downloads.get(), &request, small, sizeof small, &needed) ==
        PLAYHEAD_OK);
  CHECK(small[0] == '\0');
  CHECK(needed > sizeof small);
  CHECK(needed <= PLAYHEAD_DOWNLOAD_ID_BYTES);
  std::string exact(needed, 'x');
  CHECK(playhead_downloads_add(downloads.get(), &request, exact.data(), needed, nullptr) ==
        PLAYHEAD_OK);
  CHECK(exact.back() == '\0');
  CHECK(count_downloads(downloads) == 1);
}

TEST_CASE("downloads: a failure says why and what helps") {
  World world;
  const Downloads downloads = open_pumped(world);
  const std::string id = add(downloads, world.server.url("/nothing.mpd"));  // a 404
  pump_to_rest(downloads);
  const Found found(downloads, id);
  CHECK(found.download.state == PLAYHEAD_DOWNLOAD_FAILED);
  CHECK(found.download.error_code == PLAYHEAD_ERROR_NOT_FOUND);
  CHECK(std::string(found.download.error_name) == "NOT_FOUND");
  CHECK(std::string(found.download.message).size() > 10);
}

TEST_CASE("downloads: the app chooses the picture, and may want none") {
  World world;
  world.server.serve("/film.m3u8", text_answer("#EXTM3U\n"
                                               "#EXT-X-STREAM-INF:BANDWIDTH=900000,"
                                               "RESOLUTION=640x360,CODECS=\"avc1.4d401e\"\n"
                                               "low.m3u8\n"
                                               "#EXT-X-STREAM-INF:BANDWIDTH=2900000,"
                                               "RESOLUTION=1280x720,CODECS=\"avc1.4d401f\"\n"
                                               "high.m3u8\n"));
  int32_t offers = 0;
  playhead_video_chooser chooser = PLAYHEAD_VIDEO_CHOOSER_INIT;
  chooser.user = &offers;
  chooser.choose = [](void* user, const playhead_video_question* question) {
    *static_cast<int32_t*>(user) = question->offer_count;
    return int32_t{-1};
  };
  playhead_downloads_config config = world.config();
  config.is_pumped = 1;
  config.video_chooser = &chooser;
  const Downloads downloads = open(world, config);
  const std::string id = add(downloads, world.server.url("/film.m3u8"));
  pump_to_rest(downloads);
  CHECK(offers == 2);
  const Found found(downloads, id);
  CHECK(found.download.state == PLAYHEAD_DOWNLOAD_FAILED);
  CHECK(found.download.error_code == PLAYHEAD_ERROR_NO_PLAYABLE_TRACK);
}

TEST_CASE("downloads: a folder belongs to one opener and to one device") {
  World world;
  struct Store {
    uint8_t fill = 7;
    int destroyed = 0;
  } store;
  playhead_device_keys keys = PLAYHEAD_DEVICE_KEYS_INIT;
  keys.user = &store;
  keys.destroy = [](void* user) { ++static_cast<Store*>(user)->destroyed; };
  keys.get_key = [](void* user, uint8_t* key) {
    const uint8_t fill = static_cast<Store*>(user)->fill;
    std::memset(key, fill, PLAYHEAD_DEVICE_KEY_BYTES);
    return fill == 0 ? playhead_status{-1} : playhead_status{PLAYHEAD_OK};
  };
  playhead_downloads_config config = world.config();
  config.device_keys = &keys;
  Downloads downloads = open(world, config);
  playhead_downloads* second = nullptr;
  CHECK(playhead_downloads_open(world.client, &config, &second) == -PLAYHEAD_ERROR_OFFLINE_BUSY);
  CHECK(second == nullptr);
  CHECK(store.destroyed == 1);
  downloads.reset();
  CHECK(store.destroyed == 2);
  store.fill = 8;
  CHECK(playhead_downloads_open(world.client, &config, &second) ==
        -PLAYHEAD_ERROR_OFFLINE_OTHER_DEVICE);
  CHECK(world.log.find("another device") != std::string::npos);
  store.fill = 0;
  CHECK(playhead_downloads_open(world.client, &config, &second) == -PLAYHEAD_ERROR_STORE_IO);
  store.fill = 7;
  CHECK(count_downloads(open(world, config)) == 0);
}

TEST_CASE("downloads: the example downloads a file") {
  const World world;
  const std::string program = PLAYHEAD_BIN_DIR "/capi_example_download ";
  const std::string output =
      playhead::test::output_of(program + world.film + ' ' + world.path + " 2>&1");
  CAPTURE(output);
  CHECK(output.find("300 of 300 kB completed") != std::string::npos);
  CHECK(count_downloads(open_pumped(world)) == 1);
}
