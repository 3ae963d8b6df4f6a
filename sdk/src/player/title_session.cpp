#include "player/title_session.h"
namespace playhead {
Result<std::unique_ptr<TitleSession>> TitleSession::create(std::shared_ptr<Client>, Executor&, std::string, const PlayerConfig&) { return make_error(ErrorCode::kInvalidState, "no API URL"); }
void TitleSession::start(UniqueFunction<void(Result<TitleStart>)>) {}
void TitleSession::renew(UniqueFunction<void(Result<TitleStart>)>) {}
void TitleSession::on_progress_sent(UniqueFunction<void(Duration)>) {}
void TitleSession::on_playback(MediaTime, bool, std::optional<Duration>, MonotonicTime) {}
void TitleSession::on_paused(MediaTime) {}
void TitleSession::on_seek(MediaTime) {}
void TitleSession::on_stopped(MediaTime) {}
void TitleSession::on_ended(MediaTime) {}
}
