// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "engine/download_rig.h"
#include "engine/url_desk.h"
#include "player/client_impl.h"

// Downloads that were added by URL, and apps that know where they are to be had by now.
namespace playhead::offline {
namespace {

using playhead::test::bytes_answer;
using playhead::test::pattern_bytes;
using playhead::test::SimLink;
using playhead::test::status_answer;
using playhead::test::text_answer;
using test::DownloadRig;
using test::WebAnswer;
using test::WebRequest;

const std::string kPlaylistUrl = "http://cdn.test/t/list.m3u8";
constexpr std::size_t kSegment = 400'000;

// A host that knows one signature at a time, in the query of the list and all it names.
struct SignedWorld {
  SignedWorld() {
    rig.host = [this](const WebRequest& request) -> std::optional<WebAnswer> {
      if (!request.url.starts_with("http://cdn.test/t/")) return std::nullopt;
      const std::string path = request.url.substr(0, request.url.find('?'));
      if (request.url != path + "?sig=" + valid) return status_answer(refusal);
      if (path == kPlaylistUrl) {
        std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";
        for (int n = 0; n < 6; ++n) {
          text += "#EXTINF:4,\n" + std::to_string(n) + ".ts?sig=" + valid + "\n";
        }
        return text_answer(text + "#EXT-X-ENDLIST\n");
      }
      WebAnswer answer = bytes_answer(pattern_bytes(kSegment, 5));
      answer.headers.push_back({"ETag", "\"5\""});
      return answer;
    };
    rig.more = [](const std::string&) {
      const auto bytes = pattern_bytes(kSegment, 5);
      return std::string(as_text(bytes));
    };
    rig.config.resolve_url = [this](const std::string&, const DownloadRequest& request,
                                    UrlCallback answer) {
      asked.push_back(request.url);
      CHECK(request.app_data == "mine");
      if (resolve) resolve(std::move(answer));
    };
    rig.world.transport->set_link(SimLink::constant(4'000'000, 10ms));
  }

  std::string add() {
    rig.open();
    DownloadRequest request;
    request.url = kPlaylistUrl + "?sig=1";
    request.app_data = "mine";
    return rig.add(request);
  }
  // The signature ends while something of it is there.
  std::string begin_and_expire() {
    const std::string id = add();
    REQUIRE(rig.world.executor.run_until_true(
        [&] { return rig.status(id).bytes_done >= static_cast<int64_t>(kSegment); }, 1min));
    valid = "2";
    return id;
  }

