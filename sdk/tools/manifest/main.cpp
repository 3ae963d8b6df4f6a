// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "manifest/manifest_parser.h"
#include "manifest/presentation_dump.h"
#include "manifest_reader.h"
#include "presentation_json.h"

// The command line of playhead-manifest. Exit codes: 0 read, 1 could not be read, 2 wrong command
// line.
namespace playhead::tools {
namespace {

constexpr int kFailed = 1;
constexpr int kUsageError = 2;
constexpr std::size_t kAllSegments = SIZE_MAX;

struct Options {
  std::string source;
  std::string base;
  bool as_json = false;
  bool follows = false;
  std::size_t max_segments = 20;
};

constexpr const char* kFooter =
    "Examples:\n"
    "  playhead-manifest master.m3u8\n"
    "  playhead-manifest --json --follow https://cdn.example/title/manifest.mpd\n"
    "  curl -s https://cdn.example/live.m3u8 | playhead-manifest - --base "
    "https://cdn.example/live.m3u8\n";

bool parse_segments(const std::string& text, std::size_t& max_segments) {
  if (text == "all") {
    max_segments = kAllSegments;
    return true;
  }
  const bool is_number = !text.empty() && text.size() < 10 &&
                         text.find_first_not_of("0123456789") == std::string::npos;
  if (is_number) max_segments = std::stoul(text);
  return is_number;
}

// What to do, or the exit code of a command line that already said everything.
std::variant<Options, int> parse_options(int argc, const char* const* argv) {
  Options options;
  std::string segments = "20";
  CLI::App app("Reads an HLS playlist or a DASH MPD and prints what Playhead makes of it.",
               "playhead-manifest");
  app.footer(kFooter);
  app.set_version_flag("--version", "playhead-manifest " PLAYHEAD_VERSION);
  app.add_option("SOURCE", options.source, "File, http(s) URL, or - for standard input")
      ->required();
  app.add_option("--base", options.base, "URL the manifest's relative URIs are meant to follow");
  app.add_flag("--json", options.as_json, "Print the model as JSON");
  app.add_flag("--follow", options.follows,
               "Read the media playlists and segment indexes it names, too");
  app.add_option("--segments", segments,
                 "Segments to list of each Representation: a number, or all; the last one is "
                 "always listed")
      ->capture_default_str()
      ->type_name("N|all");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // the library's way to say "done" and "wrong"
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    std::cerr << "playhead-manifest: " << error.what() << "\nTry --help.\n";
    return kUsageError;
  }
  if (!parse_segments(segments, options.max_segments)) {
    std::cerr << "playhead-manifest: --segments takes a number or all\nTry --help.\n";
    return kUsageError;
  }
  return options;
}

int fail(const std::string& sentence, const Error& error) {
  std::cerr << "playhead-manifest: " << sentence << " [" << error_name(error.code) << "]\n";
  return kFailed;
}

int fail_at(const std::string& source, const Error& error) {
  return fail(source + ": " + describe(error), error);
}

int run(const Options& options) {
  ManifestReader reader;
  Result<ReadManifest> read = reader.read(options.source);
  if (!read) {
    // The codes' meanings speak of hosts; a file has none.
    return ManifestReader::is_web_url(options.source) ? fail_at(options.source, read.error())
                                                      : fail(read.error().context, read.error());
  }
  const std::string& url = options.base.empty() ? read->url : options.base;
  Result<Presentation> presentation = parse_manifest(read->bytes, url);
  if (!presentation) return fail_at(options.source, presentation.error());
  if (options.follows) {
    if (Result<void> loaded = reader.load_indexes(*presentation); !loaded) {
      return fail_at(options.source, loaded.error());
    }
  }
  if (options.as_json) {
    std::cout << to_json(*presentation, {options.max_segments})
                     .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
              << '\n';
  } else {
    std::cout << dump(*presentation, {options.max_segments, true});
  }
  return std::cout.flush() ? 0 : kFailed;
}

}  // namespace
}  // namespace playhead::tools

int main(int argc, char** argv) {
  const auto parsed = playhead::tools::parse_options(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  return playhead::tools::run(std::get<playhead::tools::Options>(parsed));
}
