// SPDX-License-Identifier: Apache-2.0
#include "drm_setup.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "drm_host.h"
#include "playhead/drm/drm_system.h"
#include "playhead/playhead.h"

using namespace playhead;
using playhead::capi::make_drm_config;

namespace {

// A system in an app: as little as there can be.
struct Made {
  static int count, destroyed;
};
int Made::count = 0;
int Made::destroyed = 0;

constexpr uint8_t kSystemId[16] = {1, 2, 3};
const playhead_cdm_host* given_host = nullptr;
int32_t start(void*, const playhead_cdm_host* host, playhead_cdm_error*) {
  given_host = host;
  return 0;
}
int32_t query(void*, uint32_t, playhead_cdm_capabilities* capabilities) {
  capabilities->level = 3000;
  capabilities->can = PLAYHEAD_CDM_SECURE_DECODER;
  capabilities->max_sessions = 1;
  return 0;
}
int32_t open_session(void*, uint64_t, uint32_t, playhead_cdm_session**, playhead_cdm_error*) {
  return -PLAYHEAD_CDM_BUSY;
}
int32_t request(playhead_cdm_session*, uint32_t, const uint8_t*, size_t, playhead_cdm_error*) {
  return -PLAYHEAD_CDM_CLOSED;
}

int32_t entry(uint32_t min_abi, uint32_t max_abi, const playhead_cdm_system** system,
              playhead_cdm_error*) {
  if (min_abi > PLAYHEAD_CDM_ABI_VERSION || max_abi < PLAYHEAD_CDM_ABI_VERSION) {
    return -PLAYHEAD_CDM_VERSION_MISMATCH;
  }
  static playhead_cdm_system table{};
  table.struct_size = sizeof(table);
  table.abi_version = PLAYHEAD_CDM_ABI_VERSION;
  table.name = "apps-own";
  table.system_ids = kSystemId;
  table.system_id_count = 1;
  table.destroy = [](void*) { ++Made::destroyed; };
  table.start = start;
  table.query = query;
  table.open_session = open_session;
  table.close = [](playhead_cdm_session*) {};
  table.request = request;
  table.update = [](playhead_cdm_session*, const uint8_t*, size_t, uint64_t) {};
  *system = &table;
  ++Made::count;
  return 0;
}
int32_t future_entry(uint32_t min_abi, uint32_t max_abi, const playhead_cdm_system** system,
                     playhead_cdm_error* error) {
  entry(min_abi, max_abi, system, error);
  static playhead_cdm_system table{};
  table = **system;
  table.abi_version = PLAYHEAD_CDM_ABI_VERSION + 1;
  *system = &table;
  return 0;
}
int32_t refusing_entry(uint32_t, uint32_t, const playhead_cdm_system**, playhead_cdm_error*) {
  return -PLAYHEAD_CDM_INTERNAL;
}

// An app with a display and a place for licences.
struct App {
  uint32_t output = PLAYHEAD_CDM_OUTPUT_HDCP2_2;
  std::map<std::string, std::string> records;
  playhead_status status = 0;  // of the store
  int destroyed = 0;

  playhead_drm_host table() {
    playhead_drm_host host = PLAYHEAD_DRM_HOST_INIT;
    host.user = this;
    host.destroy = [](void* user) { ++of(user).destroyed; };
    host.output_protection = [](void* user) { return of(user).output; };
    host.store_get = get;
    host.store_put = put;
    host.store_remove = [](void* user, const char* system, const char* name) {
      of(user).records.erase(key(system, name));
      return of(user).status;
    };
    return host;
  }
  static App& of(void* user) { return *static_cast<App*>(user); }
  static std::string key(const char* system, const char* name) {
    return std::string(system) + '/' + name;
  }
  static playhead_status put(void* user, const char* system, const char* name, const void* record,
                             uint64_t bytes) {
    App& self = of(user);
    if (self.status == 0) {
      self.records[key(system, name)] = std::string(static_cast<const char*>(record), bytes);
    }
    return self.status;
  }
  static playhead_status get(void* user, const char* system, const char* name, void* buffer,
                             uint64_t* bytes) {
    App& self = of(user);
    const auto found = self.records.find(key(system, name));
    if (found == self.records.end()) return -PLAYHEAD_ERROR_DRM_NO_LICENSE;
    const bool fits = found->second.size() <= *bytes;
    *bytes = found->second.size();
    if (!fits) return -PLAYHEAD_ERROR_BUFFER_TOO_SMALL;
    std::copy(found->second.begin(), found->second.end(), static_cast<char*>(buffer));
    return self.status;
  }
};

// What hooks saw, and what they answer.
struct Hooked {
  playhead_status status = 0;
  std::string scheme, url, body;
  int destroyed = 0;

