// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "edge/edge_handler.h"
#include "edge/session_tracker.h"
#include "edge/slice_cache.h"
#include "edge/slice_store.h"
#include "edge/upstream.h"
#include "http/http_server.h"
#include "server_fixture.h"

using namespace playhead::server;
using namespace playhead::server::test;

namespace {

constexpr int64_t kStartMs = int64_t{1'700'000'000} * 1000;
const std::string kPath = "/media/m_1/v/seg-1.m4s";

class EdgeClock final : public Clock {
 public:
  int64_t now_ms() const override { return at_ms; }
  int64_t at_ms = kStartMs;
};

// Answers when it is told to, as a server with these files would.
class ScriptedOrigin final : public Upstream {
 public:
  void fetch(UpstreamRequest request, Answered answered) override {
    asked.push_back(request);
    waiting_.emplace_back(std::move(request), std::move(answered));
  }
  // Answers all that waits; what is asked meanwhile too.
  void answer() {
    while (!waiting_.empty()) {
      auto [request, answered] = std::move(waiting_.front());
      waiting_.erase(waiting_.begin());
      answered(answer_to(request));
    }
  }

  std::map<std::string, std::string> files;
  std::string etag = "\"1\"";
  int refuses_with = 0;
  std::vector<UpstreamRequest> asked;

 private:
  UpstreamAnswer answer_to(const UpstreamRequest& request) const {
    UpstreamAnswer answer;
    const auto file = files.find(request.target.substr(0, request.target.find('?')));
    answer.status = file == files.end() ? 404 : 200;
    if (refuses_with != 0) answer.status = refuses_with;
    if (answer.status != 200) return answer;
    answer.etag = etag;
    answer.cache_control = "max-age=86400";
    answer.body = file->second;
    if (request.range.empty()) return answer;
    const std::size_t total = answer.body.size();
    const auto first = static_cast<std::size_t>(std::stoll(request.range.substr(6)));
    const auto last = static_cast<std::size_t>(std::stoll(request.range.substr(request.range.find('-') + 1)));
    if (first >= total) return UpstreamAnswer{416, {}, {}, {}, {}, {}, {}};
    answer.status = 206;
    answer.body = answer.body.substr(first, last + 1 - first);
    answer.content_range = "bytes " + std::to_string(first) + "-" +
                           std::to_string(first + answer.body.size() - 1) + "/" + std::to_string(total);
    return answer;
  }

  std::vector<std::pair<UpstreamRequest, Answered>> waiting_;
};

std::string read_part(const FilePart& part) {
  std::string bytes(static_cast<std::size_t>(part.length), '\0');
  const ssize_t count = ::pread(part.fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(part.offset));
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(0, count)));
  return bytes;
}

std::string noise(std::size_t size, unsigned seed = 1) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    seed = seed * 1'664'525 + 1'013'904'223;
    text[i] = static_cast<char>(seed >> 24);
  }
  return text;
}

struct EdgeWorld {
  explicit EdgeWorld(int64_t max_bytes = int64_t{100} << 20) : max_bytes(max_bytes) { open(); }
  void open() {
    handler.reset();
    cache.reset();
    store.reset();
    auto opened = SliceStore::open({folder.path() / "cache", max_bytes}, make_lru_eviction(), clock, log);
    REQUIRE(opened.ok());
    store = std::move(opened.value());
    cache = std::make_unique<SliceCache>(*store, origin, signer, clock);
    handler = std::make_unique<EdgeHandler>(*cache, *store, origin, sessions, signer, clock);
  }

