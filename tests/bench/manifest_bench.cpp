// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/allocation_counter.h"
#include "bench/cpu_clock.h"
#include "manifest/dash/live_mpd.h"
#include "manifest/dash/presentation_refresh.h"
#include "manifest/manifest_parser.h"

// Throughput of the manifest parsers, from bytes in memory to a usable model, beside a plain scan
// for newlines of the same bytes. Inputs are made by ../shared/corpus/make_big.py in a folder of
// their own; --inputs=FOLDER takes those of an earlier run.
namespace playhead::bench {
namespace {

constexpr const char* kUrl = "https://cdn.example.com/a/9f31/manifest?session=1";

struct Input {
  const char* file;
  const char* name;
};
constexpr Input kInputs[] = {
    {"media_100k.m3u8", "hls_media_100k"},
    {"multi_60x40.m3u8", "hls_multi_60x40"},
    {"timeline_50k.mpd", "dash_timeline_50k"},
    {"periods_200.mpd", "dash_periods_200"},
};

SharedBytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return SharedBytes(std::vector<uint8_t>(std::istreambuf_iterator<char>(file), {}));
}

SharedBytes bytes_of(const std::string& text) {
  return SharedBytes(std::vector<uint8_t>(text.begin(), text.end()));
}

// Times `parse` alone: what it answers is dropped outside the clock.
template <typename Parse>
void measure(benchmark::State& state, std::size_t bytes, const Parse& parse) {
  start_counting();
  auto counted = parse();
  const Allocations last = stop_counting();
  benchmark::DoNotOptimize(counted);
  for (auto _ : state) {
    const double start = cpu_seconds();
    auto result = parse();
    const double end = cpu_seconds();
    benchmark::DoNotOptimize(result);
    state.SetIterationTime(end - start);
    if (!result) return state.SkipWithError(result.error().context.c_str());
  }
  const auto total = static_cast<double>(bytes) * static_cast<double>(state.iterations());
  state.counters["MB/s"] = benchmark::Counter(total / 1e6, benchmark::Counter::kIsRate);
  state.counters["allocations"] = static_cast<double>(last.count);
  // Without the text itself, which the caller owns.
  state.counters["kept_KB"] = static_cast<double>(last.current_bytes) / 1e3;
  state.counters["peak_KB"] = static_cast<double>(last.peak_bytes) / 1e3;
}

void scan_newlines(benchmark::State& state, const SharedBytes& bytes) {
  for (auto _ : state) {
    const double start = cpu_seconds();
    const char* at = reinterpret_cast<const char*>(bytes.data());
    const char* end = at + bytes.size();
    int64_t lines = 0;
    while (at < end) {
      const void* found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
      if (found == nullptr) break;
      ++lines;
      at = static_cast<const char*>(found) + 1;
    }
    benchmark::DoNotOptimize(lines);
    state.SetIterationTime(cpu_seconds() - start);
  }
  const auto total = static_cast<double>(bytes.size()) * static_cast<double>(state.iterations());
  state.counters["MB/s"] = benchmark::Counter(total / 1e6, benchmark::Counter::kIsRate);
}

// A media playlist of `count` segments of 2 s from `first` on.
std::string live_playlist(uint64_t first, int count, const char* type) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n" + std::string(type) +
                     "#EXT-X-MEDIA-SEQUENCE:" + std::to_string(first) +
                     "\n#EXT-X-MAP:URI=\"init.mp4\"\n";
  for (uint64_t n = first; n < first + static_cast<uint64_t>(count); ++n) {
    text += "#EXTINF:2.000,\nvideo/segment-" + std::to_string(10'000'000 + n) + ".m4s\n";
  }
  return text;
}

struct Refresh {
  const char* name;
  std::string before, after;
};

void add_refresh(const Refresh& refresh) {
  IndexSource source;
  source.kind = IndexSource::Kind::kHlsMediaPlaylist;
  source.location.url = kUrl;
  const SharedBytes after = bytes_of(refresh.after);
  Result<LoadedIndex> previous = parse_index(source, {}, bytes_of(refresh.before), kUrl);
  if (!previous) return;
  const std::string name = std::string("hls_refresh/") + refresh.name;
  benchmark::RegisterBenchmark((name + "/merged").c_str(), [source, after, previous = *previous](
                                                               benchmark::State& state) {
    measure(state, after.size(), [&] { return refresh_index(previous, source, after, kUrl); });
  })->UseManualTime();
  benchmark::RegisterBenchmark((name + "/parsed_anew").c_str(), [source,
                                                                 after](benchmark::State& state) {
    measure(state, after.size(), [&] { return parse_index(source, {}, after, kUrl); });
  })->UseManualTime();
}

