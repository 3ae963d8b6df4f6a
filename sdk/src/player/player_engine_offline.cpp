// SPDX-License-Identifier: Apache-2.0
// What PlayerEngine does about downloaded titles.
#include <algorithm>
#include <utility>

#include "player/player_engine.h"

namespace playhead {

bool PlayerEngine::begin_offline() {
  auto library = client_->impl().library();
  if (!library) {
    failure_ = make_error(ErrorCode::kInvalidState,
                          "downloads need a DownloadManager that has this client's open");
    return false;
  }
  offline_ = std::make_unique<OfflinePlay>(std::move(library), executor_, [this] { wake(); });
  offline_->open(source_.download_id, [this](Result<void> opened) { on_offline_opened(opened); });
  wake();
  return true;
}

void PlayerEngine::on_offline_opened(Result<void> opened) {
  if (!opened) return fail_next_turn(std::move(opened).error());
  Client::Impl& client = client_->impl();
  const OfflineTitle& title = offline_->title();
  if (!title.title_id().empty() && client.api) {
    make_session(title.title_id(), title.profile_id());
  }
  if (source_.start || !session_) return begin_offline_at(std::nullopt);
  manifest_load_ =
      client.positions->recall(title.profile_id(), title.title_id(), executor_,
                               [this](std::optional<MediaTime> noted) { begin_offline_at(noted); });
}

void PlayerEngine::begin_offline_at(std::optional<MediaTime> resume) {
  if (resume && !source_.start) {  // the viewer may have sought meanwhile
    start_position_ = *resume;
    resumes_ = true;
  }
  SessionStart start;
  start.manifest_url = offline_->title().manifest_url();
  start.resume_position = resume.value_or(MediaTime{0});
  if (is_ahead_) {
    started_ahead_ = start;
  } else {
    qoe_.on_step(&StartupPhases::session, executor_.now());
    emit(SessionStarted{start.manifest_url, start.resume_position - MediaTime{0}});
  }
  load_manifest(start.manifest_url);
}

bool PlayerEngine::may_show(MonotonicTime now, Duration& wait) {
  if (!offline_ || offline_->has_begun()) return true;
  pipeline_->prime(*streaming_, now);
  const bool is_there =
      streaming_->plays_video()
          ? pipeline_->video().has_next() || streaming_->is_complete(TrackKind::kVideo)
          : streaming_->buffered_bytes() > 0 || streaming_->is_complete(TrackKind::kAudio);
  if (is_there) return offline_->begin();
  // Where nothing comes out of the decoder, or no key is there, that is told as ever.
  handle_keys(now);
  wait = std::min(wait, watch_output(now));
  return false;
}

bool PlayerEngine::is_being_watched() const {
  return state_ != PlayerState::kPaused && state_ != PlayerState::kEnded &&
         state_ != PlayerState::kFailed && state_ != PlayerState::kIdle;
}

}  // namespace playhead
