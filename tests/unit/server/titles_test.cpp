// SPDX-License-Identifier: Apache-2.0
// What title.json says, and finding it.
#include <doctest/doctest.h>

#include "access_rules.h"
#include "catalogue.h"
#include "cdn.h"
#include "recommend.h"
#include "search_index.h"

using namespace playhead::server;

namespace {

Title make_title(const std::string& id, const std::string& name, const std::string& genre,
                 std::vector<std::string> cast = {}, int year = 2000) {
  Title title;
  title.id = id;
  title.name = name;
  title.genre = genre;
  title.year = year;
  title.duration_ms = 100'000;
  title.meta.genres = {genre};
  title.meta.cast = std::move(cast);
  return title;
}

std::string with(const std::string& more) {
  return R"({"id":"m_1","name":"n","genre":"Drama","duration_seconds":100,)"
         R"("manifests":{"hls":"a.m3u8"},)" +
         more + "}";
}

}  // namespace

TEST_CASE("title_meta: everything a title may say") {
  const auto title = parse_title(
      with(R"("description":"d","genres":["Noir","Drama"],"cast":["Zoë Ö"],"maturity_rating":"R",)"
           R"("countries":["DE","AT"],"codecs":["avc1"],"thumbnails":"thumbs/t.vtt",)"
           R"("chapters":[{"start_seconds":0,"end_seconds":10,"name":"One"},)"
           R"({"start_seconds":10,"end_seconds":100.4}],)"
           R"("intro":{"start_seconds":1.5,"end_seconds":3},"credits":null)"),
      "m_1");
  REQUIRE(title.ok());
  const TitleMeta& meta = title.value().meta;
  CHECK(meta.genres == std::vector<std::string>{"Drama", "Noir"});
  CHECK(meta.maturity == Maturity::kR);
  REQUIRE(meta.chapters.size() == 2);
  CHECK(meta.chapters[1].end_ms == 100'000);  // a rounding beyond the end is the end
  REQUIRE(meta.intro);
  CHECK(meta.intro->start_ms == 1'500);
  CHECK_FALSE(meta.credits);
  CHECK(parse_title(with(R"("year":1)"), "m_1").value().meta.genres ==
        std::vector<std::string>{"Drama"});
}

TEST_CASE("title_meta: what is left out with its title") {
  for (
      const char* more :
      {R"("cast":"Zoë")", R"("cast":[1])", R"("cast":[""])", R"("maturity_rating":"PG13")",
       R"("maturity_rating":3)", R"("countries":["de"])", R"("countries":["DEU"])",
       R"("thumbnails":"../t.vtt")", R"("thumbnails":"keys.json")", R"("intro":[1,2])",
       R"("intro":{"start_seconds":5,"end_seconds":5})",
       R"("intro":{"start_seconds":-1,"end_seconds":5})",
       R"("intro":{"start_seconds":1,"end_seconds":102})",
       R"("credits":{"start_seconds":"1","end_seconds":5})",
       R"("chapters":[{"start_seconds":0,"end_seconds":9},{"start_seconds":8,"end_seconds":10}])"}) {
    CAPTURE(std::string(more));
    CHECK_FALSE(parse_title(with(more), "m_1").ok());
  }
  const auto title = parse_title(
      with(R"("chapters":[{"start_seconds":0,"end_seconds":9,"title":"One"}])"), "m_1");
  REQUIRE_FALSE(title.ok());
  CHECK(title.error().code == "bad_title");
  CHECK(title.error().message == "'chapters' has 'title', which nothing knows");
}

TEST_CASE("fold: case and accents go, letters of other scripts stay") {
  struct Case {
    const char* text;
    const char* folded;
  };
  const Case cases[] = {
      {"Amélie", "amelie"},     {"ÆON Flux", "aeon flux"},  {"Straße", "strasse"},
      {"Łódź", "lodz"},         {"Ame\u0301lie", "amelie"}, {"Война и Мир", "война и мир"},
      {"ΟΔΥΣΣΕΙΑ", "οδυσσεια"}, {"七人の侍", "七人の侍"},   {"Spider-Man: 2", "spider man  2"},
      {"\xff\xc3", "  "},       {"\xc0\xaf", "  "},         {"\xed\xa0\x80", "   "}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.text));
    CHECK(fold(c.text) == c.folded);
  }
}

