// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_source.h"

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.h"
#include "unit/manifest/manifest_test_support.h"

namespace playhead {
namespace {

// Answers requests when the test says so; a destroyed handle is never answered.
class Server {
 public:
  struct Pending {
    Request request;
    std::shared_ptr<UniqueFunction<void(Result<FetchedManifest>)>> done;
    std::shared_ptr<bool> is_cancelled = std::make_shared<bool>(false);
  };

  ManifestFetch fetch() {
    return [this](Request request, UniqueFunction<void(Result<FetchedManifest>)> done) {
      Pending pending{std::move(request), {}};
      pending.done =
          std::make_shared<UniqueFunction<void(Result<FetchedManifest>)>>(std::move(done));
      pending_.push_back(pending);
      return CancelHandle([cancelled = pending.is_cancelled, callback = pending.done] {
        *cancelled = true;
        *callback = nullptr;
      });
    };
  }

  Request answer(int status, const std::string& body, const std::string& final_url = "") {
    FetchedManifest fetched;
    fetched.head.status = status;
    fetched.head.url = final_url.empty() ? pending_.front().request.url : final_url;
    fetched.body = test::bytes_of(body);
    return finish(std::move(fetched));
  }
  Request finish(Result<FetchedManifest> result) {
    REQUIRE_FALSE(pending_.empty());
    const Pending pending = pending_.front();
    pending_.pop_front();
    if (!*pending.is_cancelled) {
      auto callback = std::move(*pending.done);
      callback(std::move(result));
    }
    return pending.request;
  }
  [[nodiscard]] bool idle() const { return pending_.empty(); }