  playhead_license_hooks table() {
    playhead_license_hooks hooks = PLAYHEAD_LICENSE_HOOKS_INIT;
    hooks.user = this;
    hooks.destroy = [](void* user) { ++static_cast<Hooked*>(user)->destroyed; };
    hooks.on_request = on_request;
    hooks.on_response = on_response;
    return hooks;
  }
  void note(const playhead_license_message* message) {
    uint64_t bytes = 0;
    const auto* first = static_cast<const char*>(playhead_license_message_body(message, &bytes));
    scheme = playhead_license_message_scheme(message);
    url = playhead_license_message_url(message);
    body = std::string(first, bytes);
  }
  static playhead_status on_request(void* user, playhead_license_message* message) {
    auto& self = *static_cast<Hooked*>(user);
    self.note(message);
    CHECK(playhead_license_message_set_url(message, "https://proxy.example/l") == 0);
    CHECK(playhead_license_message_set_header(message, "content-TYPE", "text/plain") == 0);
    CHECK(playhead_license_message_set_header(message, "X-Gone", nullptr) == 0);
    CHECK(playhead_license_message_set_header(message, "X-A", "a\r\nX-B: b") != 0);
    CHECK(playhead_license_message_set_header(message, "X A", "a") != 0);
    CHECK(playhead_license_message_set_header(message, "", "a") != 0);
    CHECK(playhead_license_message_set_body(message, "wrapped", 7) == 0);
    CHECK(playhead_license_message_set_body(message, nullptr, 1) != 0);
    CHECK(playhead_license_message_set_body(message, "x", uint64_t{2} << 20) != 0);
    return self.status;
  }
  static playhead_status on_response(void* user, playhead_license_message* message) {
    auto& self = *static_cast<Hooked*>(user);
    self.note(message);
    CHECK(playhead_license_message_set_url(message, "https://x/") != 0);
    CHECK(playhead_license_message_set_header(message, "X", "y") != 0);
    CHECK(playhead_license_message_set_body(message, "inner", 5) == 0);
    return self.status;
  }
};

std::string text_of(const SharedBytes& bytes) {
  const ByteView view = bytes.view();
  return {view.begin(), view.end()};
}

}  // namespace

TEST_CASE("drm_setup: nothing set up is Clear Key alone") {
  const auto config = make_drm_config(nullptr, nullptr);
  REQUIRE(config.has_value());
  CHECK(config->clear_key);
  CHECK(config->systems.empty());
  CHECK_FALSE(config->on_license_request);
}

TEST_CASE("drm_setup: systems of the app are made anew for each title") {
  Made::count = Made::destroyed = 0;
  const playhead_cdm_entry_function entries[] = {entry};
  playhead_drm_config theirs = PLAYHEAD_DRM_CONFIG_INIT;
  theirs.systems = entries;
  theirs.system_count = 1;
  theirs.no_clear_key = 1;
  theirs.preference = "widevine, apps-own  clearkey,";
  theirs.license_url = "https://licences.example/";
  theirs.raw_licenses = 1;
  const auto config = make_drm_config(&theirs, nullptr);
  REQUIRE(config.has_value());
  CHECK(Made::count == 1);  // it was tried
  CHECK(Made::destroyed == 1);
  CHECK_FALSE(config->clear_key);
  CHECK(config->preference == std::vector<std::string>{"widevine", "apps-own", "clearkey"});
  CHECK(config->license_url == "https://licences.example/");
  CHECK(config->protocol == LicenseProtocol::kRaw);
  REQUIRE(config->systems.size() == 1);
  const auto first = config->systems[0]();
  const auto second = config->systems[0]();
  REQUIRE(first != nullptr);
  REQUIRE(second != nullptr);
  CHECK(first->name() == "apps-own");
  CHECK(first->query(TrackKind::kVideo).level == SecurityLevel::kSl3000);
  CHECK(Made::count == 3);
}

