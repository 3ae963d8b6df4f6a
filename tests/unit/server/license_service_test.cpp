// SPDX-License-Identifier: Apache-2.0
#include "license_service.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "base64url.h"
#include "hex.h"
#include "server_fixture.h"
#include "sqlite_store.h"
#include "unique_fd.h"

using namespace playhead::server;
using nlohmann::json;
using playhead::server::test::FixedClock;
using playhead::server::test::TempDir;

namespace {

constexpr int64_t kNowS = 1'700'000'000;

KeyId kid(char digit) { return KeyId(16, digit); }

std::string row(char digit, const std::string& more) {
  return R"({"kid":")" + to_hex(kid(digit)) + '"' + more + "}";
}

// Keys: s(ound), d (720), h (1080), u (2160). The key of each is 16 of its letter in capitals.
std::string title_json(const std::string& id, const std::string& more) {
  return R"({"id":")" + id +
         R"(","name":"n","genre":"g","duration_seconds":9,"manifests":{"hls":"a.m3u8"},)"
         R"("drm":{"keys":[)" +
         row('s', "") + "," + row('d', R"(,"height":720)") + "," + row('h', R"(,"height":1080)") +
         "," + row('u', R"(,"height":2160)") + "]" + more + "}}";
}

std::string keys_json() {
  std::string text = R"({"keys":[)";
  for (const char digit : {'s', 'd', 'h', 'u'}) {
    const std::string key(16, static_cast<char>(digit - 'a' + 'A'));
    text += std::string(digit == 's' ? "" : ",") + row(digit, R"(,"key":")" + to_hex(key) + '"');
  }
  return text + "]}";
}

class Fixture {
 public:
  explicit Fixture(LicenseConfig config = {}) {
    add("open", "");
    add("keep", R"(,"persistent":true,"persistent_seconds":500,"license_seconds":50)");
    add("alices", R"(,"entitled":["alice"])");
    add("broken", "");
    media_dir_.write("broken/keys.json", "{}");
    media_dir_.write("clear/title.json",
                     R"({"id":"clear","name":"n","genre":"g","duration_seconds":9,)"
                     R"("manifests":{"hls":"a.m3u8"}})");
    catalogue_.rescan();
    store_ = std::move(SqliteStore::open(data_dir_.path() / "playhead.db").value());
    service_.emplace(catalogue_, *store_, media_dir_.path(), clock_, log_, config);
  }

  Result<LicenseAnswer> ask(const std::string& movie, const std::string& wanted,
                            const std::string& type = "temporary", int level = 3000,
                            const std::string& user = "alice") {
    json challenge = {{"kids", json::array()}};
    for (const char digit : wanted) challenge["kids"].push_back(base64url_encode(kid(digit)));
    if (!type.empty()) challenge["type"] = type;
    const std::string text = challenge.dump();
    return service_->answer({user, movie, text, level});
  }

  std::string outcome(const std::string& movie, const std::string& wanted,
                      const std::string& type = "temporary", int level = 3000,
                      const std::string& user = "alice") {
    const auto answer = ask(movie, wanted, type, level, user);
    if (!answer.ok()) return std::to_string(answer.error().http_status) + " " + answer.error().code;
    std::string got;
    const json license = json::parse(answer.value().license);
    for (const json& key : license.at("keys")) {
      const auto id = base64url_decode(key.at("kid").get<std::string>());
      const auto value = base64url_decode(key.at("k").get<std::string>());
      REQUIRE(id);
      REQUIRE(value);
      CHECK((*value == std::string(16, static_cast<char>(id->front() - 'a' + 'A'))));
      got += id->front();
    }
    return got;
  }

  Store& store() { return *store_; }
  [[nodiscard]] std::string logged() const {
    std::ifstream in(data_dir_.path() / "log");
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

 private:
  void add(const std::string& id, const std::string& more) {
    media_dir_.write(id + "/title.json", title_json(id, more));
    media_dir_.write(id + "/keys.json", keys_json());
  }

  TempDir media_dir_;
  TempDir data_dir_;
  FixedClock clock_{kNowS * 1000};
  UniqueFd log_fd_{::open((data_dir_.path() / "log").c_str(), O_WRONLY | O_CREAT, 0600)};
  Log log_{clock_, log_fd_.get()};
  Catalogue catalogue_{media_dir_.path(), clock_, log_};
  std::unique_ptr<SqliteStore> store_;
  std::optional<LicenseService> service_;
};

}  // namespace

TEST_CASE("license_service: the level decides which keys come; unknown ones are left out") {
  struct Case {
    const char* name;
    std::string wanted;
    int level;
    std::string outcome;
  };
  const Case cases[] = {
      {"hardware", "sdhu", 3000, "sdhu"},
      {"protected software", "sdhu", 2000, "sdh"},
      {"software", "sdhu", 1000, "sd"},
      {"not said", "sdhu", 0, "sd"},
      {"in the order of the request", "ud", 3000, "ud"},
      {"one is not the title's", "xd", 3000, "d"},
      {"none is the title's", "xyz", 3000, "404 unknown_key"},
      {"all are for higher levels", "uh", 1000, "403 level_too_low"},
      {"a level to come", "u", 9000, "u"},
  };
  Fixture fixture;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(fixture.outcome("open", c.wanted, "temporary", c.level) == c.outcome);
  }
  CHECK(fixture.ask("open", "s", "temporary", 1000).value().max_height == 720);
  CHECK(fixture.ask("open", "s", "temporary", 2000).value().max_height == 1080);
  CHECK(fixture.ask("open", "s", "temporary", 3000).value().max_height == 0);
}