  struct Answer {
    int status = 0;
    std::map<std::string, std::string> headers;
    std::string body;
    bool is_broken = false;  // the rest of the body did not come
  };
  // The answer, when the origin has said what it was asked for.
  Answer get(const std::string& path, const std::string& range = "", const std::string& if_none_match = "") {
    const std::string query = signer.query_for(title, clock.now_s() + life_s);
    Request request;
    request.method = Method::kGet;
    request.client = "127.0.0.1";
    request.path = path;
    request.query = query;
    request.range = range;
    request.if_none_match = if_none_match;
    std::optional<Response> response;
    handler->handle(request, [&](Response given) { response = std::move(given); });
    origin.answer();
    REQUIRE(response);
    Answer answer{response->status, {}, response->body, false};
    for (const auto& [name, value] : response->headers) answer.headers[std::string(name)] = value;
    if (response->file) answer.body = read_part(*response->file);
    while (response->stream && !answer.is_broken &&
           static_cast<int64_t>(answer.body.size()) < response->stream->length) {
      std::optional<FilePart> part;
      response->stream->source->next([&](std::optional<FilePart> given) { part = std::move(given); });
      origin.answer();
      answer.is_broken = !part;
      if (part) answer.body += read_part(*part);
    }
    return answer;
  }

  TempDir folder;
  EdgeClock clock;
  Log log{clock, kNoLog};
  UrlSigner signer{std::string(32, 'u')};
  ScriptedOrigin origin;
  SessionTracker sessions{{{"m_1", "m_2"}}};
  std::string title = "m_1";  // that get() is about
  int64_t life_s = 60;        // of its signature
  int64_t max_bytes;
  std::unique_ptr<SliceStore> store;
  std::unique_ptr<SliceCache> cache;
  std::unique_ptr<EdgeHandler> handler;
};

}  // namespace

TEST_CASE("edge: a file is fetched once, in slices, and sent as the origin has it") {
  EdgeWorld edge;
  const std::string file = noise(kSliceBytes * 2 + 1234);
  edge.origin.files[kPath] = file;
  const auto first = edge.get(kPath);
  CHECK(first.status == 200);
  CHECK(first.body == file);
  CHECK(first.headers.at("ETag") == "\"1\"");
  CHECK(first.headers.at("Content-Type") == "video/iso.segment");
  CHECK(edge.origin.asked.size() == 3);
  CHECK(edge.get(kPath).body == file);
  CHECK(edge.origin.asked.size() == 3);
  CHECK(edge.cache->numbers().miss_bytes == file.size());
}

TEST_CASE("edge: a file is kept once, whichever way its name is written") {
  EdgeWorld edge;
  edge.origin.files[kPath] = noise(100);
  std::string other = kPath;
  other.replace(other.size() - 3, 1, "%6D");  // the m of ".m4s"
  CHECK(edge.get(other).body == noise(100));
  CHECK(edge.get(kPath).body == noise(100));
  CHECK(edge.origin.asked.size() == 1);
}

TEST_CASE("edge: ranges are cut from the slices they touch") {
  EdgeWorld edge;
  const std::string file = noise(kSliceBytes * 3);
  edge.origin.files[kPath] = file;
  const auto answer = edge.get(kPath, "bytes=" + std::to_string(kSliceBytes * 2 - 10) + "-" +
                                          std::to_string(kSliceBytes * 2 + 9));
  CHECK(answer.status == 206);
  CHECK(answer.body == file.substr(static_cast<std::size_t>(kSliceBytes * 2 - 10), 20));
  CHECK(answer.headers.at("Content-Range") == "bytes 1048566-1048585/1572864");
  const auto small = edge.get(kPath, "bytes=5-9");
  CHECK(small.body == file.substr(5, 5));
  const auto suffix = edge.get(kPath, "bytes=-7");
  CHECK(suffix.body == file.substr(file.size() - 7));
  const auto beyond = edge.get(kPath, "bytes=99999999-");
  CHECK(beyond.status == 416);
  CHECK(beyond.headers.at("Content-Range") == "bytes */1572864");
  CHECK(edge.get(kPath, "", "\"1\"").status == 304);
}

TEST_CASE("edge: an empty file is one, and none of its ranges can be had") {
  EdgeWorld edge;
  edge.origin.files[kPath] = "";
  const auto whole = edge.get(kPath);
  CHECK(whole.status == 200);
  CHECK(whole.body.empty());
  CHECK(edge.get(kPath, "bytes=0-").status == 416);
}

