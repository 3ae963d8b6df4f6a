// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "playhead/executor.h"
#include "support/web.h"

namespace playhead::test {

// The control plane as the reference server speaks it, in memory: start with resume position,
// signed manifest URLs, progress by last write wins.
class SimService {
 public:
  struct Title {
    std::string manifest_url;
    double duration_s = 0;
  };
  struct Saved {
    double position_s = 0;
    int64_t recorded_at_ms = 0;
    std::string session{};  // the player's name for the viewing
  };

  std::string url = "http://api.test";
  std::string token = "token-1";
  std::map<std::string, Title> titles;
  std::map<std::string, Saved> saved;   // by title
  std::vector<Saved> accepted;          // every progress request answered with 204
  int starts = 0;                       // answered stream requests
  int signature = 1;                    // what the CDN accepts: "?sig=N"
  std::optional<int64_t> expires_at_s;  // put into stream answers
  // Of signed URLs, in place of both: each is signed with its own end, and refused from then on.
  std::optional<Duration> url_life;
  std::vector<MonotonicTime> signed_at;  // with url_life: when the stream answers were given

  // The CDN takes URLs signed so.
  [[nodiscard]] bool accepts(int number) const {
    return url_life ? number > now_s() : number == signature;
  }

  const Executor* clock = nullptr;               // needed with url_life
  int downloads = 0;                             // answered download requests
  std::optional<int64_t> download_expires_at_s;  // put into download answers
  int download_status = 200;                     // else download requests are refused with it

  // Answers requests for this service; nothing for others.
  [[nodiscard]] std::optional<WebAnswer> answer(const WebRequest& request);

 private:
  [[nodiscard]] int64_t now_s() const { return clock->wall_now().us / 1'000'000; }
  WebAnswer start_stream(const WebRequest& request);
  WebAnswer start_download(const WebRequest& request);
  WebAnswer save_progress(const WebRequest& request);
};

}  // namespace playhead::test
