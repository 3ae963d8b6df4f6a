// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <fstream>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "e2e/protected_titles.h"
#include "e2e/server_driver.h"

using namespace playhead::e2e;
using nlohmann::json;

namespace {

// Ids and keys of the hand-made titles, as base64url has them: sound, 720p and 2160p.
const std::string kSound = "c3Nzc3Nzc3Nzc3Nzc3Nzcw";
const std::string kSd = "ZGRkZGRkZGRkZGRkZGRkZA";
const std::string kUhd = "dXV1dXV1dXV1dXV1dXV1dQ";
const std::string kSoundKey = "U1NTU1NTU1NTU1NTU1NTUw";

std::string title(const std::string& id, const std::string& drm) {
  return R"({"id":")" + id + R"(","name":"n","genre":"g","duration_seconds":9,)" +
         R"("manifests":{"hls":"a.m3u8"})" + (drm.empty() ? "" : R"(,"drm":{)" + drm + "}") + "}";
}

struct Folders {
  TempDir media;
  TempDir data;

  Folders() {
    const std::string keys = R"("keys":[{"kid":"73737373737373737373737373737373"},)"
                             R"({"kid":"64646464646464646464646464646464","height":720},)"
                             R"({"kid":"75757575757575757575757575757575","height":2160}])";
    media.write("m_1/title.json", title("m_1", keys + R"(,"persistent":true)"));
    media.write("m_2/title.json", title("m_2", keys + R"(,"entitled":["bob"])"));
    media.write("m_3/title.json", title("m_3", ""));
    for (const char* id : {"m_1", "m_2"}) {
      media.write(std::string(id) + "/keys.json",
                  R"({"keys":[{"kid":"73737373737373737373737373737373",)"
                  R"("key":"53535353535353535353535353535353"},)"
                  R"({"kid":"64646464646464646464646464646464",)"
                  R"("key":"44444444444444444444444444444444"},)"
                  R"({"kid":"75757575757575757575757575757575",)"
                  R"("key":"55555555555555555555555555555555"}]})");
      media.write(std::string(id) + "/a.m3u8",
                  "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"keys/a.key\"\n#EXTINF:4,\na.ts\n");
    }
    media.write("m_1/keys/a.key", "0123456789abcdef");
  }
};

std::string base64_encode(const std::string& text) {
  constexpr const char* kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > text.size() ? '=' : kAlphabet[bits >> (18 - 6 * k) & 63];
    }
  }
  return out;
}

std::string base64_decode(const std::string& text) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string::npos) break;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 255);
  }
  return out;
}

std::string challenge(const std::vector<std::string>& kids, const std::string& type = "temporary") {
  json text = {{"kids", kids}};
  if (!type.empty()) text["type"] = type;
  return text.dump();
}

// One user's calls to one server.
class Client {
 public:
  Client(const ServerProcess& server, const std::filesystem::path& data, std::string user = "alice")
      : server_(server), data_(data), user_(std::move(user)) {
    authorization_ = "Authorization: Bearer " + make_token(data, user_);
  }

  [[nodiscard]] json stream(const std::string& movie, const std::string& format = "hls") const {
    const HttpReply reply =
        http({.url = server_.url("/api/v1/stream?movie_id=" + movie + "&format=" + format),
              .headers = {authorization_}});
    REQUIRE(reply.status == 200);
    return json::parse(reply.body);
  }
  [[nodiscard]] std::string license_url(const std::string& movie) const {
    const json drm = stream(movie).at("drm");
    REQUIRE(drm.is_object());
    CHECK(drm.at("type") == "clearkey");
    return drm.at("license_url");
  }
  [[nodiscard]] HttpReply post(const std::string& body) const {
    return http({.url = server_.url("/v1/license"),
                 .method = "POST",
                 .headers = {authorization_},
                 .body = body});
  }
  [[nodiscard]] HttpReply license(const std::string& movie, const std::string& w3c,
                                  int level = 1000) const {
    std::string& url = urls_[movie];
    if (url.empty()) {
      const HttpReply stream = http(
          {.url = server_.url("/api/v1/stream?movie_id=" + movie), .headers = {authorization_}});
      if (stream.status != 200) return stream;
      url = json::parse(stream.body).at("drm").at("license_url");
    }
    return post(json{
        {"license_url", url},
        {"challenge", base64_encode(w3c)},
        {"scheme", "clearkey"},
        {"session", "temporary"},
        {"security_level",
         level}}.dump());
  }
  [[nodiscard]] std::set<std::string> keys(const std::string& movie, int level) const {
    const HttpReply reply = license(movie, challenge({kSound, kSd, kUhd}), level);
    if (reply.status != 200) return {error_code(reply)};
    std::set<std::string> kids;
    const json license = w3c_license(reply);
    for (const json& key : license.at("keys")) kids.insert(key.at("kid"));
    return kids;
  }
  [[nodiscard]] static json w3c_license(const HttpReply& reply) {
    return json::parse(base64_decode(json::parse(reply.body).at("license")));
  }
  void entitle(const std::vector<std::string>& how) const {
    std::vector<std::string> command = {server_program(), "entitle", "--data",
                                        data_.string(),   "--user",  user_};
    command.insert(command.end(), how.begin(), how.end());
    CHECK(run(command).exit_code == 0);
  }
  [[nodiscard]] std::string recorded() const {
    return run({server_program(), "licenses", "--data", data_.string(), "--user", user_}).output;
  }