// A live MPD: 10 h in 140 Periods of 257 s, eight Representations with a SegmentTimeline each, 4.4
// MB. A step is a refresh of 4 s: the last Period grows; when it is complete, the first one goes.
class LiveChannel {
 public:
  std::string mpd(int step) {
    const int first = step / kStepsOfPeriod;
    const int last = first + kPeriods - 1;
    std::string text =
        "<MPD xmlns='urn:mpeg:dash:schema:mpd:2011' type='dynamic' profiles='p' "
        "minBufferTime='PT2S' availabilityStartTime='2026-01-01T00:00:00Z' "
        "timeShiftBufferDepth='PT10H' minimumUpdatePeriod='PT4S' id='" +
        std::to_string(step) + "'>\n";
    text.reserve(5'000'000);
    for (int p = first; p < last; ++p) {
      std::string& known = complete_[p];
      if (known.empty()) known = period(p, kSegments);
      text += known;
    }
    complete_.erase(complete_.begin(), complete_.lower_bound(first));
    return text + period(last, 2 + step % kStepsOfPeriod * 2) + "</MPD>\n";
  }

 private:
  static constexpr int kPeriods = 140;
  static constexpr int kSegments = 128;
  static constexpr int kStepsOfPeriod = kSegments / 2;

  static std::string period(int number, int segments) {
    std::string text = "<Period id='p" + std::to_string(number) + "' start='PT" +
                       std::to_string(number * 257) + "S'>\n";
    for (int r = 0; r < 8; ++r) {
      const std::string kind = r < 5 ? "video" : "audio";
      text += " <AdaptationSet id='" + std::to_string(r) + "' mimeType='" + kind +
              "/mp4'><SegmentTemplate timescale='90000' media='$RepresentationID$/$Time$.m4s' "
              "initialization='$RepresentationID$/i.mp4'><SegmentTimeline>\n";
      int64_t time = 0;
      for (int s = 0; s < segments; ++s) {
        const int duration = 180'000 + (s * 37 + r) % 90;
        text += "<S t='" + std::to_string(time) + "' d='" + std::to_string(duration) + "'/>\n";
        time += duration;
      }
      text += "</SegmentTimeline></SegmentTemplate><Representation id='" + kind +
              std::to_string(r) + "' codecs='avc1.640028' bandwidth='" +
              std::to_string(1'000'000 + r) + "'/></AdaptationSet>\n";
    }
    return text + "</Period>\n";
  }

  std::map<int, std::string> complete_;  // Periods
};

ParseOptions at_step(int step) {
  ParseOptions options;
  constexpr int64_t kStart = 1'767'225'600'000'000;  // 2026-01-01
  options.now = WallTime{kStart + (int64_t{139} * 257 + int64_t{step} * 4) * 1'000'000};
  return options;
}

// One refresh after the other, each of its own text; `anew`: as the first one is read.
void follow_mpd(benchmark::State& state, bool anew) {
  constexpr int kSteps = 16;
  std::vector<SharedBytes> texts;
  LiveChannel channel;
  for (int step = 0; step < kSteps; ++step) texts.push_back(bytes_of(channel.mpd(step)));
  dash::LiveMpd live;
  if (!live.update(texts[0], kUrl, at_step(0))) return state.SkipWithError("no MPD");
  int step = 0;
  for (auto _ : state) {
    step = step + 1 < kSteps ? step + 1 : 1;
    const std::shared_ptr<const Presentation> before = live.latest();  // as a player holds it
    const double start = cpu_seconds();
    if (anew) {
      auto parsed = parse_manifest(texts[static_cast<std::size_t>(step)], kUrl, at_step(step));
      if (!parsed) return state.SkipWithError("no MPD");
      benchmark::DoNotOptimize(dash::refresh(*before, *std::move(parsed)));
    } else {
      auto updated = live.update(texts[static_cast<std::size_t>(step)], kUrl, at_step(step));
      if (!updated) return state.SkipWithError("no MPD");
      benchmark::DoNotOptimize(updated);
    }
    state.SetIterationTime(cpu_seconds() - start);
  }
  state.counters["MB"] = static_cast<double>(texts[1].size()) / 1e6;
}

// 9,000 refreshes, the 10 h after the first 10 h: bytes held after 100 of them and at most later.
void follow_mpd_for_hours(benchmark::State& state) {
  constexpr int kSteps = 9'000;
  for (auto _ : state) {
    LiveChannel channel;
    (void)channel.mpd(0);
    dash::LiveMpd live;
    start_counting();
    int64_t at_first = 0;
    int64_t most = 0;
    double seconds = 0;
    for (int step = 0; step < kSteps; ++step) {
      const SharedBytes text = bytes_of(channel.mpd(step));
      const double start = cpu_seconds();
      if (!live.update(text, kUrl, at_step(step))) return state.SkipWithError("no MPD");
      seconds += cpu_seconds() - start;
      const int64_t held = counted_so_far().current_bytes;
      if (step == 100) at_first = held;
      if (step >= 100) most = std::max(most, held);
    }
    stop_counting();
    state.SetIterationTime(seconds / kSteps);
    state.counters["held_KB"] = static_cast<double>(at_first) / 1e3;
    state.counters["most_KB"] = static_cast<double>(most) / 1e3;
  }
}

