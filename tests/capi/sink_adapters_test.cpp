// SPDX-License-Identifier: Apache-2.0
#include "sink_adapters.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace playhead;
using namespace playhead::capi;

namespace {

struct Screen {
  playhead_frame* kept = nullptr;
  int shown = 0, cleared = 0;
};

playhead_video_sink screen_table(Screen& screen, bool keeps) {
  playhead_video_sink table = PLAYHEAD_VIDEO_SINK_INIT;
  table.user = &screen;
  table.show = keeps ? [](void* user, playhead_frame* frame) {
    auto& s = *static_cast<Screen*>(user);
    ++s.shown;
    playhead_frame_release(s.kept);
    s.kept = playhead_frame_retain(frame);
  } : [](void* user, playhead_frame*) { ++static_cast<Screen*>(user)->shown; };
  table.clear = [](void* user) { ++static_cast<Screen*>(user)->cleared; };
  return table;
}

struct Speaker {
  playhead_status open_status = PLAYHEAD_OK;
  int32_t open_channels = 0;  // 0: as wanted
  std::string calls;
  std::vector<float> written;
  double volume = -1;
};

Speaker& speaker(void* user) { return *static_cast<Speaker*>(user); }

playhead_audio_sink speaker_table(Speaker& target) {
  playhead_audio_sink table = PLAYHEAD_AUDIO_SINK_INIT;
  table.user = &target;
  table.open = [](void* user, const playhead_audio_format* wanted, playhead_audio_format* opened) {
    CHECK(wanted->sample_rate == opened->sample_rate);
    if (speaker(user).open_channels != 0) opened->channels = speaker(user).open_channels;
    return speaker(user).open_status;
  };
  table.close = [](void* user) { speaker(user).calls += "close "; };
  table.write = [](void* user, const float* samples, int64_t frames) {
    speaker(user).written.assign(samples, samples + frames * 2);
  };
  table.frames_played = [](void*, int64_t now_us) { return now_us / 10; };
  table.pause = [](void* user) { speaker(user).calls += "pause "; };
  table.resume = [](void* user) { speaker(user).calls += "resume "; };
  table.flush = [](void* user) { speaker(user).calls += "flush "; };
  table.set_volume = [](void* user, double volume) { speaker(user).volume = volume; };
  return table;
}

}  // namespace

