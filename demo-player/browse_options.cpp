// SPDX-License-Identifier: Apache-2.0
#include "browse_options.h"

#include <algorithm>
#include <array>
#include <utility>

#include <CLI/CLI.hpp>

#include "service_options.h"

namespace demo {
namespace {

struct Verb {
  const char* word;
  BrowseVerb verb;
  const char* meaning;
};
constexpr std::array<Verb, 2> kVerbs{{
    {"search", BrowseVerb::kSearch,
     "Finds titles of the service by words of name, cast, genre, year and rating, best first."},
    {"continue", BrowseVerb::kContinue,
     "Lists what was begun and not finished, and goes on with the newest; with another one as\n"
     "playhead-demo continue TITLE [OPTIONS]. Takes every option of playing as well:\n"
     "\"playhead-demo --help\" lists them."},
}};

const char* const kSearchExits =
    "Exit:  0 done, also when nothing was found   1 the service could not be asked\n"
    "       2 a mistake on the command line\n";
const char* const kContinueExits =
    "Exit:  0 something was played, or listed with --list   1 the service could not be asked,\n"
    "       or playback failed   2 a mistake on the command line   3 nothing was played\n";

const Verb* verb_of(const std::string& word) {
  const auto found = std::find_if(kVerbs.begin(), kVerbs.end(),
                                  [&](const Verb& verb) { return word == verb.word; });
  return found != kVerbs.end() ? &*found : nullptr;
}

// How the service is reached, in the words of the command line again.
std::vector<std::string> service_words(const Options& service) {
  std::vector<std::string> words{"--api", service.api, "--storage", service.storage};
  const auto add = [&words](const char* option, const std::string& value) {
    if (value.empty()) return;
    words.insert(words.end(), {option, value});
  };
  add("--token", service.token);
  add("--token-file", service.token_file);
  add("--dir", service.downloads);
  if (service.shows_log) words.emplace_back("--log");
  return words;
}

}  // namespace

bool is_browse_verb(const std::string& word) { return verb_of(word) != nullptr; }

ParsedBrowseOptions parse_browse_options(int argc, const char* const* argv) {
  const Verb& verb = *verb_of(argv[1]);
  const bool is_search = verb.verb == BrowseVerb::kSearch;
  BrowseOptions options;
  options.verb = verb.verb;
  std::vector<std::string> words;
  CLI::App app(verb.meaning, std::string("playhead-demo ") + verb.word);
  app.footer(is_search ? kSearchExits : kContinueExits);
  if (is_search) {
    app.add_option("words", words, "What to look for")->type_name("WORD")->required();
  } else {
    app.add_flag("--list", options.only_lists, "List, and play nothing");
    app.allow_extras();
  }
  app.add_option("--limit", options.limit, "Titles at most")
      ->check(CLI::Range(1, 50))
      ->capture_default_str();
  app.add_flag("--json", options.is_json, "One JSON object a line");
  add_service_options(app, options.service);
  app.get_option("--api")->required();
  app.add_flag("--log", options.service.shows_log, "Show the library's log on standard error");
  // Named first: of what follows, words may belong to options that only playing knows.
  const bool has_title = !is_search && argc > 2 && argv[2][0] != '-';
  if (has_title) options.title = argv[2];
  const int first = has_title ? 2 : 1;
  try {
    app.parse(argc - first, argv + first);
  } catch (const CLI::ParseError& error) {  // the library's way to say "done" and "wrong"
    const bool is_answer = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    if (is_answer) return {std::nullopt, app.exit(error)};
    return {std::nullopt, report_usage_error(error.what())};
  }
  for (const std::string& word : words) options.words += (options.words.empty() ? "" : " ") + word;
  if (!is_search) {
    options.playing = app.remaining();
    const auto more = service_words(options.service);
    options.playing.insert(options.playing.end(), more.begin(), more.end());
    // What cannot be meant is said before anybody is asked.
    std::vector<const char*> trial{argv[0], "--title", "m"};
    for (const std::string& word : options.playing) trial.push_back(word.c_str());
    const ParsedOptions tried = parse_options(static_cast<int>(trial.size()), trial.data());
    if (!tried.options) return {std::nullopt, tried.exit_code};
  }
  return {std::move(options), 0};
}

}  // namespace demo