TEST_CASE("edge: who watches on finds the next title's beginning, though signatures live for 20 s") {
  EdgeWorld edge;
  edge.life_s = 20;
  const auto file = [&edge](const std::string& title, const std::string& name) {
    const std::string path = "/media/" + title + "/v/" + name;
    edge.origin.files[path] = noise(100);
    edge.title = title;
    return edge.get(path);
  };
  for (const char* name : {"init.mp4", "seg-0.m4s", "seg-1.m4s", "seg-2.m4s"}) CHECK(file("m_2", name).status == 200);
  edge.clock.at_ms += int64_t{25} * 3'600'000;  // what is there is too old
  edge.origin.asked.clear();
  for (int i = 0; i < 20; ++i) {
    CHECK(file("m_1", "seg-" + std::to_string(i) + ".m4s").status == 200);
    edge.clock.at_ms += 4'000;
  }
  std::vector<std::string> ahead;
  for (const UpstreamRequest& request : edge.origin.asked) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path.starts_with("/media/m_2/")) ahead.push_back(path.substr(path.rfind('/') + 1));
  }
  CHECK(ahead == std::vector<std::string>{"init.mp4", "seg-0.m4s", "seg-1.m4s"});
  edge.origin.asked.clear();
  CHECK(file("m_2", "seg-0.m4s").status == 200);
  CHECK(edge.origin.asked.empty());
}

TEST_CASE("edge: those who ask for the same at once wait for one fetch") {
  EdgeWorld edge;
  edge.origin.files[kPath] = noise(1000);
  std::vector<std::string> got;
  for (int i = 0; i < 3; ++i) {
    edge.cache->get("m_1", kPath, 0, [&](Result<Slice> slice) {
      REQUIRE(slice.ok());
      got.push_back(read_part(slice.value().part));
    });
  }
  CHECK(got.empty());
  edge.origin.answer();
  CHECK(edge.origin.asked.size() == 1);
  CHECK(got == std::vector<std::string>(3, edge.origin.files[kPath]));
}

TEST_CASE("edge: nothing is served without a signature of its own title, nor asked for") {
  EdgeWorld edge;
  edge.origin.files[kPath] = noise(100);
  Request request;
  request.method = Method::kGet;
  request.path = kPath;
  const std::string other = edge.signer.query_for("m_2", edge.clock.now_s() + 60);
  const std::string late = edge.signer.query_for("m_1", edge.clock.now_s());
  for (const std::string& query : {std::string(), other, late, std::string("exp=1&sig=x")}) {
    request.query = query;
    int status = 0;
    edge.handler->handle(request, [&](const Response& response) { status = response.status; });
    CHECK(status == 403);
  }
  CHECK(edge.origin.asked.empty());
}

TEST_CASE("edge: what the origin says against it is told, and tried again the next time") {
  EdgeWorld edge;
  CHECK(edge.get(kPath).status == 404);
  edge.origin.files[kPath] = noise(100);
  edge.origin.refuses_with = 500;
  CHECK(edge.get(kPath).status == 502);
  edge.origin.refuses_with = 503;
  CHECK(edge.get(kPath).status == 503);
  edge.origin.refuses_with = 0;
  CHECK(edge.get(kPath).status == 200);
  CHECK(edge.get("/media/m_1/../secrets").status == 404);
}

TEST_CASE("edge: a file that changes at the origin is never mixed with what it was") {
  EdgeWorld edge;
  const std::string before = noise(kSliceBytes + 500, 1);
  const std::string after = noise(kSliceBytes + 500, 2);
  edge.origin.files[kPath] = before;
  CHECK(edge.get(kPath, "bytes=0-99").body == before.substr(0, 100));
  edge.origin.files[kPath] = after;
  edge.origin.etag = "\"2\"";
  const auto torn = edge.get(kPath);
  CHECK(torn.is_broken);  // the length and the tag of the first slice had been promised
  CHECK(edge.get(kPath).body == after);
}

