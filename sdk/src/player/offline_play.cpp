// SPDX-License-Identifier: Apache-2.0
#include "player/offline_play.h"

#include <utility>

#include "manifest/kept_tracks.h"

namespace playhead {

OfflinePlay::OfflinePlay(std::shared_ptr<OfflineLibrary> library, Executor& executor,
                         std::function<void()> on_change)
    : library_(std::move(library)), executor_(executor), on_change_(std::move(on_change)) {}

void OfflinePlay::open(const std::string& download_id, UniqueFunction<void(Result<void>)> done) {
  opening_ = library_->open(
      download_id, executor_,
      [this, done = std::move(done)](Result<std::unique_ptr<OfflineTitle>> title) mutable {
        if (!title) return done(std::move(title).error());
        title_ = *std::move(title);
        RetryConfig once;
        once.budget = Duration{0};
        fetcher_ = std::make_unique<ResourceFetcher>(title_->transport(), executor_, once);
        stage_ = Stage::kOpen;
        done({});
      });
}

std::shared_ptr<const Presentation> OfflinePlay::kept(const Presentation& presentation) const {
  return kept_tracks(presentation, [this](const std::string& id) { return title_->keeps(id); });
}

Duration OfflinePlay::wait(bool is_watched, MonotonicTime now) const {
  return watch_.wait(is_watched, now);
}

std::optional<Error> OfflinePlay::refusal(bool is_watched, MonotonicTime now) {
  if (begin_failure_) return begin_failure_;
  if (!title_ || !watch_.take_due(is_watched, now)) return std::nullopt;
  auto allowed = title_->may_play();
  if (allowed) return std::nullopt;
  return std::move(allowed).error();
}

bool OfflinePlay::begin() {
  if (stage_ == Stage::kOpen) {
    stage_ = Stage::kBeginning;
    beginning_ = title_->begin_play([this](Result<void> begun) {
      if (begun) {
        stage_ = Stage::kBegun;
      } else {
        begin_failure_ = std::move(begun).error();
      }
      on_change_();
    });
  }
  return has_begun();
}

}  // namespace playhead