TEST_CASE("search: by name, genre, cast, year and rating, the name first") {
  std::vector<Title> titles = {
      make_title("a", "Amélie", "Comedy", {"Audrey Tautou"}, 2001),
      make_title("b", "The Comedy of Errors", "Drama", {"Amelie Weber"}, 1999),
      make_title("c", "Ame", "Western", {}, 2001), make_title("d", "Nothing", "Horror", {}, 1980)};
  titles[3].meta.maturity = Maturity::kPg13;
  SearchIndex index;
  for (const Title& title : titles) index.add(title);
  const auto found = [&](std::string_view text, std::size_t limit = 10) {
    std::string ids;
    for (const Title* title : index.search(text, limit)) ids += title->id;
    return ids;
  };
  struct Case {
    const char* text;
    const char* ids;
  };
  const Case cases[] = {{"amelie", "ab"},                        // the name before the cast
                        {"AMÉLIE", "ab"},       {"ame", "cab"},  // a whole word before a beginning
                        {"comedy", "ba"},                        // a name before a genre
                        {"2001", "ca"},                          // equal: by name
                        {"amelie 2001", "a"},                    // every word
                        {"tautou comedy", "a"}, {"PG-13", "d"}, {"pg13", "d"},
                        {"melie", ""},          {"", ""},       {"  -- ", ""},
                        {"xyz amelie", ""}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.text));
    CHECK(found(c.text) == c.ids);
  }
  CHECK(found("ame", 1) == "c");
  CHECK(found(std::string(100'000, 'a')).empty());
}

TEST_CASE("access_rules: where, who and on what") {
  CHECK(is_available_in({}, ""));
  CHECK(is_available_in({"DE", "AT"}, "AT"));
  CHECK_FALSE(is_available_in({"DE"}, "FR"));
  CHECK_FALSE(is_available_in({"DE"}, ""));  // nobody knows where: not there

  struct Gate {
    std::optional<Maturity> title;
    Maturity profile;
    bool has_pin;
    ProfileGate gate;
  };
  const Gate gates[] = {
      {Maturity::kG, Maturity::kG, false, ProfileGate::kOpen},
      {Maturity::kPg, Maturity::kG, false, ProfileGate::kClosed},
      {Maturity::kPg, Maturity::kG, true, ProfileGate::kNeedsPin},
      {Maturity::kG, Maturity::kTvMa, true, ProfileGate::kNeedsPin},
      {std::nullopt, Maturity::kR, false, ProfileGate::kClosed},
      {std::nullopt, Maturity::kTvMa, false, ProfileGate::kOpen},
  };
  for (const Gate& g : gates) CHECK(profile_gate(g.title, g.profile, g.has_pin) == g.gate);

  TitleDrm drm;
  drm.entitled = {"alice"};
  CHECK(is_entitled(std::nullopt, std::nullopt, "bob", 5));
  CHECK(is_entitled(std::nullopt, drm, "alice", 5));
  CHECK_FALSE(is_entitled(std::nullopt, drm, "bob", 5));
  CHECK(is_entitled(Entitlement{true, 6}, drm, "bob", 5));
  CHECK_FALSE(is_entitled(Entitlement{true, 5}, drm, "bob", 5));
  CHECK_FALSE(is_entitled(Entitlement{false, {}}, std::nullopt, "alice", 5));

  struct Device {
    const char* name;
    DeviceInfo device;
    bool is_protected;
    const char* format;
  };
  const Device devices[] = {
      {"says nothing", {}, true, "hls"},
      {"takes DASH", {"", "tv", {"dash"}, {}, {}}, false, "dash"},
      {"the title's order counts", {"", "tv", {"dash", "hls"}, {}, {}}, false, "hls"},
      {"takes what there is not", {"", "tv", {"smooth"}, {}, {}}, false, ""},
      {"has no decoder", {"", "tv", {}, {"av01"}, {}}, false, ""},
      {"has the decoder", {"", "tv", {}, {"av01", "avc1"}, {}}, false, "hls"},
      {"has another licence system", {"", "tv", {}, {}, {"widevine"}}, true, ""},
      {"needs none", {"", "tv", {}, {}, {"widevine"}}, false, "hls"},
  };
  for (const Device& d : devices) {
    CAPTURE(std::string(d.name));
    CHECK(choose_format({"hls", "dash"}, {"avc1"}, d.is_protected, d.device) == d.format);
  }
}

TEST_CASE("cdn: near ones first, unwell ones last, those switched off never") {
  const auto parsed =
      parse_locations(R"({"locations":[{"id":"us","origin":"https://us.example","regions":["US"]},)"
                      R"({"id":"any","origin":"https://any.example"},)"
                      R"({"id":"de","origin":"http://de.example:8080","regions":["DE","AT"]},)"
                      R"({"id":"off","origin":"https://off.example","enabled":false}]})");
  REQUIRE(parsed.ok());
  const auto ids = [&](std::string_view country, const std::set<std::string>& unwell = {}) {
    std::string text;
    for (const CdnLocation& location : order_locations(parsed.value(), country, unwell)) {
      text += location.id + " ";
    }
    return text;
  };
  CHECK(ids("AT") == "de any us ");
  CHECK(ids("US") == "us any de ");
  CHECK(ids("") == "any us de ");
  CHECK(ids("DE", {"de"}) == "any us de ");
  CHECK(ids("DE", {"de", "any", "us"}) == "de any us ");
  for (const char* bad : {"", "[]", "{}", R"({"locations":[1]})", R"({"locations":[{"id":"a"}]})",
                          R"({"locations":[{"id":"a","origin":"ftp://a"}]})",
                          R"({"locations":[{"id":"a","origin":"http://a/path"}]})",
                          R"({"locations":[{"id":"a","origin":"http://a","regions":"DE"}]})"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(parse_locations(bad).ok());
  }
  CdnHealth health(parsed.value());
  for (int i = 0; i < 9; ++i) health.note_error("de", "alice", 1000, 1000);  // one user is no proof
  health.note_error("de", "bob", 1000, 1000);
  health.note_error("nowhere", "bob", 1000, 1000);
  CHECK(health.unwell(1000).empty());
  // What was long before is told late: it says nothing of now.
  health.note_error("de", "carol", 1000, 1000 + CdnHealth::kWindowMs);
  CHECK(health.unwell(1000).empty());
  health.note_error("de", "carol", 1000, 1000);
  CHECK(health.unwell(1000) == std::set<std::string>{"de"});
  CHECK(health.unwell(1000 + CdnHealth::kWindowMs).empty());
}

TEST_CASE("recommend: taste of others, likeness of titles, time and device; weights decide") {
  const std::vector<Title> titles = {make_title("m_seen", "Seen", "Drama", {"Ann"}),
                                     make_title("m_peer", "Peer", "Horror"),
                                     make_title("m_like", "Like", "Drama", {"Ann"}),
                                     make_title("m_time", "Time", "News"),
                                     make_title("m_late", "Late", "News"),
                                     make_title("m_new", "New", "Opera", {}, 2024)};
  RecommendInput input;
  for (const Title& title : titles) input.candidates.push_back(&title);
  const auto ids = [&] {
    std::string text;
    for (const Recommendation& one : recommend(input)) {
      text += one.title->id.substr(2) + ":" + std::string(one.reason) + " ";
    }
    return text;
  };
  input.limit = 2;
  CHECK(ids() == "new:new late:new ");  // nothing known: newest first, then by id

  input.mine = {{"me", "", "m_seen", 5, 1}};
  input.done = {"m_seen"};
  input.peers = {{"p1", "", "m_seen", 5, 1},
                 {"p1", "", "m_peer", 5, 1},
                 {"p2", "", "m_seen", 1, 1},
                 {"p2", "", "m_late", 5, 1}};
  input.watched = {{&titles[4], 20, "tv"}};
  input.done.insert("m_late");
  input.hour = 21;
  input.device_type = "tv";
  input.limit = 9;
  CHECK(ids() == "peer:taste like:titles time:context new:new ");
  input.weights = {0, 0, 1};
  CHECK(ids().substr(0, 13) == "time:context ");
  input.weights = {0, 1, 0};
  CHECK(ids().substr(0, 12) == "like:titles ");
  input.weights = {1, 0, 0};
  CHECK(ids().substr(0, 11) == "peer:taste ");
  // Who loves what I hate is no guide, and one star is no recommendation.
  input.mine[0].stars = 1;
  CHECK(ids().find("taste") == std::string::npos);
  for (const Recommendation& one : recommend(input)) {
    CHECK(one.score >= 0);
    CHECK(one.score <= 1);
  }
}

TEST_CASE("recommend: of very many titles those are looked at that something is known of, then the rest") {
  TitleList list;
  for (const char* id : {"a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1", "z1", "z2"}) {
    const auto title = list.by_id.emplace(id, make_title(id, id, std::string(1, id[0]))).first;
    list.by_genre[title->second.genre].push_back(&title->second);
  }
  RecommendInput input;
  const auto ids = [&](std::size_t most, const std::string& hidden) {
    std::string text;
    for (const Title* title : candidates(list, input, most, [&](const Title& one) { return one.id != hidden; })) {
      text += title->id + " ";
    }
    return text;
  };
  CHECK(ids(3, "a2") == "a1 a3 a4 ");
  input.mine = {{"me", "", "b2", 5, 1}, {"me", "", "gone", 5, 1}};
  input.peers = {{"p1", "", "z2", 5, 1}, {"p1", "", "b2", 5, 1}};
  input.watched = {{&list.by_id.at("c1"), 20, "tv"}};
  CHECK(ids(3, "") == "b2 c1 z2 ");
  CHECK(ids(5, "") == "b2 c1 z2 b1 a1 ");
  CHECK(ids(100, "c1") == "b2 z2 b1 b3 a1 a2 a3 a4 z1 ");
  // Peers who know everything leave room for what is like what the viewer likes.
  input.watched.clear();
  for (const char* id : {"a1", "a2", "a3", "a4", "z1"}) input.peers.push_back({"p2", "", id, 5, 1});
  CHECK(ids(4, "") == "b2 z2 a1 b1 ");
  CHECK(ids(8, "") == "b2 z2 a1 a2 a3 b1 b3 a4 ");
}

TEST_CASE("recommend: weights as text") {
  const auto weights = parse_weights("taste=1,context=0.25");
  REQUIRE(weights.ok());
  CHECK(weights.value().taste == 1);
  CHECK(weights.value().titles == 0.35);
  CHECK(weights.value().context == 0.25);
  CHECK(parse_weights("").ok());
  for (const char* bad : {"taste", "taste=", "taste=-1", "taste=x", "luck=1", "taste=1e3",
                          "taste=1.2.3", "taste=1001", "taste=99999999999"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(parse_weights(bad).ok());
  }
}
