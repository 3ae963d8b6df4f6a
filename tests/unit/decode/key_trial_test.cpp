// SPDX-License-Identifier: Apache-2.0
#include "decode/key_trial.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

EncodedSample sample(char key, bool is_entry, std::size_t bytes) {
  EncodedSample made;
  made.is_key_frame = is_entry;
  made.data = SharedBytes(std::vector<uint8_t>(bytes));
  if (key == 'c') return made;
  auto crypto = std::make_shared<CryptoInfo>();
  crypto->kid[0] = static_cast<uint8_t>(key);
  made.crypto = crypto;
  return made;
}

char letter(KeyTrial::Verdict verdict) { return "shdw"[static_cast<int>(verdict)]; }

}  // namespace

TEST_CASE("key_trial: a key is right once something whole came of it") {
  struct Case {
    const char* name;
    int needed;
    // Each: key (c: clear, a, b), K key frame or p, L large or s small, and what comes of it: + a
    // whole frame, - a damaged one, x nothing.
    const char* samples;
    const char* verdicts;  // show, hold, drop, wrong
  };
  const Case cases[] = {
      {"clear media is none of its business", 1, "cKL+ cpL- cpLx", "sss"},
      {"a whole key frame", 1, "aKL+ apL- apLx aps-", "ssss"},
      {"damaged from the start: wrong", 1, "aKL- apL- apL- apL- apL-", "ddddw"},
      {"nothing at all comes", 1, "aKLx apLx apLx apLx apLx", "ddddw"},
      {"key frames alone fail sooner", 1, "aKL- aKL- aKL-", "ddw"},
      {"a damaged key frame, then a picture that is whole", 1, "aKL- apL+ apL- ", "dss"},
      {"small pictures say nothing", 1, "aKL- aps+ aps+ apL+ aps+", "dddss"},
      {"a clear lead, then a wrong key", 1, "cKL+ cpL+ apL- apL- apL- apL- apL-", "ssddddw"},
      {"keys that change within a picture group", 1, "aKL+ bps+ bpL+ apL+", "ssss"},
      {"the second key is wrong", 1, "aKL+ bpL- bpL- bpL- bpL- bpL-", "sddddw"},
      {"sound is held until it is certain", 4, "aKL+ aKL+ aKL+ aKL+ aKL-", "hhhss"},
      {"noise that is well-formed by chance", 4, "aKL+ aKL- aKL+ aKL- aKL- aKL- aKL- aKL-",
       "hdhddddw"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    KeyTrial trial(c.needed);
    const std::string samples = c.samples;
    std::string verdicts;
    for (std::size_t at = 0; at + 4 <= samples.size(); at += 5) {
      const MediaTime time{static_cast<int64_t>(at)};
      trial.on_sample(
          sample(samples[at], samples[at + 1] == 'K', samples[at + 2] == 'L' ? 500 : 20), time);
      const char result = samples[at + 3];
      verdicts += letter(result == 'x' ? trial.on_failure() : trial.on_frame(time, result == '+'));
    }
    CHECK(verdicts == c.verdicts);
  }
}

}  // namespace playhead
