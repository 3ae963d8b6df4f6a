// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_caption_decoder.h"

#include <bit>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/media_samples.h"
#include "text/caption_data.h"
#include "text/cue_timeline.h"
#include "unit/decode/decode_rig.h"

namespace playhead::test {

namespace {

constexpr int64_t kPictureUs = 33'367;

uint8_t with_parity(int byte) {
  const auto value = static_cast<uint8_t>(byte);
  return std::popcount(value) % 2 == 1 ? value : static_cast<uint8_t>(value | 0x80);
}

// A caption programme, a byte pair for each picture.
class Programme {
 public:
  // Control codes are sent twice (CTA-608 §8.4).
  Programme& control(int first, int second) {
    for (int i = 0; i < 2; ++i) pair(first, second);
    return *this;
  }
  Programme& text(const std::string& letters) {
    for (std::size_t i = 0; i < letters.size(); i += 2) {
      pair(letters[i], i + 1 < letters.size() ? letters[i + 1] : 0);
    }
    return *this;
  }
  Programme& wait(int pictures) {
    for (int i = 0; i < pictures; ++i) pairs_.emplace_back();
    return *this;
  }
  // "ms:row|row" for every screen, as the decoder shows it.
  [[nodiscard]] std::vector<CaptionScreen> play() const {
    auto decoder = FfmpegCaptionDecoder::open();
    REQUIRE(decoder);
    std::vector<CaptionScreen> screens;
    int64_t time = 0;
    for (const std::vector<uint8_t>& bytes : pairs_) {
      if (auto screen = (*decoder)->decode({time}, bytes)) screens.push_back(std::move(*screen));
      time += kPictureUs;
    }
    return screens;
  }
  [[nodiscard]] int64_t picture() const { return static_cast<int64_t>(pairs_.size()); }

 private:
  void pair(int first, int second) { pairs_.push_back({with_parity(first), with_parity(second)}); }

