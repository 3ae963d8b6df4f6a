// SPDX-License-Identifier: Apache-2.0
// Titles that follow one another: what the app names, and which of them plays.
#include "sim/swarm/session.h"

namespace playhead::swarm {

void Session::make_more_titles() {
  urls_.push_back(title_->url());
  for (int i = 1; i < kPlaylistTitles && scenario_.is_playlist; ++i) {
    more_titles_.push_back(make_title(scenario_.title, started_, facts_.wall_ahead, i));
    urls_.push_back(more_titles_.back()->url());
  }
  for (std::size_t i = 0; i < urls_.size(); ++i) {
    service_.titles[title_id(static_cast<int>(i))] = {urls_[i],
                                                      to_seconds(scenario_.title.duration())};
  }
}

const std::string& Session::title_url(int title) const {
  return urls_[static_cast<std::size_t>(title)];
}

PlaySource Session::source_of(int title) const {
  PlaySource source;
  if (scenario_.uses_service) {
    source.title_id = title_id(title);
  } else {
    source.url = title_url(title);
  }
  return source;
}

void Session::name_next(int title) {
  if (!player_) return;
  const PlaySource source = source_of(title);
  facts_.next_named = facts_.last_naming = executor_.now();
  troubles_since_naming_ = facts_.is_in_trouble ? 1 : 0;
  facts_.next_id = scenario_.uses_service ? source.title_id : source.url;
  note("app", "next " + facts_.next_id);
  player_->set_next(source);
}

void Session::forget_next() {
  facts_.next_named.reset();
  facts_.last_naming = executor_.now();
}

void Session::on_load_started(const LoadStarted& load) {
  for (std::size_t i = 0; i < urls_.size(); ++i) {
    const auto number = static_cast<int>(i);
    if (load.title_id == title_id(number) || load.url == urls_[i]) current_ = number;
  }
  facts_.first_index = current_ * kTitleStep;
}

void Session::act_on_playlist(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kSetNext:
      return name_next(static_cast<int>(fault.extra % kPlaylistTitles));
    case FaultKind::kClearNext:
      forget_next();
      return player_->clear_next();
    default:
      forget_next();
      return player_->play_next();
  }
}

}  // namespace playhead::swarm
