// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "e2e/server_driver.h"

using namespace playhead::e2e;
using nlohmann::json;

namespace {

std::string big_file() {
  std::string bytes(3'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 + i / 256);
  return bytes;
}

// A media folder with one hand-made title, and a place for the server's data.
struct Folders {
  TempDir media;
  TempDir data;
  std::string big = big_file();

  Folders() {
    media.write("m_1/title.json",
                R"({"id":"m_1","name":"One","genre":"Drama","year":2024,"duration_seconds":100,)"
                R"("manifests":{"hls":"a.m3u8","dash":"a.mpd"}})");
    media.write("m_1/a.m3u8", "#EXTM3U\n#EXTINF:4,\nbig.m4s\n");
    media.write("m_1/a.mpd", R"(<MPD><SegmentTemplate media="s$Number$.m4s"/></MPD>)");
    media.write("m_1/big.m4s", big);
    media.write("m_1/empty.vtt", "");
    media.write("m_2/other.m4s", "other");
    media.write("outside.m4s", "outside");
  }
};

// One user's calls to one server.
class Client {
 public:
  Client(const ServerProcess& server, const std::filesystem::path& data,
         const std::string& user = "alice")
      : server_(server), authorization_("Authorization: Bearer " + make_token(data, user)) {}

  [[nodiscard]] HttpReply get(const std::string& path) const {
    return http({.url = server_.url(path), .headers = {authorization_}});
  }
  [[nodiscard]] HttpReply post(const std::string& path, const std::string& body) const {
    return http(
        {.url = server_.url(path), .method = "POST", .headers = {authorization_}, .body = body});
  }
  [[nodiscard]] long save(double position) const {
    const json body = {{"movie_id", "m_1"}, {"position_seconds", position}};
    return post("/api/v1/stream/progress", body.dump()).status;
  }
  [[nodiscard]] json stream(const std::string& movie = "m_1",
                            const std::string& format = "hls") const {
    const HttpReply reply = get("/api/v1/stream?movie_id=" + movie + "&format=" + format);
    REQUIRE(reply.status == 200);
    return json::parse(reply.body);
  }
  // The signed URL of a file of m_1.
  [[nodiscard]] std::string media_url(const std::string& file) const {
    std::string url = stream().at("stream_url");
    return url.replace(url.find("a.m3u8"), 6, file);
  }

 private:
  const ServerProcess& server_;
  const std::string authorization_;
};

}  // namespace

TEST_CASE("server: every endpoint answers over real sockets") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const Client client(server, folders.data.path());

  const json stream = client.stream();
  CHECK(stream.at("resume_position_seconds") == 0);
  CHECK(stream.at("stream_url").get<std::string>().rfind(server.url("/media/m_1/a.m3u8?exp="), 0) ==
        0);
  CHECK(client.save(42.25) == 204);
  CHECK(client.stream().at("resume_position_seconds") == 42.25);
  CHECK(Client(server, folders.data.path(), "bob").stream().at("resume_position_seconds") == 0);

  const HttpReply home = client.get("/api/v1/home");
  CHECK(home.status == 200);
  CHECK(home.headers.at("content-type") == "application/json");
  CHECK(home.headers.count("date") == 1);
  CHECK(json::parse(home.body).at("rows").at(0).at("id") == "continue-watching");

  const HttpReply download = client.post("/api/v1/download", R"({"movie_id":"m_1"})");
  CHECK(download.status == 200);
  CHECK(json::parse(download.body).at("download_url").get<std::string>().find("&sig=") !=
        std::string::npos);
}