  std::string valid = "1";
  int refusal = 403;
  std::vector<std::string> asked;
  std::function<void(UrlCallback)> resolve;
  DownloadRig rig;
};

}  // namespace

TEST_CASE("downloads: O20 a signed URL that runs out is asked of the app, what is there stays") {
  for (const int refusal : {401, 403, 404, 410}) {
    CAPTURE(refusal);
    SignedWorld world;
    world.refusal = refusal;
    world.resolve = [](UrlCallback answer) { answer(kPlaylistUrl + "?sig=2"); };
    const std::string id = world.begin_and_expire();
    const int64_t before = world.rig.status(id).bytes_done;
    REQUIRE(world.rig.run_until(id, DownloadState::kCompleted));
    CHECK(world.asked == std::vector<std::string>{kPlaylistUrl + "?sig=1"});
    CHECK(before >= static_cast<int64_t>(kSegment));
    int64_t fetched = 0;
    for (const auto& record : world.rig.world.transport->records()) {
      if (record.url.find(".ts") != std::string::npos && record.status < 400) {
        fetched += record.body_bytes;
      }
    }
    // But what was on its way goes on where its last whole chunk ended.
    CHECK(fetched >= static_cast<int64_t>(6 * kSegment));
    CHECK(fetched <= static_cast<int64_t>(6 * kSegment) + 4 * 65'536);
    CHECK(world.rig.check_bytes(id) == 7);
  }
}

TEST_CASE("downloads: playlists, keys, inits and ranges that their query alone tells apart") {
  const std::string root = "http://cdn.test/q/";
  const auto body_of = [&](const std::string& url) {
    const std::string name = url.substr(root.size());
    const auto list = [](const std::string& t) {
      return "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI="
             "\"key?id=" +
             t + "\"\n#EXT-X-MAP:URI=\"init.mp4?r=" + t + "\"\n#EXTINF:4,\ns.m4s?n=" + t +
             "\n#EXT-X-BYTERANGE:1000@0\n#EXTINF:4,\nv.mp4?itag=" + t + "\n#EXT-X-ENDLIST\n";
    };
    if (name == "main.m3u8") {
      return std::string(
          "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\",DEFAULT=YES,URI=\"list.m3u8?"
          "t=2\""
          "\n#EXT-X-STREAM-INF:BANDWIDTH=400000,CODECS=\"avc1.64001e,mp4a.40.2\",AUDIO=\"a\"\n"
          "list.m3u8?t=1\n");
    }
    if (name.starts_with("list.m3u8?t=")) return list(name.substr(12));
    const auto bytes = pattern_bytes(name.starts_with("key") ? 16 : 4'000,
                                     static_cast<uint32_t>(std::hash<std::string>()(name)));
    return std::string(as_text(bytes));
  };
  DownloadRig rig;
  rig.more = body_of;
  rig.host = [&](const WebRequest& request) -> std::optional<WebAnswer> {
    if (!request.url.starts_with(root)) return std::nullopt;
    const std::string body = body_of(request.url);
    return bytes_answer({body.begin(), body.end()});
  };
  rig.open();
  DownloadRequest request;
  request.url = root + "main.m3u8";
  const std::string id = rig.add(request);
  REQUIRE(rig.run_until(id, DownloadState::kCompleted));
  CHECK(rig.check_bytes(id) == 11);
  // And as players ask for them.
  std::unique_ptr<OfflineTitle> title;
  const auto opening = rig.world.client->impl().library()->open(
      id, rig.world.executor,
      [&](Result<std::unique_ptr<OfflineTitle>> opened) { title = *std::move(opened); });
  rig.run_for(1s);
  REQUIRE(title);
  for (const char* name : {"list.m3u8?t=1", "list.m3u8?t=2", "key?id=1", "key?id=2", "init.mp4?r=1",
                           "init.mp4?r=2", "s.m4s?n=1", "s.m4s?n=2"}) {
    CAPTURE(name);
    Request asked;
    asked.url = root + name;
    std::string got;
    FetchCallbacks callbacks;
    callbacks.on_body = [&got](const SharedBytes& bytes, MonotonicTime) {
      got += as_text(bytes.view());
    };
    const auto asking =
        title->transport().start(std::move(asked), rig.world.executor, std::move(callbacks));
    rig.run_for(1s);
    CHECK((got == body_of(root + name)));
  }
}

TEST_CASE("downloads: a URL that has run out before anything came is asked of the app") {
  SignedWorld world;
  world.valid = "2";
  world.resolve = [](UrlCallback answer) { answer(kPlaylistUrl + "?sig=2"); };
  const std::string id = world.add();
  REQUIRE(world.rig.run_until(id, DownloadState::kCompleted));
  CHECK(world.asked.size() == 1);
}

TEST_CASE("downloads: O20 after a restart the URL that was good last is asked first") {
  SignedWorld world;
  world.resolve = [](UrlCallback answer) { answer(kPlaylistUrl + "?sig=2"); };
  const std::string id = world.begin_and_expire();
  REQUIRE(world.rig.world.executor.run_until_true([&] { return !world.asked.empty(); }, 1min));
  world.rig.run_for(1s);
  world.rig.close();
  world.rig.open();
  REQUIRE(world.rig.run_until(id, DownloadState::kCompleted));
  CHECK(world.asked.size() == 1);
}

TEST_CASE("downloads: what an app may say of a URL that is refused") {
  struct Case {
    const char* name;
    std::function<void(UrlCallback)> resolve;
    DownloadState state;
    ErrorCode code;
    WaitReason waits_for;
    std::size_t asked;
  };
  const Case cases[] = {
      {"nothing at all", [](const UrlCallback&) {}, DownloadState::kFailed, ErrorCode::kForbidden,
       WaitReason::kNothing, 1},
      {"that there is none", [](UrlCallback answer) { answer(std::string()); },
       DownloadState::kFailed, ErrorCode::kForbidden, WaitReason::kNothing, 1},
      {"another that is refused", [](UrlCallback answer) { answer(kPlaylistUrl + "?sig=9"); },
       DownloadState::kFailed, ErrorCode::kForbidden, WaitReason::kNothing, 1},
      {"what is no URL", [](UrlCallback answer) { answer(std::string("file:///etc/passwd")); },
       DownloadState::kFailed, ErrorCode::kInvalidUrl, WaitReason::kNothing, 1},
      {"that it has no network",
       [](UrlCallback answer) { answer(make_error(ErrorCode::kNetworkUnreachable, "")); },
       DownloadState::kWaiting, ErrorCode::kNetworkUnreachable, WaitReason::kNetwork, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SignedWorld world;
    world.resolve = c.resolve;
    const std::string id = world.begin_and_expire();
    REQUIRE(world.rig.run_until(id, c.state));
    const DownloadStatus status = world.rig.status(id);
    REQUIRE(status.failure);
    CHECK(status.failure->error.code == c.code);
    CHECK(status.waits_for == c.waits_for);
    CHECK(world.asked.size() == c.asked);
  }
}

TEST_CASE("downloads: an app that does not answer is asked again, and heard in the end") {
  SignedWorld world;
  std::vector<UrlCallback> open;
  world.resolve = [&open](UrlCallback answer) { open.push_back(std::move(answer)); };
  const std::string id = world.begin_and_expire();
  REQUIRE(world.rig.run_until(id, DownloadState::kWaiting));
  CHECK(world.rig.status(id).waits_for == WaitReason::kAuth);
  REQUIRE(world.rig.world.executor.run_until_true([&] { return open.size() == 2; }, 5min));
  open[0](kPlaylistUrl + "?sig=9");  // too late: nobody listens
  open[1](kPlaylistUrl + "?sig=2");
  REQUIRE(world.rig.run_until(id, DownloadState::kCompleted));
  CHECK(world.rig.check_bytes(id) == 7);
}

TEST_CASE("downloads: an app may answer for downloads that are gone") {
  SignedWorld world;
  std::vector<UrlCallback> open;
  world.resolve = [&open](UrlCallback answer) { open.push_back(std::move(answer)); };
  const std::string id = world.begin_and_expire();
  REQUIRE(world.rig.world.executor.run_until_true([&] { return open.size() == 1; }, 1min));
  world.rig.close();
  open[0](kPlaylistUrl + "?sig=2");
  world.rig.run_for(1s);
  CHECK(world.asked.size() == 1);
}

TEST_CASE("downloads: a title whose app resolves nothing fails where its URL is refused") {
  SignedWorld world;
  world.rig.config.resolve_url = nullptr;
  const std::string id = world.begin_and_expire();
  REQUIRE(world.rig.run_until(id, DownloadState::kFailed));
  CHECK(world.rig.status(id).failure->error.code == ErrorCode::kForbidden);
  CHECK(world.rig.status(id).failure->next_action == NextAction::kRemoveAndAdd);
}

}  // namespace playhead::offline
