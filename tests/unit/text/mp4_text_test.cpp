// SPDX-License-Identifier: Apache-2.0
#include "text/mp4_text.h"

#include <string>

#include <doctest/doctest.h>

#include "text/cue_timeline.h"
#include "unit/text/byte_writer.h"
#include "unit/text/real_files.h"
#include "unit/text/shown_cues.h"

using namespace playhead;
using namespace playhead::text;
using test::ByteWriter;
using test::shown;

namespace {

// An InitSegment of one text track: id 3, 1000 ticks per second, language "deu".
std::vector<uint8_t> init_segment(std::string_view entry, const std::vector<uint8_t>& config) {
  ByteWriter tkhd, mdhd, stsd, stbl, minf, mdia, trak, trex, mvex, moov, sample_entry, file;
  tkhd.number(4, 0).number(8, 0).number(4, 3).number(8, 0);
  mdhd.number(4, 0).number(8, 0).number(4, 1000).number(4, 0).number(2, 0x10b5).number(2, 0);
  sample_entry.number(8, 1).append(config);
  stsd.number(4, 0).number(4, 1).box(entry, sample_entry.bytes);
  stbl.box("stsd", stsd.bytes);
  minf.box("stbl", stbl.bytes);
  mdia.box("mdhd", mdhd.bytes).box("minf", minf.bytes);
  trak.box("tkhd", tkhd.bytes).box("mdia", mdia.bytes);
  trex.number(4, 0).number(4, 3).number(4, 1).number(4, 500).number(4, 0).number(4, 0);
  mvex.box("trex", trex.bytes);
  moov.box("trak", trak.bytes).box("mvex", mvex.bytes);
  return file.box("ftyp", "iso6").box("moov", moov.bytes).bytes;
}

// One fragment from `time` on; samples last the default 500 ticks.
std::vector<uint8_t> fragment(uint64_t time, const std::vector<std::vector<uint8_t>>& samples) {
  const auto moof_of = [&](uint64_t data_offset) {
    ByteWriter tfhd, tfdt, trun, traf, moof;
    tfhd.number(4, 0x020000).number(4, 3);
    tfdt.number(4, 0x01000000).number(8, time);
    trun.number(4, 0x000201).number(4, samples.size()).number(4, data_offset);
    for (const auto& sample : samples) trun.number(4, sample.size());
    traf.box("tfhd", tfhd.bytes).box("tfdt", tfdt.bytes).box("trun", trun.bytes);
    moof.box("traf", traf.bytes);
    return ByteWriter().box("moof", moof.bytes).bytes;
  };
  ByteWriter data, file;
  for (const auto& sample : samples) data.append(sample);
  return file.append(moof_of(moof_of(0).size() + 8)).box("mdat", data.bytes).bytes;
}

std::vector<uint8_t> cue_box(std::string_view id, std::string_view settings, std::string_view text,
                             std::string_view current_time = "") {
  ByteWriter inner;
  if (!id.empty()) inner.box("iden", id);
  if (!settings.empty()) inner.box("sttg", settings);
  if (!current_time.empty()) inner.box("ctim", current_time);
  inner.box("payl", text);
  return ByteWriter().box("vttc", inner.bytes).bytes;
}
const std::vector<uint8_t> kNoCue = ByteWriter().box("vtte", "").bytes;

}  // namespace

