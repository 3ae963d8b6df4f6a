// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_caption_decoder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

extern "C" {
#include <libavutil/opt.h>
}

#include "base/unicode.h"
#include "decode/ffmpeg_handles.h"

namespace playhead {
namespace {

// What FFmpeg's decoder takes as the size of the screen (ASS_DEFAULT_PLAYRESX, Y).
constexpr double kScreenWidth = 384, kScreenHeight = 288;
// CTA-608: 32 columns within the middle 80 % of the picture.
constexpr double kColumn = 0.8 / 32;
// Letters that arrive one by one redraw the screen this often. Smaller: more events, same text.
constexpr int64_t kRedrawMs = 200;
// 15 rows of 32 characters of at most three bytes, with a change of style at each.
constexpr std::size_t kMaxTextBytes = 64 * 1024;

// Everything up to `end` taken off the front, `end` included.
std::string_view take_until(std::string_view& rest, char end) {
  const std::size_t at = std::min(rest.find(end), rest.size());
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return part;
}

// "&H0000FF&": blue, green, red.
std::optional<CueColor> ass_color(std::string_view text) {
  if (text.starts_with("&H")) text.remove_prefix(2);
  uint32_t bgr = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bgr, 16);
  if (error != std::errc{} || end == text.data()) return {};
  return CueColor{static_cast<uint8_t>(bgr), static_cast<uint8_t>(bgr >> 8),
                  static_cast<uint8_t>(bgr >> 16)};
}

void set_position(std::string_view text, CuePlacement& out) {
  const auto number = [](std::string_view part, double most) -> double {
    int value = 0;
    std::from_chars(part.data(), part.data() + part.size(), value);
    return std::clamp(value / most, 0.0, 1.0);
  };
  const std::string_view x = take_until(text, ',');
  out.position = number(x, kScreenWidth);
  out.line = number(text, kScreenHeight);
}

// What the overrides inside one pair of braces change.
void apply_overrides(std::string_view block, CueStyle& style, CuePlacement& placement) {
  take_until(block, '\\');
  while (!block.empty()) {
    const std::string_view code = take_until(block, '\\');
    if (code.starts_with("pos(")) set_position(code.substr(4), placement);
    if (code == "i1" || code == "i0") style.is_italic = code == "i1";
    if (code == "u1" || code == "u0") style.is_underlined = code == "u1";
    if (code.starts_with("c&")) style.color = ass_color(code.substr(1));
    if (code.starts_with("3c&")) style.background = ass_color(code.substr(2));
  }
}

class AssReader {
 public:
  AssReader(std::string_view text, MediaTime start) : rest_(text.substr(0, kMaxTextBytes)) {
    row_.start = start;
  }

  std::vector<Cue> read() {
    begin_row();
    while (!rest_.empty()) {
      if (rest_.front() == '{') {
        rest_.remove_prefix(1);
        apply_overrides(take_until(rest_, '}'), style_, row_.placement);
      } else if (rest_.starts_with("\\N")) {
        rest_.remove_prefix(2);
        end_row();
        begin_row();
      } else if (rest_.starts_with("\\h")) {
        rest_.remove_prefix(2);
        add_text(" ");
      } else {
        const std::size_t end = std::min(rest_.find_first_of("{\\", 1), rest_.size());
        add_text(rest_.substr(0, end));
        rest_.remove_prefix(end);
      }
    }
    end_row();
    return std::move(rows_);
  }

 private:
  void begin_row() {
    const MediaTime start = row_.start;
    row_ = {};
    row_.start = start;
    row_.end = MediaTime::max();
    row_.placement.text_align = CueTextAlign::kLeft;
    row_.placement.position_align = CueAnchor::kStart;
  }
  // Columns left free are a matter of place, not letters.
  void skip_leading_spaces() {
    while (!row_.spans.empty()) {
      std::string& text = row_.spans.front().text;
      const std::size_t spaces = std::min(text.find_first_not_of(' '), text.size());
      text.erase(0, spaces);
      if (spaces > 0 && row_.placement.position) {
        *row_.placement.position += static_cast<double>(spaces) * kColumn;
      }
      if (!text.empty()) return;
      row_.spans.erase(row_.spans.begin());
    }
  }
  void end_row() {
    skip_leading_spaces();
    if (!row_.spans.empty()) rows_.push_back(std::move(row_));
  }
  void add_text(std::string_view text) {
    // Bytes with wrong parity come out as they are.
    const std::string letters = without_controls(clean_utf8(text));
    if (letters.empty()) return;
    if (row_.spans.empty() || row_.spans.back().style != style_) {
      row_.spans.emplace_back();
      row_.spans.back().style = style_;
    }
    row_.spans.back().text += letters;
  }

