// SPDX-License-Identifier: Apache-2.0
#include "streaming/representation_selector.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_media.h"
#include "support/virtual_executor.h"
#include "unit/streaming/listed_index.h"

namespace playhead {
namespace {

// A title whose indexes stand in the manifest.
struct Title {
  Presentation presentation;
  test::VirtualExecutor executor{1};
  ManifestSource manifests{[](Request, auto) { return CancelHandle(); }};
  IndexTable indexes{{manifests, executor, nullptr, [] {}}};
  test::SimBackend backend;
  std::set<std::string> failed;
  const AdaptationSet* pictures = nullptr;  // beside sound

  explicit Title(TrackKind kind) {
    Period period;
    period.adaptation_sets.emplace_back();
    AdaptationSet& set = period.adaptation_sets.front();
    set.kind = kind;
    const int64_t bitrates[] = {100'000, 180'000, 300'000, 3'000'000};
    for (const int64_t bps : bitrates) {
      Representation r;
      r.id = "r" + std::to_string(set.representations.size());
      r.bandwidth = {bps};
      r.height = 200 * (static_cast<int>(set.representations.size()) + 1);
      r.codecs = "avc1.64001f";
      r.segments =
          std::make_shared<test::ListedIndex>(test::ListedIndex::regular(0, 20, Duration{4s}));
      set.representations.push_back(std::move(r));
    }
    presentation.periods.push_back(std::move(period));
    for (const Representation& r : this->set().representations) indexes.request(r);
  }
  [[nodiscard]] const AdaptationSet& set() const {
    return presentation.periods.front().adaptation_sets.front();
  }
  Representation& at(std::size_t i) {
    return presentation.periods.front().adaptation_sets.front().representations[i];
  }
  [[nodiscard]] RepresentationSelector::Place place(const std::string& last = "") const {
    return {set(), set().kind, failed, last, MediaTime{}, false, 0s, 30s, 1, true, {}, pictures};
  }
};

std::string chosen(RepresentationSelector& selector, const Title& title) {
  const auto choice = selector.choose(title.place());
  return choice.representation ? choice.representation->id : "";
}

TEST_CASE("representation_selector: sound is taken up to a typical bitrate") {
  Title title(TrackKind::kAudio);
  const Title pictures(TrackKind::kVideo);
  title.pictures = &pictures.set();
  RepresentationSelector selector(title.indexes, title.backend, StreamingConfig{});
  CHECK(chosen(selector, title) == "r1");
  title.failed = {"r1"};
  CHECK(chosen(selector, title) == "r0");
  title.failed = {"r0", "r1"};
  CHECK(chosen(selector, title) == "r2");  // the least that is left
  title.failed = {"r0", "r1", "r2", "r3"};
  CHECK(chosen(selector, title).empty());
}

TEST_CASE("representation_selector: sound follows the link, by the rules where it is alone") {
  Title title(TrackKind::kAudio);
  RepresentationSelector selector(title.indexes, title.backend, StreamingConfig{});
  CHECK(chosen(selector, title) == "r0");
  selector.chooser().remember({600'000});
  CHECK(chosen(selector, title) == "r2");  // alone it may have all of the margin
  const Title pictures(TrackKind::kVideo);
  title.pictures = &pictures.set();
  CHECK(chosen(selector, title) == "r0");
  // A picture chosen by hand is none of its business.
  selector.force("r3", pictures.presentation);
  title.pictures = nullptr;
  CHECK(chosen(selector, title) == "r2");
}

TEST_CASE("representation_selector: pictures by hand, the nearest of another Period") {
  Title title(TrackKind::kVideo);
  RepresentationSelector selector(title.indexes, title.backend, StreamingConfig{});
  selector.force("r2", title.presentation);
  const auto choice = selector.choose(title.place());
  REQUIRE(choice.representation);
  CHECK(choice.representation->id == "r2");
  CHECK(choice.reason == SwitchReason::kManual);
  // The next Period has other names.
  for (std::size_t i = 0; i < 4; ++i) title.at(i).id = "x" + std::to_string(i);
  CHECK(chosen(selector, title) == "x2");
  selector.force("nothing has that name", title.presentation);
  CHECK(selector.forced_id().empty());
}

TEST_CASE("representation_selector: a forced one that failed, or may not be shown, is left") {
  Title title(TrackKind::kVideo);
  RepresentationSelector selector(title.indexes, title.backend, StreamingConfig{});
  selector.force("r3", title.presentation);
  title.failed = {"r3"};
  auto choice = selector.choose(title.place("r3"));
  REQUIRE(choice.representation);
  CHECK(choice.representation->id != "r3");
  CHECK(choice.reason == SwitchReason::kFailure);
}

TEST_CASE("representation_selector: what no decoder takes is chosen by hand alone") {
  Title title(TrackKind::kVideo);
  title.at(0).codecs = "unheard-of";
  RepresentationSelector selector(title.indexes, title.backend, StreamingConfig{});
  CHECK_FALSE(chosen(selector, title) == "r0");
  CHECK_FALSE(selector.is_usable(TrackKind::kVideo, {}, title.at(0)));
  selector.force("r0", title.presentation);
  CHECK(selector.is_usable(TrackKind::kVideo, {}, title.at(0)));
  CHECK_FALSE(selector.is_usable(TrackKind::kVideo, {"r0"}, title.at(0)));
}

TEST_CASE("representation_selector: never what an unknown EssentialProperty belongs to") {
  for (const TrackKind kind : {TrackKind::kVideo, TrackKind::kAudio}) {
    Title title(kind);
    for (const std::size_t i : {0, 1}) {
      title.at(i).essential_properties = {{"urn:example:essential", "1", ""}};
    }
    RepresentationSelector selector(title.indexes, title.backend, StreamingConfig{});
    CHECK(chosen(selector, title) == "r2");
    selector.force("r1", title.presentation);
    CHECK(chosen(selector, title) == "r2");
  }
}

TEST_CASE(
    "representation_selector: a transfer at the edge is not dropped for being slow while it is "
    "made") {
  Title title(TrackKind::kVideo);
  RepresentationSelector selector(title.indexes, title.backend, StreamingConfig{});
  selector.chooser().remember({200'000});
  auto place = title.place("r0");
  place.level = 1s;
  place.now = MonotonicTime{3'000'000};
  TransferWatch::Receiving receiving{"r3", "r0", {}, {}, MonotonicTime{100'000}, 20'000};
  receiving.since = receiving.first_byte;
  CHECK(selector.judge(place, receiving).drops);
  receiving.made_within = 4s;
  CHECK_FALSE(selector.judge(place, receiving).drops);
  receiving.made_within = 2s;
  CHECK(selector.judge(place, receiving).drops);
  // Nor is one kept that a limit leaves out by now.
  PictureLimits limits;
  limits.max_bitrate = title.at(1).bandwidth;
  selector.set_limits(limits);
  CHECK(selector.judge(place, receiving).drops);
  receiving.made_within.reset();
  receiving.first_byte.reset();
  CHECK_FALSE(selector.judge(place, receiving).drops);
}

TEST_CASE("representation_selector: what would be fetched instead is of that judgement alone") {
  Title title(TrackKind::kVideo);
  title.indexes.clear();
  title.indexes.request(title.at(3));
  RepresentationSelector selector(title.indexes, title.backend, StreamingConfig{});
  selector.chooser().remember({200'000});
  auto place = title.place("r0");
  place.level = 1s;
  place.now = MonotonicTime{3'000'000};
  TransferWatch::Receiving receiving{"r3", "r0", {}, {}, MonotonicTime{100'000}, 20'000};
  receiving.since = receiving.first_byte;
  const Representation* unknown = selector.judge(place, receiving).unknown;
  REQUIRE(unknown);
  CHECK(unknown->id != "r3");
  // The manifest they were of may be gone by now.
  receiving.made_within = 4s;
  CHECK(selector.judge(place, receiving).unknown == nullptr);
}

}  // namespace
}  // namespace playhead
