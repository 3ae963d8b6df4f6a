// SPDX-License-Identifier: Apache-2.0
#include "player/sound_horizon.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

MediaTime media(double seconds) { return MediaTime{static_cast<int64_t>(seconds * 1e6)}; }
MonotonicTime at(double seconds) { return MonotonicTime{static_cast<int64_t>(seconds * 1e6)}; }

TEST_CASE("sound_horizon: of muxed segments the next one's first picture settles the one before") {
  SoundHorizon horizon;
  CHECK_FALSE(horizon.settled(media(3), at(0)));
  horizon.note_loaded(media(0), at(1));
  CHECK(horizon.settled(media(4), at(1)) == media(0));
  horizon.note_loaded(media(4), at(2));
  horizon.note_loaded(media(8), at(2));
  // The last picture of a segment may reach a little into the next.
  CHECK(horizon.settled(media(4.04), at(2)) == media(0));
  CHECK(horizon.settled(media(4.2), at(2)) == media(4));
  CHECK(horizon.settled(media(12), at(2)) == media(8));
}

TEST_CASE("sound_horizon: of a sound track the next segment settles the one before") {
  SoundHorizon horizon;
  CHECK_FALSE(horizon.settled({}, at(0)));
  horizon.note_loaded(media(20), at(1));
  CHECK(horizon.settled({}, at(1)) == media(20));
  horizon.note_loaded(media(24), at(1));
  CHECK(horizon.settled({}, at(1)) == media(24));
}

TEST_CASE("sound_horizon: a segment that came in long ago is settled without a next one") {
  SoundHorizon horizon;
  CHECK_FALSE(horizon.next_look());
  horizon.note_loaded(media(0), at(1));
  REQUIRE(horizon.next_look() == at(4));
  CHECK(horizon.settled(media(60), at(3.9)) == media(0));
  CHECK(horizon.settled(media(60), at(4)) == MediaTime::max());
  horizon.note_loaded(media(60), at(5));
  CHECK(horizon.settled(media(60), at(5)) == media(0));
  horizon.restart();
  CHECK_FALSE(horizon.next_look());
  CHECK_FALSE(horizon.settled(media(99), at(99)));
}

}  // namespace
}  // namespace playhead
