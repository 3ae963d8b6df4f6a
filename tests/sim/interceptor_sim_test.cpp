// SPDX-License-Identifier: Apache-2.0
// What an app's interceptor sees of a play: all of it, each attempt, before it goes on its way.
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include "playhead/interceptor.h"
#include "protected_world.h"

namespace playhead::test {
namespace {

constexpr std::array<uint8_t, 16> kKey{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

// Gives each request a number of its own, and keeps what became of it.
class Numbering final : public RequestInterceptor {
 public:
  struct Seen {
    ResourceKind kind;
    std::string url;
    std::string method;
    int status = 0;  // 0: no answer was told
  };
  void on_request(InterceptedRequest& request) override {
    request.headers.push_back({"X-Number", std::to_string(seen.size())});
    seen.push_back({request.kind, request.url, request.method});
  }
  void on_response(const InterceptedRequest& request, const ResponseHead& head) override {
    const std::string number = number_of(request.headers);
    REQUIRE_FALSE(number.empty());
    Seen& asked = seen.at(std::stoul(number));
    CHECK(asked.url == request.url);
    CHECK(asked.status == 0);  // told once
    asked.status = head.status;
  }
  static std::string number_of(const std::vector<HttpHeader>& headers) {
    for (const HttpHeader& header : headers) {
      if (header.name == "X-Number") return header.value;
    }
    return "";
  }
  [[nodiscard]] std::set<ResourceKind> kinds() const {
    std::set<ResourceKind> all;
    for (const Seen& each : seen) all.insert(each.kind);
    return all;
  }
  // Statuses of the requests with that text in their URL, in the order of the requests.
  [[nodiscard]] std::vector<int> statuses(const std::string& part) const {
    std::vector<int> all;
    for (const Seen& each : seen) {
      if (each.url.find(part) != std::string::npos) all.push_back(each.status);
    }
    return all;
  }

  std::vector<Seen> seen;
};

// Whatever is on the wire went by the interceptor, once, with what it added; each answer too.
void check_wire(const SimWorld& world, const Numbering& app) {
  const auto& records = world.transport->records();
  CHECK(records.size() == app.seen.size());
  std::set<std::string> numbers;
  for (const SimRecord& record : records) {
    CAPTURE(record.url);
    const std::string number = Numbering::number_of(record.headers);
    REQUIRE_FALSE(number.empty());
    CHECK(numbers.insert(number).second);
    const Numbering::Seen& seen = app.seen.at(std::stoul(number));
    CHECK(seen.kind == record.kind);
    CHECK(seen.url == record.url);
    CHECK(seen.method == record.method);
    CHECK(seen.status == record.status);
  }
}

// The next request with that text in its URL finds a host that is busy.
void refuse_once(SimWorld& world, const std::string& part) {
  SimFault busy;
  busy.url_contains = part;
  busy.times = 1;
  busy.status = 503;
  world.transport->add_fault(busy);
}

std::vector<uint8_t> encrypt(const std::vector<uint8_t>& plain) {
  const std::array<uint8_t, 16> iv{};
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  REQUIRE(EVP_EncryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, kKey.data(), iv.data()));
  std::vector<uint8_t> out(plain.size() + iv.size());
  int size = 0, rest = 0;
  REQUIRE(EVP_EncryptUpdate(context.get(), out.data(), &size, plain.data(),
                            static_cast<int>(plain.size())));
  REQUIRE(EVP_EncryptFinal_ex(context.get(), out.data() + size, &rest));
  out.resize(static_cast<std::size_t>(size + rest));
  return out;
}

// The simulated title's pictures and sound as HLS AES-128 has them, with one key for all.
void protect_title(SimWorld& world) {
  const std::string key = world.title.base_url + "the.key";
  world.transport->serve(key, bytes_answer({kKey.begin(), kKey.end()}));
  world.transport->meddle([key](const SimRecord&, const WebRequest& request, WebAnswer& answer) {
    const std::string name = request.target.substr(request.target.rfind('/') + 1);
    const bool is_media = name[0] == 'v' || name[0] == 'a';
    if (!is_media || answer.status != 200 || !answer.body) return;
    if (name.find(".seg") != std::string::npos) {
      answer.body = std::make_shared<const std::vector<uint8_t>>(encrypt(*answer.body));
    } else if (name.find(".m3u8") != std::string::npos) {
      std::string list(answer.body->begin(), answer.body->end());
      list.insert(list.find("#EXTINF"),
                  "#EXT-X-KEY:METHOD=AES-128,URI=\"" + key +
                      "\",IV=0x00000000000000000000000000000000\n");
      answer.body = std::make_shared<const std::vector<uint8_t>>(list.begin(), list.end());
    }
  });
}

}  // namespace

TEST_CASE("interceptor: all of a title of the service, and what is asked again") {
  SimTitle title;
  title.segments = 5;
  title.subtitles = {"en"};
  title.has_thumbnails = true;
  SimWorld world(1, title);
  protect_title(world);
  const std::vector<std::string> asked_twice = {"/api/v1/stream?",  "master.m3u8", "v0.m3u8",
                                                "a-en-1.seg",       "t-en-0.seg",  "the.key",
                                                "g0-0.jpg",         "/progress"};
  for (const std::string& part : asked_twice) refuse_once(world, part);
  const auto app = std::make_shared<Numbering>();
  world.interceptor = app;
  PlayerConfig config;
  config.text_language = "en";
  world.start_app(std::move(config));
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(60s));
  world.player->request_thumbnail(MediaTime{2'000'000});
  CHECK(world.run_until_event<ThumbnailReady>(20s));
  CHECK(world.run_until_event<Ended>(2min));
  world.quit_app();
  INFO(world.log());
  CHECK_FALSE(world.find<Failed>());
  CHECK(app->kinds() == std::set{ResourceKind::kApi, ResourceKind::kManifest, ResourceKind::kMedia,
                                 ResourceKind::kText, ResourceKind::kKey});
  for (const std::string& part : asked_twice) {
    CAPTURE(part);
    const std::vector<int> statuses = app->statuses(part);
    REQUIRE(statuses.size() >= 2);
    CHECK(statuses[0] == 503);
    CHECK(statuses[1] / 100 == 2);
  }
  check_wire(world, *app);
}