 private:
  const ServerProcess& server_;
  const std::filesystem::path data_;
  const std::string user_;
  std::string authorization_;
  mutable std::map<std::string, std::string> urls_;  // of licences, as a start gave them
};

const std::set<std::string> kNotEntitled = {"not_entitled"};

}  // namespace

TEST_CASE("licences: the call with a token and the signed URL answer with the same keys") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  CHECK(client.stream("m_3").at("drm").is_null());

  const HttpReply reply = client.license("m_1", challenge({kSound, kSd, kUhd}));
  REQUIRE(reply.status == 200);
  CHECK(reply.headers.at("cache-control") == "no-store");
  const json answer = json::parse(reply.body);
  const int64_t now = answer.at("server_time");
  CHECK(answer.at("expires_at") == now + 3600);
  CHECK(answer.at("renew_after") == now + 2700);
  CHECK(answer.at("max_height") == 720);
  const json license = Client::w3c_license(reply);
  CHECK(license.at("type") == "temporary");
  CHECK(license.at("expires_at") == now + 3600);
  REQUIRE(license.at("keys").size() == 2);  // 2160p is not for software
  CHECK(license["keys"][0].at("kid") == kSound);
  CHECK(license["keys"][0].at("k") == kSoundKey);

  const HttpReply raw = http({.url = client.license_url("m_1"),
                              .method = "POST",
                              .headers = {"Content-Type: application/json"},
                              .body = challenge({kSound, kUhd})});
  REQUIRE(raw.status == 200);
  const json plain = json::parse(raw.body);
  REQUIRE(plain.at("keys").size() == 1);
  CHECK(plain["keys"][0].at("k") == kSoundKey);
  CHECK(plain.at("expires_at").get<int64_t>() >= now + 3600);
}

TEST_CASE("licences: keys by the security level") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  CHECK(client.keys("m_1", 1000) == std::set<std::string>{kSound, kSd});
  CHECK(client.keys("m_1", 2000) == std::set<std::string>{kSound, kSd});
  CHECK(client.keys("m_1", 3000) == std::set<std::string>{kSound, kSd, kUhd});
  const HttpReply best = client.license("m_1", challenge({kUhd}), 3000);
  CHECK_FALSE(json::parse(best.body).contains("max_height"));
  const HttpReply refused = client.license("m_1", challenge({kUhd}), 2000);
  CHECK(refused.status == 403);
  CHECK(error_code(refused) == "level_too_low");
}

TEST_CASE("licences: a running server obeys what was said of a user, both ways and at once") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const Client alice(server, folders.data.path());
  const Client bob(server, folders.data.path(), "bob");
  const std::set<std::string> all = {kSound, kSd, kUhd};
  CHECK(alice.keys("m_2", 3000) == kNotEntitled);
  CHECK(bob.keys("m_2", 3000) == all);
  alice.entitle({"--title", "m_2"});
  CHECK(alice.keys("m_2", 3000) == all);
  alice.entitle({"--revoke"});
  CHECK(alice.keys("m_1", 3000) == kNotEntitled);
  CHECK(alice.keys("m_2", 3000) == all);  // what is said of a title goes first
  alice.entitle({"--title", "m_2", "--seconds", "0"});
  CHECK(alice.keys("m_2", 3000) == kNotEntitled);  // the grant is over
  alice.entitle({"--forget"});
  CHECK(alice.keys("m_1", 3000) == all);
  CHECK(bob.keys("m_1", 3000) == all);
  // The signed URL says who asks: it cannot be handed on.
  const std::string signed_url = alice.license_url("m_1");
  alice.entitle({"--title", "m_1", "--revoke"});
  const HttpReply raw = http({.url = signed_url, .method = "POST", .body = challenge({kSound})});
  CHECK(raw.status == 403);
  CHECK(error_code(raw) == "not_entitled");
}

