// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <fstream>
#include <utility>
#include <vector>

#include "clock.h"
#include "service.h"
#include "text_format.h"

namespace demo {
namespace {

// How long the end of the program waits, each: for the player's summary, and for the service to
// confirm the last position. Longer: a dead network holds the user up; shorter: a slow one is
// answered only at the next start.
constexpr int64_t kSummaryWaitUs = 2'000'000;
constexpr int32_t kFlushWaitMs = 2'000;
// The event that tells of the confirmation is a moment behind it (chosen).
constexpr int kAnswerWaitMs = 50;

constexpr int kFailed = 1;
constexpr int kNothingPlayed = 3;

}  // namespace

Session::Session(const Options& options, int64_t process_begin_us)
    : options_(options), begin_us_(process_begin_us) {
  Source source;
  source.name = options.url;
  if (!options.title.empty()) source = {Source::Kind::kTitle, options.title, ""};
  if (!options.offline.empty()) source = {Source::Kind::kDownload, options.offline, ""};
  sources_.push_back(source);
  for (const std::string& name : options.following) {
    source.name = name;
    sources_.push_back(source);
  }
}

bool Session::open(const playhead_video_sink* video, std::unique_ptr<AudioSink> audio) {
  const playhead_audio_sink audio_table = make_audio_table(std::move(audio));
  std::string sentence;
  if (!writer_.open(options_.events)) {
    sentence = "the event log " + options_.events + " cannot be written";
  } else {
    client_ = make_client(options_, sentence);
  }
  const bool has_sources = client_ != nullptr && find_downloads(sentence);
  // Even without a client: the library takes both tables and gives them back.
  const bool is_open = open_player(video, audio_table);
  if (is_open && has_sources && load_first()) return true;
  error_ = sentence.empty() ? "the player could not be made" : sentence;
  say(stderr, "error: " + error_);
  return false;
}

bool Session::open_player(const playhead_video_sink* video, const playhead_audio_sink& audio) {
  playhead_player_config config = PLAYHEAD_PLAYER_CONFIG_INIT;
  config.video = video;
  config.audio = &audio;
  config.progress_interval_us = int64_t{options_.progress_interval_s} * 1'000'000;
  config.max_height = options_.max_height;
  config.preset = options_.preset;
  config.text_off = options_.text == "off" ? 1 : 0;
  config.text_language = options_.text == "off" ? nullptr : options_.text.c_str();
  playhead_player* player = nullptr;
  if (playhead_player_create(client_.get(), &config, &player) != PLAYHEAD_OK) return false;
  player_.reset(player);
  tell_limits();
  controls_ = std::make_unique<Controls>(player, options_);
  thumbnails_ = std::make_unique<Thumbnails>(player);
  if (options_.speed != 1.0) static_cast<void>(controls_->set_speed(options_.speed));
  if (options_.volume != 1.0) static_cast<void>(controls_->set_volume(options_.volume));
  return true;
}

Downloads* Session::downloads(std::string& sentence) {
  if (!downloads_) {
    downloads_ =
        Downloads::open(client_.get(), options_.downloads, DownloadWork::kBySelf, sentence);
  }
  return downloads_.get();
}

bool Session::find_downloads(std::string& sentence) {
  for (Source& source : sources_) {
    if (source.kind != Source::Kind::kDownload) continue;
    const Downloads* const folder = downloads(sentence);
    if (folder == nullptr) return false;
    const auto found = folder->find(source.name);
    if (!found) {
      sentence = "nothing of the name " + source.name + " was downloaded to " + options_.downloads;
      return false;
    }
    source.download_id = found->id;
  }
  return true;
}

std::string Session::play_download(const DownloadView& download) {
  const Source source{Source::Kind::kDownload, download.name(), download.id};
  sources_.insert(sources_.begin() + static_cast<std::ptrdiff_t>(at_) + 1, source);
  tell_next();
  const bool is_loading = playhead_player_play_next(player_.get()) == PLAYHEAD_OK;
  return is_loading ? "Playing " + download.name() : "This cannot be played";
}

playhead_source Session::source_at(std::size_t number) const {
  const Source& source = sources_[number];
  playhead_source out = PLAYHEAD_SOURCE_INIT;
  if (source.kind == Source::Kind::kUrl) out.url = source.name.c_str();
  if (source.kind == Source::Kind::kTitle) out.title_id = source.name.c_str();
  if (source.kind == Source::Kind::kDownload) out.download_id = source.download_id.c_str();
  return out;
}

bool Session::load_first() {
  playhead_source first = source_at(0);
  first.has_start = options_.start_us.has_value() ? 1 : 0;
  first.start_us = options_.start_us.value_or(0);
  const bool is_loading = playhead_player_load(player_.get(), &first) == PLAYHEAD_OK &&
                          playhead_player_play(player_.get()) == PLAYHEAD_OK;
  if (is_loading) tell_next();
  return is_loading;
}

void Session::tell_next() {
  if (!has_next()) return;
  const playhead_source next = source_at(at_ + 1);
  static_cast<void>(playhead_player_set_next(player_.get(), &next));
}

void Session::on_load_started(const playhead_event& event) {
  if (event.is_next == 0) return;
  if (summary_) write_summary();
  has_played_before_ = has_played_before_ || has_played();
  summary_.reset();
  saved_us_ = 0;
  ++at_;
  tell_next();
}

void Session::on_ended(const playhead_event& event) {
  has_ended_ = event.goes_on == 0 && !has_next();
  // It was named too late to follow by itself.
  if (event.goes_on == 0 && has_next()) static_cast<void>(playhead_player_play_next(player_.get()));
}

void Session::set_view_size(int width, int height, double pixel_ratio) {
  if (width == view_width_ && height == view_height_ && pixel_ratio == pixel_ratio_) return;
  view_width_ = width;
  view_height_ = height;
  pixel_ratio_ = pixel_ratio;
  tell_limits();
}

void Session::tell_limits() {
  if (player_ == nullptr) return;
  playhead_limits limits = PLAYHEAD_LIMITS_INIT;
  limits.max_height = options_.max_height;
  limits.viewport_width = view_width_;
  limits.viewport_height = view_height_;
  limits.pixel_ratio = pixel_ratio_;
  limits.hdcp_tenths = options_.hdcp_tenths;
  limits.saves_data = options_.saves_data ? 1 : 0;
  static_cast<void>(playhead_player_set_limits(player_.get(), &limits));
}

void Session::pump(int timeout_ms) {
  playhead_event event = PLAYHEAD_EVENT_INIT;
  while (playhead_player_next_event(player_.get(), timeout_ms, &event) == PLAYHEAD_OK) {
    on_event(event);
    timeout_ms = 0;
  }
}

void Session::tick() {
  view_ = read_view(player_.get());
  view_.drm_level = drm_level_;
  view_.drm_max_height = drm_max_height_;
  const int64_t now_us = monotonic_us();
  if (options_.run_us && now_us - begin_us_ >= *options_.run_us) has_quit_ = true;
  while (first_frame_us_ && next_step_ < options_.script.size() &&
         now_us - *first_frame_us_ >= options_.script[next_step_].at_us) {
    const Step& step = options_.script[next_step_++];
    if (step.action == Action::kQuit) has_quit_ = true;
    note_ = controls_->run(view_, step);
  }
}

bool Session::is_over() const {
  const bool has_seen_enough = options_.exits_after_first_frame && has_first_frame();
  return has_quit_ || has_ended_ || has_seen_enough || !error_.empty();
}

int Session::close() {
  if (player_ != nullptr) {
    if (!summary_) wait_for_summary();
    if (!options_.api.empty()) {
      const bool is_sent = playhead_client_flush(client_.get(), kFlushWaitMs) == PLAYHEAD_OK;
      pump(is_sent ? kAnswerWaitMs : 0);
    }
    write_summary();
    write_decisions();
  }
  const bool has_played_any = has_played_before_ || has_played();
  player_.reset();
  downloads_.reset();
  client_.reset();
  if (!error_.empty()) return kFailed;
  if (has_played_any) return 0;
  say(stderr, "error: ended before anything was played" +
                  (last_warning_.empty() ? "" : "; the last trouble: " + last_warning_));
  return kNothingPlayed;
}

bool Session::has_played() const {
  return summary_ && (summary_->play_time_us > 0 ||
                      (options_.exits_after_first_frame && summary_->has_startup != 0));
}

// The library starts a title that was seen to its end from the beginning.
void Session::tell_resumption(int64_t start_us) {
  if (saved_us_ <= 0) return;
  std::FILE* stream = writer_.is_on_stdout() ? stderr : stdout;
  if (start_us > 0) {
    note_ = "Resumed at " + format_time(start_us);
    say(stream, "resumed at " + format_seconds(start_us));
  } else {
    say(stream, "the saved position, " + format_seconds(saved_us_) +
                    ", is at the end of the title: from the beginning");
  }
}

void Session::on_event(const playhead_event& event) {
  controls_->on_event(event);
  thumbnails_->on_event(event);
  const int64_t t_us = since_begin_us(event.time_us);
  if (event.type == PLAYHEAD_EVENT_LOAD_STARTED) on_load_started(event);
  const bool has_own_start = at_ == 0 && options_.start_us.has_value();
  for (const std::string& line : formatter_.lines(t_us, event, has_own_start)) {
    if (writer_.is_on_stdout() && before_output_) before_output_();
    writer_.write(line);
  }
  switch (event.type) {
    case PLAYHEAD_EVENT_SESSION_STARTED:
      saved_us_ = has_own_start ? 0 : event.target_us;
      break;
    case PLAYHEAD_EVENT_MANIFEST_LOADED:
      tell_resumption(event.position_us);
      break;
    case PLAYHEAD_EVENT_FIRST_FRAME:
      if (!first_frame_us_) first_frame_us_ = begin_us_ + t_us;
      break;
    case PLAYHEAD_EVENT_CUES_CHANGED:
      subtitles_ = read_subtitles(event.cues);
      break;
    case PLAYHEAD_EVENT_SECURITY_LEVEL:
      drm_level_ = static_cast<int>(event.count);
      drm_max_height_ = event.height;
      break;
    case PLAYHEAD_EVENT_ENDED:
      on_ended(event);
      break;
    case PLAYHEAD_EVENT_WARNING:
      last_warning_ = std::string(event.error_name) + ": " + event.message;
      say(stderr, "warning: " + last_warning_);
      break;
    case PLAYHEAD_EVENT_FAILED:
      error_ = std::string(event.error_name) + ": " + event.message;
      say(stderr, "error: " + error_);
      break;
    case PLAYHEAD_EVENT_SUMMARY:
      summary_ = *event.qoe;
      break;
    default:
      break;
  }
}

void Session::say(std::FILE* stream, const std::string& line) {
  if (before_output_) before_output_();
  std::fprintf(stream, "%s\n", line.c_str());
  std::fflush(stream);
}

// Events are stamped when they happen, on the library's clock; how long ago that was is the same on
// every clock.
int64_t Session::since_begin_us(int64_t event_time_us) const {
  const int64_t age_us = playhead_player_now_us(player_.get()) - event_time_us;
  return monotonic_us() - age_us - begin_us_;
}

void Session::wait_for_summary() {
  static_cast<void>(playhead_player_stop(player_.get()));
  const int64_t deadline_us = monotonic_us() + kSummaryWaitUs;
  for (int64_t left_us = kSummaryWaitUs; !summary_ && left_us > 0;
       left_us = deadline_us - monotonic_us()) {
    pump(static_cast<int>(left_us / 1000) + 1);
  }
}

void Session::write_decisions() {
  if (options_.decisions.empty()) return;
  uint64_t needed = 0;
  static_cast<void>(playhead_player_decision_log(player_.get(), nullptr, 0, &needed));
  // The play is over: the text grows no more.
  std::vector<char> text(needed + 1);
  static_cast<void>(playhead_player_decision_log(player_.get(), text.data(), text.size(), &needed));
  std::ofstream file(options_.decisions, std::ios::binary);
  file << text.data();
  file.close();
  if (!file) say(stderr, "warning: the decisions cannot be written to " + options_.decisions);
}

void Session::write_summary() {
  const playhead_qoe qoe = summary_.value_or(read_view(player_.get()).qoe);
  if (before_output_) before_output_();
  writer_.write(EventFormatter::summary(monotonic_us() - begin_us_, qoe));
  if (qoe.has_startup == 0) return;  // nothing was seen
  std::string text = "played " + format_seconds(qoe.play_time_us) + ", started after " +
                     std::to_string(qoe.startup_us / 1000) + " ms";
  text += ", rebufferings " + std::to_string(qoe.rebuffer_count) + " (" +
          format_seconds(qoe.rebuffer_time_us) + "), mean " + format_bitrate(qoe.mean_bitrate_bps) +
          ", switches " + std::to_string(qoe.switches) + ", dropped frames " +
          std::to_string(qoe.dropped_frames) + ", received " + format_bytes(qoe.bytes);
  say(stderr, text);
}

}  // namespace demo
