// SPDX-License-Identifier: Apache-2.0
// Hosts that do the same wrong thing all through a play. It costs no more than twice the requests
// of a host that is well, and what can be had is shown.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

constexpr int64_t kCut = int64_t{64} << 10;
const std::string kMark = "?there=1";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

bool is_media(const WebRequest& request) { return contains(request.url, ".seg"); }
bool is_list(const WebRequest& request) { return contains(request.url, ".m3u8"); }
bool is_part(const WebRequest& request) { return contains(request.url, ".part"); }
int number_of(const WebRequest& request) {
  return std::stoi(request.url.substr(request.url.rfind('-') + 1));
}

// What a host makes of an answer. `times`: that URL was asked for, with this one.
using Spoil = std::function<void(const WebRequest& request, int times, WebAnswer& answer)>;

struct Outcome {
  int requests = 0;  // that reached the web, redirected ones included
  std::size_t shown = 0;
  std::string end;  // "ended", "playing", or the failure's name
};

class HostilePlay {
 public:
  HostilePlay(const SimTitle& title, Spoil spoil)
      : world_(1, title, SimLink::constant(20'000'000)), spoil_(std::move(spoil)) {
    world_.transport->meddle(
        [this](const SimRecord&, const WebRequest& request, WebAnswer& answer) {
          ++requests_;
          const int times = ++asked_[request.url.substr(0, request.url.find('?'))];
          if (spoil_) spoil_(request, times, answer);
        });
    world_.start_app();
  }
  // To its end, and a minute of what comes after.
  Outcome whole() {
    world_.load_url(world_.title.url());
    world_.executor.run_until_true(
        [&] {
          world_.run_for(Duration{0});
          return world_.find<Ended>() || world_.find<Failed>();
        },
        10min);
    world_.run_for(1min);
    return outcome();
  }
  Outcome live(const SimLive& live) {
    world_.load_live(live);
    world_.run_for(1min);
    return outcome();
  }

 private:
  Outcome outcome() const {
    std::string end = world_.find<Ended>() ? "ended" : "playing";
    if (const Failed* failed = world_.find<Failed>()) end = error_name(failed->error.code);
    return {requests_, world_.screen->shown().size(), end};
  }

  SimWorld world_;
  Spoil spoil_;
  int requests_ = 0;
  std::map<std::string, int> asked_;  // by URL without its query
};

// The first answer to each URL of media, and to each playlist but the title's own.
Spoil first(WebAnswer instead, bool is_of_lists = true) {
  return [=](const WebRequest& request, int times, WebAnswer& answer) {
    const bool is_meant = is_media(request) || (is_of_lists && !contains(request.url, "master"));
    if (times == 1 && is_meant) answer = instead;
  };
}

Spoil cut(int64_t bytes, WebAnswer::Break kind, bool ignores_range = false) {
  return [=](const WebRequest&, int, WebAnswer& answer) {
    answer.break_after = bytes;
    answer.break_kind = kind;
    answer.ignores_range = ignores_range;
  };
}

// Segments from that number on.
Spoil from(int number, WebAnswer instead) {
  return [=](const WebRequest& request, int, WebAnswer& answer) {
    if (is_media(request) && number_of(request) >= number) answer = instead;
  };
}

Spoil each_second(WebAnswer instead) {
  return [=](const WebRequest& request, int, WebAnswer& answer) {
    if (is_media(request) && number_of(request) % 2 == 1) answer = instead;
  };
}

const std::vector<HttpHeader> kAtOnce = {{"Retry-After", "0"}};
constexpr std::size_t kAll = 3000;  // pictures of the title