TEST_CASE("interceptor: licences, init segments, and what another host is asked for instead") {
  if (!has_protected_media()) return;
  ProtectedWorld play;
  const auto app = std::make_shared<Numbering>();
  play.world.interceptor = app;
  play.busy = 1;
  play.world.start_app();
  // A place that is not there, and the one that is.
  std::string mpd = ProtectedWorld::mpd_of("encryption");
  mpd.insert(mpd.find("<Period"),
             "<BaseURL>http://away.test/</BaseURL><BaseURL>http://media.test/</BaseURL>");
  play.world.take_down("away.test");
  play.load_mpd("encryption", mpd);
  CHECK(play.play_out(60s));
  INFO(play.world.log());
  CHECK_FALSE(play.world.find<Failed>());
  CHECK(app->kinds() == std::set{ResourceKind::kManifest, ResourceKind::kInit, ResourceKind::kMedia,
                                 ResourceKind::kLicense});
  const std::vector<int> licences = app->statuses("/license");
  REQUIRE(licences.size() >= 2);
  CHECK(licences[0] == 503);
  CHECK(licences[1] == 200);
  const std::vector<int> away = app->statuses("http://away.test/");
  REQUIRE_FALSE(away.empty());
  CHECK(away == std::vector<int>(away.size(), 0));
  CHECK_FALSE(app->statuses("http://media.test/bear-640x360-video.mp4").empty());
  check_wire(play.world, *app);
}

}  // namespace playhead::test
