// SPDX-License-Identifier: Apache-2.0
#include "player/gap_policy.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

TEST_CASE("gap_policy: M24 both missing is jumped over, silently up to half a second") {
  constexpr int kNone = -1;
  struct Case {
    const char* name;
    bool has_pictures, has_sound;
    int picture_ms, sound_ms;  // ahead of the position; kNone: not known
    int jump_ms;               // kNone: no jump
    bool is_told;
  };
  const Case cases[] = {
      {"nothing is missing", true, true, 0, 0, kNone, false},
      {"both, for long", true, true, 4'000, 4'000, 4'000, true},
      {"both, for half a second", true, true, 500, 500, 500, false},
      {"a little more", true, true, 501, 501, 501, true},
      {"hardly anything", true, true, 99, 99, kNone, false},
      {"the sound comes first", true, true, 4'000, 3'000, 3'000, true},
      {"the pictures come first", true, true, 3'000, 4'000, 3'000, true},
      {"pictures alone are missing: the last one stays", true, true, 4'000, 0, kNone, false},
      {"sound alone is missing: silence", true, true, 0, 4'000, kNone, false},
      {"what comes of the sound is not known", true, true, 4'000, kNone, kNone, false},
      {"what comes of the pictures is not known", true, true, kNone, 4'000, kNone, false},
      {"a title without sound", true, false, 4'000, kNone, 4'000, true},
      {"a title of sound alone", false, true, kNone, 4'000, 4'000, true},
      {"of neither", false, false, kNone, kNone, kNone, false}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    GapInputs in;
    in.position = MediaTime{20'000'000};
    in.has_pictures = c.has_pictures;
    in.has_sound = c.has_sound;
    const auto at = [&](int ms) {
      return ms == kNone ? std::nullopt : std::optional(in.position + Duration{ms * 1000});
    };
    in.next_picture = at(c.picture_ms);
    in.next_sound = at(c.sound_ms);
    const GapDecision decision = decide_gap(in);
    CHECK(decision.jump == at(c.jump_ms));
    CHECK(decision.is_told == c.is_told);
  }
}

TEST_CASE("gap_policy: a jump does not go back behind the picture that is on the screen") {
  GapInputs in;
  in.position = MediaTime{0};
  in.has_pictures = in.has_sound = true;
  in.next_picture = in.on_screen_from = MediaTime{500'000};
  in.next_sound = MediaTime{200'000};  // both beginnings were damaged
  CHECK(decide_gap(in).jump == MediaTime{500'000});
  in.next_sound = in.position;
  CHECK_FALSE(decide_gap(in).jump);
}

}  // namespace
}  // namespace playhead