  std::vector<std::vector<uint8_t>> pairs_;
};

std::string shown(const CaptionScreen& screen) {
  std::string out;
  for (const Cue& row : screen.rows) out += (out.empty() ? "" : "|") + plain_text(row);
  return out;
}

// Resume caption loading, erase non-displayed memory.
Programme pop_on() {
  Programme programme;
  programme.control(0x14, 0x20).control(0x14, 0x2e);
  return programme;
}

}  // namespace

TEST_CASE("caption decoder: pop-on captions begin and end with their picture, CTA-608 8.2") {
  Programme programme = pop_on();
  programme.control(0x14, 0x60).text("HELLO");  // row 15
  const int64_t end_of_caption = programme.picture();
  programme.control(0x14, 0x2f).wait(30);
  const int64_t erase = programme.picture();
  programme.control(0x14, 0x2c).wait(30);
  const std::vector<CaptionScreen> screens = programme.play();
  REQUIRE(screens.size() == 2);
  CHECK(screens[0].time.us == end_of_caption * kPictureUs);
  CHECK(shown(screens[0]) == "HELLO");
  CHECK(screens[1].time.us == erase * kPictureUs);
  CHECK(screens[1].rows.empty());
  const Cue& cue = screens[0].rows[0];
  CHECK(cue.end == MediaTime::max());
  // CTA-608: 15 rows and 32 columns within the middle 80 % of the picture.
  CHECK(*cue.placement.line == doctest::Approx(0.1 + 14 * 0.8 / 15).epsilon(0.01));
  CHECK(*cue.placement.position == doctest::Approx(0.1).epsilon(0.02));
  CHECK(cue.placement.text_align == CueTextAlign::kLeft);
}

TEST_CASE("caption decoder: rows, columns, colours, italics and special letters") {
  Programme programme = pop_on();
  programme.control(0x11, 0x52).text("UP");                      // row 1, indent 4
  programme.control(0x14, 0x6e).text("it").control(0x11, 0x28);  // row 15 in italics, then red
  programme.text("red").control(0x11, 0x37).control(0x12, 0x21).control(0x14, 0x2f).wait(9);
  const std::vector<CaptionScreen> screens = programme.play();
  REQUIRE(screens.size() == 1);
  REQUIRE(screens[0].rows.size() == 2);
  const Cue& top = screens[0].rows[0];
  CHECK(plain_text(top) == "UP");
  CHECK(*top.placement.line == doctest::Approx(0.1).epsilon(0.03));
  CHECK(*top.placement.position == doctest::Approx(0.2).epsilon(0.02));
  const Cue& bottom = screens[0].rows[1];
  REQUIRE(bottom.spans.size() >= 2);
  CHECK(bottom.spans.front().style.is_italic);
  CHECK(bottom.spans.back().style.color == CueColor{255, 0, 0});
  // A music note, then an extended letter that replaces the one before it.
  CHECK(bottom.spans.back().text.find("\xc3\x89") != std::string::npos);
}

TEST_CASE("caption decoder: roll-up captions move up a row") {
  Programme programme;
  programme.control(0x14, 0x25).control(0x14, 0x2d).control(0x14, 0x60).text("FIRST").wait(9);
  programme.control(0x14, 0x2d).text("SECOND").wait(9).control(0x14, 0x2d).text("THIRD").wait(9);
  const std::vector<CaptionScreen> screens = programme.play();
  REQUIRE(screens.size() >= 3);
  CHECK(shown(screens.back()) == "SECOND|THIRD");
  bool had_both = false;
  for (const CaptionScreen& screen : screens)
    had_both = had_both || shown(screen) == "FIRST|SECOND";
  CHECK(had_both);
}

TEST_CASE("caption decoder: forgets everything when flushed") {
  auto decoder = FfmpegCaptionDecoder::open();
  REQUIRE(decoder);
  const auto send = [&](int first, int second) {
    const uint8_t bytes[] = {with_parity(first), with_parity(second)};
    return (*decoder)->decode({0}, bytes);
  };
  send(0x14, 0x20);
  send('A', 'B');
  (*decoder)->flush();
  for (int i = 0; i < 3; ++i) {
    const auto screen = send(0x14, 0x2f);
    CHECK((screen ? shown(*screen) : std::string()).empty());
  }
}

TEST_CASE("caption decoder: FFmpeg's text taken apart") {
  struct Case {
    const char* name;
    const char* text;
    std::vector<std::string> rows;
  };
  const Case cases[] = {
      {"a row", "{\\an7}{\\pos(38,243)}HELLO", {"HELLO"}},
      {"two rows", "{\\an7}{\\pos(38,228)}A\\N{\\an7}{\\pos(38,243)}B", {"A", "B"}},
      {"hard spaces", "a\\hb", {"a b"}},
      {"rows of nothing", "\\N \\N", {}},
      {"other escapes stay", "a\\b", {"a\\b"}},
      {"braces that do not close", "a{\\i1", {"a"}},
      {"empty", "", {}},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    std::vector<std::string> rows;
    for (const Cue& cue : read_ass_rows(c.text, {0})) rows.push_back(plain_text(cue));
    CHECK(rows == c.rows);
  }
  const auto styled = read_ass_rows("{\\u1\\c&H0000FF&}a{\\u0\\3c&HFF0000&}b", {7});
  REQUIRE(styled.size() == 1);
  REQUIRE(styled[0].spans.size() == 2);
  CHECK(styled[0].start == MediaTime{7});
  CHECK(styled[0].spans[0].style.is_underlined);
  CHECK(styled[0].spans[0].style.color == CueColor{255, 0, 0});
  CHECK_FALSE(styled[0].spans[1].style.is_underlined);
  CHECK(styled[0].spans[1].style.background == CueColor{0, 0, 255});
}

TEST_CASE("caption decoder: captions of a real H.264 segment reach the timeline") {
  const std::string folder = std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/media/shaka-player/";
  const auto init = read_file(folder + "multiple-trun-init.mp4");
  const auto segment = read_file(folder + "multiple-trun-segment.mp4");
  if (init.empty() || segment.empty()) {
    MESSAGE("skipped: ../shared/media is not there");
    return;
  }
  DecodeRig rig;
  std::vector<uint8_t> bytes_of_both = init;
  bytes_of_both.insert(bytes_of_both.end(), segment.begin(), segment.end());
  const Demuxed demuxed = demux(rig, bytes_of_both);
  REQUIRE(demuxed.streams.size() == 1);
  const StreamInfo& stream = demuxed.streams[0];
  const auto framing = text::nal_framing(stream.codec, stream.codec_config.view());
  REQUIRE(framing);
  auto decoder = FfmpegCaptionDecoder::open();
  REQUIRE(decoder);
  text::CaptionReorderer reorderer;
  text::CaptionChannelFilter filter(1);
  text::CueTimeline timeline;
  std::size_t pairs = 0;
  const auto decode = [&](std::vector<text::TimedCaptions> captions) {
    for (text::TimedCaptions& picture : captions) {
      std::vector<uint8_t> bytes;
      for (text::CaptionPair& pair : picture.pairs) {
        ++pairs;
        if (filter.take(pair)) bytes.insert(bytes.end(), pair.bytes.begin(), pair.bytes.end());
      }
      const auto screen = (*decoder)->decode({ticks_to_us(picture.pts, stream.timescale)}, bytes);
      if (!screen) continue;
      timeline.close_open_cues(screen->time);
      for (const Cue& row : screen->rows) timeline.insert(row);
    }
  };
  for (const EncodedSample& sample : demuxed.samples) {
    decode(reorderer.add(sample.pts_ticks, sample.dts_ticks,
                         text::extract_captions(sample.data.view(), *framing)));
  }
  decode(reorderer.flush());
  std::string all;
  std::optional<MediaTime> time = MediaTime{-1};
  while ((time = timeline.next_change_after(*time))) {
    all += std::to_string(time->us / 1000) + ":";
    for (const auto& cue : timeline.active_at(*time)) all += plain_text(*cue) + ",";
    all += ' ';
  }
  CHECK(pairs == 360);
  CHECK(all ==
        "10333:Bip!, 11234: 11334:Bop!, 12235: 12335:Bip!, 13236: 13336:Bop!, 14237: 14337:Bip!, "
        "15238: 15338:Bop!, ");
}

}  // namespace playhead::test
