// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "base/iso8601.h"
#include "base/limits.h"
#include "base/url.h"
#include "lint_report.h"
#include "manifest/manifest_parser.h"
#include "manifest/presentation_dump.h"
#include "manifest_reader.h"
#include "presentation_json.h"

// The command line of playhead-manifest. Exit codes: 0 read, 1 could not be read, 2 wrong command
// line, 3 read and --lint found what the specification forbids.
namespace playhead::tools {
namespace {

constexpr int kFailed = 1;
constexpr int kUsageError = 2;
constexpr int kViolations = 3;
// "all": no more than a playlist may write out. A live MPD without an end has 10^9 and more.
constexpr std::size_t kAllSegments = limits::kSegments;

struct Options {
  std::string source;
  std::string base;
  bool as_json = false;
  bool follows = false;
  bool lints = false;
  bool is_strict = false;
  std::optional<WallTime> now;  // the clock's, unless given
  std::size_t max_segments = 20;
};

constexpr const char* kFooter =
    "Examples:\n"
    "  playhead-manifest master.m3u8\n"
    "  playhead-manifest --json --follow https://cdn.example/title/manifest.mpd\n"
    "  curl -s https://cdn.example/live.m3u8 | playhead-manifest - --base "
    "https://cdn.example/live.m3u8\n"
    "  playhead-manifest --lint --follow master.m3u8\n"
    "Exit status: 0 read, 1 could not be read, 2 wrong command line, 3 --lint found a violation.\n";

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

int usage_error(const std::string& sentence) {
  std::cerr << "playhead-manifest: " << sentence << "\nTry --help.\n";
  return kUsageError;
}

// What to do, or the exit code of a command line that already said everything.
std::variant<Options, int> parse_options(int argc, const char* const* argv) {
  Options options;
  std::string segments = "20";
  std::string now;
  CLI::App app("Reads an HLS playlist or a DASH MPD and prints what Playhead makes of it.",
               "playhead-manifest");
  app.footer(kFooter);
  app.set_version_flag("--version", "playhead-manifest " PLAYHEAD_VERSION);
  app.add_option("SOURCE", options.source, "File, http(s) URL, or - for standard input")
      ->required();
  app.add_option("--base", options.base, "URL the manifest's relative URIs are meant to follow");
  app.add_flag("--json", options.as_json, "Print the model as JSON");
  app.add_flag("--follow", options.follows,
               "Read the media playlists, segment indexes and remote elements it names, too");
  app.add_option("--segments", segments,
                 "Segments to list of each Representation: a number, or all; the last one is "
                 "always listed")
      ->capture_default_str()
      ->type_name("N|all");
  app.add_flag("--lint", options.lints,
               "Print what the specification forbids and what was passed over, instead of the "
               "model; with --json beside it");
  app.add_flag("--strict", options.is_strict, "Refuse what breaks a MUST of the specification");
  app.add_option("--now", now,
                 "Time by which segments of a live MPD are available, such as "
                 "2026-01-02T03:04:05Z; the clock's by default")
      ->type_name("RFC3339");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // the library's way to say "done" and "wrong"
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    return usage_error(error.what());
  }
  if (!parse_segments(segments, options.max_segments)) {
    return usage_error("--segments takes a number or all");
  }
  if (!now.empty()) {
    options.now = parse_iso_date_time(now);
    if (!options.now) return usage_error("--now takes a time such as 2026-01-02T03:04:05Z");
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

bool has_colours() {
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

// Remote elements that could not be had (ISO/IEC 23009-1 5.5).
void add_failures(const std::vector<dash::RemoteFailure>& failed, const SharedBytes& text,
                  Diagnostics& found) {
  for (const dash::RemoteFailure& failure : failed) {
    Diagnostic diagnostic;
    diagnostic.byte = failure.byte;
    if (failure.byte > 0) {
      const std::string_view before =
          as_text(text.view()).substr(0, static_cast<std::size_t>(failure.byte));
      diagnostic.line = 1 + std::count(before.begin(), before.end(), '\n');
    }
    diagnostic.rule = "ISO/IEC 23009-1 5.5";
    diagnostic.message = "the remote element " + redact(failure.url) + ": " + failure.reason;
    found.add(std::move(diagnostic));
  }
}

// Reads and parses; what the parsers find goes into `report` if that was asked for. An exit code
// when it cannot be read; that was said then.
std::variant<Presentation, int> read(const Options& options, LintReport& report) {
  ManifestReader reader;
  Result<ReadManifest> read = reader.read(options.source);
  if (!read) {
    // The codes' meanings speak of hosts; a file has none.
    return ManifestReader::is_web_url(options.source) ? fail_at(options.source, read.error())
                                                      : fail(read.error().context, read.error());
  }
  const std::string& url = options.base.empty() ? read->url : options.base;
  ParseOptions parse_options;
  parse_options.strict = options.is_strict;
  parse_options.now = options.now ? options.now : reader.now();
  if (options.lints) {
    report.push_back({options.source, {}});
    parse_options.diagnostics = &report.back().found;
  }
  std::vector<dash::RemoteFailure> failed;
  const bool uses_network = options.follows || ManifestReader::is_web_url(options.source);
  const SharedBytes whole = reader.resolve(read->bytes, url, uses_network, failed);
  const bool is_whole = whole.data() == read->bytes.data();
  Result<Presentation> presentation = parse_manifest(read->bytes, url, parse_options);
  if (!is_whole) {
    // Places are told in the text as it was written; the model is that of all of it.
    if (options.lints) add_failures(failed, read->bytes, report.back().found);
    const bool is_refused = !presentation && presentation.error().code != ErrorCode::kManifestEmpty;
    if (is_refused) return fail_at(options.source, presentation.error());
    presentation = parse_manifest(whole, url, {false, nullptr, parse_options.now});
    if (presentation) presentation->warnings += static_cast<int>(failed.size());
  }
  if (!presentation) return fail_at(options.source, presentation.error());
  if (options.follows) {
    Result<void> loaded =
        reader.load_indexes(*presentation, parse_options, options.lints ? &report : nullptr);
    if (!loaded) return fail_at(options.source, loaded.error());
  }
  return *std::move(presentation);
}

int run(const Options& options) {
  LintReport report;
  const auto got = read(options, report);
  const auto* presentation = std::get_if<Presentation>(&got);
  const bool prints_json = options.as_json && presentation != nullptr;
  if (prints_json) {
    write_json(*presentation, {options.max_segments}, options.lints ? &report : nullptr, std::cout);
  } else if (options.lints && !options.as_json) {
    print_report(report, has_colours(), std::cout);  // also of what could not be read to its end
  } else if (presentation != nullptr) {
    std::cout << dump(*presentation, {options.max_segments, true});
  }
  if (!std::cout.flush()) return kFailed;
  if (presentation == nullptr) return std::get<int>(got);
  return count_violations(report) > 0 ? kViolations : 0;
}

}  // namespace
}  // namespace playhead::tools

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const auto parsed = playhead::tools::parse_options(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  return playhead::tools::run(std::get<playhead::tools::Options>(parsed));
}