TEST_CASE("license_service: who may, by the title and by what was said of the user since") {
  Fixture fixture;
  const auto alice = [&] { return fixture.outcome("alices", "s"); };
  const auto bob = [&] { return fixture.outcome("alices", "s", "temporary", 1000, "bob"); };
  const std::string no = "403 not_entitled";
  CHECK(alice() == "s");
  CHECK(bob() == no);
  REQUIRE(fixture.store().set_entitlement("bob", "alices", Entitlement{true, {}}).ok());
  REQUIRE(fixture.store().set_entitlement("alice", "alices", Entitlement{false, {}}).ok());
  CHECK(bob() == "s");
  CHECK(alice() == no);
  CHECK(fixture.outcome("open", "s") == "s");
  REQUIRE(fixture.store().set_entitlement("alice", "*", Entitlement{false, {}}).ok());
  CHECK(fixture.outcome("open", "s") == no);
  REQUIRE(fixture.store().set_entitlement("alice", "open", Entitlement{true, kNowS}).ok());
  CHECK(fixture.outcome("open", "s") == no);  // over
  REQUIRE(fixture.store().set_entitlement("alice", "open", Entitlement{true, kNowS + 7}).ok());
  const auto rented = fixture.ask("open", "s");
  REQUIRE(rented.ok());
  CHECK(rented.value().expires_at_s == kNowS + 7);  // no licence outlives the right to it
}

TEST_CASE("license_service: how long a licence lives") {
  struct Case {
    const char* name;
    LicenseConfig config;
    const char* movie;
    const char* type;
    int64_t life_s;
  };
  LicenseConfig short_lived;
  short_lived.license_s = 5;
  const Case cases[] = {
      {"the server's default", {}, "open", "temporary", 3600},
      {"the title's", {}, "keep", "temporary", 50},
      {"the title's, to keep", {}, "keep", "persistent-license", 500},
      {"the command line's", short_lived, "keep", "temporary", 5},
      {"the command line's, to keep", short_lived, "keep", "persistent-license", 5},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Fixture fixture(c.config);
    const auto answer = fixture.ask(c.movie, "s", c.type);
    REQUIRE(answer.ok());
    CHECK(answer.value().expires_at_s == kNowS + c.life_s);
    CHECK(answer.value().renew_after_s == kNowS + c.life_s * 3 / 4);
    const json license = json::parse(answer.value().license);
    CHECK(license.at("expires_at") == kNowS + c.life_s);
    CHECK(license.at("server_time") == kNowS);
    CHECK(license.at("type") == c.type);
  }
}

TEST_CASE("license_service: licences to keep are for titles that allow it, and are recorded") {
  Fixture fixture;
  CHECK(fixture.outcome("open", "s", "persistent-license") == "403 persistent_not_allowed");
  const auto kept = fixture.ask("keep", "sux", "persistent-license", 1000);
  REQUIRE(kept.ok());
  REQUIRE(kept.value().event);
  CHECK(kept.value().event->kind == LicenseEvent::Kind::kPersistent);
  CHECK(kept.value().event->kids == to_hex(kid('s')));  // what was given, not what was asked for
  CHECK_FALSE(fixture.ask("keep", "s").value().event);
}

TEST_CASE("license_service: a release is answered in kind, also for who lost the title") {
  Fixture fixture;
  REQUIRE(fixture.store().set_entitlement("alice", "*", Entitlement{false, {}}).ok());
  const auto released = fixture.ask("keep", "sx", "");
  REQUIRE(released.ok());
  const json kids = json::parse(released.value().license);
  CHECK(kids.size() == 1);
  CHECK(kids.at("kids").size() == 2);  // the device waits for each it names
  CHECK_FALSE(released.value().expires_at_s);
  REQUIRE(released.value().event);
  CHECK(released.value().event->kind == LicenseEvent::Kind::kReleased);
  CHECK(released.value().event->kids == to_hex(kid('s')));
  CHECK_FALSE(fixture.ask("keep", "x", "").value().event);
}

TEST_CASE("license_service: the log says that keys were given, never which") {
  Fixture fixture;
  CHECK(fixture.outcome("open", "sdhu", "temporary", 1000) == "sd");
  CHECK(fixture.outcome("broken", "s") == "500 keys_unreadable");
  const std::string log = fixture.logged();
  CHECK(log.find("license_issued") != std::string::npos);
  CHECK(log.find("keys=\"2\" withheld=\"2\"") != std::string::npos);
  CHECK(log.find("key_file_readable_by_others") !=
        std::string::npos);  // written by the test's umask
  for (const std::string secret : {"SSSS", "53535353", "U1NTU1", "DDDD", "44444444", "RERERE"}) {
    CAPTURE(secret);
    CHECK(log.find(secret) == std::string::npos);
  }
}

TEST_CASE("license_service: what cannot be answered is a typed error") {
  Fixture fixture;
  CHECK(fixture.outcome("none", "s") == "404 unknown_title");
  CHECK(fixture.outcome("../open", "s") == "404 unknown_title");
  CHECK(fixture.outcome("clear", "s") == "404 not_protected");
  CHECK(fixture.outcome("broken", "s") == "500 keys_unreadable");
  CHECK(fixture.outcome("open", "") == "400 bad_challenge");
  CHECK(fixture.outcome("open", "s", "forever") == "400 bad_challenge");
}
