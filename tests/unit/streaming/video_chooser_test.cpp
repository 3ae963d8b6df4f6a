// SPDX-License-Identifier: Apache-2.0
#include "streaming/video_chooser.h"

#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

// Twenty segments of 4 s; byte ranges of that many bytes, or none.
class PlainIndex final : public SegmentIndex {
 public:
  explicit PlainIndex(int64_t bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const override { return 20; }
  [[nodiscard]] Segment at(std::size_t index) const override {
    Segment segment;
    segment.number = index;
    segment.start = MediaTime{static_cast<int64_t>(index) * 4'000'000};
    segment.end = segment.start + 4s;
    if (bytes_ > 0) segment.media.range = ByteRange{0, bytes_ - 1};
    return segment;
  }
  [[nodiscard]] std::optional<std::size_t> find(MediaTime time) const override {
    return static_cast<std::size_t>(time.us / 4'000'000);
  }
  [[nodiscard]] std::optional<std::size_t> find_number(uint64_t number) const override {
    return number;
  }
  [[nodiscard]] MediaTime start() const override { return {}; }
  [[nodiscard]] MediaTime end() const override { return MediaTime{80'000'000}; }
  [[nodiscard]] std::size_t memory_bytes() const override { return sizeof(*this); }

 private:
  int64_t bytes_;
};

// A title of four Representations and what the engine would say about it.
struct Title {
  std::vector<Representation> representations;
  std::vector<PlainIndex> indexes;
  std::vector<VideoChooser::Option> options;
  VideoChooser::Situation situation;

