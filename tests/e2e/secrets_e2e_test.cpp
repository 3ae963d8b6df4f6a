// SPDX-License-Identifier: Apache-2.0
// Keys stay where they belong: the real service, the real network, FFmpeg, all that is written or
// told searched for them, and all memory that is given back.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "drm_setup.h"
#include "e2e/freed_memory.h"
#include "e2e/protected_titles.h"
#include "e2e/server_driver.h"
#include "playhead/playhead.h"
#include "playhead/player.h"
#include "playhead/secret_bytes.h"
#include "support/bent_clear_key.h"

using namespace playhead;
using namespace playhead::e2e;
using nlohmann::json;

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Of a title whose keys a licence brings, or of one whose keys lie in files; in hexadecimal digits.
std::vector<std::string> keys_of(const std::filesystem::path& title) {
  std::vector<std::string> keys;
  if (std::filesystem::exists(title / "keys.json")) {
    const json list = json::parse(read_file(title / "keys.json"));
    for (const json& row : list["keys"]) keys.push_back(row["key"]);
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(title)) {
    const bool is_key = file.is_regular_file() && file.path().parent_path().filename() == "keys";
    const std::string text = is_key ? read_file(file.path()) : std::string();
    if (text.size() == 16) keys.push_back(KeyForms(ByteView(as_bytes(text))).forms.at(1).bytes);
  }
  return keys;
}

// The keys that lie in files beside the playlists, written into these.
void put_keys_into_playlists(const std::filesystem::path& title) {
  std::vector<std::filesystem::path> playlists;
  for (const auto& file : std::filesystem::recursive_directory_iterator(title)) {
    if (file.path().extension() == ".m3u8") playlists.push_back(file.path());
  }
  for (const auto& playlist : playlists) {
    std::string text = read_file(playlist);
    for (std::size_t at = 0; (at = text.find("\"keys/", at)) != std::string::npos; ++at) {
      const std::size_t end = text.find('"', at + 1);
      const std::string key = read_file(playlist.parent_path() / text.substr(at + 1, end - at - 1));
      const std::string base64 = KeyForms(ByteView(as_bytes(key))).forms.at(2).bytes;
      text.replace(at + 1, end - at - 1, "data:;base64," + base64);
    }
    std::ofstream(playlist, std::ios::binary) << text;
  }
}

// Every line, at every level.
class AllLines final : public LogSink {
 public:
  void log(LogLevel, std::string_view module, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    text_.append(module).append(": ").append(message).append("\n");
  }
  [[nodiscard]] std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

struct Played {
  int64_t frames = 0;
  std::string error;
  std::string log;
  std::string decisions;
  std::vector<std::string> freed;
  std::string freed_by_server;
};

// How keys come to the player, and to whom.
enum class Way {
  kPlain,
  kFailsOver,   // a system that cannot decrypt after a while, which is told in the log
  kC,           // a module, hooks in C, licences by the plain message
  kInPlaylist,  // data: URIs
};

struct Service {
  TempDir data, media;
  std::unique_ptr<ServerProcess> server;
  std::string token;

