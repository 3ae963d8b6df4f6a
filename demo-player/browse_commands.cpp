// SPDX-License-Identifier: Apache-2.0
#include "browse_commands.h"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include "catalogue.h"
#include "service.h"

namespace demo {
namespace {

constexpr int kFailed = 1;
constexpr int kNothingPlayed = 3;

Browsed complain(const std::string& sentence) {
  std::fprintf(stderr, "error: %s\n", sentence.c_str());
  return {kFailed, {}};
}

void print(const std::vector<TitleView>& titles, bool is_json, const char* none) {
  if (is_json) {
    for (const TitleView& title : titles) std::printf("%s\n", format_json(title).c_str());
  } else if (titles.empty()) {
    std::printf("%s\n", none);
  } else {
    std::printf("%s", format_titles(titles).c_str());
  }
  std::fflush(stdout);  // what plays has more to say
}

// The question is asked without a storage folder: that is the player's.
std::optional<std::vector<TitleView>> ask(const BrowseOptions& options, std::string& sentence) {
  Options service = options.service;
  service.storage.clear();
  const ClientHandle client = make_client(service, sentence);
  if (!client) return std::nullopt;
  return ask_for_titles(
      client.get(),
      [&](playhead_service* asked) {
        return options.verb == BrowseVerb::kSearch
                   ? playhead_service_search(asked, options.words.c_str(), options.limit, 0)
                   : playhead_service_continue_watching(asked, options.limit, 0);
      },
      sentence);
}

}  // namespace

Browsed run_browse_command(const BrowseOptions& options) {
  std::string sentence;
  const auto titles = ask(options, sentence);
  if (!titles) return complain(sentence);
  if (options.verb == BrowseVerb::kSearch) {
    print(*titles, options.is_json, "nothing was found");
    return {};
  }
  print(*titles, options.is_json, "nothing was begun that is not finished");
  if (options.only_lists) return {};
  if (options.title.empty()) {
    if (titles->empty()) return {kNothingPlayed, {}};
    return {0, titles->front().id};
  }
  const bool is_there = std::any_of(titles->begin(), titles->end(), [&](const TitleView& title) {
    return title.id == options.title;
  });
  if (!is_there) return complain(options.title + ": is none of those that were begun");
  return {0, options.title};
}

}  // namespace demo