TEST_CASE("edge: manifests come from the origin with the client's own signature, keys each time") {
  EdgeWorld edge;
  const std::string playlist = "/media/m_1/a.m3u8";
  edge.origin.files[playlist] = "#EXTM3U\n";
  CHECK(edge.get(playlist).body == "#EXTM3U\n");
  CHECK(edge.get(playlist).body == "#EXTM3U\n");
  CHECK(edge.origin.asked.size() == 1);
  CHECK(edge.origin.asked[0].target ==
        playlist + "?" + edge.signer.query_for("m_1", edge.clock.now_s() + 60));
  edge.clock.at_ms += 1000;
  edge.origin.files[playlist] = "#EXTM3U\n#\n";
  CHECK(edge.get(playlist).body == "#EXTM3U\n#\n");
  const std::string key = "/media/m_1/k.key";
  edge.origin.files[key] = "0123456789abcdef";
  const std::size_t before = edge.origin.asked.size();
  CHECK(edge.get(key).body == "0123456789abcdef");
  CHECK(edge.get(key).body == "0123456789abcdef");
  CHECK(edge.origin.asked.size() == before + 2);
  CHECK(edge.store->numbers().slices == 0);
}

TEST_CASE("slice store: a restart finds what was whole, and removes the rest") {
  EdgeWorld edge;
  const std::string file = noise(kSliceBytes + 10);
  edge.origin.files[kPath] = file;
  edge.get(kPath);
  const auto cache = edge.folder.path() / "cache";
  std::vector<std::filesystem::path> slices;
  for (const auto& entry : std::filesystem::directory_iterator(cache)) slices.push_back(entry.path());
  REQUIRE(slices.size() == 2);
  std::ofstream(cache / "77.part") << "half";
  std::ofstream(cache / "78.slice") << "{}\nno slice";
  std::ofstream(cache / "somebody's.txt") << "else";
  edge.open();
  CHECK(edge.store->numbers().slices == 2);
  CHECK_FALSE(std::filesystem::exists(cache / "77.part"));
  CHECK_FALSE(std::filesystem::exists(cache / "78.slice"));
  CHECK(std::filesystem::exists(cache / "somebody's.txt"));
  std::filesystem::resize_file(slices[0], 100);
  edge.open();
  CHECK(edge.store->numbers().slices == 1);
  CHECK(edge.get(kPath).body == file);
}