TEST_CASE("drm_setup: what cannot be used is refused when the client is made") {
  const playhead_cdm_entry_function refusing[] = {refusing_entry};
  const playhead_cdm_entry_function none[] = {nullptr};
  const playhead_cdm_entry_function future[] = {future_entry};
  const char* const missing[] = {"/nowhere/module.so"};
  const char* const relative[] = {"module.so"};
  const char* const null_path[] = {nullptr};
  struct Case {
    const char* name;
    const playhead_cdm_entry_function* systems;
    uint64_t system_count;
    const char* const* modules;
    uint64_t module_count;
    ErrorCode code;
  };
  const Case cases[] = {
      {"a system that cannot be made", refusing, 1, nullptr, 0, ErrorCode::kDrmModule},
      {"a system of a later version", future, 1, nullptr, 0, ErrorCode::kDrmModule},
      {"a system that is NULL", none, 1, nullptr, 0, ErrorCode::kInvalidArgument},
      {"a list that is NULL", nullptr, 1, nullptr, 0, ErrorCode::kInvalidArgument},
      {"too many", refusing, 65, nullptr, 0, ErrorCode::kInvalidArgument},
      {"no such module", nullptr, 0, missing, 1, ErrorCode::kDrmModule},
      {"a relative path", nullptr, 0, relative, 1, ErrorCode::kDrmModule},
      {"a path that is NULL", nullptr, 0, null_path, 1, ErrorCode::kInvalidArgument}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Hooked hooked;
    const playhead_license_hooks hooks = hooked.table();
    playhead_drm_config theirs = PLAYHEAD_DRM_CONFIG_INIT;
    theirs.systems = c.systems;
    theirs.system_count = c.system_count;
    theirs.modules = c.modules;
    theirs.module_count = c.module_count;
    theirs.hooks = &hooks;
    const auto config = make_drm_config(&theirs, nullptr);
    REQUIRE_FALSE(config.has_value());
    CHECK(config.error().code == c.code);
    CHECK(hooked.destroyed == 1);
  }
  playhead_drm_config unsized{};
  CHECK(make_drm_config(&unsized, nullptr).error().code == ErrorCode::kInvalidArgument);
}

#ifdef PLAYHEAD_CLEARKEY_MODULE
TEST_CASE("drm_setup: a module by its path") {
  const char* const modules[] = {PLAYHEAD_CLEARKEY_MODULE};
  playhead_drm_config theirs = PLAYHEAD_DRM_CONFIG_INIT;
  theirs.modules = modules;
  theirs.module_count = 1;
  const auto config = make_drm_config(&theirs, nullptr);
  REQUIRE_MESSAGE(config.has_value(), describe(config.error()));
  REQUIRE(config->systems.size() == 1);
  const auto system = config->systems[0]();
  REQUIRE(system != nullptr);
  CHECK(system->name() == "clearkey");
}
#endif

