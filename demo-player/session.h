// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audio_sink.h"
#include "controls.h"
#include "downloads.h"
#include "event_writer.h"
#include "library.h"
#include "options.h"
#include "player_view.h"
#include "subtitles.h"
#include "thumbnails.h"

namespace demo {

// One of the things that are played one after another.
struct Source {
  enum class Kind { kUrl, kTitle, kDownload };
  Kind kind = Kind::kUrl;
  std::string name;         // what the user called it
  std::string download_id;  // of a download, once it was found
};

// One play from the command line to the exit code, with or without a window: the library's client
// and player, the event log, the script, the limits. One thread.
class Session {
 public:
  // `process_begin_us`: what the log's t_ms counts from, on monotonic_us().
  Session(const Options& options, int64_t process_begin_us);

  // Starts the play. False when that failed; standard error has the reason.
  // `video` may be null; it is taken in any case.
  bool open(const playhead_video_sink* video, std::unique_ptr<AudioSink> audio);

  // Waits for an event, at most `timeout_ms`, and takes all there are.
  void pump(int timeout_ms);
  // Reads the player's state; does what the script and the limits ask for.
  void tick();
  // What the picture is shown in, in layout units, and physical pixels in one of them. Larger
  // pictures are not fetched.
  void set_view_size(int width, int height, double pixel_ratio);
  void quit() { has_quit_ = true; }

  // True when the program should end.
  [[nodiscard]] bool is_over() const;
  // Stops, saves the position, writes the summary. The exit code: 0 something was played, 1
  // playback failed, 3 it ended before anything was played.
  int close();

  [[nodiscard]] Controls& controls() { return *controls_; }
  [[nodiscard]] const PlayerView& view() const { return view_; }
  [[nodiscard]] Thumbnails& thumbnails() { return *thumbnails_; }
  [[nodiscard]] bool has_first_frame() const { return first_frame_us_.has_value(); }
  // The text over the picture.
  [[nodiscard]] const std::vector<Subtitle>& subtitles() const { return subtitles_; }
  // What plays.
  [[nodiscard]] const Source& playing() const { return sources_[at_]; }
  [[nodiscard]] bool has_next() const { return at_ + 1 < sources_.size(); }
  // The folder of downloads, opened at the first call; downloads under way go on then. Null when it
  // cannot be opened; `sentence` says why.
  [[nodiscard]] Downloads* downloads(std::string& sentence);
  // In the place of what plays. Answers what to tell the user.
  std::string play_download(const DownloadView& download);
  // The sentence that ended the play; empty while it goes on.
  [[nodiscard]] const std::string& error() const { return error_; }
  // What the script or the library has to tell the user since the last call.
  [[nodiscard]] std::string take_note() { return std::exchange(note_, std::string()); }
  // Runs before anything is said on standard error or output.
  void set_before_output(std::function<void()> hook) { before_output_ = std::move(hook); }

 private:
  // Finds the download that is meant; false, with the reason said, when there is none.
  [[nodiscard]] bool find_downloads(std::string& sentence);
  [[nodiscard]] playhead_source source_at(std::size_t number) const;
  // Tells the player what to play, or what comes next.
  [[nodiscard]] bool load_first();
  void tell_next();
  void on_load_started(const playhead_event& event);
  void on_ended(const playhead_event& event);
  [[nodiscard]] bool has_played() const;
  bool open_player(const playhead_video_sink* video, const playhead_audio_sink& audio);
  void on_event(const playhead_event& event);
  void say(std::FILE* stream, const std::string& line);
  [[nodiscard]] int64_t since_begin_us(int64_t event_time_us) const;
  void wait_for_summary();
  void tell_resumption(int64_t start_us);
  void write_summary();
  void write_decisions();
  void tell_limits();

  const Options& options_;
  const int64_t begin_us_;
  EventFormatter formatter_;
  EventWriter writer_;
  std::function<void()> before_output_;
  ClientHandle client_;
  std::unique_ptr<Downloads> downloads_;  // ends before its client
  PlayerHandle player_;                   // ends before both
  std::unique_ptr<Controls> controls_;
  std::unique_ptr<Thumbnails> thumbnails_;
  PlayerView view_;
  std::optional<int64_t> first_frame_us_;  // when it was shown
  std::size_t next_step_ = 0;              // of the script
  int view_width_ = 0, view_height_ = 0;   // 0: no window
  double pixel_ratio_ = 1;
  std::vector<Source> sources_;
  std::size_t at_ = 0;  // which of them plays
  bool has_quit_ = false, has_ended_ = false;
  bool has_played_before_ = false;  // a title that another followed
  int64_t saved_us_ = 0;            // position the service had, unless the user chose one
  std::string error_, note_, last_warning_;
  std::vector<Subtitle> subtitles_;
  int drm_level_ = 0, drm_max_height_ = 0;
  std::optional<playhead_qoe> summary_;
};

}  // namespace demo
