// SPDX-License-Identifier: Apache-2.0
// Keys stay where they belong: the real service, the real network, FFmpeg, all that is written or
// told searched for them, and all memory that is given back.
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

#include "e2e/freed_memory.h"
#include "e2e/protected_titles.h"
#include "e2e/server_driver.h"
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

std::vector<uint8_t> bytes_of_hex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

// Of a title whose keys a licence brings, or of one whose keys lie in files.
std::vector<KeyForms> keys_of(const std::filesystem::path& title) {
  std::vector<KeyForms> keys;
  if (std::filesystem::exists(title / "keys.json")) {
    const json list = json::parse(read_file(title / "keys.json"));
    for (const json& row : list["keys"]) keys.emplace_back(bytes_of_hex(row["key"]));
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(title)) {
    const bool is_key = file.is_regular_file() && file.path().parent_path().filename() == "keys";
    const std::string text = is_key ? read_file(file.path()) : std::string();
    if (text.size() == 16) keys.emplace_back(std::vector<uint8_t>(text.begin(), text.end()));
  }
  return keys;
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
};

struct Service {
  TempDir data, media;
  std::unique_ptr<ServerProcess> server;
  std::string token;

  Service(const std::string& id, const std::string& manifest) {
    const std::filesystem::path to = media.path() / id;
    std::filesystem::copy(protected_titles() / id, to, std::filesystem::copy_options::recursive);
    json title = json::parse(read_file(to / "title.json"));
    title["manifests"] = {{manifest.ends_with(".mpd") ? "dash" : "hls", manifest}};
    // Renewed while it plays.
    if (title.contains("drm")) title["drm"]["license_seconds"] = 3;
    media.write(id + "/title.json", title.dump());
    server = std::make_unique<ServerProcess>(data.path(), media.path());
    token = make_token(data.path());
  }
};

// `fails_over`: by a system that cannot decrypt after a while, which is told in the log.
Played play(const Service& service, const std::string& title, bool fails_over,
            const TempDir& written, const std::vector<KeyForms>& keys) {
  Played played;
  ClientConfig config;
  if (fails_over) {
    const auto script = std::make_shared<test::BentScript>();
    script->name = "clearkey";
    script->decrypt_error = make_error(ErrorCode::kInternal, "planned");
    script->decrypts_before = 100;
    config.drm.systems.push_back(test::make_bent(script));
  }
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
    bool fails_over;
  };
  for (const Case& c : {Case{"tiny-cenc", "cmaf/manifest.mpd", false},
                        Case{"tiny-cenc", "cmaf/manifest.mpd", true},
                        Case{"tiny-identity", "cmaf/master.m3u8", false},
                        Case{"tiny-aes", "ts/master.m3u8", false}}) {
    CAPTURE(std::string(c.title));
    CAPTURE(c.fails_over);
    const std::vector<KeyForms> keys = keys_of(protected_titles() / c.title);
    REQUIRE_FALSE(keys.empty());
    const Service service(c.title, c.manifest);
    const TempDir written;
    const Played played = play(service, c.title, c.fails_over, written, keys);
    CHECK(played.error.empty());
    CHECK(played.frames >= 8 * 24);
    CHECK(played.freed == std::vector<std::string>());
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
    if (c.fails_over) CHECK_FALSE(played.log.empty());
    for (const KeyForms& key : keys) {
      CHECK(std::string(key.found_in(played.log)).empty());
      CHECK(std::string(key.found_in(played.decisions)).empty());
    }
  }
}