 private:
  std::deque<Pending> pending_;
};

const std::string kMultivariant = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n";
const std::string kMedia = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n";

// A version 0 sidx: references are {is_index, size, duration}.
std::string sidx(const std::vector<std::array<uint32_t, 3>>& references) {
  std::string body;
  const auto put = [&body](uint64_t value, int width) {
    for (int i = width - 1; i >= 0; --i) body.push_back(static_cast<char>(value >> (8 * i)));
  };
  put(32 + 12 * references.size(), 4);
  body += "sidx";
  for (const uint64_t word : {0, 1, 10, 0, 0}) put(word, 4);
  put(references.size(), 4);
  for (const auto& [is_index, size, duration] : references) {
    put((uint64_t{is_index} << 31) | size, 4);
    put(duration, 4);
    put(0, 4);
  }
  return body;
}

Representation sidx_representation(int64_t first, int64_t last) {
  Representation representation;
  representation.index_source.kind = IndexSource::Kind::kSidx;
  representation.index_source.location = {"https://h.example/v.mp4", ByteRange{first, last}};
  representation.media_offset = 0s;
  return representation;
}

}  // namespace

TEST_CASE("manifest source: a title and its playlist, relative to where they really were") {
  Server server;
  ManifestSource source(server.fetch());
  std::shared_ptr<const Presentation> presentation;
  const CancelHandle title = source.load("https://h.example/t", [&](auto result) {
    REQUIRE(result.has_value());
    presentation = *result;
  });
  const Request request = server.answer(200, kMultivariant, "https://cdn.example/x/m.m3u8");
  CHECK(request.kind == ResourceKind::kManifest);
  CHECK(request.max_bytes == limits::kManifestBytes);
  REQUIRE(presentation != nullptr);
  CHECK(presentation->url == "https://cdn.example/x/m.m3u8");

  const Representation& r = presentation->periods[0].adaptation_sets[0].representations[0];
  std::shared_ptr<const SegmentIndex> segments;
  const CancelHandle index =
      source.load_index(r, [&](Result<LoadedIndex> result) { segments = result->segments; });
  CHECK(server.answer(200, kMedia, "https://edge.example/y/v.m3u8").url ==
        "https://cdn.example/x/v.m3u8");
  REQUIRE(segments != nullptr);
  CHECK(segments->at(0).media.url == "https://edge.example/y/a.ts");
}

TEST_CASE("M02 a playlist that says it is whole and lacks its end is asked for once more") {
  const std::string whole =
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:4,\na.ts\n#EXTINF:4,\n"
      "b.ts\n#EXT-X-ENDLIST\n";
  const std::string endless = whole.substr(0, whole.find("#EXT-X-ENDLIST"));
  const std::string cut = whole.substr(0, whole.find(".ts"));
  struct Case {
    const char* name;
    const std::string& first;
    const std::string& second;
    std::size_t segments;  // 0: an error
  };
  const Case cases[] = {{"it was cut off on the way", cut, whole, 2},
                        {"it is cut off each time", cut, endless, 0},
                        {"its author left the end out", endless, endless, 2}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Server server;
    ManifestSource source(server.fetch());
    std::optional<Result<LoadedIndex>> index;
    std::optional<Result<std::shared_ptr<const Presentation>>> title;
    Representation r;
    r.index_source.kind = IndexSource::Kind::kHlsMediaPlaylist;
    r.index_source.location.url = "https://h.example/v.m3u8";
    const CancelHandle loading = source.load_index(r, [&](auto result) { index = result; });
    server.answer(200, c.first);
    CHECK_FALSE(index);
    CHECK(server.answer(200, c.second).url == r.index_source.location.url);
    const CancelHandle opening =
        source.load("https://h.example/v.m3u8", [&](auto result) { title = result; });
    server.answer(200, c.first);
    CHECK_FALSE(title);
    server.answer(200, c.second);
    CHECK(server.idle());
    REQUIRE(index);
    REQUIRE(title);
    REQUIRE(index->has_value() == (c.segments > 0));
    REQUIRE(title->has_value() == (c.segments > 0));
    if (c.segments == 0) {
      CHECK(index->error().code == ErrorCode::kBadResponse);
      CHECK(title->error().code == ErrorCode::kBadResponse);
      continue;
    }
    CHECK((*index)->type == PresentationType::kVod);
    CHECK((*index)->segments->size() == c.segments);
    CHECK((**title)->type == PresentationType::kVod);
    CHECK((**title)->duration == 8s);
  }
}

TEST_CASE("manifest source: errors are typed") {
  struct Case {
    const char* name;
    int status;
    const char* body;
    ErrorCode code;
  };
  const Case cases[] = {
      {"not found", 404, "<html>", ErrorCode::kNotFound},
      {"gone", 410, "", ErrorCode::kNotFound},
      {"forbidden", 403, "", ErrorCode::kForbidden},
      {"unauthorized", 401, "", ErrorCode::kUnauthorized},
      {"server error", 500, "", ErrorCode::kHttpStatus},
      {"N27 web page", 200, "<!doctype html><html>", ErrorCode::kCaptivePortal},
      {"empty", 200, "", ErrorCode::kManifestEmpty},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Server server;
    ManifestSource source(server.fetch());
    std::optional<Error> error;
    const CancelHandle handle =
        source.load("https://h.example/t?sig=secret", [&](auto result) { error = result.error(); });
    server.answer(c.status, c.body);
    REQUIRE(error.has_value());
    CHECK(error->code == c.code);
    CHECK(error->detail == (c.status >= 400 ? c.status : 0));
    CHECK(error->context.find("secret") == std::string::npos);
  }
}

TEST_CASE("manifest source: what the network says is passed on") {
  Server server;
  ManifestSource source(server.fetch());
  std::optional<ErrorCode> code;
  const CancelHandle a =
      source.load("https://h.example/t", [&](auto result) { code = result.error().code; });
  server.finish(make_error(ErrorCode::kNetworkTimeout, "t"));
  CHECK(code == ErrorCode::kNetworkTimeout);
  code.reset();
  const CancelHandle b = source.load_index(sidx_representation(0, 43),
                                           [&](auto result) { code = result.error().code; });
  server.finish(make_error(ErrorCode::kConnectionLost, "t"));
  CHECK(code == ErrorCode::kConnectionLost);
}

TEST_CASE("manifest source: follows nested segment indexes") {
  Server server;
  ManifestSource source(server.fetch());
  Result<LoadedIndex> loaded = make_error(ErrorCode::kInternal, "not called");
  const CancelHandle handle = source.load_index(sidx_representation(100, 155),
                                                [&](auto result) { loaded = std::move(result); });
  // 56 bytes: the first further index begins at 156.
  Request request = server.answer(206, sidx({{1, 1000, 40}, {1, 500, 20}}));
  CHECK(request.range == ByteRange{100, 155});
  request = server.answer(206, sidx({{0, 956, 40}}));
  CHECK(request.range == ByteRange{156, 1155});
  request = server.answer(206, sidx({{0, 456, 20}}));
  CHECK(request.range == ByteRange{1156, 1655});
  REQUIRE(loaded.has_value());
  CHECK(server.idle());
  REQUIRE(loaded->segments->size() == 2);
  CHECK(loaded->container == Container::kFmp4);
  CHECK(loaded->segments->at(1).media.range == ByteRange{1200, 1655});
  CHECK(loaded->segments->end() == MediaTime{6'000'000});
}

TEST_CASE("manifest source: a server that ignores ranges is understood") {
  Server server;
  ManifestSource source(server.fetch());
  Result<LoadedIndex> loaded = make_error(ErrorCode::kInternal, "not called");
  const CancelHandle handle = source.load_index(sidx_representation(50, 93),
                                                [&](auto result) { loaded = std::move(result); });
  server.answer(200, std::string(50, 'x') + sidx({{0, 7, 40}}) + "media");
  REQUIRE(loaded.has_value());
  CHECK(loaded->segments->at(0).media.range == ByteRange{94, 100});
}

TEST_CASE("manifest source: a destroyed handle is silent, also from its own callback") {
  Server server;
  ManifestSource source(server.fetch());
  bool was_called = false;
  CancelHandle handle = source.load("https://h.example/t", [&](auto) { was_called = true; });
  handle.reset();
  server.answer(200, kMultivariant);
  handle = source.load_index(sidx_representation(0, 43), [&](auto) { was_called = true; });
  handle.reset();
  server.answer(206, sidx({{0, 7, 40}}));
  CHECK_FALSE(was_called);

  const auto text = std::make_shared<std::string>("kept alive by the callback");
  handle = source.load("https://h.example/t", [&handle, text](auto result) {
    handle.reset();
    CHECK(result.has_value());
    CHECK(text->size() == 26);
  });
  server.answer(200, kMultivariant);
  handle = source.load_index(sidx_representation(0, 43), [&handle, text](auto result) {
    handle.reset();
    CHECK(result.has_value());
    CHECK(text->size() == 26);
  });
  server.answer(206, sidx({{0, 7, 40}}));
}

TEST_CASE("manifest source: remote elements of an MPD are fetched and put in place") {
  const auto period = [](const std::string& id) {
    return "<Period id='" + id +
           "' duration='PT4S'><AdaptationSet contentType='video'>"
           "<SegmentTemplate media='$Number$' duration='4'/><Representation id='r'/>"
           "</AdaptationSet></Period>";
  };
  Server server;
  ManifestSource source(server.fetch());
  std::shared_ptr<const Presentation> presentation;
  const CancelHandle handle =
      source.load("https://h.example/m.mpd", [&](Result<std::shared_ptr<const Presentation>> done) {
        REQUIRE(done.has_value());
        presentation = *done;
      });
  server.answer(200, "<MPD><Period xlink:href='ad' xlink:actuate='onLoad'/>" + period("own") +
                         "<Period xlink:href='gone'/></MPD>");
  CHECK(server.answer(200, period("ad")).url == "https://h.example/ad");
  CHECK(presentation == nullptr);
  CHECK(server.answer(404, "").url == "https://h.example/gone");
  CHECK(server.idle());
  REQUIRE(presentation != nullptr);
  REQUIRE(presentation->periods.size() == 2);
  CHECK(presentation->periods[0].id == "ad");
  CHECK(presentation->periods[1].id == "own");
  CHECK(presentation->periods[1].start == MediaTime{4'000'000});
  CHECK(presentation->warnings > 0);
}

TEST_CASE("manifest source: cancelling between remote elements ends it") {
  Server server;
  ManifestSource source(server.fetch());
  bool is_done = false;
  {
    const CancelHandle handle =
        source.load("https://h.example/m.mpd", [&](const auto&) { is_done = true; });
    server.answer(200, "<MPD><Period xlink:href='ad'/></MPD>");
  }
  server.answer(200, "<Period/>");
  CHECK(server.idle());
  CHECK_FALSE(is_done);
}

namespace {

// A dynamic MPD of `count` segments of two seconds.
std::string live_mpd(int count, const std::string& extra, const char* published = "00:00:00") {
  return std::string(R"(<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" id="m" type="dynamic" )"
                     R"(availabilityStartTime="2024-01-01T00:00:00Z" minimumUpdatePeriod="PT2S" )"
                     R"(publishTime="2024-01-01T)") +
         published + "Z\">" + extra +
         R"(<Period id="1" start="PT0S"><AdaptationSet id="v" contentType="video" )"
         R"(mimeType="video/mp4"><SegmentTemplate timescale="1" initialization="i" )"
         R"(media="$Time$"><SegmentTimeline><S t="0" d="2" r=")" +
         std::to_string(count - 1) +
         R"("/></SegmentTimeline></SegmentTemplate><Representation id="r" bandwidth="1"/>)"
         R"(</AdaptationSet></Period></MPD>)";
}