  std::string_view rest_;
  Cue row_;
  CueStyle style_;
  std::vector<Cue> rows_;
};

// "ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text".
std::string_view text_of_event(std::string_view event) {
  for (int i = 0; i < 8; ++i) take_until(event, ',');
  return event;
}

}  // namespace

struct FfmpegCaptionDecoder::Libav {
  FfmpegPtr<AVCodecContext> codec;
  FfmpegPtr<AVPacket> packet;
};

FfmpegCaptionDecoder::FfmpegCaptionDecoder(std::unique_ptr<Libav> libav) : libav_(std::move(libav)) {}
FfmpegCaptionDecoder::~FfmpegCaptionDecoder() = default;

Result<std::unique_ptr<CaptionDecoder>> FfmpegCaptionDecoder::open() {
  const AVCodec* codec = avcodec_find_decoder(AV_CODEC_ID_EIA_608);
  if (!codec) {
    return make_error(ErrorCode::kCodecUnsupported, "FFmpeg was built without closed captions");
  }
  auto libav = std::make_unique<Libav>();
  libav->codec.reset(avcodec_alloc_context3(codec));
  libav->packet.reset(av_packet_alloc());
  if (!libav->codec || !libav->packet) {
    return make_error(ErrorCode::kOutOfMemory, "caption decoder");
  }
  libav->codec->pkt_timebase = AVRational{1, 1'000'000};
  // By default captions come out when they are over; here when they begin.
  av_opt_set_int(libav->codec->priv_data, "real_time", 1, 0);
  av_opt_set_int(libav->codec->priv_data, "real_time_latency_msec", kRedrawMs, 0);
  const int error = avcodec_open2(libav->codec.get(), codec, nullptr);
  if (error < 0) return ffmpeg_error(ErrorCode::kCodecUnsupported, "closed captions", error);
  return std::unique_ptr<CaptionDecoder>(new FfmpegCaptionDecoder(std::move(libav)));
}

std::optional<CaptionScreen> FfmpegCaptionDecoder::decode(MediaTime time, ByteView pairs) {
  constexpr std::size_t kPair = 2, kConstruct = 3, kMost = 64;
  constexpr uint8_t kValidField1 = 0xfc;
  AVPacket& packet = *libav_->packet;
  const std::size_t count = std::clamp<std::size_t>(pairs.size() / kPair, 1, kMost);
  if (av_new_packet(&packet, static_cast<int>(count * kConstruct)) < 0) return {};
  // Without captions a filling pair lets time go on: letters that wait are shown.
  constexpr uint8_t kFilling = 0x80;
  for (std::size_t i = 0; i < count; ++i) {
    const bool has_pair = i < pairs.size() / kPair;
    packet.data[kConstruct * i] = kValidField1;
    packet.data[kConstruct * i + 1] = has_pair ? pairs[kPair * i] : kFilling;
    packet.data[kConstruct * i + 2] = has_pair ? pairs[kPair * i + 1] : kFilling;
  }
  packet.pts = time.us;
  AVSubtitle subtitle{};
  int has_subtitle = 0;
  const int error =
      avcodec_decode_subtitle2(libav_->codec.get(), &subtitle, &has_subtitle, &packet);
  av_packet_unref(&packet);
  if (error < 0 || has_subtitle == 0) return {};
  CaptionScreen screen;
  screen.time = time;
  for (unsigned i = 0; i < subtitle.num_rects; ++i) {
    const char* ass = subtitle.rects[i]->ass;
    if (!ass) continue;
    for (Cue& row : read_ass_rows(text_of_event(ass), time)) screen.rows.push_back(std::move(row));
  }
  avsubtitle_free(&subtitle);
  return screen;
}

void FfmpegCaptionDecoder::flush() { avcodec_flush_buffers(libav_->codec.get()); }

std::vector<Cue> read_ass_rows(std::string_view text, MediaTime start) {
  return AssReader(text, start).read();
}

}  // namespace playhead
