// SPDX-License-Identifier: Apache-2.0
#include "download_options.h"

#include <array>
#include <utility>

#include <CLI/CLI.hpp>

#include "service_options.h"

namespace demo {
namespace {

struct Verb {
  const char* word;
  DownloadVerb verb;
  const char* meaning;
};
constexpr std::array<Verb, 3> kVerbs{{
    {"download", DownloadVerb::kDownload, "Downloads titles; run again, it goes on where it was."},
    {"list", DownloadVerb::kList, "Lists what was downloaded, without a network."},
    {"remove", DownloadVerb::kRemove, "Removes downloads, without a network."},
}};

const char* const kExits =
    "Exit:  0 done   1 something failed, one sentence each on standard error\n"
    "       2 a mistake on the command line   3 ended before all was downloaded\n";

const Verb* verb_of(const std::string& word) {
  for (const Verb& verb : kVerbs) {
    if (word == verb.word) return &verb;
  }
  return nullptr;
}

// What CLI11 fills before it becomes DownloadOptions.
struct Raw {
  DownloadOptions options;
  DownloadWish wish;  // of all of them, but for the name
  std::vector<std::string> titles, urls;
};

void add_download_options(CLI::App& app, Raw& raw) {
  app.add_option("titles", raw.titles,
                 "Titles of the service at --api; none: what is there goes on")
      ->type_name("TITLE");
  app.add_option("--url", raw.urls, "Download this HLS or DASH manifest or media file")
      ->allow_extra_args(false)
      ->type_name("URL");
  app.add_option("--max-height", raw.wish.max_height,
                 "Highest picture, in pixels (default: by free storage)")
      ->type_name("PIXELS")
      ->check(CLI::Range(0, 100'000));
  app.add_option("--audio", raw.wish.audio, "Languages of the sound, as in \"en fr\"; * is all")
      ->type_name("LANGUAGES");
  app.add_option("--text", raw.wish.text, "Languages of the subtitles, as in \"en fr\"; * is all")
      ->type_name("LANGUAGES");
}

void add_options(CLI::App& app, Raw& raw) {
  DownloadOptions& options = raw.options;
  if (options.verb == DownloadVerb::kDownload) add_download_options(app, raw);
  if (options.verb == DownloadVerb::kList) {
    app.add_flag("--json", options.is_json, "One JSON object a line");
  }
  if (options.verb == DownloadVerb::kRemove) {
    app.add_option("names", options.names, "Ids from the list, titles or URLs")
        ->type_name("ID|TITLE")
        ->required();
  }
  add_service_options(app, options.service);
  app.add_flag("--log", options.service.shows_log, "Show the library's log on standard error");
}

}  // namespace

bool is_download_verb(const std::string& word) { return verb_of(word) != nullptr; }

ParsedDownloadOptions parse_download_options(int argc, const char* const* argv) {
  const Verb& verb = *verb_of(argv[1]);
  Raw raw;
  raw.options.verb = verb.verb;
  CLI::App app(verb.meaning, std::string("playhead-demo ") + verb.word);
  app.footer(kExits);
  add_options(app, raw);
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::ParseError& error) {  // the library's way to say "done" and "wrong"
    const bool is_answer = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    if (is_answer) return {std::nullopt, app.exit(error)};
    return {std::nullopt, report_usage_error(error.what())};
  }
  DownloadOptions options = std::move(raw.options);
  if (!raw.titles.empty() && options.service.api.empty()) {
    return {std::nullopt, report_usage_error("titles need --api, the address of the service")};
  }
  DownloadWish wish = std::move(raw.wish);
  for (std::string& title : raw.titles) {
    wish.title_id = std::move(title);
    options.wishes.push_back(wish);
  }
  wish.title_id.clear();
  for (std::string& url : raw.urls) {
    wish.url = std::move(url);
    options.wishes.push_back(wish);
  }
  settle_folders(options.service);
  return {std::move(options), 0};
}

}  // namespace demo