TEST_CASE("server: media is delivered byte by byte, whole, in ranges and as a head") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path(), {"--threads", "2"});
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  const std::string url = client.media_url("big.m4s");

  const HttpReply whole = http({.url = url});
  CHECK(whole.status == 200);
  CHECK((whole.body == folders.big));
  CHECK(whole.headers.at("accept-ranges") == "bytes");
  CHECK(whole.headers.at("access-control-allow-origin") == "*");

  const HttpReply part = http({.url = url, .headers = {"Range: bytes=1000000-2999998"}});
  CHECK(part.status == 206);
  CHECK((part.body == folders.big.substr(1'000'000, 1'999'999)));
  CHECK(part.headers.at("content-range") == "bytes 1000000-2999998/3000000");

  CHECK(http({.url = url, .headers = {"Range: bytes=3000000-"}}).status == 416);
  CHECK(http({.url = url, .headers = {"If-None-Match: " + whole.headers.at("etag")}}).status ==
        304);
  const HttpReply head = http({.url = url, .method = "HEAD"});
  CHECK(head.status == 200);
  CHECK(head.headers.at("content-length") == "3000000");
  CHECK(head.body.empty());
  const HttpReply empty = http({.url = client.media_url("empty.vtt")});
  CHECK(empty.status == 200);
  CHECK(empty.headers.at("content-length") == "0");

  // One signature for each second it is asked for in.
  const std::string playlist = client.media_url("a.m3u8");
  CHECK(http({.url = playlist}).body ==
        "#EXTM3U\n#EXTINF:4,\nbig.m4s" + playlist.substr(playlist.find('?')) + "\n");
  CHECK(http({.url = client.media_url("a.mpd")}).body.find("media=\"s$Number$.m4s?exp=") !=
        std::string::npos);
}

TEST_CASE("server: many clients at once each get their own bytes") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path(), {"--threads", "2"});
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  const std::string url = client.media_url("big.m4s");
  constexpr int kClients = 12;
  std::vector<int> good(kClients, 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < kClients; ++i) {
    threads.emplace_back([&, i] {
      const int first = i * 100'000;
      const std::string range =
          "Range: bytes=" + std::to_string(first) + "-" + std::to_string(first + 999'999);
      const HttpReply reply = http({.url = url, .headers = {range}});
      good[static_cast<std::size_t>(i)] =
          reply.status == 206 &&
                  reply.body == folders.big.substr(static_cast<std::size_t>(first), 1'000'000)
              ? 1
              : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == std::vector<int>(kClients, 1));
}

TEST_CASE("server: nothing outside of a title's signed files is reachable") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  const std::string signed_url = client.media_url("big.m4s");
  const std::string query = signed_url.substr(signed_url.find('?'));
  struct Case {
    const char* name;
    std::string path;
    long status;
  };
  const Case cases[] = {
      {"up", "/media/m_1/../outside.m4s", 404},
      {"up, encoded", "/media/m_1/%2e%2e/outside.m4s", 404},
      {"up, slash encoded", "/media/m_1/..%2foutside.m4s", 404},
      {"up, backslash encoded", "/media/m_1/..%5coutside.m4s", 404},
      {"up from the title", "/media/../m_1/big.m4s", 404},
      {"absolute", "/media/m_1//etc/passwd", 404},
      {"NUL", "/media/m_1/big.m4s%00.vtt", 404},
      {"metadata", "/media/m_1/title.json", 404},
      {"the database", "/media/m_1/../../playhead.db", 404},
      {"other title with this signature", "/media/m_2/other.m4s", 403},
      {"no such file", "/media/m_1/none.m4s", 404},
      {"folder", "/media/m_1/", 404},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const HttpReply reply = http({.url = server.url(c.path + query)});
    CHECK(reply.status == c.status);
    CHECK_FALSE(error_code(reply).empty());
  }
  CHECK(error_code(http({.url = server.url("/media/m_1/big.m4s")})) == "signature_invalid");
  CHECK(error_code(http({.url = signed_url + "x"})) == "signature_invalid");
}

TEST_CASE("server: an expired signature is told apart") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path(), {"--url-ttl", "1"});
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  const std::string url = client.media_url("big.m4s");
  // Asks until the second has passed; no clock of its own.
  HttpReply reply;
  do {
    reply = http({.url = url, .headers = {"Range: bytes=0-0"}});
  } while (reply.status == 206);
  CHECK(reply.status == 403);
  CHECK(error_code(reply) == "signature_expired");
}

