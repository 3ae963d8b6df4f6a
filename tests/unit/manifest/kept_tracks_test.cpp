// SPDX-License-Identifier: Apache-2.0
#include "manifest/kept_tracks.h"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

AdaptationSet set_of(TrackKind kind, const std::vector<std::string>& ids) {
  AdaptationSet set;
  set.kind = kind;
  for (const std::string& id : ids) {
    Representation representation;
    representation.id = id;
    representation.alternatives.resize(2);
    set.representations.push_back(std::move(representation));
  }
  return set;
}

Presentation two_periods() {
  Presentation presentation;
  presentation.content_steering.emplace();
  for (const char* prefix : {"a-", "b-"}) {
    Period period;
    period.id = prefix;
    const std::string p = prefix;
    period.adaptation_sets = {set_of(TrackKind::kVideo, {p + "v1", p + "v2", p + "v3"}),
                              set_of(TrackKind::kAudio, {p + "en"}),
                              set_of(TrackKind::kAudio, {p + "de"})};
    presentation.periods.push_back(std::move(period));
  }
  return presentation;
}

// "v1 v3 | en || …": Representations of the sets of each Period.
std::string outline(const Presentation& presentation) {
  std::string text;
  for (const Period& period : presentation.periods) {
    for (const AdaptationSet& set : period.adaptation_sets) {
      for (const Representation& r : set.representations) text += r.id + " ";
      text += "| ";
    }
    text += "|";
  }
  return text;
}

TEST_CASE("kept_tracks: leaves what is kept, in its place") {
  struct Case {
    const char* name;
    std::set<std::string> kept;
    const char* outline;
  };
  const Case cases[] = {
      {"one picture and one sound of each Period",
       {"a-v2", "a-en", "b-v1", "b-de"},
       "a-v2 | a-en | |b-v1 | b-de | |"},
      {"two of a set stay in order", {"a-v3", "a-v1"}, "a-v1 a-v3 | ||"},
      {"a Period of which nothing is kept stays, empty", {"b-en"}, "|b-en | |"},
      {"ids nobody knows keep nothing", {"c-v1"}, "||"},
  };
  const Presentation all = two_periods();
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto kept = kept_tracks(all, [&](const std::string& id) { return c.kept.count(id) > 0; });
    CHECK(outline(*kept) == c.outline);
  }
}

TEST_CASE("kept_tracks: nothing is left that leads elsewhere") {
  const auto kept = kept_tracks(two_periods(), [](const std::string&) { return true; });
  CHECK_FALSE(kept->content_steering.has_value());
  for (const Period& period : kept->periods) {
    for (const AdaptationSet& set : period.adaptation_sets) {
      for (const Representation& r : set.representations) CHECK(r.alternatives.empty());
    }
  }
}

}  // namespace
}  // namespace playhead