TEST_CASE("mp4 text: WebVTT samples, ISO/IEC 14496-30 7") {
  const auto init =
      init_segment("wvtt", ByteWriter().box("vttC", "WEBVTT\n\nSTYLE\n::cue(b){color:red}").bytes);
  std::vector<uint8_t> two = cue_box("1", "line:0", "<b>a</b>");
  const auto second = cue_box("2", "", "b<00:00:09.250>c", "00:00:09.000");
  two.insert(two.end(), second.begin(), second.end());
  const auto segment = fragment(10'000, {kNoCue, two, ByteWriter().box("vtta", "note").bytes, {}});
  const auto document = parse_mp4_text(init, segment);
  REQUIRE(document);
  CHECK(shown(*document) == "1|10500-11000|a;2|10500-11000|bc");
  CHECK(document->diagnostics.count() == 0);
  CHECK(document->cues[0].language == "deu");
  CHECK(document->cues[0].placement.line_number == 0);
  CHECK(document->cues[0].spans[0].style.color == CueColor{255, 0, 0});
  // ctim: 9.000 of the file is 10.500 here.
  CHECK(document->cues[1].spans[1].active_from == MediaTime{10'750'000});
}

TEST_CASE("mp4 text: TTML samples, ISO/IEC 14496-30 6") {
  const auto init = init_segment("stpp", ByteWriter().string("http://www.w3.org/ns/ttml").bytes);
  const std::string text =
      "<tt><body><div><p begin='9s' end='10.2s'>a</p><p begin='10.4s' end='12s'>b</p>"
      "<p begin='20s' end='30s'>c</p></div></body></tt>";
  const std::vector<uint8_t> sample(text.begin(), text.end());
  const auto document = parse_mp4_text(init, fragment(10'000, {sample, sample}));
  REQUIRE(document);
  CHECK(shown(*document) == "|10000-10200|a;|10400-10500|b;|10500-11000|b");
}

// 3GPP TS 26.245 §5.17.1.1.
ByteWriter& style_record(ByteWriter& out, int begin, int end, int face, uint64_t rgba) {
  return out.number(2, static_cast<uint64_t>(begin))
      .number(2, static_cast<uint64_t>(end))
      .number(2, 1)
      .number(1, static_cast<uint64_t>(face))
      .number(1, 18)
      .number(4, rgba);
}

TEST_CASE("mp4 text: timed text of 3GPP") {
  ByteWriter entry;
  entry.number(4, 0).number(2, 0x01ff).number(4, 0).number(8, 0);
  style_record(entry, 0, 0, 0, 0xffffffff);
  const auto sample_of = [](std::string_view text, const std::vector<uint8_t>& modifiers = {}) {
    return ByteWriter().number(2, text.size()).text(text).append(modifiers).bytes;
  };
  ByteWriter styles, modifiers;
  styles.number(2, 2);
  style_record(styles, 1, 3, 3, 0xffffffff);
  style_record(styles, 4, 9, 4, 0xff000080);
  modifiers.box("hlit", "1234").box("styl", styles.bytes);
  const auto segment = fragment(
      0, {sample_of("one\r\ntwo"), sample_of(""), sample_of("x\xc3\xa4y.red", modifiers.bytes),
          sample_of(std::string_view("\xfe\xff\0a\x20\xac", 6)), sample_of("cut\x01"),
          ByteWriter().number(2, 9).text("short").bytes, sample_of("last")});
  const auto document = parse_mp4_text(init_segment("tx3g", entry.bytes), segment);
  REQUIRE(document);
  CHECK(shown(*document) ==
        "|0-500|one\ntwo;|1000-1500|x\xc3\xa4y.red;|1500-2000|a\xe2\x82\xac;|2000-2500|cut;"
        "|3000-3500|last");
  CHECK(document->diagnostics.count() == 1);
  CHECK(document->cues[0].language == "deu");
  const auto& spans = document->cues[1].spans;
  REQUIRE(spans.size() == 4);
  CHECK(spans[0].style == CueStyle());
  CHECK(spans[1].text == "\xc3\xa4y");
  CHECK(spans[1].style.is_bold);
  CHECK(spans[1].style.is_italic);
  CHECK_FALSE(spans[1].style.color.has_value());
  CHECK(spans[2].text == ".");
  CHECK(spans[3].text == "red");
  CHECK(spans[3].style.is_underlined);
  CHECK(spans[3].style.color == CueColor{255, 0, 0, 128});
}

TEST_CASE("mp4 text: damage") {
  const auto init = init_segment("wvtt", {});
  const auto good = fragment(0, {cue_box("", "", "a"), cue_box("", "", "b")});
  CHECK(parse_mp4_text(init_segment("c608", {}), good).error().code ==
        ErrorCode::kContainerUnsupported);
  CHECK(parse_mp4_text(good, good).error().code == ErrorCode::kContainerSyntax);
  CHECK(parse_mp4_text(init, {}).value().cues.empty());
  for (std::size_t size = 1; size < init.size(); ++size) {
    CHECK_FALSE(parse_mp4_text(ByteView(init).first(size), good));
  }
  // A bad sample costs itself only.
  const auto bad =
      fragment(0, {ByteWriter().number(4, 99).text("vttc").bytes, cue_box("", "", "b")});
  const auto document = parse_mp4_text(init, bad);
  REQUIRE(document);
  CHECK(shown(*document) == "|500-1000|b");
  CHECK(document->diagnostics.count() == 1);
  // A segment that ends in the middle of a sample: what is whole counts.
  const auto cut = parse_mp4_text(init, ByteView(good).first(good.size() - 5));
  REQUIRE(cut);
  CHECK(shown(*cut) == "|0-500|a");
  CHECK(cut->diagnostics.count() == 1);
}

TEST_CASE("mp4 text: a real track of five segments, cues joined over their boundaries") {
  const std::string folder = "media3/dash/webvtt-in-mp4-multiple-segments/";
  const auto init = test::shared_media(folder + "text_init.mp4");
  if (init.empty()) {
    MESSAGE("skipped: ../shared/media is not there");
    return;
  }
  CueTimeline timeline;
  std::size_t cues = 0;
  for (int i = 1; i <= 5; ++i) {
    const auto segment = test::shared_media(folder + "text" + std::to_string(i) + ".m4s");
    auto document = parse_mp4_text(init, segment);
    REQUIRE(document);
    CHECK(document->diagnostics.count() == 0);
    for (Cue& cue : document->cues) {
      ++cues;
      CHECK(timeline.insert(std::move(cue)));
    }
  }
  std::string all;
  std::optional<MediaTime> time = MediaTime{-1};
  while ((time = timeline.next_change_after(*time))) {
    all += std::to_string(time->us / 1000) + ":";
    for (const auto& cue : timeline.active_at(*time)) all += plain_text(*cue) + ",";
    all += ' ';
  }
  CHECK(cues == 3);
  CHECK(all ==
        "20:Subtitle in the first segment., 834: 1100:Subtitle in the second segment., 1956: "
        "4500:Subtitle in the fifth segment., 4956: ");
}
