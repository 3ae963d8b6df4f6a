// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/sim_world.h"

namespace playhead::test {

// The media corpus is beside the project; else says so.
[[nodiscard]] bool has_protected_media();

// A file of the corpus; "": there is none.
[[nodiscard]] std::string read_media(const std::string& path);

// A player of protected titles of the media corpus: FFmpeg, Clear Key and a licence service that
// does what a script says, on virtual time.
class ProtectedWorld {
 public:
  explicit ProtectedWorld(SimLink link = SimLink());

  // What the service answers from now on.
  Duration latency = 20ms;
  int status = 200;
  int busy = 0;                             // so many requests before that are answered 503
  std::string garbage;                      // in place of a licence, unless empty
  std::optional<Duration> lasts;            // licences run out so long after they were given
  std::map<std::string, std::string> keys;  // by key id, both 32 hexadecimal digits
  int requests = 0;                         // so far
  std::vector<std::string> bodies;          // of them
  std::vector<MonotonicTime> asked_at;      // when they came
  std::optional<MonotonicTime> last_end;    // of the last licence given
  std::function<void(std::string& body)> damage;  // done to each file but the manifest
  std::map<std::string, std::string> also;        // what lies in the folder beside its files

  // Folder of the corpus, relative; its output.mpd, `repeats` times over.
  void load(const std::string& folder, int repeats = 1, std::optional<Duration> start = {});
  // Any manifest for files of that folder.
  void load_mpd(const std::string& folder, std::string mpd, std::optional<Duration> start = {});
  [[nodiscard]] static std::string mpd_of(const std::string& folder, int repeats = 1);
  // Until the play is over, or `limit` has passed: false.
  bool play_out(Duration limit);

  SimWorld world;

 private:
  [[nodiscard]] WebAnswer license(const WebRequest& request);
};

}  // namespace playhead::test