TEST_CASE("hostile hosts: a whole title costs twice the requests at most") {
  using Break = WebAnswer::Break;
  // By which bitrates a title is played depends on what came how fast: where that is not the
  // question, it has one.
  SimTitle plain, ladder;
  plain.bitrates_bps = {900'000};
  ladder.bitrates_bps = {220'000, 900'000, 1'800'000, 3'500'000};
  WebAnswer reset;
  reset.breaks_before_head = true;
  WebAnswer silent;
  silent.holds_head = true;
  const SimTitle* const all[] = {&plain, &ladder};
  int clean[2] = {};
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = HostilePlay(*all[i], nullptr).whole();
    CHECK(outcome.shown == kAll);
    clean[i] = outcome.requests;
  }
  struct Case {
    const char* name;
    int title;
    Spoil spoil;
    std::size_t shown;  // at least
    const char* end;
  };
  const Case cases[] = {
      {"every answer is cut at 64 KiB", 1, cut(kCut, Break::kReset), kAll, "ended"},
      {"it is closed there", 1, cut(kCut, Break::kClose), kAll, "ended"},
      {"every answer is cut at 300,000 bytes", 1, cut(300'000, Break::kReset), kAll, "ended"},
      {"and there are no ranges", 1, cut(kCut, Break::kReset, true), 0, "CONNECTION_LOST"},
      {"500 first", 0, first(status_answer(500)), kAll, "ended"},
      {"503 first, Retry-After: 0", 0, first(status_answer(503, kAtOnce)), kAll, "ended"},
      {"429 first, Retry-After: 3", 0, first(status_answer(429, {{"Retry-After", "3"}})), kAll,
       "ended"},
      {"a connection that breaks first", 0, first(reset), kAll, "ended"},
      {"no answer first", 0, first(silent, false), kAll, "ended"},
      {"nothing but 503, Retry-After: 0", 0, from(0, status_answer(503, kAtOnce)), 0,
       "SERVER_BUSY"},
      {"that from the middle on", 0, from(15, status_answer(503, kAtOnce)), kAll / 2,
       "SERVER_BUSY"},
      {"429 without a word", 1, from(15, status_answer(429)), kAll / 2, "SERVER_BUSY"},
      {"404 for each second segment", 1, each_second(status_answer(404)), kAll / 2, "ended"},
      {"noise for each second segment", 1, each_second(bytes_answer(pattern_bytes(20'000))),
       kAll / 2, "ended"},
      {"nothing for each second segment", 1, each_second(text_answer("")), kAll / 2, "ended"},
      {"redirects to itself", 1,
       [](const WebRequest& request, int, WebAnswer& answer) {
         if (is_media(request)) answer = redirect_answer(request.url);
       },
       0, "TOO_MANY_REDIRECTS"},
      {"everything is somewhere else", 0,
       [&](const WebRequest& request, int, WebAnswer& answer) {
         const std::size_t mark = request.url.find(kMark);
         if (mark == request.url.npos) {
           answer = redirect_answer(request.url + kMark);
         } else {
           answer = text_answer(*plain.body(request.url.substr(0, mark)));
         }
       },
       kAll, "ended"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Outcome outcome = HostilePlay(*all[c.title], c.spoil).whole();
    CHECK(outcome.requests <= 2 * clean[c.title]);
    CHECK(outcome.shown >= c.shown);
    CHECK(outcome.end == c.end);
  }
}

TEST_CASE(
    "hostile hosts: a CDN that refuses every first request, behind a service that renews URLs") {
  const auto play = [](bool is_hostile) {
    SimTitle title;
    title.bitrates_bps = {900'000};
    SimWorld world(1, title, SimLink::constant(20'000'000));
    int requests = 0;
    std::map<std::string, int> asked;
    world.transport->meddle([&](const SimRecord&, const WebRequest& request, WebAnswer& answer) {
      if (contains(request.url, "/progress")) return;
      ++requests;
      const int times = ++asked[request.url.substr(0, request.url.find('?'))];
      if (is_hostile && is_media(request) && times == 1) answer = status_answer(403);
    });
    world.start_app();
    world.load_title();
    CHECK(world.run_until_event<Ended>(10min));
    CHECK(world.screen->shown().size() == kAll);
    return requests;
  };
  const int clean = play(false);
  CHECK(play(true) <= 2 * clean);
}

TEST_CASE("hostile hosts: a channel costs twice the requests at most") {
  int answers = 0;
  // Edits what a playlist says and leaves the time it takes.
  const auto edited = [](WebAnswer& answer, const std::function<void(std::string&)>& edit) {
    std::string text(answer.body->begin(), answer.body->end());
    edit(text);
    answer.body = std::make_shared<const std::vector<uint8_t>>(text.begin(), text.end());
  };
  const auto lists = [](int every, int after, WebAnswer instead) -> Spoil {
    return [=](const WebRequest& request, int times, WebAnswer& answer) {
      const bool is_struck = times > after && times % every == 0;
      if (is_list(request) && is_struck) answer = instead;
    };
  };
  struct Case {
    const char* name;
    Spoil spoil;
    std::size_t percent;       // of the pictures, at least
    bool is_of_parts = false;  // with low latency, too
  };
  const Case cases[] = {
      {"every answer is cut at 64 KiB", cut(kCut, WebAnswer::Break::kReset), 80},
      {"500 first", first(status_answer(500)), 80},
      {"503 first, Retry-After: 0", first(status_answer(503, kAtOnce)), 80},
      {"each second playlist 503, Retry-After: 0", lists(2, 1, status_answer(503, kAtOnce)), 80,
       true},
      {"each second playlist 404", lists(2, 1, status_answer(404)), 80},
      {"each second playlist empty", lists(2, 1, text_answer("")), 80},
      {"playlists 503, Retry-After: 0, from the tenth on",
       lists(1, 10, status_answer(503, kAtOnce)), 2},
      {"playlists 503 for a day", lists(1, 10, status_answer(503, {{"Retry-After", "86400"}})), 2},
      {"playlists 404 from the tenth on", lists(1, 10, status_answer(404)), 2},
      {"playlists that always look new",
       [&](const WebRequest& request, int, WebAnswer& answer) {
         if (!is_list(request)) return;
         edited(answer, [&](std::string& text) {
           text += "#EXT-X-ANSWER:" + std::to_string(++answers) + "\n";
         });
       },
       80, true},
      {"segments of another name in every answer",
       [&](const WebRequest& request, int, WebAnswer& answer) {
         if (!is_list(request)) return;
         const std::string mark = "?n=" + std::to_string(++answers);
         edited(answer, [&](std::string& text) {
           for (std::size_t at = 0; (at = text.find(".seg\n", at)) != text.npos; at += 5) {
             text.insert(at + 4, mark);
           }
         });
       },
       80},
      {"404 for each second segment",
       [](const WebRequest& request, int, WebAnswer& answer) {
         if (is_media(request) && number_of(request) % 2 == 1) answer = status_answer(404);
       },
       30},
      {"no part is ever there",
       [](const WebRequest& request, int, WebAnswer& answer) {
         if (is_part(request)) answer = status_answer(404);
       },
       60, true},
  };
  for (const int64_t part_us : {0, 400'000}) {
    SimLive live;
    live.part_us = part_us;
    const Outcome clean = HostilePlay({}, nullptr).live(live);
    CHECK(clean.shown > 1400);
    for (const Case& c : cases) {
      if (part_us > 0 && !c.is_of_parts) continue;
      CAPTURE(std::string(c.name));
      CAPTURE(part_us);
      answers = 0;
      const Outcome outcome = HostilePlay({}, c.spoil).live(live);
      CHECK(outcome.requests <= 2 * clean.requests);
      CHECK(100 * outcome.shown >= c.percent * clean.shown);
    }
  }
}

TEST_CASE("N17 a live title that lists nothing yet and is refused for a day ends with the reason") {
  struct Case {
    const char* name;
    std::vector<std::string> refused;
    bool plays;
  };
  const Case cases[] = {{"all of it", {"/v0", "/v1", "/a"}, false},
                        {"one Variant", {"/v0"}, true},
                        {"the other one", {"/v1"}, true}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
    std::set<std::string> known;
    world.transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
      const auto is_of = [&](const std::string& name) {
        return contains(record.url, name + ".m3u8");
      };
      if (std::none_of(c.refused.begin(), c.refused.end(), is_of)) return;
      if (known.insert(record.url).second) {
        const std::string text(answer.body->begin(), answer.body->end());
        const std::string head = text.substr(0, text.find("#EXT-X-PROGRAM-DATE-TIME"));
        answer.body = std::make_shared<const std::vector<uint8_t>>(head.begin(), head.end());
      } else {
        answer.status = 503;
        answer.headers = {{"Retry-After", "86400"}};
      }
    });
    SimLive live;
    live.bitrates_bps = {400'000, 900'000};
    world.start_app();
    world.load_live(live);
    if (c.plays) {
      CHECK(world.run_until_event<FirstFrame>(1min));
      world.run_for(1min);
      CHECK(world.status()->state == PlayerState::kPlaying);
      CHECK(world.find<Failed>() == nullptr);
    } else {
      REQUIRE(world.run_until_event<Failed>(3min));
      CHECK(error_name(world.find<Failed>()->error.code) == error_name(ErrorCode::kServerBusy));
    }
  }
}

}  // namespace
}  // namespace playhead::test