std::string live_patch(int count, const char* original) {
  return std::string("<Patch mpdId='m' originalPublishTime='2024-01-01T") + original +
         "Z' publishTime='2024-01-01T00:00:09Z'>"
         "<replace sel='/MPD/@publishTime'>2024-01-01T00:00:09Z</replace>"
         "<replace sel=\"/MPD/Period[@id='1']/AdaptationSet[@id='v']/SegmentTemplate/"
         "SegmentTimeline/S[1]/@r\">" +
         std::to_string(count - 1) + "</replace></Patch>";
}

using PresentationPtr = std::shared_ptr<const Presentation>;

// A title that was loaded once, with what it answers to a refresh.
struct LiveTitle {
  Server server;
  ManifestSource source{server.fetch()};
  PresentationPtr last;
  std::optional<Error> error;
  CancelHandle running;

  explicit LiveTitle(const std::string& mpd) {
    running = source.load("https://h.example/a/l.mpd", taker(), options());
    server.answer(200, mpd);
    REQUIRE(last);
  }
  UniqueFunction<void(Result<PresentationPtr>)> taker() {
    return [this](Result<PresentationPtr> result) {
      if (!result) {
        error = std::move(result).error();
      } else {
        last = *std::move(result);
      }
    };
  }
  static ParseOptions options() {
    ParseOptions options;
    options.now = WallTime{1'704'067'200'000'000 + 3600ll * 1'000'000};
    return options;
  }
  void refresh() { running = source.refresh(last, taker(), options()); }
  [[nodiscard]] std::size_t segments() const {
    const auto& r = last->periods.front().adaptation_sets.front().representations.front();
    return r.segments->size();
  }
};

const char* const kPatches = "<PatchLocation ttl=\"60\">p.mpp</PatchLocation>";

}  // namespace

