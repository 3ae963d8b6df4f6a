// SPDX-License-Identifier: Apache-2.0
#include "taken_event.h"

#include <cstring>
#include <functional>
#include <string>

#include <doctest/doctest.h>

using namespace playhead;

TEST_CASE("taken_event: every kind fills the members its type names") {
  const Error error{ErrorCode::kHttpStatus, Severity::kRecoverable, 503, "https://cdn/seg 4"};
  struct Case {
    const char* name;
    EventPayload payload;
    int32_t type;
    std::function<bool(const playhead_event&)> is_right;
  };
  const Case cases[] = {
      {"load", LoadStarted{"m_1", "u"}, PLAYHEAD_EVENT_LOAD_STARTED,
       [](auto& e) { return std::string(e.title_id) == "m_1" && std::string(e.url) == "u"; }},
      {"session", SessionStarted{"u", 12s}, PLAYHEAD_EVENT_SESSION_STARTED,
       [](auto& e) { return e.target_us == 12'000'000; }},
      {"manifest", ManifestLoaded{"u", 5ms, 90s, 4, 2, 1}, PLAYHEAD_EVENT_MANIFEST_LOADED,
       [](auto& e) {
         return e.elapsed_us == 5000 && e.has_duration == 1 && e.duration_us == 90'000'000 &&
                e.video_representations == 4 && e.audio_tracks == 2 && e.text_tracks == 1;
       }},
      {"manifest of unknown length", ManifestLoaded{"u", 5ms, std::nullopt, 1, 0, 0},
       PLAYHEAD_EVENT_MANIFEST_LOADED,
       [](auto& e) { return e.has_duration == 0 && e.duration_us == 0; }},
      {"first frame", FirstFrame{300ms, 1280, 720}, PLAYHEAD_EVENT_FIRST_FRAME,
       [](auto& e) { return e.elapsed_us == 300'000 && e.width == 1280 && e.height == 720; }},
      {"state", StateChanged{PlayerState::kPlaying, PlayerState::kRebuffering},
       PLAYHEAD_EVENT_STATE_CHANGED,
       [](auto& e) {
         return e.from_state == PLAYHEAD_STATE_PLAYING && e.to_state == PLAYHEAD_STATE_REBUFFERING;
       }},
      {"representation",
       RepresentationChanged{Bitrate{3'000'000}, 1920, 1080, "v3", SwitchReason::kBuffer},
       PLAYHEAD_EVENT_REPRESENTATION_CHANGED,
       [](auto& e) {
         return e.bitrate_bps == 3'000'000 && e.width == 1920 && e.height == 1080 &&
                std::string(e.id) == "v3" && e.reason == PLAYHEAD_SWITCH_BUFFER;
       }},
      {"segment", SegmentLoaded{TrackKind::kAudio, "u", 4096, 80ms, 7, MediaTime{28'000'000}},
       PLAYHEAD_EVENT_SEGMENT_LOADED,
       [](auto& e) {
         return e.track == PLAYHEAD_TRACK_AUDIO && e.bytes == 4096 && e.elapsed_us == 80'000 &&
                e.number == 7 && e.target_us == 28'000'000;
       }},
      {"seek start", SeekStarted{MediaTime{9}, 42}, PLAYHEAD_EVENT_SEEK_STARTED,
       [](auto& e) { return e.target_us == 9 && e.user_tag == 42; }},
      {"seek done", SeekDone{MediaTime{9}, 42, 20ms}, PLAYHEAD_EVENT_SEEK_DONE,
       [](auto& e) { return e.target_us == 9 && e.user_tag == 42 && e.elapsed_us == 20'000; }},
      {"progress", ProgressSent{"m_1", 4s}, PLAYHEAD_EVENT_PROGRESS_SENT,
       [](auto& e) { return std::string(e.title_id) == "m_1" && e.target_us == 4'000'000; }},
      {"jump", PositionJumped{MediaTime{5}, MediaTime{9}, JumpReason::kGap},
       PLAYHEAD_EVENT_POSITION_JUMPED,
       [](auto& e) { return e.from_us == 5 && e.target_us == 9 && e.reason == PLAYHEAD_JUMP_GAP; }},
      {"ended", Ended{}, PLAYHEAD_EVENT_ENDED, [](auto& e) { return e.qoe == nullptr; }},
      {"warning", Warning{error}, PLAYHEAD_EVENT_WARNING,
       [](auto& e) {
         return e.error_code == PLAYHEAD_ERROR_HTTP_STATUS && e.error_detail == 503 &&
                e.error_severity == PLAYHEAD_SEVERITY_RECOVERABLE &&
                std::string(e.error_name) == "HTTP_STATUS" &&
                std::string(e.error_context) == "https://cdn/seg 4" &&
                std::string(e.message).find("503") != std::string::npos;
       }},
      {"failed", Failed{error}, PLAYHEAD_EVENT_FAILED,
       [](auto& e) { return e.error_code == PLAYHEAD_ERROR_HTTP_STATUS; }},
      {"summary", Summary{QoeSummary{250ms, 100ms, 60s, 2, 3s, Bitrate{9}, 4, 5, 6, 7}},
       PLAYHEAD_EVENT_SUMMARY,
       [](auto& e) {
         return e.qoe != nullptr && e.qoe->struct_size == sizeof(playhead_qoe) &&
                e.qoe->has_startup == 1 && e.qoe->startup_us == 250'000 &&
                e.qoe->play_time_us == 60'000'000 && e.qoe->rebuffer_count == 2 &&
                e.qoe->rebuffer_time_us == 3'000'000 && e.qoe->mean_bitrate_bps == 9 &&
                e.qoe->switches == 4 && e.qoe->dropped_frames == 5 && e.qoe->shown_frames == 6 &&
                e.qoe->bytes == 7 && e.qoe->start_wait_us == 100'000;
       }},
      {"summary without a picture", Summary{}, PLAYHEAD_EVENT_SUMMARY,
       [](auto& e) { return e.qoe != nullptr && e.qoe->has_startup == 0; }},
      {"dropped", EventsDropped{11}, PLAYHEAD_EVENT_EVENTS_DROPPED,
       [](auto& e) { return e.count == 11; }},
  };
  capi::TakenEvent taken;  // one for all: nothing of an event may show in the next
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const playhead_event& event = taken.set(Event{MonotonicTime{70}, MediaTime{80}, c.payload});
    CHECK(event.type == c.type);
    CHECK(event.time_us == 70);
    CHECK(event.position_us == 80);
    CHECK(event.struct_size == sizeof(playhead_event));
    CHECK(c.is_right(event));
    for (const char* text : {event.title_id, event.url, event.id, event.error_name,
                             event.error_context, event.message}) {
      CHECK(text != nullptr);
    }
    if (c.type != PLAYHEAD_EVENT_WARNING && c.type != PLAYHEAD_EVENT_FAILED) {
      CHECK(event.error_code == 0);
      CHECK(std::strlen(event.message) == 0);
    }
    if (c.type != PLAYHEAD_EVENT_SUMMARY) CHECK(event.qoe == nullptr);
  }
  CHECK(std::size(cases) >= std::variant_size_v<EventPayload>);
}