TEST_CASE("video sink: the app sees the frame, and may keep it beyond the sink") {
  const std::weak_ptr<const void> pixels_alive = [] {
    Screen screen;
    auto pixels = std::make_shared<std::vector<uint8_t>>(48, uint8_t{5});
    const std::weak_ptr<const void> alive = pixels;
    {
      const playhead_video_sink table = screen_table(screen, true);
      CVideoSink sink(CallbackTable<playhead_video_sink>::adopt(&table));
      VideoFrame frame;
      frame.time = MediaTime{40'000};
      frame.duration = 40ms;
      frame.width = 8;
      frame.height = 4;
      frame.sar_num = 0;  // unknown: square pixels
      frame.planes = {pixels->data(), pixels->data() + 32, pixels->data() + 40};
      frame.strides = {8, 4, 4};
      frame.owner = std::move(pixels);
      sink.show(frame);
      sink.clear();
    }
    CHECK(screen.shown == 1);
    CHECK(screen.cleared == 1);
    playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
    CHECK(playhead_frame_get_info(screen.kept, &info) == PLAYHEAD_OK);
    CHECK(info.format == PLAYHEAD_PIXEL_FORMAT_I420);
    CHECK(info.time_us == 40'000);
    CHECK(info.duration_us == 40'000);
    CHECK(info.width == 8);
    CHECK(info.height == 4);
    CHECK(info.sar_num == 1);
    CHECK(info.sar_den == 1);
    CHECK(info.strides[1] == 4);
    CHECK(info.planes[2][7] == 5);
    CHECK_FALSE(alive.expired());
    playhead_frame_release(screen.kept);
    return alive;
  }();
  CHECK(pixels_alive.expired());
}

TEST_CASE("video sink: a frame nobody keeps is gone after show") {
  Screen screen;
  playhead_video_sink table = screen_table(screen, false);
  table.clear = nullptr;
  CVideoSink sink(CallbackTable<playhead_video_sink>::adopt(&table));
  auto owner = std::make_shared<int>(1);
  VideoFrame frame;
  frame.owner = owner;
  sink.show(frame);
  frame.owner.reset();
  sink.clear();  // allowed to be missing
  CHECK(screen.shown == 1);
  CHECK(owner.use_count() == 1);
}

TEST_CASE("frames: misuse is answered, not crashed on") {
  playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
  CHECK(playhead_frame_get_info(nullptr, &info) == -PLAYHEAD_ERROR_INVALID_ARGUMENT);
  CHECK(playhead_frame_retain(nullptr) == nullptr);
  playhead_frame_release(nullptr);
}

TEST_CASE("audio sink: calls arrive as they were made") {
  Speaker target;
  const playhead_audio_sink table = speaker_table(target);
  CAudioSink sink(CallbackTable<playhead_audio_sink>::adopt(&table));
  const auto opened = sink.open(AudioFormat{44'100, 2});
  REQUIRE(opened);
  CHECK(*opened == AudioFormat{44'100, 2});
  const std::array<float, 4> samples{0.1F, 0.2F, 0.3F, 0.4F};
  sink.write(samples.data(), 2);
  CHECK(target.written == std::vector<float>(samples.begin(), samples.end()));
  CHECK(sink.frames_played(MonotonicTime{120}) == 12);
  sink.resume();
  sink.pause();
  sink.flush();
  sink.set_volume(0.25);
  sink.close();
  CHECK(target.calls == "resume pause flush close ");
  CHECK(target.volume == 0.25);
}

TEST_CASE("audio sink: an app that cannot open is a typed error") {
  struct Case {
    const char* name;
    playhead_status status;
    int32_t channels;
    bool opens;
  };
  const Case cases[] = {{"as wanted", PLAYHEAD_OK, 0, true},
                        {"fewer channels", PLAYHEAD_OK, 1, true},
                        {"refused", -PLAYHEAD_ERROR_AUDIO_OUTPUT, 0, false},
                        {"a format that cannot be", PLAYHEAD_OK, 99, false}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Speaker target;
    target.open_status = c.status;
    target.open_channels = c.channels;
    const playhead_audio_sink table = speaker_table(target);
    CAudioSink sink(CallbackTable<playhead_audio_sink>::adopt(&table));
    const auto opened = sink.open(AudioFormat{48'000, 2});
    CHECK(opened.has_value() == c.opens);
    if (!opened) CHECK(opened.error().code == ErrorCode::kAudioOutput);
  }
}

TEST_CASE("audio sink: every callback but destroy is required") {
  Speaker target;
  const playhead_audio_sink complete = speaker_table(target);
  CHECK(CAudioSink::is_complete(complete));
  playhead_audio_sink table = complete;
  table.open = nullptr;
  CHECK_FALSE(CAudioSink::is_complete(table));
  table = complete;
  table.set_volume = nullptr;
  CHECK_FALSE(CAudioSink::is_complete(table));
  CHECK_FALSE(CVideoSink::is_complete(PLAYHEAD_VIDEO_SINK_INIT));
}

TEST_CASE("U07 sinks: what their callbacks throw ends there, and the log hears of it once") {
  struct Log final : LogSink {
    void log(LogLevel, std::string_view, std::string_view line) override {
      lines.emplace_back(line);
    }
    std::vector<std::string> lines;
  };
  const auto log = std::make_shared<Log>();
  playhead_video_sink screen = PLAYHEAD_VIDEO_SINK_INIT;
  screen.show = [](void*, playhead_frame*) { throw 1; };
  screen.clear = [](void*) { throw 2; };
  CVideoSink video(CallbackTable<playhead_video_sink>::adopt(&screen), log);
  video.show(VideoFrame());
  video.clear();
  REQUIRE(log->lines.size() == 1);
  CHECK(log->lines[0].find("show") != std::string::npos);

  playhead_audio_sink table = PLAYHEAD_AUDIO_SINK_INIT;
  int64_t played = 100;
  table.user = &played;
  table.destroy = [](void*) { throw 3; };
  table.open = [](void*, const playhead_audio_format*, playhead_audio_format*) -> playhead_status {
    throw 4;
  };
  table.close = table.pause = table.resume = table.flush = [](void*) { throw 5; };
  table.write = [](void*, const float*, int64_t) { throw 6; };
  table.frames_played = [](void* user, int64_t) -> int64_t {
    auto& count = *static_cast<int64_t*>(user);
    if (count == 0) throw 7;
    return std::exchange(count, 0);
  };
  table.set_volume = [](void*, double) { throw 8; };
  CAudioSink audio(CallbackTable<playhead_audio_sink>::adopt(&table));
  const auto opened = audio.open({});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == ErrorCode::kAudioOutput);
  CHECK(audio.frames_played({}) == 100);
  CHECK(audio.frames_played({}) == 100);  // as before
  audio.write(nullptr, 0);
  audio.pause();
  audio.resume();
  audio.set_volume(1);
  audio.flush();
  audio.close();
}
