// SPDX-License-Identifier: Apache-2.0
#include "download_commands.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "clock.h"
#include "download_text.h"
#include "headless.h"
#include "service.h"
#include "status_line.h"
#include "text_format.h"

namespace demo {
namespace {

constexpr int kFailed = 1;
constexpr int kEnded = 3;
// How often the downloads are looked at: a state that lasts shorter is not told (chosen).
constexpr int kTurnMs = 100;
// For the service to renew what has expired (chosen).
constexpr int64_t kRenewalUs = 30'000'000;

void complain(const std::string& sentence) {
  std::fprintf(stderr, "error: %s\n", sentence.c_str());
}

// Opens the folder, and keeps the client it needs.
struct Place {
  ClientHandle client;
  std::unique_ptr<Downloads> downloads;  // ends before the client
};

Place open_place(const DownloadOptions& options, DownloadWork work) {
  Options service = options.service;
  // Positions are the player's, which may run beside this.
  service.storage.clear();
  std::string sentence;
  Place place;
  place.client = make_client(service, sentence);
  if (place.client) {
    place.downloads = Downloads::open(place.client.get(), service.downloads, work, sentence);
  }
  if (!place.downloads) complain(sentence);
  return place;
}

// The downloads of one run of "download", from the first look to the exit code.
class DownloadRun {
 public:
  explicit DownloadRun(Downloads& downloads) : downloads_(downloads) {}

  // False after a failure that was told.
  bool add(const std::vector<DownloadWish>& wishes);
  int run();

 private:
  // False after a failure that was told.
  bool look(std::vector<DownloadView>& views) const;
  void tell(const DownloadView& view);
  // Complete, but not to be played, and not about to be renewed.
  [[nodiscard]] bool is_lost(const DownloadView& view) const;
  [[nodiscard]] bool is_done(const DownloadView& view) const;

  Downloads& downloads_;
  std::map<std::string, int32_t> states_;  // by id, as it was told
  StatusLine status_;
  const int64_t began_us_ = monotonic_us();
  bool has_failed_ = false;
};

bool is_over(const DownloadView& view) {
  return view.state == PLAYHEAD_DOWNLOAD_COMPLETED || view.state == PLAYHEAD_DOWNLOAD_FAILED;
}

bool has_expired(const DownloadView& view) {
  return view.state == PLAYHEAD_DOWNLOAD_COMPLETED && view.rights == PLAYHEAD_RIGHTS_EXPIRED;
}

bool DownloadRun::is_lost(const DownloadView& view) const {
  return has_expired(view) && monotonic_us() - began_us_ >= kRenewalUs;
}

bool DownloadRun::is_done(const DownloadView& view) const {
  return is_over(view) && (!has_expired(view) || is_lost(view));
}

bool DownloadRun::add(const std::vector<DownloadWish>& wishes) {
  constexpr int32_t kUntold = -1;
  for (const DownloadWish& wish : wishes) {
    std::string sentence;
    const std::string id = downloads_.add(wish, sentence);
    if (id.empty()) {
      complain((wish.title_id.empty() ? wish.url : wish.title_id) + ": " + sentence);
      return false;
    }
    states_[id] = kUntold;
  }
  if (!wishes.empty()) return true;
  std::vector<DownloadView> views;
  std::string sentence;
  if (!downloads_.read(views, sentence)) {
    complain(sentence);
    return false;
  }
  for (const DownloadView& view : views) {
    const bool can_go_on = !is_over(view) && view.state != PLAYHEAD_DOWNLOAD_REMOVING;
    if (can_go_on) states_[view.id] = kUntold;
  }
  return true;
}

bool DownloadRun::look(std::vector<DownloadView>& views) const {
  std::string sentence;
  if (!downloads_.read(views, sentence)) {
    complain(sentence);
    return false;
  }
  const auto is_foreign = [this](const DownloadView& view) { return states_.count(view.id) == 0; };
  views.erase(std::remove_if(views.begin(), views.end(), is_foreign), views.end());
  return true;
}

// What is over is told once; that it waits, each time it begins to.
void DownloadRun::tell(const DownloadView& view) {
  int32_t& told = states_[view.id];
  if (told == view.state || (has_expired(view) && !is_lost(view))) return;
  told = view.state;
  if (has_expired(view)) {
    status_.clear();
    complain(view.name() + ": its time is over, and the service did not renew it");
    has_failed_ = true;
  } else if (view.state == PLAYHEAD_DOWNLOAD_COMPLETED) {
    status_.clear();
    std::string line = "downloaded " + view.name() + "  " + format_bytes(view.bytes_done);
    if (view.height > 0) line += "  " + std::to_string(view.height) + "p";
    if (view.expires_at_us) line += "  expires " + format_date(*view.expires_at_us);
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  } else if (view.state == PLAYHEAD_DOWNLOAD_FAILED) {
    status_.clear();
    const std::string help = next_action_text(view.next_action);
    complain(view.name() + ": " + view.error_name + ": " + view.message +
             (help.empty() ? "" : "; " + help));
    has_failed_ = true;
  }
}

int DownloadRun::run() {
  if (states_.empty()) {
    std::printf("nothing is left to download\n");
    return 0;
  }
  for (;;) {
    std::vector<DownloadView> views;
    if (!look(views)) return kFailed;
    status_.show(monotonic_us(), format_progress(views, status_.has_colours()));
    for (const DownloadView& view : views) tell(view);
    const auto is_last = [this](const DownloadView& view) { return is_done(view); };
    if (std::all_of(views.begin(), views.end(), is_last)) break;
    if (was_interrupted(kTurnMs)) {
      status_.clear();
      std::fprintf(stderr, "ended; the same command goes on from here\n");
      return kEnded;
    }
  }
  status_.clear();
  return has_failed_ ? kFailed : 0;
}

int download(const DownloadOptions& options) {
  const Place place = open_place(options, DownloadWork::kBySelf);
  if (!place.downloads) return kFailed;
  DownloadRun run(*place.downloads);
  return run.add(options.wishes) ? run.run() : kFailed;
}

int list(const DownloadOptions& options) {
  const Place place = open_place(options, DownloadWork::kNone);
  if (!place.downloads) return kFailed;
  std::vector<DownloadView> views;
  std::string sentence;
  if (!place.downloads->read(views, sentence)) {
    complain(sentence);
    return kFailed;
  }
  if (options.is_json) {
    for (const DownloadView& view : views) std::printf("%s\n", format_json(view).c_str());
  } else if (views.empty()) {
    std::printf("nothing was downloaded to %s\n", options.service.downloads.c_str());
  } else {
    std::printf("%s", format_table(views).c_str());
  }
  return 0;
}

int remove(const DownloadOptions& options) {
  const Place place = open_place(options, DownloadWork::kNone);
  if (!place.downloads) return kFailed;
  bool has_failed = false;
  for (const std::string& name : options.names) {
    const auto view = place.downloads->find(name);
    std::string sentence = "there is no such download; \"playhead-demo list\" tells what is there";
    if (!view || !place.downloads->remove(view->id, sentence)) {
      complain(name + ": " + sentence);
      has_failed = true;
      continue;
    }
    std::printf("removed %s\n", view->name().c_str());
  }
  place.downloads->finish_removals();
  return has_failed ? kFailed : 0;
}

}  // namespace

int run_download_command(const DownloadOptions& options) {
  switch (options.verb) {
    case DownloadVerb::kDownload:
      return download(options);
    case DownloadVerb::kRemove:
      return remove(options);
    case DownloadVerb::kList:
      break;
  }
  return list(options);
}

}  // namespace demo