TEST_CASE("licences: as short as the command line says") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path(), {"--license-seconds", "4"});
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  for (const char* type : {"temporary", "persistent-license"}) {
    const HttpReply reply = client.license("m_1", challenge({kSound}, type));
    REQUIRE(reply.status == 200);
    const json answer = json::parse(reply.body);
    const int64_t now = answer.at("server_time");
    CHECK(answer.at("expires_at") == now + 4);
    CHECK(answer.at("renew_after") == now + 3);
    CHECK(Client::w3c_license(reply).at("expires_at") == now + 4);
  }
}

TEST_CASE("licences: those a device keeps and gives back are on record before it hears of it") {
  const Folders folders;
  ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  const HttpReply kept = client.license("m_1", challenge({kSound, kUhd}, "persistent-license"));
  REQUIRE(kept.status == 200);
  CHECK(Client::w3c_license(kept).at("type") == "persistent-license");
  const json times = json::parse(kept.body);
  CHECK(times.at("expires_at").get<int64_t>() - times.at("server_time").get<int64_t>() ==
        30 * 86'400);
  CHECK(error_code(client.license("m_2", challenge({kSound}, "persistent-license"))) ==
        "not_entitled");
  client.entitle({"--title", "m_2"});
  CHECK(error_code(client.license("m_2", challenge({kSound}, "persistent-license"))) ==
        "persistent_not_allowed");

  const HttpReply released = client.license("m_1", challenge({kSound, kUhd}, ""));
  REQUIRE(released.status == 200);
  CHECK(Client::w3c_license(released) == json{{"kids", {kSound, kUhd}}});
  CHECK_FALSE(json::parse(released.body).contains("expires_at"));
  server.signal(SIGKILL);
  CHECK(server.wait() == 128 + SIGKILL);
  const std::string lines = client.recorded();
  CHECK(lines.find(" released m_1 73737373737373737373737373737373 7575") != std::string::npos);
  CHECK(lines.find(" persistent m_1 73737373737373737373737373737373\n") != std::string::npos);
  CHECK(lines.find(" released ") < lines.find(" persistent "));
}

TEST_CASE("licences: bad requests get a typed error") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  const std::string url = client.license_url("m_1");
  std::string other = url;
  other.replace(other.find("m_1"), 3, "m_2");
  const std::string good = base64_encode(challenge({kSound}));
  const auto call = [&](const json& change) {
    json body = {{"license_url", url}, {"challenge", good}, {"scheme", "clearkey"}};
    body.update(change);
    return body.dump();
  };
  CHECK(client.post(call({{"kids", {std::string(32, '7')}}, {"session", "persistent"}})).status ==
        200);
  struct Case {
    const char* name;
    std::string body;
    long status;
    const char* code;
  };
  const Case cases[] = {
      {"not JSON", "\x01\x02", 400, "bad_json"},
      {"no scheme", R"({"license_url":"x","challenge":"e30="})", 400, "bad_field"},
      {"another system", call({{"scheme", "widevine"}}), 400, "unsupported_scheme"},
      {"a foreign URL", call({{"license_url", "http://a/license"}}), 400, "bad_field"},
      {"no title in the URL", call({{"license_url", "http://a/v1/license/"}}), 400, "bad_field"},
      {"up", call({{"license_url", "http://a/v1/license/../m_1"}}), 400, "bad_field"},
      {"a long URL", call({{"license_url", url + std::string(3000, 'x')}}), 400, "bad_field"},
      {"no signature", call({{"license_url", "http://a/v1/license/m_1"}}), 403, "signature_invalid"},
      {"another title's", call({{"license_url", other}}), 403, "signature_invalid"},
      {"no base64", call({{"challenge", "***"}}), 400, "bad_field"},
      {"a challenge that is no JSON", call({{"challenge", "AAAA"}}), 400, "bad_challenge"},
      {"a challenge for nothing", call({{"challenge", base64_encode(challenge({}))}}), 400,
       "bad_challenge"},
      {"unknown keys", call({{"challenge", base64_encode(challenge({"AAAAAAAAAAAAAAAAAAAAAA"}))}}),
       404, "unknown_key"},
      {"level is a text", call({{"security_level", "3000"}}), 400, "bad_field"},
      {"kids are no hex", call({{"kids", {"x"}}}), 400, "bad_field"},
      {"unknown session", call({{"session", "endless"}}), 400, "bad_field"},
      {"too large", call({{"challenge", std::string(70'000, 'A')}}), 413, "body_too_large"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const HttpReply reply = client.post(c.body);
    CHECK(reply.status == c.status);
    CHECK(error_code(reply) == c.code);
  }
  const auto raw = [&](const std::string& where) {
    return error_code(http({.url = where, .method = "POST", .body = challenge({kSound})}));
  };
  CHECK(raw(server.url("/v1/license")) == "token_missing");
  CHECK(raw(server.url("/v1/license/m_1")) == "signature_invalid");
  CHECK(raw(url + "x") == "signature_invalid");
  CHECK(raw(other) == "signature_invalid");
  std::string media = client.stream("m_1").at("stream_url");
  CHECK(raw(server.url("/v1/license/m_1" + media.substr(media.find('?')))) == "signature_invalid");
  CHECK(http({.url = url}).status == 405);
}

TEST_CASE("licences: a title's keys are never served as media, its identity keys are") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  const std::string url = client.stream("m_1").at("stream_url");
  const auto media = [&](const std::string& file) {
    std::string changed = url;
    return http({.url = changed.replace(changed.find("a.m3u8"), 6, file)});
  };
  for (const char* file :
       {"keys.json", "keys%2Ejson", "%6beys.json", "./keys.json", "keys/../keys.json", "keys.json/",
        "keys.json%00.key", "title.json", "keys.JSON", "keys/"}) {
    CAPTURE(std::string(file));
    const HttpReply reply = media(file);
    CHECK(reply.status == 404);
    CHECK(reply.body.find("5353") == std::string::npos);
  }
  const HttpReply key = media("keys/a.key");
  CHECK(key.status == 200);
  CHECK(key.body == "0123456789abcdef");
  CHECK(key.headers.at("cache-control") == "no-store");
  CHECK(http({.url = server.url("/media/m_1/keys/a.key")}).status == 403);
  CHECK(http({.url = url}).body.find("keys/a.key?exp=") != std::string::npos);
}

TEST_CASE(
    "licences: the titles of encrypt-titles decrypt to their source, with the keys of a licence" *
    doctest::skip(!have_program("ffmpeg"))) {
  const std::filesystem::path& media = protected_titles();
  const TempDir data;
  const ServerProcess server(data.path(), media);
  REQUIRE(server.running());
  const Client client(server, data.path());
  for (const std::string id : {"tiny-cenc", "tiny-cbcs", "tiny-turns"}) {
    CAPTURE(id);
    std::ifstream in(media / id / "keys.json");
    const json keys = json::parse(in);
    CHECK(keys.at("keys").size() == (id == "tiny-turns" ? 6 : 2));
    CHECK((std::filesystem::status(media / id / "keys.json").permissions() &
           std::filesystem::perms(077)) == std::filesystem::perms::none);
    // The manifest names the ids; the licence has the key of each.
    const HttpReply mpd = http({.url = client.stream(id, "dash").at("stream_url")});
    CHECK(mpd.body.find("cenc:default_KID=\"") != std::string::npos);
    CHECK(mpd.body.find("/v1/license/" + id + "</dashif:Laurl>") != std::string::npos);
    const HttpReply hls = http({.url = client.stream(id).at("stream_url")});
    CHECK(hls.body.find("#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES") != std::string::npos);
    for (const json& entry : keys.at("keys")) {
      const auto as_base64url = [](const std::string& hex) {
        std::string bytes;
        for (std::size_t i = 0; i < hex.size(); i += 2) {
          bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
        }
        std::string text = base64_encode(bytes).substr(0, 22);
        for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
        return text;
      };
      const std::string kid = as_base64url(entry.at("kid"));
      const HttpReply reply = client.license(id, challenge({kid}));
      REQUIRE(reply.status == 200);
      CHECK(Client::w3c_license(reply).at("keys").at(0).at("k") == as_base64url(entry.at("key")));
    }
  }
  // FFmpeg fetches keys and segments from the server and decrypts them to the bytes of the source.
  const auto packets = [&](const std::string& id, const std::string& format) {
    const Finished done =
        run({"ffmpeg", "-v", "error", "-nostdin", "-i", client.stream(id, format).at("stream_url"),
             "-map", "0:v:0", "-map", "0:a:0", "-c", "copy", "-f", "md5", "-"});
    CHECK(done.exit_code == 0);
    return done.output;
  };
  for (const char* format : {"hls", "hls-ts"}) {
    CAPTURE(std::string(format));
    const std::string clear = packets("tiny", format);
    CHECK(clear.rfind("MD5=", 0) == 0);
    CHECK(packets("tiny-aes", format) == clear);
  }
  CHECK(client.stream("tiny-aes").at("drm").is_null());
  CHECK(client.stream("tiny-identity").at("drm").is_null());
}