TEST_CASE("server: bad requests get a typed JSON error and write nothing") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const Client client(server, folders.data.path());
  struct Case {
    const char* name;
    std::string body;
    long status;
    const char* code;
  };
  const Case cases[] = {
      {"not JSON", "{", 400, "bad_json"},
      {"wrong type", R"({"movie_id":"m_1","position_seconds":"1"})", 400, "bad_field"},
      {"negative", R"({"movie_id":"m_1","position_seconds":-1})", 422, "bad_position"},
      {"absurd", R"({"movie_id":"m_1","position_seconds":1e17})", 422, "bad_position"},
      {"beyond the end", R"({"movie_id":"m_1","position_seconds":1000})", 422, "bad_position"},
      {"unknown title", R"({"movie_id":"m_9","position_seconds":1})", 404, "unknown_title"},
      {"too large", std::string(70'000, ' '), 413, "body_too_large"},
      {"far too large", std::string(3'000'000, ' '), 413, "body_too_large"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const HttpReply reply = client.post("/api/v1/stream/progress", c.body);
    CHECK(reply.status == c.status);
    CHECK(error_code(reply) == c.code);
  }
  CHECK(client.get("/api/v1/stream/progress").status == 405);
  CHECK(client.get("/nothing").status == 404);
  CHECK(client.stream().at("resume_position_seconds") == 0);

  const auto with = [&](const std::string& authorization) {
    return http({.url = server.url("/api/v1/stream?movie_id=m_1"),
                 .headers = {"Authorization: " + authorization}});
  };
  CHECK(error_code(http({.url = server.url("/api/v1/home")})) == "token_missing");
  CHECK(error_code(with("Bearer x.y.z")) == "token_invalid");
  CHECK(error_code(with("Bearer " + make_token(folders.data.path(), "alice", "-1"))) ==
        "token_expired");
  CHECK(with("Bearer " + make_token(folders.media.path())).status == 401);  // another server's key
}

TEST_CASE("server: H12 bytes that are no HTTP are refused, and the next client is served") {
  const Folders folders;
  const ServerProcess server(folders.data.path(), folders.media.path());
  REQUIRE(server.running());
  const std::string end = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  CHECK(raw_exchange(server.port(), "hello\r\n\r\n").rfind("HTTP/1.1 400 ", 0) == 0);
  CHECK(raw_exchange(server.port(), "GET /" + std::string(40'000, 'a') + end)
            .rfind("HTTP/1.1 431 ", 0) == 0);
  CHECK(raw_exchange(server.port(), "DELETE /api/v1/home" + end).rfind("HTTP/1.1 405 ", 0) == 0);
  CHECK(raw_exchange(server.port(), "GET http://h/healthz" + end).rfind("HTTP/1.1 200 ", 0) == 0);
  const std::string two =
      raw_exchange(server.port(), "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b" + end);
  CHECK(two.find("HTTP/1.1 404", 10) !=
        std::string::npos);  // a connection serves one after another
  CHECK(http({.url = server.url("/")}).status == 404);
}

TEST_CASE("server: H09 a position that was acknowledged survives kill -9") {
  const Folders folders;
  for (int round = 1; round <= 5; ++round) {
    ServerProcess server(folders.data.path(), folders.media.path());
    REQUIRE(server.running());
    const Client client(server, folders.data.path());
    CAPTURE(round);
    CHECK(client.stream().at("resume_position_seconds") == (round - 1) * 10);
    REQUIRE(client.save(round * 10) == 204);
    server.signal(SIGKILL);
    CHECK(server.wait() == 128 + SIGKILL);
  }
}

TEST_CASE("server: SIGTERM and SIGINT end it with 0, the port file goes, SIGHUP finds new titles") {
  for (const int number : {SIGTERM, SIGINT}) {
    const Folders folders;
    const auto port_file = folders.data.path() / "port";
    ServerProcess server(folders.data.path(), folders.media.path(),
                         {"--port-file", port_file.string()});
    REQUIRE(server.running());
    int port = 0;
    std::ifstream(port_file) >> port;
    CHECK(port == server.port());
    const Client client(server, folders.data.path());
    CHECK(client.save(33) == 204);
    folders.media.write("m_3/title.json",
                        R"({"id":"m_3","name":"Three","genre":"New","duration_seconds":1,)"
                        R"("manifests":{"hls":"a.m3u8"}})");
    server.signal(SIGHUP);
    while (client.get("/api/v1/home").body.find("genre:New") == std::string::npos) {
    }
    server.signal(number);
    CHECK(server.wait() == 0);
    CHECK_FALSE(std::filesystem::exists(port_file));
    ServerProcess again(folders.data.path(), folders.media.path());
    REQUIRE(again.running());
    CHECK(Client(again, folders.data.path()).stream().at("resume_position_seconds") == 33);
  }
}

TEST_CASE("server: the command line says what is wrong") {
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
    int exit_code;
    const char* says;
  };
  const TempDir dir;
  const std::string data = dir.path().string();
  const Case cases[] = {
      {"help", {"--help"}, 0, "serve"},
      {"version", {"--version"}, 0, "playhead-server "},
      {"nothing", {}, 2, "subcommand is required"},
      {"no data", {"serve", "--media", data}, 2, "--data is required"},
      {"bad port", {"serve", "--data", data, "--media", data, "--port", "70000"}, 2, "--port"},
      {"base URL with a path",
       {"serve", "--data", data, "--media", data, "--base-url", "http://a/b"},
       2,
       "origin"},
      {"no media",
       {"serve", "--data", data, "--media", data + "/none"},
       1,
       "media folder does not exist"},
      {"host name",
       {"serve", "--data", data, "--media", data, "--host", "localhost"},
       1,
       "must be numeric"},
      {"data is a file", {"token", "--data", "/dev/null/x"}, 1, "Cannot make the folder"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    std::vector<std::string> command = {server_program()};
    command.insert(command.end(), c.arguments.begin(), c.arguments.end());
    const Finished finished = run(command);
    CAPTURE(finished.output);
    CHECK(finished.exit_code == c.exit_code);
    CHECK(finished.output.find(c.says) != std::string::npos);
  }
  const Folders folders;
  const ServerProcess first(folders.data.path(), folders.media.path());
  REQUIRE(first.running());
  const Finished second = run({server_program(), "serve", "--data", data, "--media", data, "--port",
                               std::to_string(first.port())});
  CHECK(second.exit_code == 1);
  CHECK(second.output.find("Cannot listen on 127.0.0.1") != std::string::npos);
}

TEST_CASE("server: stock ffprobe plays the signed titles of make-titles (HLS fMP4, HLS TS, DASH)" *
          doctest::skip(!have_program("ffprobe") || !have_program("ffmpeg"))) {
  // Made once per build tree; make-titles leaves it alone the next time.
  const std::filesystem::path media =
      std::filesystem::path(PLAYHEAD_BIN_DIR).parent_path() / "test-media";
  const Finished made = run({std::string(PLAYHEAD_SOURCE_DIR) + "/server/make-titles", "--out",
                             media.string(), "--id", "tiny", "--seconds", "8", "--ladder", "tiny"});
  CAPTURE(made.output);
  REQUIRE(made.exit_code == 0);
  const TempDir data;
  const ServerProcess server(data.path(), media);
  REQUIRE(server.running());
  const Client client(server, data.path());
  for (const char* format : {"hls", "hls-ts", "dash"}) {
    CAPTURE(std::string(format));
    const json stream = client.stream("tiny", format);
    const std::string url = stream.at("stream_url");
    const Finished probed = run({"ffprobe", "-v", "error", "-of", "json", "-show_entries",
                                 "format=duration:stream=codec_type", url});
    CAPTURE(probed.output);
    REQUIRE(probed.exit_code == 0);
    const json facts = json::parse(probed.output, nullptr, false);
    REQUIRE(facts.is_object());
    int video = 0;
    int audio = 0;
    for (const json& entry : facts.at("streams")) {
      video += entry.value("codec_type", "") == "video" ? 1 : 0;
      audio += entry.value("codec_type", "") == "audio" ? 1 : 0;
    }
    CHECK(video >= 2);
    CHECK(audio >= 2);
    const double duration =
        std::strtod(facts.at("format").at("duration").get<std::string>().c_str(), nullptr);
    CHECK(duration == doctest::Approx(8.0).epsilon(0.05));
    // Every picture and sound of the first rendition decodes through the signed segments.
    const Finished decoded = run({"ffmpeg", "-v", "error", "-nostdin", "-i", url, "-map", "0:v:0",
                                  "-map", "0:a:0", "-f", "null", "-"});
    CHECK(decoded.exit_code == 0);
    CHECK(decoded.output == "");
    // Without its signature the same manifest is refused.
    CHECK(run({"ffprobe", "-v", "error", url.substr(0, url.find('?'))}).exit_code != 0);
  }
}