void add_mpd_refreshes() {
  for (const bool anew : {false, true}) {
    benchmark::RegisterBenchmark(
        anew ? "dash_refresh/140_periods/parsed_anew" : "dash_refresh/140_periods/followed",
        [anew](benchmark::State& state) { follow_mpd(state, anew); })
        ->UseManualTime();
  }
  benchmark::RegisterBenchmark("dash_refresh/140_periods/9000_times", follow_mpd_for_hours)
      ->UseManualTime()
      ->Iterations(1)
      ->Repetitions(1);
}

// The same playlist read segment by segment: every URL, time and key.
void read_segments(benchmark::State& state, const SharedBytes& bytes) {
  Result<Presentation> presentation = parse_manifest(bytes, kUrl);
  if (!presentation) return state.SkipWithError("no playlist");
  const auto& index = *presentation->periods[0].adaptation_sets[0].representations[0].segments;
  for (auto _ : state) {
    const double start = cpu_seconds();
    for (std::size_t i = 0; i < index.size(); ++i) benchmark::DoNotOptimize(index.at(i));
    state.SetIterationTime(cpu_seconds() - start);
  }
  state.counters["segments/s"] = benchmark::Counter(
      static_cast<double>(index.size()) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate);
  state.counters["index_KB"] = static_cast<double>(index.memory_bytes()) / 1e3;
}

void add_benchmarks(const std::filesystem::path& folder) {
  for (const Input& input : kInputs) {
    const SharedBytes bytes = read_file(folder / input.file);
    if (bytes.empty()) {
      std::fprintf(stderr, "%s is missing\n", (folder / input.file).c_str());
      continue;
    }
    benchmark::RegisterBenchmark((std::string("floor/") + input.name).c_str(),
                                 [bytes](benchmark::State& state) { scan_newlines(state, bytes); })
        ->UseManualTime();
    benchmark::RegisterBenchmark(input.name, [bytes](benchmark::State& state) {
      measure(state, bytes.size(), [&] { return parse_manifest(bytes, kUrl); });
    })->UseManualTime();
  }
  const SharedBytes media = read_file(folder / kInputs[0].file);
  if (!media.empty()) {
    benchmark::RegisterBenchmark("hls_media_100k/every_segment_read", [media](
                                                                          benchmark::State& state) {
      read_segments(state, media);
    })->UseManualTime();
  }
  constexpr int kDay = 43'200;
  const char* event = "#EXT-X-PLAYLIST-TYPE:EVENT\n";
  add_refresh(
      {"event_day_grows_by_1", live_playlist(0, kDay, event), live_playlist(0, kDay + 1, event)});
  add_refresh(
      {"window_of_day_slides_by_1", live_playlist(100, kDay, ""), live_playlist(101, kDay, "")});
  add_mpd_refreshes();
}

// Removed with what make_big.py wrote into it.
class InputFolder {
 public:
  InputFolder() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() /
            ("playhead-bench-" + std::to_string(random()) + std::to_string(random()));
    std::filesystem::create_directories(path_);
    const std::string script = std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/corpus/make_big.py";
    const std::string command = "python3 '" + script + "' '" + path_.string() + "' >&2";
    if (std::system(command.c_str()) != 0) std::fprintf(stderr, "%s failed\n", script.c_str());
  }
  ~InputFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  InputFolder(const InputFolder&) = delete;
  InputFolder& operator=(const InputFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace
}  // namespace playhead::bench

int main(int argc, char** argv) {
  constexpr const char* kInputs = "--inputs=";
  std::string folder;
  std::vector<char*> rest;
  for (int i = 0; i < argc; ++i) {
    if (std::strncmp(argv[i], kInputs, std::strlen(kInputs)) == 0) {
      folder = argv[i] + std::strlen(kInputs);
    } else {
      rest.push_back(argv[i]);
    }
  }
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (folder.empty()) {
    const playhead::bench::InputFolder made;
    playhead::bench::add_benchmarks(made.path());
    benchmark::RunSpecifiedBenchmarks();
  } else {
    playhead::bench::add_benchmarks(folder);
    benchmark::RunSpecifiedBenchmarks();
  }
  return 0;
}
