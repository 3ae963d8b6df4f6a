// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {

using Hosts = std::set<std::string>;
using Pathways = std::vector<std::string>;  // "A" is at a.test, "B" at b.test …

inline std::string host_of_pathway(const std::string& id) {
  return std::string(1, static_cast<char>(id[0] - 'A' + 'a')) + ".test";
}

// Each Variant and each Rendition of the playlist once for each pathway.
inline std::string steered_hls(const std::string& multivariant, const Pathways& pathways,
                               const std::string& default_pathway) {
  const auto with_group = [](std::string line, const std::string& name, const std::string& id) {
    const std::size_t value = line.find(name + "=\"");
    if (value == std::string::npos) return line;
    return line.insert(line.find('"', value + name.size() + 2), "-" + id);
  };
  std::istringstream in(multivariant);
  std::string out;
  std::string stream_inf;
  for (std::string line; std::getline(in, line);) {
    const bool is_media = line.rfind("#EXT-X-MEDIA:", 0) == 0;
    if (line.rfind("#EXT-X-STREAM-INF", 0) == 0) {
      stream_inf = line;
    } else if (!is_media && (line.empty() || line[0] == '#')) {
      out += line + '\n';
    } else {
      for (const std::string& id : pathways) {
        const std::string base = "http://" + host_of_pathway(id) + "/title/";
        std::string there =
            with_group(is_media ? line : stream_inf, is_media ? "GROUP-ID" : "AUDIO", id);
        if (is_media) {
          out += there.insert(there.find("URI=\"") + 5, base) + '\n';
        } else {
          out += there + ",PATHWAY-ID=\"" + id + "\"\n" + base + line + '\n';
        }
      }
    }
  }
  return out.insert(out.find('\n') + 1,
                    "#EXT-X-CONTENT-STEERING:SERVER-URI=\"http://s.test/steer\",PATHWAY-ID=\"" +
                        default_pathway + "\"\n");
}

// Locations A and B. `attributes`: of the ContentSteering element.
inline std::string steered_mpd(std::string mpd, const std::string& attributes) {
  return mpd.insert(mpd.find("<Period"),
                    "<BaseURL serviceLocation=\"A\">http://a.test/title/</BaseURL>"
                    "<BaseURL serviceLocation=\"B\">http://b.test/title/</BaseURL>"
                    "<ContentSteering " +
                        attributes + ">http://s.test/steer</ContentSteering>");
}

// A steering server's answer. `clone_of`: the pathway that C is a clone of.
inline WebAnswer steers(const Pathways& names, int ttl_s = 300, const std::string& clone_of = "") {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "\"" : ",\"") + name + '"';
  text = R"({"VERSION":1,"TTL":)" + std::to_string(ttl_s) + R"(,"PATHWAY-PRIORITY":[)" + text + "]";
  if (!clone_of.empty()) {
    text += R"(,"PATHWAY-CLONES":[{"BASE-ID":")" + clone_of +
            R"(","ID":"C","URI-REPLACEMENT":{"HOST":"c.test","PARAMS":{"k":"v"}}}])";
  }
  return text_answer(text + "}");
}

struct Steered : SimWorld {
  explicit Steered(std::vector<WebAnswer> list, bool has_audio = false)
      : SimWorld(1, make_title(has_audio), SimLink::constant(8'000'000)), answers(std::move(list)) {
    dash.periods[0].duration_us = title.duration_us();
    transport->serve([this](const WebRequest& request) { return answer(request); });
  }
  static SimTitle make_title(bool has_audio) {
    SimTitle title;
    title.bitrates_bps = {400'000, 900'000};
    title.segments = 20;
    title.has_audio = has_audio;
    return title;
  }
  std::optional<WebAnswer> answer(const WebRequest& request) {
    if (request.url == "http://m.test/title") return text_answer(manifest());
    if (request.url.rfind("http://s.test/", 0) == 0) {
      asked.push_back(request.url);
      return answers[std::min(asked.size(), answers.size()) - 1];
    }
    const std::size_t path = request.url.find(".test/title/");
    if (path != std::string("http://a").size()) return std::nullopt;
    const std::string name = request.url.substr(path + std::string(".test/title/").size());
    if (live.began != WallTime{}) return live_answer(live.base_url + name);
    auto body = title.body(title.base_url + name);
    if (!body) body = dash.body(dash.base_url + name.substr(0, name.find('?')));
    return body ? std::optional(text_answer(*body)) : std::nullopt;
  }
  std::optional<WebAnswer> live_answer(const std::string& url) const {
    WebRequest request;
    request.url = url;
    return live.answer(request, executor.wall_now());
  }
  std::string live_manifest() const {
    const auto body = live_answer(live.url())->body;
    return {body->begin(), body->end()};
  }

  void play() {
    start_app();
    load_url("http://m.test/title");
    REQUIRE(run_until_event<FirstFrame>(20s));
  }
  void play_hls(const Pathways& pathways = {"A", "B"}, const std::string& default_pathway = "A") {
    const std::string text = steered_hls(*title.body(title.url()), pathways, default_pathway);
    manifest = [text] { return text; };
    play();
  }
  void play_dash(const std::string& attributes) {
    const std::string text = steered_mpd(*dash.body(dash.url()), attributes);
    manifest = [text] { return text; };
    play();
  }
  void play_live(bool is_dash, bool has_dates) {
    live.is_dash = is_dash;
    live.has_dates = has_dates;
    live.began = executor.wall_now() - 10min;
    if (!manifest) {
      manifest = [this, is_dash] {
        if (!is_dash) return steered_hls(live_manifest(), {"A", "B"}, "A");
        return steered_mpd(live_manifest(), "defaultServiceLocation=\"A\"");
      };
    }
    play();
    for (int i = 0; i < 120; ++i) {
      run_for(500ms);
      REQUIRE(status()->live.has_value());
    }
    check_smooth();
    CHECK(screen->shown().size() >= 59 * 25);
  }
  void play_to_the_end() {
    REQUIRE(run_until_event<Ended>(10min));
    check_smooth();
    CHECK(screen->shown().size() == static_cast<std::size_t>(title.segments) * 100);
  }
  void check_smooth() {
    CHECK(status()->qoe.rebuffer_count == 0);
    CHECK(find<PositionJumped>() == nullptr);
    CHECK(find<Failed>() == nullptr);
    const auto& shown = screen->shown();
    for (std::size_t i = 1; i < shown.size(); ++i) REQUIRE(shown[i - 1].time < shown[i].time);
  }

  // When the steering server's answer with that number was there.
  [[nodiscard]] MonotonicTime answered(std::size_t number = 0) const {
    for (const SimRecord& record : transport->records()) {
      const bool is_one = record.url.rfind("http://s.test/", 0) == 0 && record.is_done;
      if (is_one && number-- == 0) return record.finished;
    }
    return MonotonicTime::max();
  }
  // Who was asked from `from` on, before `until`, for what has that text in its URL.
  [[nodiscard]] Hosts hosts(const std::string& text, MonotonicTime from = {},
                            MonotonicTime until = MonotonicTime::max()) const {
    Hosts found;
    for (const SimRecord& record : transport->records()) {
      const std::size_t path = record.url.find("/title/");
      if (path == std::string::npos || record.url.find(text, path) == std::string::npos) continue;
      if (from <= record.started && record.started < until)
        found.insert(record.url.substr(7, path - 7));
    }
    return found;
  }

  SimDash dash;
  std::function<std::string()> manifest;
  std::vector<WebAnswer> answers;  // of the steering server, the last one again and again
  std::vector<std::string> asked;  // of it
};

}  // namespace playhead::test
