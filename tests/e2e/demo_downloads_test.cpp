// SPDX-License-Identifier: Apache-2.0
// What the demo says of downloads and understands of command lines about them; no files, no
// network.
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "download_options.h"
#include "download_text.h"
#include "options.h"
#include "playhead/playhead.h"

using namespace demo;

namespace {

ParsedDownloadOptions parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "playhead-demo");
  return parse_download_options(static_cast<int>(arguments.size()), arguments.data());
}

DownloadView under_way() {
  DownloadView view;
  view.id = "d1";
  view.title_id = "m_1";
  view.state = PLAYHEAD_DOWNLOAD_DOWNLOADING;
  view.bytes_done = 12'300'000;
  view.bytes_total = 45'000'000;
  view.is_total_exact = true;
  view.bytes_per_second = 8'100'000;
  view.time_left_us = 4'000'000;
  return view;
}

DownloadView complete() {
  DownloadView view;
  view.id = "d2";
  view.url = "https://cdn.example/b.mpd";
  view.state = PLAYHEAD_DOWNLOAD_COMPLETED;
  view.rights = PLAYHEAD_RIGHTS_VALID;
  view.bytes_done = view.bytes_total = 5'000'000;
  view.is_total_exact = true;
  view.height = 480;
  view.expires_at_us = int64_t{1'795'899'600} * 1'000'000;
  return view;
}

}  // namespace

TEST_CASE("download options: what cannot be meant ends with exit code 2") {
  struct Case {
    const char* name;
    std::vector<const char*> arguments;
  };
  const Case cases[] = {
      {"a title without a service", {"download", "m_1"}},
      {"a picture of no height", {"download", "--url", "u", "--max-height", "-1"}},
      {"an option of the player", {"download", "--url", "u", "--headless"}},
      {"removing nothing", {"remove"}},
      {"a list of one", {"list", "m_1"}},
      {"JSON of a download", {"download", "--url", "u", "--json"}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const ParsedDownloadOptions parsed = parse(c.arguments);
    CHECK_FALSE(parsed.options.has_value());
    CHECK(parsed.exit_code == 2);
  }
}

TEST_CASE("download options: titles and URLs share what is wished of them") {
  const auto parsed = parse({"download", "m_1", "m_2", "--url", "u", "--api", "a", "--max-height",
                             "480", "--audio", "en fr", "--text", "*", "--storage", "s"});
  REQUIRE(parsed.options.has_value());
  REQUIRE(parsed.options->wishes.size() == 3);
  CHECK(parsed.options->wishes[1].title_id == "m_2");
  CHECK(parsed.options->wishes[2].title_id.empty());
  CHECK(parsed.options->wishes[2].url == "u");
  for (const DownloadWish& wish : parsed.options->wishes) {
    CHECK(wish.max_height == 480);
    CHECK(wish.audio == "en fr");
    CHECK(wish.text == "*");
  }
  CHECK(parsed.options->service.downloads == "s/downloads");
  CHECK(parse({"list", "--dir", "d"}).options->service.downloads == "d");
  CHECK(is_download_verb("remove"));
  CHECK_FALSE(is_download_verb("play"));
}

TEST_CASE("options: play may be said, and a download is named like a title") {
  const std::vector<const char*> lines[] = {{"playhead-demo", "play", "--offline", "m_1"},
                                            {"playhead-demo", "--offline", "m_1"}};
  for (const auto& line : lines) {
    const auto parsed = parse_options(static_cast<int>(line.size()), line.data());
    REQUIRE(parsed.options.has_value());
    CHECK(parsed.options->offline == "m_1");
  }
  const char* const both[] = {"playhead-demo", "--offline", "m_1", "--url", "u"};
  CHECK(parse_options(5, both).exit_code == 2);
}

TEST_CASE("download text: a line of progress") {
  DownloadView waiting = under_way();
  waiting.state = PLAYHEAD_DOWNLOAD_WAITING;
  waiting.waits_for = PLAYHEAD_WAIT_STORAGE;
  waiting.is_total_exact = false;
  waiting.bytes_per_second = 0;
  waiting.time_left_us.reset();
  waiting.message = "the disk is full";
  struct Case {
    const char* name;
    std::vector<DownloadView> views;
    const char* text;
  };
  const Case cases[] = {
      {"nothing", {}, ""},
      {"one", {under_way()}, "m_1  downloading  12.3 of 45.0 MB (27 %)  8.1 MB/s  0:04 left"},
      {"of two the one under way, and sums",
       {complete(), under_way()},
       "1 of 2 done  m_1  downloading  17.3 of 50.0 MB (35 %)  8.1 MB/s  0:04 left"},
      {"an estimate, and why it waits",
       {waiting},
       "m_1  waiting for free space  12.3 of ~45.0 MB (27 %)  the disk is full"},
      {"all done", {complete()}, "https://cdn.example/b.mpd  completed  5.0 of 5.0 MB (100 %)"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(format_progress(c.views, false) == c.text);
    CHECK((format_progress(c.views, true) == c.text) == c.views.empty());
  }
}

TEST_CASE("download text: the table and its JSON") {
  DownloadView failed = under_way();
  failed.state = PLAYHEAD_DOWNLOAD_FAILED;
  failed.error_name = "HTTP_STATUS";
  failed.message = "the title is gone";
  failed.next_action = PLAYHEAD_NEXT_RETRY;
  const std::string table = format_table({failed, complete()});
  CHECK(
      table ==
      "ID  TITLE                      STATE      SIZE                    PICTURE  RIGHTS  EXPIRES\n"
      "d1  m_1                        failed     12.3 of 45.0 MB (27 %)  \u2013        \u2013      "
      " never\n"
      "    the title is gone (try again)\n"
      "d2  https://cdn.example/b.mpd  completed  5.0 MB                  480p     valid   "
      "2026-11-28 21:00 UTC\n");
  const auto json = nlohmann::json::parse(format_json(complete()), nullptr, false);
  CHECK(json["state"] == "completed");
  CHECK(json["expires_at"] == "2026-11-28T21:00:00Z");
  CHECK(json["error"].is_null());
  CHECK(nlohmann::json::parse(format_json(failed), nullptr, false)["error"] == "HTTP_STATUS");
}
