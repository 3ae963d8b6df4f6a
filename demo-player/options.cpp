// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "playhead/playhead.h"
#include "service_options.h"
#include "text_format.h"

namespace demo {
namespace {

const std::map<std::string, int32_t> kPresets{{"vod", PLAYHEAD_PRESET_VOD},
                                              {"live", PLAYHEAD_PRESET_LIVE},
                                              {"low_latency", PLAYHEAD_PRESET_LOW_LATENCY},
                                              {"data_saver", PLAYHEAD_PRESET_DATA_SAVER},
                                              {"max_quality", PLAYHEAD_PRESET_MAX_QUALITY}};

constexpr double kMaxSeconds = 1e6;  // of any time on the command line: eleven days

const char* const kKeys =
    "Keys:  space play/pause   left/right 10 s (with shift 60 s)   up/down volume   m mute\n"
    "       [ ] speed   , . wind back, on (2 to 32 times)   q quality   a audio track   n next\n"
    "       i status   l library of downloads   f full screen   s screenshot\n"
    "       h help   Esc quit\n"
    "Other commands: search, continue, download, list, remove; \"playhead-demo search --help\"\n"
    "tells more.\n"
    "Exit:  0 something was played   1 playback failed   2 a mistake on the command line\n"
    "       3 ended before anything was played\n";

// What CLI11 fills before it becomes Options.
struct Raw {
  Options options;
  double seconds = 0, start = 0, at = 0, hdcp = 0;
  bool no_audio = false;
  std::string script;
  std::string preset = "vod";
  std::vector<std::string> urls, titles, downloads;
};

// A number from `low` to `high`; --help names the option's values in words instead.
CLI::Validator between(double low, double high) {
  const auto check = [low, high](const std::string& text) {
    double number = 0;
    if (parse_number(text, number) && number >= low && number <= high) return std::string();
    const auto digits = [](double value) {
      return value < 10 ? format_decimal(value, value == std::floor(value) ? 0 : 1)
                        : std::to_string(static_cast<int64_t>(value));
    };
    return "\"" + text + "\" is not a number from " + digits(low) + " to " + digits(high);
  };
  return CLI::Validator([check](std::string& text) { return check(text); }, "");
}

void add_source_options(CLI::App& app, Raw& raw) {
  auto* url = app.add_option("--url", raw.urls,
                             "Play this HLS or DASH manifest; several play one after another")
                  ->allow_extra_args(false)
                  ->type_name("URL");
  auto* title = app.add_option("--title", raw.titles,
                               "Play this title of the service; several play one after another")
                    ->allow_extra_args(false)
                    ->type_name("ID");
  auto* offline = app.add_option("--offline", raw.downloads,
                                 "Play this download: a title, a URL or the id from \"list\"; "
                                 "several play one after another")
                      ->allow_extra_args(false)
                      ->type_name("TITLE");
  add_service_options(app, raw.options);
  url->excludes(title)->excludes(offline);
  title->excludes(offline)->needs(app.get_option("--api"));
}

void add_drm_options(CLI::App& app, Raw& raw) {
  app.add_option("--cdm", raw.options.cdm_modules,
                 "Shared library with a DRM system (playhead/drm/cdm.h), an absolute path; several "
                 "are tried in their order")
      ->allow_extra_args(false)
      ->type_name("PATH");
  app.add_option("--drm-prefer", raw.options.drm_preference,
                 "DRM systems to ask first, best first, as in \"widevine,clearkey\"")
      ->type_name("NAMES");
  app.add_option("--license-url", raw.options.license_url,
                 "Where licences are asked for, whatever service and manifest say")
      ->type_name("URL");
  app.add_option("--hdcp", raw.hdcp, "HDCP of the output, as in 2.2; 0 is not known")
      ->type_name("VERSION")
      ->check(between(0, 9));
}

void add_playback_options(CLI::App& app, Raw& raw) {
  app.add_option("--start", raw.start, "Start at this second instead of the saved position")
      ->type_name("SECONDS")
      ->check(between(0, kMaxSeconds));
  app.add_option("--speed", raw.options.speed, "Playback speed, 0.5 to 2")
      ->type_name("FACTOR")
      ->check(between(0.5, 2.0));
  app.add_option("--volume", raw.options.volume, "Loudness, 0 to 1")
      ->type_name("SHARE")
      ->check(between(0, 1));
  app.add_option("--max-height", raw.options.max_height, "Highest picture, in pixels; 0 is any")
      ->type_name("PIXELS")
      ->check(between(0, 100'000));
  app.add_option("--preset", raw.preset,
                 "What the automatic choice of the picture is after: vod, live, low_latency, "
                 "data_saver or max_quality")
      ->type_name("NAME")
      ->check(CLI::IsMember(kPresets));
  app.add_flag("--data-saver", raw.options.saves_data,
               "Fetch no picture above 2 Mb/s, as on a metered network");
  app.add_option("--progress-interval", raw.options.progress_interval_s,
                 "Seconds of play between saved positions: 4 or 10")
      ->check(CLI::IsMember({4, 10}));
  app.add_option("--text", raw.options.text,
                 "Show subtitles or captions of this language, as in en; \"off\" shows not even "
                 "forced ones")
      ->type_name("LANGUAGE");
  app.add_flag("--no-audio", raw.no_audio, "Do not open a sound device");
}

void add_output_options(CLI::App& app, Raw& raw) {
  auto* headless = app.add_flag("--headless", raw.options.is_headless,
                                "No window and no sound; everything else as usual");
  app.add_option("--seconds", raw.seconds, "Stop after this many seconds")
      ->type_name("SECONDS")
      ->check(between(0, kMaxSeconds));
  app.add_flag("--exit-after-first-frame", raw.options.exits_after_first_frame,
               "Stop as soon as a picture was shown");
  app.add_option("--events", raw.options.events,
                 "Write what happens to this file, one JSON object a line; - is standard output");
  app.add_option(
      "--decisions", raw.options.decisions,
      "Write why each picture was chosen to this file; playhead-abr-sim --replay reads it");
  app.add_option("--record", raw.options.recording,
                 "Record the session to this file, without names, hosts and tokens; "
                 "playhead-sim --replay plays it again");
  app.add_flag("--status", raw.options.shows_status, "Open the status panel at the start");
  app.add_flag("--log", raw.options.shows_log, "Show the library's log on standard error");
  auto* shot = app.add_option("--screenshot", raw.options.screenshot,
                              "Write the window as PNG to this file, with --at")
                   ->excludes(headless);
  app.add_option("--at", raw.at, "Position of the screenshot, seconds")
      ->type_name("SECONDS")
      ->check(between(0, kMaxSeconds))
      ->needs(shot);
  app.add_option("--do", raw.script,
                 "Things to do, each at seconds after the first picture, as in \"5:pause 7:play "
                 "8:seek=30 20:quit\". Actions: " +
                     script_actions())
      ->type_name("SCRIPT");
}

int64_t to_us(double seconds) { return static_cast<int64_t>(seconds * 1e6); }

// The first of `names` becomes `first`, the others follow it.
void take_sources(std::vector<std::string> names, std::string& first,
                  std::vector<std::string>& following) {
  if (names.empty()) return;
  first = std::move(names.front());
  names.erase(names.begin());
  following = std::move(names);
}

}  // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
  if (argc > 1 && std::string_view(argv[1]) == "play") {  // what it does anyway
    --argc;
    ++argv;
  }
  Raw raw;
  CLI::App app("Plays an adaptive title with the Playhead library.", "playhead-demo");
  app.footer(kKeys);
  app.set_version_flag("--version",
                       std::string("playhead-demo, library ") + playhead_version_string());
  add_source_options(app, raw);
  add_drm_options(app, raw);
  add_playback_options(app, raw);
  add_output_options(app, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // the library's way to say "done" and "wrong"
    const bool is_answer = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    if (is_answer) return {std::nullopt, app.exit(error)};
    return {std::nullopt, report_usage_error(error.what())};
  }
  Options options = std::move(raw.options);
  take_sources(std::move(raw.urls), options.url, options.following);
  take_sources(std::move(raw.titles), options.title, options.following);
  take_sources(std::move(raw.downloads), options.offline, options.following);
  if (options.url.empty() && options.title.empty() && options.offline.empty()) {
    return {std::nullopt, report_usage_error(
                              "name what to play: --url URL, or --title ID --api URL, or --offline "
                              "TITLE")};
  }
  options.hdcp_tenths = static_cast<int>(std::lround(raw.hdcp * 10));
  settle_folders(options);
  options.preset = kPresets.at(raw.preset);
  options.has_audio = !raw.no_audio;
  if (app.count("--seconds") > 0) options.run_us = to_us(raw.seconds);
  if (app.count("--start") > 0) options.start_us = to_us(raw.start);
  options.screenshot_at_us = to_us(raw.at);
  auto script = parse_script(raw.script);
  if (const auto* mistake = std::get_if<std::string>(&script)) {
    return {std::nullopt, report_usage_error("--do: " + *mistake)};
  }
  options.script = std::get<std::vector<Step>>(std::move(script));
  return {std::move(options), 0};
}

}  // namespace demo