  // Real sizes are `share` of the declared ones; 0: not known.
  explicit Title(double share = 0, std::size_t next = 2) {
    const int64_t bitrates[] = {400'000, 1'000'000, 2'500'000, 6'000'000};
    for (const int64_t bps : bitrates) {
      Representation r;
      r.id = "v" + std::to_string(representations.size());
      r.bandwidth = {bps};
      r.height = 240 * (static_cast<int>(representations.size()) + 1);
      representations.push_back(r);
      indexes.emplace_back(static_cast<int64_t>(static_cast<double>(bps) / 2 * share));
    }
    for (std::size_t i = 0; i < representations.size(); ++i) {
      options.push_back({&representations[i], &indexes[i], next});
    }
    situation.options = options;
    situation.last_id = "v1";
    situation.level = 12s;
    situation.target = 30s;
    situation.now = MonotonicTime{1'000'000};
  }
  Title(const Title&) = delete;
};

VideoChooser measured(int64_t bps) {
  VideoChooser chooser;
  for (int i = 0; i < 5; ++i) {
    chooser.add({MonotonicTime{}, bps / 8, 1s, 30ms});
  }
  return chooser;
}

TEST_CASE("video chooser: from nothing, from a memory, from measurements") {
  Title title;
  title.situation.last_id.clear();
  title.situation.level = 0s;
  VideoChooser chooser;
  CHECK(chooser.throughput().bps == 0);
  CHECK(chooser.choose(title.situation).representation->id == "v0");
  chooser.remember({4'000'000});
  const auto remembered = chooser.choose(title.situation);
  CHECK(remembered.representation->id == "v2");
  CHECK(remembered.reason == abr::Reason::kRemembered);
  VideoChooser fast = measured(50'000'000);
  CHECK(fast.throughput().bps == doctest::Approx(50'000'000));
  CHECK(fast.choose(title.situation).representation->id == "v3");
  CHECK(fast.log().records().size() == 1);
  title.situation.options = {};
  CHECK(fast.choose(title.situation).representation == nullptr);
}

TEST_CASE("video chooser: caps, real sizes and speed") {
  VideoChooser chooser = measured(7'000'000);
  Title plain;
  plain.situation.level = 28s;
  CHECK(chooser.choose(plain.situation).representation->id == "v3");
  plain.situation.limits.max_height = 500;
  CHECK(chooser.choose(plain.situation).representation->id == "v1");
  plain.situation.limits.max_height = 0;
  plain.situation.limits.max_bitrate = {3'000'000};
  CHECK(chooser.choose(plain.situation).representation->id == "v2");
  plain.situation.limits.max_bitrate = {0};
  plain.situation.speed = 2;  // every picture needs twice the throughput
  CHECK(chooser.choose(plain.situation).representation->id != "v3");
  Title heavy(3);  // three times what is declared
  heavy.situation.level = 12s;
  CHECK(chooser.choose(heavy.situation).representation->id < std::string("v3"));
}

TEST_CASE("video chooser: says of every option what left it out") {
  VideoChooser chooser = measured(50'000'000);
  Title title;
  title.situation.limits.hdcp_tenths = 14;
  title.representations[1].hdcp_level = HdcpLevel::kType1;
  title.options[3].is_decodable = false;
  title.situation.limits.max_bitrate = {500'000};
  const auto choice = chooser.choose(title.situation);
  CHECK(choice.representation->id == "v0");
  CHECK(choice.is_forced_off);  // v1, fetched before, is out
  const std::vector<VideoChooser::Limited> expected = {{"v0", abr::Limit::kNone},
                                                       {"v1", abr::Limit::kHdcp},
                                                       {"v2", abr::Limit::kBitrate},
                                                       {"v3", abr::Limit::kCodec}};
  CHECK(chooser.limits() == expected);
  title.situation.last_id = "v0";
  CHECK_FALSE(chooser.choose(title.situation).is_forced_off);
  // What an output may not show is no last resort.
  for (Representation& r : title.representations) r.hdcp_level = HdcpLevel::kType1;
  CHECK(chooser.choose(title.situation).representation == nullptr);
}

TEST_CASE("video chooser: at the end of the title the buffer may be spent") {
  VideoChooser chooser = measured(2'000'000);
  Title title(1, 18);
  title.situation.level = 26s;
  const std::string middle = chooser.choose(title.situation).representation->id;
  title.situation.has_end = true;
  CHECK(chooser.choose(title.situation).representation->id > middle);
}

TEST_CASE("video chooser: a transfer that would stall gives way to a lower one") {
  VideoChooser chooser = measured(8'000'000);
  Title title(1);
  title.situation.level = 5s;
  title.situation.last_id = "v3";
  VideoChooser::Transfer transfer{"v3", 1'000'000, 2s};
  CHECK_FALSE(chooser.judge(title.situation, transfer).drops);
  transfer = {"v3", 150'000, 10s};
  // None of the lower ones is known: looking one up first would take longer.
  for (auto& option : title.options) {
    if (option.representation->id != "v3") option.segments = nullptr;
  }
  const auto advice = chooser.judge(title.situation, transfer);
  CHECK_FALSE(advice.drops);
  REQUIRE(advice.unknown);
  CHECK(advice.unknown->id < "v3");
  title.options[0].segments = &title.indexes[0];
  CHECK(chooser.judge(title.situation, transfer).drops);
  const auto instead = chooser.choose(title.situation);
  CHECK(instead.representation->id == "v0");
  CHECK(instead.reason == abr::Reason::kStallAhead);
  // The log names what was taken.
  const auto& record = std::get<abr::DecisionRecord>(chooser.log().records().back());
  CHECK(record.is_judgement);
  CHECK(record.ladder.at(*record.decision.chosen).bitrate == title.representations[0].bandwidth);
  // Only once.
  CHECK(chooser.choose(title.situation).reason != abr::Reason::kStallAhead);
  CHECK_FALSE(chooser.judge(title.situation, {"gone", 0, 60s}).drops);
}

TEST_CASE("video chooser: bytes that trickle make a nervous link") {
  VideoChooser calm = measured(4'000'000);
  VideoChooser nervous = measured(4'000'000);
  MonotonicTime now;
  for (int i = 0; i < 200; ++i) {
    now += 500ms;
    calm.add_bytes(250'000, now, i > 0);
    nervous.add_bytes(i % 8 < 4 ? 450'000 : 50'000, now, i > 0);
  }
  Title title;
  title.situation.level = 20s;
  title.situation.last_id = "v2";
  const auto volatility = [&](VideoChooser& chooser) {
    chooser.choose(title.situation);
    const auto& record = std::get<abr::DecisionRecord>(chooser.log().records().back());
    return record.transfer.now.forecast.volatility_permille;
  };
  CHECK(volatility(nervous) > volatility(calm) + 200);
}

TEST_CASE("video chooser: which buffered segments are worth fetching again") {
  struct Case {
    const char* name;
    int64_t throughput_bps;
    double speed;
    bool saves_data;
    std::optional<std::size_t> replaced;
  };
  // A segment of 6 Mbit/s takes 24 Mbit: 3.75 s of 0.8 x 8 Mbit/s, whatever the speed of play. The
  // ten seconds that are left alone are seconds of the viewer: 20 s of media at double speed.
  const Case cases[] = {
      {"a wide link: the first that is in time", 8'000'000, 1, false, 4},
      {"at double speed it is on screen in half the time", 8'000'000, 2, false, 7},
      {"at half speed there is time for an earlier one", 8'000'000, 0.5, false, 2},
      {"nothing measured", 0, 1, false, std::nullopt},
      {"bytes that are paid for are not paid for twice", 8'000'000, 1, true, std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Title title;
    title.situation.level = 48s;
    title.situation.speed = c.speed;
    title.situation.limits.is_metered = c.saves_data;
    std::vector<VideoChooser::Buffered> buffered;
    for (int64_t i = 0; i < 12; ++i) {
      const MediaTime start{i * 4'000'000};
      buffered.push_back({start, start + 4s, {400'000}});
    }
    VideoChooser chooser = c.throughput_bps > 0 ? measured(c.throughput_bps) : VideoChooser();
    CHECK(chooser.worth_replacing(title.situation, {}, title.representations[3], buffered) ==
          c.replaced);
    CHECK(chooser.log().records().size() == (c.replaced ? 1 : 0));
  }
}

}  // namespace
}  // namespace playhead