TEST_CASE("drm_setup: systems are told what the app knows of the display") {
  App app;
  {
    const playhead_drm_host host = app.table();
    const playhead_cdm_entry_function entries[] = {entry};
    playhead_drm_config theirs = PLAYHEAD_DRM_CONFIG_INIT;
    theirs.systems = entries;
    theirs.system_count = 1;
    theirs.host = &host;
    const auto config = make_drm_config(&theirs, nullptr);
    REQUIRE(config.has_value());
    const auto system = config->systems[0]();
    REQUIRE(given_host != nullptr);
    for (const uint32_t output : {PLAYHEAD_CDM_OUTPUT_HDCP2_2, PLAYHEAD_CDM_OUTPUT_HDCP1,
                                  PLAYHEAD_CDM_OUTPUT_INTERNAL, PLAYHEAD_CDM_OUTPUT_NONE}) {
      app.output = output;
      CHECK(given_host->output_protection(given_host->user) == output);
    }
    app.output = 99;
    CHECK(given_host->output_protection(given_host->user) == PLAYHEAD_CDM_OUTPUT_UNKNOWN);
    const bool has_store = given_host->store_put != nullptr;
    CHECK(has_store);
    CHECK(app.destroyed == 0);

    // A header that did not know the host yet.
    theirs.struct_size = offsetof(playhead_drm_config, host);
    const auto old = make_drm_config(&theirs, nullptr);
    REQUIRE(old.has_value());
    const auto blind = old->systems[0]();
    CHECK(given_host->output_protection(given_host->user) == PLAYHEAD_CDM_OUTPUT_UNKNOWN);
    const bool has_none = given_host->store_put == nullptr;
    CHECK(has_none);
  }
  CHECK(app.destroyed == 1);
  playhead_drm_host unsized = app.table();
  unsized.struct_size = 0;
  playhead_drm_config theirs = PLAYHEAD_DRM_CONFIG_INIT;
  theirs.host = &unsized;
  CHECK(make_drm_config(&theirs, nullptr).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("drm_setup: the app's store keeps what its systems give it, each under its name") {
  App app;
  const playhead_drm_host table = app.table();
  const auto host = playhead::capi::CallbackTable<playhead_drm_host>::adopt(&table);
  playhead::capi::AppLicenseStore first(host), second(host);
  first.set_system("a");
  second.set_system("b");
  const std::vector<uint8_t> small{1, 2, 3}, large(10'000, 7);
  REQUIRE(first.put("x", small).has_value());
  REQUIRE(second.put("x", large).has_value());
  CHECK(*first.get("x") == small);
  CHECK(*second.get("x") == large);
  REQUIRE(first.remove("x").has_value());
  CHECK(first.get("x").error().code == ErrorCode::kDrmNoLicense);
  CHECK(*second.get("x") == large);
  app.status = -PLAYHEAD_ERROR_STORE_FULL;
  CHECK(first.put("y", small).error().code == ErrorCode::kStoreFull);
  app.status = 77;  // no number of ours
  CHECK(first.put("y", small).error().code == ErrorCode::kStoreIo);
  CHECK(second.get("x").error().code == ErrorCode::kStoreIo);
  CHECK(second.remove("x").error().code == ErrorCode::kStoreIo);
}

#ifdef PLAYHEAD_CLEARKEY_MODULE
TEST_CASE("drm_setup: a module keeps licences where the app has a store") {
  App app;
  const playhead_drm_host host = app.table();
  const char* const modules[] = {PLAYHEAD_CLEARKEY_MODULE};
  playhead_drm_config theirs = PLAYHEAD_DRM_CONFIG_INIT;
  theirs.modules = modules;
  theirs.module_count = 1;
  const auto without = make_drm_config(&theirs, nullptr);
  REQUIRE(without.has_value());
  CHECK_FALSE(without->systems[0]()->query(TrackKind::kVideo).keeps_licenses);
  theirs.host = &host;
  const auto with = make_drm_config(&theirs, nullptr);
  REQUIRE(with.has_value());
  CHECK(with->systems[0]()->query(TrackKind::kVideo).keeps_licenses);
}
#endif

TEST_CASE("drm_setup: hooks see licence messages both ways, change them, and end them") {
  Hooked hooked;
  {
    const playhead_license_hooks hooks = hooked.table();
    playhead_drm_config theirs = PLAYHEAD_DRM_CONFIG_INIT;
    theirs.hooks = &hooks;
    const auto config = make_drm_config(&theirs, nullptr);
    REQUIRE(config.has_value());
    LicenseMessage message{"clearkey",
                           "https://licences.example/",
                           {{"Content-Type", "application/json"}, {"x-gone", "1"}},
                           "question"};
    CHECK(config->on_license_request(message).has_value());
    CHECK(hooked.scheme == "clearkey");
    CHECK(hooked.url == "https://licences.example/");
    CHECK(hooked.body == "question");
    CHECK(message.url == "https://proxy.example/l");
    CHECK(message.body == "wrapped");
    REQUIRE(message.headers.size() == 1);
    CHECK(message.headers[0].name == "content-TYPE");
    CHECK(message.headers[0].value == "text/plain");

    const SharedBytes outer(std::vector<uint8_t>{'o', 'u', 't'});
    const auto answer = config->on_license_response("clearkey", outer);
    REQUIRE(answer.has_value());
    CHECK(text_of(*answer) == "inner");
    CHECK(hooked.body == "out");
    CHECK(hooked.url.empty());

    hooked.status = -PLAYHEAD_ERROR_DRM_LICENSE_REFUSED;
    CHECK(config->on_license_request(message).error().code == ErrorCode::kDrmLicenseRefused);
    hooked.status = 77;  // no number of ours
    CHECK(config->on_license_response("clearkey", outer).error().code == ErrorCode::kDrmLicense);
    CHECK(hooked.destroyed == 0);
  }
  CHECK(hooked.destroyed == 1);
}

TEST_CASE("drm_setup: messages that are NULL") {
  uint64_t bytes = 1;
  CHECK(playhead_license_message_scheme(nullptr) == nullptr);
  CHECK(playhead_license_message_url(nullptr) == nullptr);
  CHECK(playhead_license_message_body(nullptr, &bytes) == nullptr);
  CHECK(bytes == 0);
  CHECK(playhead_license_message_set_url(nullptr, "x") != 0);
  CHECK(playhead_license_message_set_header(nullptr, "x", "y") != 0);
  CHECK(playhead_license_message_set_body(nullptr, "x", 1) != 0);
}