  // `keys`: what its memory is searched for.
  Service(const std::string& id, const std::string& manifest, Way way,
          const std::vector<std::string>& keys) {
    const std::filesystem::path to = media.path() / id;
    std::filesystem::copy(protected_titles() / id, to, std::filesystem::copy_options::recursive);
    json title = json::parse(read_file(to / "title.json"));
    title["manifests"] = {{manifest.ends_with(".mpd") ? "dash" : "hls", manifest}};
    // Renewed while it plays.
    if (title.contains("drm")) title["drm"]["license_seconds"] = 3;
    media.write(id + "/title.json", title.dump());
    if (way == Way::kInPlaylist) put_keys_into_playlists(to);
    token = make_token(data.path());
    std::string words;
    for (const std::string& key : keys) words += key + ' ';
    ::setenv("PLAYHEAD_WATCHED_KEYS", words.c_str(), 1);
    ::setenv("PLAYHEAD_WATCHED_REPORT", report().c_str(), 1);
    server = std::make_unique<ServerProcess>(data.path(), media.path(), std::vector<std::string>(),
                                             std::string(PLAYHEAD_BIN_DIR) + "/watched_server");
  }
  [[nodiscard]] std::string report() const { return (data.path() / "report").string(); }
  // What it gave back of its memory with keys in it, from its start to its end.
  [[nodiscard]] std::string end() const {
    server->signal(SIGTERM);
    CHECK(server->wait() == 0);
    return read_file(report());
  }
};

#ifdef PLAYHEAD_CLEARKEY_CDM
int answers_seen = 0;

// Answers go through a hook in C that changes nothing, to a module.
DrmConfig c_config() {
  playhead_license_hooks hooks = PLAYHEAD_LICENSE_HOOKS_INIT;
  hooks.on_response = [](void*, playhead_license_message* message) -> playhead_status {
    ++answers_seen;
    uint64_t bytes = 0;
    const void* body = playhead_license_message_body(message, &bytes);
    const SecretBytes copy(static_cast<const uint8_t*>(body),
                           static_cast<const uint8_t*>(body) + bytes);
    return playhead_license_message_set_body(message, copy.data(), copy.size());
  };
  const char* const module = PLAYHEAD_CLEARKEY_CDM;
  playhead_drm_config theirs = PLAYHEAD_DRM_CONFIG_INIT;
  theirs.no_clear_key = 1;
  theirs.modules = &module;
  theirs.module_count = 1;
  theirs.hooks = &hooks;
  theirs.raw_licenses = 1;
  return *capi::make_drm_config(&theirs, nullptr);
}
#endif

DrmConfig drm_config(Way way) {
  DrmConfig config;
  if (way == Way::kFailsOver) {
    const auto script = std::make_shared<test::BentScript>();
    script->name = "clearkey";
    script->decrypt_error = make_error(ErrorCode::kInternal, "planned");
    script->decrypts_before = 100;
    config.systems.push_back(test::make_bent(script));
  }
#ifdef PLAYHEAD_CLEARKEY_CDM
  if (way == Way::kC) config = c_config();
#endif
  return config;
}

Played play(const Service& service, const std::string& title, Way way, Duration from,
            const TempDir& written, const std::vector<KeyForms>& keys) {
  Played played;
  ClientConfig config;
  config.drm = drm_config(way);
  config.api_url = service.server->url("");
  config.token_provider = [&](bool, TokenCallback done) { done(service.token); };
  const auto log = std::make_shared<AllLines>();
  config.log = log;
  config.storage_path = (written.path() / "store").string();
  config.recording_path = (written.path() / "recording").string();
  watch_freed_memory(keys);
  {
    std::counting_semaphore<> events(0);
    auto client = Client::create(std::move(config));
    REQUIRE_MESSAGE(client.has_value(), describe(client.error()));
    auto player = Player::create(*client, {}, {});
    REQUIRE(player.has_value());
    (*player)->set_wakeup([&events] { events.release(); });
    PlaySource source;
    source.title_id = title;
    source.start = from;
    (*player)->load(source);
    (*player)->set_speed(2);
    bool is_over = false;
    for (; !is_over; events.acquire()) {
      while (auto event = (*player)->next_event()) {
        if (auto* failed = std::get_if<Failed>(&event->payload)) {
          played.error = describe(failed->error);
        }
        const bool ends = std::holds_alternative<Failed>(event->payload) ||
                          std::holds_alternative<Ended>(event->payload);
        if (ends) (*player)->stop();
        if (const auto* summary = std::get_if<Summary>(&event->payload)) {
          played.frames = summary->qoe.shown_frames + summary->qoe.dropped_frames;
          is_over = true;
        }
      }
    }
    played.decisions = (*player)->decision_log();
  }
  played.freed = stop_watching();
  played.log = log->text();
  played.freed_by_server = service.end();
  return played;
}

}  // namespace