TEST_CASE("manifest source: an MPD is refreshed from where its Location says") {
  LiveTitle title(live_mpd(3, "<Location>../b/l.mpd?s=1</Location>"));
  CHECK(title.segments() == 3);
  title.refresh();
  CHECK(title.server.answer(200, live_mpd(4, "")).url == "https://h.example/b/l.mpd?s=1");
  CHECK(title.segments() == 4);
  // Without one: from where it came.
  title.refresh();
  CHECK(title.server.answer(200, live_mpd(5, "")).url == "https://h.example/b/l.mpd?s=1");
  CHECK(title.segments() == 5);
}

TEST_CASE("manifest source: patches are asked for, and the whole MPD where one does not fit") {
  struct Case {
    const char* name;
    int status;
    std::string patch;
    bool asks_for_whole;
    std::size_t segments;
  };
  const Case cases[] = {
      {"a patch that fits", 200, live_patch(5, "00:00:00"), false, 5},
      {"one of another version", 200, live_patch(5, "00:00:07"), true, 7},
      {"damaged", 200, "<Patch", true, 7},
      {"gone", 404, "", true, 7},
      {"nothing new yet", 200, "", false, 3},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    LiveTitle title(live_mpd(3, kPatches));
    title.refresh();
    CHECK(title.server.answer(c.status, c.patch).url == "https://h.example/a/p.mpp");
    REQUIRE(title.server.idle() != c.asks_for_whole);
    if (c.asks_for_whole) {
      CHECK(title.server.answer(200, live_mpd(7, kPatches)).url == "https://h.example/a/l.mpd");
    }
    CHECK_FALSE(title.error);
    CHECK(title.segments() == c.segments);
  }
}

TEST_CASE("manifest source: the second patch is one of the first one's answer") {
  LiveTitle title(live_mpd(3, kPatches));
  title.refresh();
  title.server.answer(200, live_patch(5, "00:00:00"));
  title.refresh();
  title.server.answer(200, live_patch(6, "00:00:09"));
  CHECK(title.server.idle());
  CHECK(title.segments() == 6);
}

