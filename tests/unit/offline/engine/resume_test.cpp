// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "engine/download_rig.h"
#include "plan/resource_plan.h"

namespace playhead::offline {
namespace {

using playhead::test::bytes_answer;
using playhead::test::pattern_bytes;
using playhead::test::SimRecord;
using playhead::test::text_answer;
using test::DownloadRig;
using test::WebAnswer;
using test::WebRequest;

constexpr std::size_t kSize = 9'000'000;
const std::string kList = "http://cdn.test/big.m3u8";
const std::string kBig = "http://cdn.test/big.ts";

// A title of one large segment on a host that is told how to behave.
struct BigHost {
  std::string etag = "\"v1\"";
  std::string last_modified;
  uint32_t version = 1;
  bool ignores_range = false;
  bool refuses_range = false;

  std::string body() const {
    const auto bytes = pattern_bytes(kSize, version);
    return {bytes.begin(), bytes.end()};
  }
  std::optional<WebAnswer> answer(const WebRequest& request) const {
    if (request.url == kList) {
      return text_answer(
          "#EXTM3U\n#EXT-X-TARGETDURATION:40\n#EXTINF:40,\nbig.ts\n#EXT-X-ENDLIST\n");
    }
    if (request.url != kBig) return std::nullopt;
    if (refuses_range && request.has_header("Range")) {
      return playhead::test::status_answer(416);
    }
    WebAnswer answer = bytes_answer(pattern_bytes(kSize, version));
    if (!etag.empty()) answer.headers.push_back({"ETag", etag});
    if (!last_modified.empty()) answer.headers.push_back({"Last-Modified", last_modified});
    answer.ignores_range = ignores_range;
    return answer;
  }
};

std::string header_of(const SimRecord& record, const std::string& name) {
  for (const HttpHeader& header : record.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

}  // namespace

TEST_CASE("downloads: a large segment goes on where it was, if it is still the same") {
  struct Case {
    const char* name;
    BigHost before, after;
    bool goes_on;        // not from the beginning
    bool asks_for_rest;  // the first request afterwards has a range
  };
  BigHost plain, dated, changed, other_length, ignoring, refusing, nameless;
  dated.etag = "";
  dated.last_modified = "Sun, 06 Nov 1994 08:49:37 GMT";
  changed.etag = "\"v2\"";
  changed.version = 2;
  ignoring.ignores_range = true;
  refusing.refuses_range = true;
  nameless.etag = "";
  BigHost weak = plain;
  weak.etag = "W/\"v1\"";
  const Case cases[] = {
      {"the same ETag", plain, plain, true, true},
      {"the same date", dated, dated, true, true},
      {"another ETag: all of it anew", plain, changed, false, true},
      {"a host that ignores ranges", plain, ignoring, true, true},
      {"a host that refuses the range", plain, refusing, false, true},
      {"nothing that proves it is the same", nameless, nameless, false, false},
      {"a weak ETag proves nothing", weak, weak, false, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    DownloadRig rig;
    BigHost host = c.before;
    rig.host = [&host](const WebRequest& request) { return host.answer(request); };
    rig.more = [&host](const std::string& url) {
      return url == kBig ? std::optional(host.body()) : std::nullopt;
    };
    rig.world.transport->set_link(playhead::test::SimLink::constant(8'000'000, 10ms));
    rig.open();
    DownloadRequest request;
    request.url = kList;
    const std::string id = rig.add(request);
    rig.run_for(6s);
    const int64_t before = rig.status(id).bytes_done;
    CHECK(before > 4'000'000);
    rig.close();
    host = c.after;
    const std::size_t earlier = rig.requests("big.ts").size();
    rig.open();
    const int64_t kept = rig.status(id).bytes_done;
    CHECK(kept > 4'000'000);
    REQUIRE(rig.run_until(id, DownloadState::kCompleted));
    const SimRecord* first = nullptr;
    std::size_t number = 0;
    for (const SimRecord& record : rig.world.transport->records()) {
      if (record.url != kBig || number++ != earlier) continue;
      first = &record;
    }
    REQUIRE(first != nullptr);
    CHECK(first->range.has_value() == c.asks_for_rest);
    if (c.asks_for_rest) {
      CHECK(first->range->first > 4'000'000);
      CHECK(header_of(*first, "If-Range") ==
            (c.before.etag.empty() ? c.before.last_modified : c.before.etag));
    }
    CHECK((rig.requests("big.ts").size() > earlier + 1) == (c.asks_for_rest && !c.goes_on));
    // The documents' one and the segment.
    CHECK(rig.check_bytes(id) == 2);
  }
}

TEST_CASE("downloads: a plain file comes in parts, or whole where the host knows none") {
  for (const bool does_ranges : {true, false}) {
    CAPTURE(does_ranges);
    DownloadRig rig;
    const auto film = pattern_bytes(20'000'000, 7);
    const std::string url = "http://cdn.test/film.mp4";
    rig.host = [&](const WebRequest& request) -> std::optional<WebAnswer> {
      if (request.url.rfind(url, 0) != 0) return std::nullopt;
      WebAnswer answer = bytes_answer(film);
      answer.headers.push_back({"ETag", "\"f\""});
      if (does_ranges) answer.headers.push_back({"Accept-Ranges", "bytes"});
      answer.ignores_range = !does_ranges;
      return answer;
    };
    rig.more = [&](const std::string&) { return std::string(film.begin(), film.end()); };
    rig.open();
    DownloadRequest request;
    request.url = url + "?sig=1";
    const std::string id = rig.add(request);
    REQUIRE(rig.run_until(id, DownloadState::kCompleted));
    CHECK(rig.status(id).bytes_done == 20'000'000);
    CHECK(rig.check_bytes(id) == (does_ranges ? 3 : 1));
  }
}

}  // namespace playhead::offline
