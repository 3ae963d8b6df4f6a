// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/fetcher.h"
#include "player/expiry_watch.h"
#include "playhead/offline_title.h"
#include "playhead/presentation.h"

namespace playhead {

// One play of a downloaded title: opens it, asks whether it may be played as long as it is, and
// lets nothing be seen or heard before its first play is written down. Engine thread.
class OfflinePlay {
 public:
  // `on_change`: the engine should look again; never inside a call. `executor` outlives it.
  OfflinePlay(std::shared_ptr<OfflineLibrary> library, Executor& executor,
              std::function<void()> on_change);

  // Once, first. Errors: those of OfflineLibrary::open().
  void open(const std::string& download_id, UniqueFunction<void(Result<void>)> done);
  // The rest once it is open.
  [[nodiscard]] OfflineTitle& title() { return *title_; }
  // Where everything of the play is fetched from: disks are not asked twice.
  [[nodiscard]] ResourceFetcher& fetcher() { return *fetcher_; }
  // What the download has of the title.
  [[nodiscard]] std::shared_ptr<const Presentation> kept(const Presentation& presentation) const;

  // See ExpiryWatch.
  void on_call() { watch_.on_call(); }
  [[nodiscard]] Duration wait(bool is_watched, MonotonicTime now) const;
  // Why the play has to end at once; none: it may go on.
  [[nodiscard]] std::optional<Error> refusal(bool is_watched, MonotonicTime now);

  // Something is there to be seen or heard: true once it may be. `on_change` tells.
  [[nodiscard]] bool begin();
  [[nodiscard]] bool has_begun() const { return stage_ == Stage::kBegun; }

 private:
  enum class Stage : uint8_t { kOpening, kOpen, kBeginning, kBegun };

  const std::shared_ptr<OfflineLibrary> library_;
  Executor& executor_;
  const std::function<void()> on_change_;
  Stage stage_ = Stage::kOpening;
  ExpiryWatch watch_;
  std::optional<Error> begin_failure_;
  std::unique_ptr<OfflineTitle> title_;  // what follows uses it
  std::unique_ptr<ResourceFetcher> fetcher_;
  CancelHandle opening_, beginning_;
};

}  // namespace playhead