TEST_CASE("manifest source: M27 a title that turns into another kind is a typed error") {
  LiveTitle title(live_mpd(3, ""));
  title.refresh();
  title.server.answer(200, kMultivariant);
  REQUIRE(title.error);
  CHECK(title.error->code == ErrorCode::kManifestSyntax);
  CHECK(title.segments() == 3);  // what was known stays
}

namespace {

// A live playlist of segments first..last; the first `skipped` as EXT-X-SKIP.
std::string live_playlist(int first, int last, int skipped = 0) {
  std::string text =
      "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n"
      "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12\n#EXT-X-MEDIA-SEQUENCE:" +
      std::to_string(first) + "\n";
  if (skipped > 0) text += "#EXT-X-SKIP:SKIPPED-SEGMENTS=" + std::to_string(skipped) + "\n";
  for (int n = first + skipped; n <= last; ++n) {
    text += "#EXTINF:2,\ns" + std::to_string(n) + ".ts\n";
  }
  return text;
}

// A live playlist that was loaded once.
struct LivePlaylist {
  Server server;
  ManifestSource source{server.fetch()};
  Representation representation;
  std::optional<LoadedIndex> index;
  std::optional<Error> error;
  bool is_new = false;
  CancelHandle running;

  explicit LivePlaylist(const std::string& text) {
    representation.index_source.kind = IndexSource::Kind::kHlsMediaPlaylist;
    representation.index_source.location.url = "https://h.example/l.m3u8?t=1";
    running = source.load_index(representation,
                                [this](Result<LoadedIndex> result) { index = *std::move(result); });
    server.answer(200, text);
    REQUIRE(index);
  }
  void refresh(const ReloadDirectives& directives) {
    running = source.refresh_index(representation, *index, directives, 6s,
                                   [this](Result<RefreshedIndex> result) {
                                     if (!result) {
                                       error = std::move(result).error();
                                       return;
                                     }
                                     is_new = result->is_new;
                                     index = std::move(result->index);
                                   });
  }
};

}  // namespace

TEST_CASE("manifest source: directives are parameters, and a held answer has patience") {
  LivePlaylist playlist(live_playlist(10, 19));
  playlist.refresh({20, 3, true});
  const Request asked = playlist.server.answer(200, live_playlist(11, 20, 8));
  CHECK(asked.url == "https://h.example/l.m3u8?t=1&_HLS_msn=20&_HLS_part=3&_HLS_skip=YES");
  CHECK(asked.timeouts.first_byte >= 6s);
  REQUIRE(playlist.index);
  CHECK(playlist.is_new);
  CHECK(playlist.index->segments->size() == 10);
  CHECK(playlist.index->segments->at(9).number == 20);
}

TEST_CASE("manifest source: a delta update that does not fit is followed by the whole playlist") {
  LivePlaylist playlist(live_playlist(10, 19));
  playlist.refresh({60, {}, true});
  playlist.server.answer(200, live_playlist(51, 60, 8));
  REQUIRE_FALSE(playlist.server.idle());
  CHECK(playlist.server.answer(200, live_playlist(51, 60)).url == "https://h.example/l.m3u8?t=1");
  CHECK_FALSE(playlist.error);
  CHECK(playlist.index->segments->at(9).number == 60);
}

TEST_CASE("manifest source: M21 an answer from before the last one changes nothing") {
  LivePlaylist playlist(live_playlist(10, 19));
  playlist.refresh({});
  playlist.server.answer(200, live_playlist(9, 18));
  CHECK_FALSE(playlist.error);
  CHECK_FALSE(playlist.is_new);
  CHECK(playlist.index->segments->at(9).number == 19);
}

TEST_CASE("manifest source: M20 the first EXT-X-ENDLIST wins") {
  LivePlaylist playlist(live_playlist(10, 19));
  playlist.refresh({});
  playlist.server.answer(200, live_playlist(10, 19) + "#EXT-X-ENDLIST\n");
  CHECK(playlist.index->type == PresentationType::kVod);
  playlist.refresh({});
  playlist.server.answer(200, live_playlist(11, 20));
  CHECK(playlist.index->type == PresentationType::kVod);
  CHECK(playlist.index->segments->at(playlist.index->segments->size() - 1).number == 19);
}

}  // namespace playhead
