// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "net/cmcd.h"
#include "playhead/config.h"
#include "playhead/transport.h"

namespace playhead {

// What whoever asks for an object knows of it.
struct CmcdObject {
  std::string type;  // CmcdData::ot
  int64_t kbps = 0, top_kbps = 0;
  Duration duration{0};
  Duration buffered{0};  // of its kind, ahead of the position
  std::string next_url;  // asked for after it; empty: not known
  std::optional<ByteRange> next_range = {};  // of that; none: all of it
};

// How one attempt at an object went.
struct CmcdAnswer {
  std::string url;     // without its query
  std::string type;    // CmcdData::ot
  int status = 0;      // of HTTP; 0: no answer came
  MonotonicTime asked;
  std::optional<Duration> first_byte, last_byte;  // since then; none: they never came
  std::optional<Duration> duration;               // of the object
};

// What the requests of one play tell, and who hears of the answers. One thread.
class CmcdSession {
 public:
  struct State {
    std::string format, type;  // CmcdData::sf, st
    double rate = 1;
    int64_t throughput_kbps = 0;
    bool is_urgent = false;  // nothing plays though it should
  };

  // kOff: the requests tell nothing.
  CmcdSession(CmcdMode mode, std::string session_id, std::string content_id)
      : mode_(mode), session_id_(std::move(session_id)), content_id_(std::move(content_id)) {}

  void set_state(State state) { state_ = std::move(state); }
  // The buffer ran dry: the next request for media says so.
  void note_starved() { is_starved_ = true; }

  [[nodiscard]] const std::string& session_id() const { return session_id_; }
  // Hears of every attempt's end; null: nobody does.
  void set_answers(std::function<void(const CmcdAnswer&)> answers) {
    answers_ = std::move(answers);
  }
  // An attempt at `url` ended: with that status, and with `stats` when all of it came.
  void on_answer(ResourceKind kind, const std::string& url, const std::optional<CmcdObject>& object,
                 int status, MonotonicTime asked, const TransferStats* stats);

  // Adds what there is to tell to the request, which goes out now. `wanted_by`: when playback runs
  // dry without it.
  void decorate(Request& request, const std::optional<CmcdObject>& object, MonotonicTime now,
                const std::optional<MonotonicTime>& wanted_by);

 private:
  [[nodiscard]] CmcdData describe(const Request& request, const CmcdObject* object,
                                  MonotonicTime now, const std::optional<MonotonicTime>& wanted_by);

  const CmcdMode mode_;
  const std::string session_id_, content_id_;
  State state_;
  bool is_starved_ = false;
  std::function<void(const CmcdAnswer&)> answers_;
};

}  // namespace playhead
