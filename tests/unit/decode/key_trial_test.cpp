// SPDX-License-Identifier: Apache-2.0
#include "decode/key_trial.h"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "decode/opus_check.h"

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
       "hdhdddww"},
      {"garbage that passes now and then", 3, "aKL+ apL- apL+ apL+ apL- apL+ apL- apL- apL-",
       "hdhhdhddw"},
      {"small pictures count behind others", 3, "aKL+ aps+ aps+ apL-", "hhss"},
      {"what is clear waits behind what is held", 3, "aKL+ cpL+ apL+", "hhs"},
      {"but not for ever", 3, "aKL+ cpL+ cpL+ cpL+ apL+", "hhssh"},
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

TEST_CASE("key_trial: the same sample tells nothing more the next time") {
  const auto try_at = [](KeyTrial& trial, int64_t us, bool is_whole) {
    trial.on_sample(sample('a', true, 500), MediaTime{us});
    const KeyTrial::Verdict verdict = trial.on_frame(MediaTime{us}, is_whole);
    trial.forget_samples();  // trick play empties the decoder behind each
    return letter(verdict);
  };
  KeyTrial right(3);
  std::string verdicts;
  for (const int64_t us : {0, 1, 1, 0, 1, 2}) verdicts += try_at(right, us, true);
  CHECK(verdicts == "hhhhhs");
  KeyTrial wrong(3);
  verdicts.clear();
  for (const int64_t us : {0, 0, 0, 0, 0, 1, 2, 3, 4}) verdicts += try_at(wrong, us, false);
  CHECK(verdicts == "ddddddddw");
}

TEST_CASE(
    "key_trial: where each sample is for itself clear ones wait for nothing, and prove nothing") {
  KeyTrial trial(3);
  std::string verdicts;
  int64_t us = 0;
  for (const char key : std::string("accaccca")) {
    trial.on_sample(sample(key, true, 500), MediaTime{us});
    verdicts += letter(trial.on_frame(MediaTime{us++}, true));
    trial.forget_samples();
  }
  CHECK(verdicts == "hsshssss");
}

TEST_CASE("key_trial: what one has proven another need not") {
  KeyTrial one(2), other(2);
  const auto try_at = [](KeyTrial& trial, int64_t us) {
    trial.on_sample(sample('a', true, 500), MediaTime{us});
    return letter(trial.on_frame(MediaTime{us}, true));
  };
  CHECK(try_at(one, 0) == 'h');
  CHECK_FALSE(one.take_proof());
  CHECK(try_at(one, 1) == 's');
  const std::optional<KeyId> kid = one.take_proof();
  REQUIRE(kid);
  CHECK(kid->at(0) == 'a');
  CHECK_FALSE(one.take_proof());
  CHECK(try_at(other, 0) == 'h');
  CHECK_FALSE(other.trusts(*kid));
  other.trust(*kid);
  CHECK(other.trusts(*kid));
  CHECK(try_at(other, 1) == 's');
  CHECK_FALSE(other.take_proof());  // others know
}

TEST_CASE("key_trial: how much garbage may pass for media decides how much is waited for") {
  struct Case {
    const char* codec;
    int width, height;
    int frames;
  };
  const Case cases[] = {{"h264", 640, 360, 1},  {"hevc", 3840, 2160, 2}, {"hevc", 1920, 1080, 3},
                        {"hevc", 1280, 720, 6}, {"hevc", 320, 180, 16},  {"hevc", 0, 0, 16},
                        {"vp9", 1280, 720, 8},  {"av1", 1280, 720, 8}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.codec) + ' ' + std::to_string(c.height));
    StreamInfo stream;
    stream.codec = c.codec;
    stream.width = c.width;
    stream.height = c.height;
    CHECK(trust_after(stream) == c.frames);
  }
  StreamInfo sound;
  sound.kind = TrackKind::kAudio;
  sound.codec = "aac";
  CHECK(trust_after(sound) == 4);
  sound.codec = "opus";
  CHECK(trust_after(sound) == 8);
}

TEST_CASE("opus_check: packets of RFC 6716 §3.2, and how long they are") {
  struct Case {
    const char* name;
    std::vector<uint8_t> head;  // zeros follow
    std::size_t size;
    int64_t duration_us;  // -1: no packet
  };
  const Case cases[] = {
      {"R1: nothing", {}, 0, -1},
      {"SILK, 60 ms", {3 << 3}, 100, 60'000},
      {"hybrid, 10 ms", {14 << 3}, 100, 10'000},
      {"CELT, 2.5 ms", {28 << 3}, 100, 2'500},
      {"CELT, 20 ms", {31 << 3}, 100, 20'000},
      {"nothing in the frame", {31 << 3}, 1, 20'000},
      {"R2: the longest frame", {31 << 3}, 1276, 20'000},
      {"R2: too long", {31 << 3}, 1277, -1},
      {"R3: two alike", {(31 << 3) | 1}, 101, 40'000},
      {"R3: half a byte each", {(31 << 3) | 1}, 100, -1},
      {"R4: two of their own", {(31 << 3) | 2, 50}, 100, 40'000},
      {"R4: longer than the packet", {(31 << 3) | 2, 99}, 100, -1},
      {"R4: two bytes of length, one is there", {(31 << 3) | 2, 252}, 2, -1},
      {"R5: no frame", {(31 << 3) | 3, 0}, 100, -1},
      {"R5: six of 20 ms", {(31 << 3) | 3, 6}, 98, 120'000},
      {"R5: seven of 20 ms", {(31 << 3) | 3, 7}, 100, -1},
      {"R6: not alike", {(31 << 3) | 3, 3}, 100, -1},
      {"R6: padding", {(31 << 3) | 3, 0x43, 2}, 101, 60'000},
      {"R6: padding longer than the packet", {(31 << 3) | 3, 0x41, 255, 200}, 100, -1},
      {"R7: lengths", {(31 << 3) | 3, 0x83, 10, 20}, 100, 60'000},
      {"R7: lengths beyond the packet", {(31 << 3) | 3, 0x83, 90, 20}, 100, -1},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    std::vector<uint8_t> packet = c.head;
    packet.resize(c.size);
    const auto duration = opus_duration(packet);
    CHECK((duration ? duration->count() : -1) == c.duration_us);
  }
  const std::vector<uint8_t> packet{31 << 3, 1, 2};
  OpusCheck check;
  CHECK_FALSE(check.accepts(packet, 60ms));  // another length than is said
  CHECK(check.accepts(packet, 60ms));        // but as long as the one before
  CHECK(OpusCheck().accepts(packet, 21ms));
  CHECK(OpusCheck().accepts(packet, 0ms));
}

}  // namespace playhead