TEST_CASE("slice store: what a power cut left full of holes is fetched again") {
  EdgeWorld edge;
  const std::string file = noise(kSliceBytes + 10);
  edge.origin.files[kPath] = file;
  edge.get(kPath);
  edge.open();
  const std::size_t asked = edge.origin.asked.size();
  CHECK(edge.get(kPath).body == file);
  CHECK(edge.origin.asked.size() == asked);  // nothing is wrong with it
  for (const auto& entry : std::filesystem::directory_iterator(edge.folder.path() / "cache")) {
    // The last of its blocks was never written, its length was.
    std::fstream slice(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    slice.seekp(-5, std::ios::end).write("\0\0\0\0\0", 5);
  }
  edge.open();
  CHECK(edge.store->numbers().slices == 2);
  CHECK(edge.get(kPath).body == file);
  CHECK(edge.origin.asked.size() == asked + 2);
}

TEST_CASE("slice store: never holds more than it may, nor longer") {
  EdgeWorld edge(kSliceBytes * 3);
  for (int i = 0; i < 10; ++i) {
    const std::string path = "/media/m_1/v/seg-" + std::to_string(i) + ".m4s";
    edge.origin.files[path] = noise(kSliceBytes, static_cast<unsigned>(i));
    CHECK(edge.get(path).body == edge.origin.files[path]);
    CHECK(edge.store->numbers().bytes <= kSliceBytes * 3);
  }
  CHECK(edge.store->numbers().slices == 2);  // each has its line of JSON
  CHECK(edge.store->numbers().evicted == 8);
  edge.origin.files[kPath] = noise(10);
  edge.get(kPath);
  const std::size_t asked = edge.origin.asked.size();
  edge.clock.at_ms += int64_t{86'400} * 1000;
  edge.get(kPath);
  CHECK(edge.origin.asked.size() == asked + 1);
}

TEST_CASE("slice store: a folder that was emptied, or takes nothing, costs no answer") {
  EdgeWorld edge;
  const std::string file = noise(500);
  edge.origin.files[kPath] = file;
  edge.get(kPath);
  std::filesystem::remove_all(edge.folder.path() / "cache");
  CHECK(edge.get(kPath).body == file);
  CHECK(edge.get(kPath).body == file);
  CHECK(edge.store->numbers().slices == 0);
}

TEST_CASE("session tracker: who watches on has the next title's beginning fetched, once") {
  const auto next = parse_next_titles(R"({"m_1":"m_2"})");
  REQUIRE(next.ok());
  SessionTracker sessions(next.value());
  // Who resumes in the middle says nothing of the beginning.
  for (const int from : {750, 0}) {
    const std::string who = "other" + std::to_string(from);
    CHECK(sessions.note(who, "m_2", "/media/m_2/v/init.mp4").paths.empty());
    for (int i = from; i < from + 12; ++i) {
      CHECK(sessions.note(who, "m_2", "/media/m_2/v/seg-" + std::to_string(i) + ".m4s").paths.empty());
    }
  }
  std::vector<std::string> wanted;
  for (int i = 0; i < 40; ++i) {
    const std::string path = "/media/m_1/v/seg-" + std::to_string(i) + ".m4s";
    for (int range = 0; range < 3; ++range) {
      const auto more = sessions.note("mine", "m_1", path);
      if (more.paths.empty()) continue;
      CHECK(i == 19);
      CHECK(more.title == "m_2");
      wanted.insert(wanted.end(), more.paths.begin(), more.paths.end());
    }
  }
  CHECK(wanted == std::vector<std::string>{"/media/m_2/v/init.mp4", "/media/m_2/v/seg-0.m4s", "/media/m_2/v/seg-1.m4s"});
  for (const char* text : {"", "[]", R"({"m_1":1})", R"({"../":"m_1"})", R"({"m_1":"a/b"})"}) {
    CHECK_FALSE(parse_next_titles(text).ok());
  }
}

TEST_CASE("http upstream: one that is idle asks at once, tells what there is to tell, and ends at once") {
  class Origin final : public HttpHandler {
   public:
    void handle(const Request& request, const Respond& respond) override {
      if (request.query != "sig=a&b") return respond(no_content());
      Response response;
      response.status = 206;
      response.headers = {{"ETag", "\"1\""}, {"Cache-Control", "max-age=1"}, {"Content-Range", std::string(request.range)}};
      response.body = std::string(request.path);
      respond(std::move(response));
    }
  };
  const SystemClock clock;
  const Log log(clock, kNoLog);
  Origin origin;
  auto server = HttpServer::listen({}, clock, log);
  REQUIRE(server.ok());
  server.value()->start(origin);
  auto upstream = make_http_upstream("http://127.0.0.1:" + std::to_string(server.value()->port()), log);
  const auto fetch = [&](UpstreamRequest request) {
    std::promise<UpstreamAnswer> promise;
    upstream->fetch(std::move(request), [&](UpstreamAnswer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  };
  for (int i = 0; i < 3; ++i) {  // it would sleep for an hour in between
    const UpstreamAnswer answer = fetch({"/media/m_1/a%20b.m4s?sig=a&b", "bytes=1-2"});
    CHECK(answer.status == 206);
    CHECK(answer.body == "/media/m_1/a%20b.m4s");
    CHECK(answer.etag == "\"1\"");
    CHECK(answer.cache_control == "max-age=1");
    CHECK(answer.content_range == "bytes=1-2");
  }
  CHECK(fetch({"/x", ""}).status == 204);
  server.value()->stop(0);
  CHECK(fetch({"/x", ""}).status == 0);
  upstream.reset();
}