TEST_CASE("secrets: the search finds what it looks for") {
  const std::vector<uint8_t> key = bytes_of_hex("244c5dbcbe682ed78e57e425cfea9927");
  const std::vector<KeyForms> keys{KeyForms(key)};
  struct Case {
    const char* form;
    std::string text;
  };
  const Case cases[] = {
      {"raw", "..." + std::string(key.begin(), key.end())},
      {"hex", "key=244c5dbcbe682ed78e57e425cfea9927"},
      {"base64url", R"({"k":"JExdvL5oLteOV-Qlz-qZJw"})"},
      {"base64", "JExdvL5oLteOV+Qlz+qZJw=="},
      {"base64 of base64url", "eyJrIjoiSkV4ZHZMNW9MdGVPVi1RbHotcVpKdyJ9"},
      {"", "244c5dbcbe682ed78e57e425cfea9926"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.form));
    CHECK(std::string(keys[0].found_in(c.text)) == c.form);
  }
  watch_freed_memory(keys);
  delete new std::vector<uint8_t>(key);
  const SharedBytes wiped = share_secret(key);
  std::vector<std::string> freed = stop_watching();
  CHECK(freed == std::vector<std::string>{"raw in 16 bytes"});
  watch_freed_memory(keys);
  {
    const SharedBytes last = share_secret(wiped.view());
    SecretBytes grows;
    for (int i = 0; i < 10; ++i) grows.insert(grows.end(), key.begin(), key.end());
  }
  CHECK(stop_watching().empty());
}

TEST_CASE("secrets: keys are in no log, event, recording or store, and in no memory given back") {
  struct Case {
    const char* title;
    const char* manifest;
    Way way;
    Duration from;  // 8 s have three licences; the last 3 s the last key
  };
  for (const Case& c : {Case{"tiny-cenc", "cmaf/manifest.mpd", Way::kC, 0s},
                        Case{"tiny-cenc", "cmaf/manifest.mpd", Way::kFailsOver, 0s},
                        Case{"tiny-identity", "cmaf/master.m3u8", Way::kPlain, 5s},
                        Case{"tiny-identity", "cmaf/master.m3u8", Way::kInPlaylist, 5s},
                        Case{"tiny-aes", "ts/master.m3u8", Way::kPlain, 3s},
                        Case{"tiny-samples", "ts/master.m3u8", Way::kPlain, 3s}}) {
    CAPTURE(std::string(c.title));
    CAPTURE(static_cast<int>(c.way));
    const std::vector<std::string> hex = keys_of(protected_titles() / c.title);
    REQUIRE_FALSE(hex.empty());
    std::vector<KeyForms> keys;
    for (const std::string& key : hex) keys.emplace_back(bytes_of_hex(key));
    const Service service(c.title, c.manifest, c.way, hex);
    const TempDir written;
    const Played played = play(service, c.title, c.way, c.from, written, keys);
    CHECK(played.error.empty());
    const auto pictures = (Duration(8s) - c.from).count() * 24 / 1'000'000;
    CHECK(played.frames >= pictures - 1);
    // Playlists are not secret: of keys in them memory is full.
    if (c.way != Way::kInPlaylist) {
      CHECK(played.freed == std::vector<std::string>());
      CHECK(played.freed_by_server == std::to_string(keys.size()) + " keys");
    }
    int files = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(written.path())) {
      if (!file.is_regular_file()) continue;
      CAPTURE(file.path().filename().string());
      ++files;
      const std::string text = read_file(file.path());
      for (const KeyForms& key : keys) CHECK(std::string(key.found_in(text)).empty());
    }
    CHECK(files >= 2);
    // The recording has every event, as text.
    CHECK(read_file(written.path() / "recording").find("first-frame") != std::string::npos);
    if (c.way == Way::kFailsOver) CHECK_FALSE(played.log.empty());
#ifdef PLAYHEAD_CLEARKEY_CDM
    if (c.way == Way::kC) CHECK(answers_seen >= 2);
#endif
    for (const KeyForms& key : keys) {
      CHECK(std::string(key.found_in(played.log)).empty());
      CHECK(std::string(key.found_in(played.decisions)).empty());
    }
  }
}
