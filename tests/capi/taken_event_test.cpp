// SPDX-License-Identifier: Apache-2.0
#include "taken_event.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace playhead;

namespace {

Cue styled_cue() {
  Cue cue;
  cue.id = "c1";
  cue.start = MediaTime{1'000'000};
  cue.end = MediaTime::max();
  cue.language = "en";
  cue.is_forced = true;
  CueSpan plain;
  plain.text = "Hello\n";
  CueSpan loud;
  loud.text = "you";
  loud.style.is_bold = true;
  loud.style.color = CueColor{0x11, 0x22, 0x33, 0x44};
  loud.style.font_size_percent = 150;
  loud.classes = {"loud", "red"};
  loud.voice = "Ann";
  loud.active_from = MediaTime{1'500'000};
  CueSpan reading;
  reading.text = "small";
  reading.ruby = CueRuby::kText;
  cue.spans = {plain, loud, reading};
  cue.placement.line = 0.25;
  cue.placement.line_align = CueAnchor::kEnd;
  cue.placement.position = 0.5;
  cue.placement.text_align = CueTextAlign::kLeft;
  CueRegion region;
  region.id = "r";
  region.y = 0.125;
  region.background = CueColor{0, 0, 0, 128};
  cue.placement.region = region;
  return cue;
}

TimedEvent timed_event() {
  TimedEvent event;
  event.scheme = "urn:s";
  event.value = "v";
  event.id = "7";
  event.start = MediaTime{5'000'000};
  event.duration = 2s;
  event.message = SharedBytes(std::vector<uint8_t>{'h', 'i'});
  event.attributes["X-A"] = "b";
  return event;
}

}  // namespace

TEST_CASE("cues_api: a cue is told with text, looks and place, as far as the caller knows") {
  capi::TakenEvent taken;
  const playhead_event& event = taken.set(
      Event{MonotonicTime{}, MediaTime{}, CuesChanged{{std::make_shared<Cue>(styled_cue())}}});
  playhead_cue cue = PLAYHEAD_CUE_INIT;
  REQUIRE(playhead_cues_get(event.cues, 0, &cue) == PLAYHEAD_OK);
  CHECK(std::string(cue.text) == "Hello\nyou");
  CHECK(std::string(cue.id) == "c1");
  CHECK(std::string(cue.language) == "en");
  CHECK(cue.start_us == 1'000'000);
  CHECK(cue.end_us == INT64_MAX);
  CHECK(cue.is_forced == 1);
  CHECK(cue.span_count == 3);
  CHECK(cue.has_line == 1);
  CHECK(cue.line == 0.25);
  CHECK(cue.line_align == PLAYHEAD_ANCHOR_END);
  CHECK(cue.has_line_number == 0);
  CHECK(cue.has_position == 1);
  CHECK(cue.position == 0.5);
  CHECK(cue.text_align == PLAYHEAD_TEXT_ALIGN_LEFT);
  CHECK(cue.has_region == 1);
  CHECK(cue.region_y == 0.125);
  CHECK(std::string(cue.region_id) == "r");
  CHECK(cue.has_region_background == 1);
  CHECK(cue.region_background == 0x00000080);

  playhead_cue_span span = PLAYHEAD_CUE_SPAN_INIT;
  REQUIRE(playhead_cues_get_span(event.cues, 0, 1, &span) == PLAYHEAD_OK);
  CHECK(std::string(span.text) == "you");
  CHECK(span.is_bold == 1);
  CHECK(span.is_italic == 0);
  CHECK(span.has_color == 1);
  CHECK(span.color == 0x11223344);
  CHECK(span.has_background == 0);
  CHECK(span.font_size_percent == 150);
  CHECK(std::string(span.classes) == "loud red");
  CHECK(std::string(span.voice) == "Ann");
  CHECK(span.has_active_from == 1);
  CHECK(span.active_from_us == 1'500'000);
  REQUIRE(playhead_cues_get_span(event.cues, 0, 2, &span) == PLAYHEAD_OK);
  CHECK(span.ruby == PLAYHEAD_RUBY_TEXT);

  // A caller of an older header gets the members it knows, and no more is written.
  playhead_cue older = PLAYHEAD_CUE_INIT;
  older.struct_size = offsetof(playhead_cue, start_us);
  older.end_us = -5;
  REQUIRE(playhead_cues_get(event.cues, 0, &older) == PLAYHEAD_OK);
  CHECK(std::string(older.text) == "Hello\nyou");
  CHECK(older.end_us == -5);
}

TEST_CASE("cues_api: indexes and pointers that are wrong are refused") {
  capi::TakenEvent taken;
  const playhead_cues* cues = taken
                                  .set(Event{MonotonicTime{}, MediaTime{},
                                             CuesChanged{{std::make_shared<Cue>(styled_cue())}}})
                                  .cues;
  constexpr playhead_status kInvalid = -PLAYHEAD_ERROR_INVALID_ARGUMENT;
  playhead_cue cue = PLAYHEAD_CUE_INIT;
  playhead_cue_span span = PLAYHEAD_CUE_SPAN_INIT;
  CHECK(playhead_cues_count(nullptr) == 0);
  for (const int32_t index : {-1, 1, INT32_MAX, INT32_MIN}) {
    CHECK(playhead_cues_get(cues, index, &cue) == kInvalid);
    CHECK(playhead_cues_get_span(cues, index, 0, &span) == kInvalid);
  }
  CHECK(playhead_cues_get(nullptr, 0, &cue) == kInvalid);
  CHECK(playhead_cues_get(cues, 0, nullptr) == kInvalid);
  CHECK(playhead_cues_get_span(nullptr, 0, 0, &span) == kInvalid);
  CHECK(playhead_cues_get_span(cues, 0, 3, &span) == kInvalid);
  CHECK(playhead_cues_get_span(cues, 0, -1, &span) == kInvalid);
  CHECK(playhead_cues_get_span(cues, 0, 0, nullptr) == kInvalid);
  cue.struct_size = 0;
  CHECK(playhead_cues_get(cues, 0, &cue) == kInvalid);
}

TEST_CASE("taken_event: every kind fills the members its type names") {
  const Error error{ErrorCode::kHttpStatus, Severity::kRecoverable, 503, "https://cdn/seg 4"};
  ThumbnailReady thumbnail;
  thumbnail.user_tag = 9;
  thumbnail.image = SharedBytes(std::vector<uint8_t>{'i', 'm', 'g'});
  thumbnail.image_id = 4;
  thumbnail.x = 160, thumbnail.y = 90, thumbnail.width = 80, thumbnail.height = 45;
  thumbnail.column = 2, thumbnail.row = 1, thumbnail.columns = 5, thumbnail.rows = 3;
  thumbnail.start = MediaTime{6'000'000};
  thumbnail.duration = 2s;
  ThumbnailReady no_thumbnail;
  no_thumbnail.user_tag = 10;
  no_thumbnail.error = error;
  struct Case {
    const char* name;
    EventPayload payload;
    int32_t type;
    std::function<bool(const playhead_event&)> is_right;
  };
  const Case cases[] = {
      {"load", LoadStarted{"m_1", "u"}, PLAYHEAD_EVENT_LOAD_STARTED,
       [](auto& e) {
         return std::string(e.title_id) == "m_1" && std::string(e.url) == "u" && e.is_next == 0;
       }},
      {"next", LoadStarted{"m_2", "u", true}, PLAYHEAD_EVENT_LOAD_STARTED,
       [](auto& e) { return std::string(e.title_id) == "m_2" && e.is_next == 1; }},
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
      {"first frame", FirstFrame{300ms, 1280, 720, {90ms, 150ms, std::nullopt, 200ms, 12'345}},
       PLAYHEAD_EVENT_FIRST_FRAME,
       [](auto& e) {
         return e.elapsed_us == 300'000 && e.width == 1280 && e.height == 720 && e.qoe != nullptr &&
                e.qoe->has_startup == 1 && e.qoe->startup_us == 300'000 &&
                e.qoe->session_us == 90'000 && e.qoe->manifest_us == 150'000 &&
                e.qoe->license_us == -1 && e.qoe->first_byte_us == 200'000 &&
                e.qoe->startup_bytes == 12'345;
       }},
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
      {"cues", CuesChanged{{std::make_shared<Cue>(styled_cue())}}, PLAYHEAD_EVENT_CUES_CHANGED,
       [](auto& e) { return playhead_cues_count(e.cues) == 1; }},
      {"no cues", CuesChanged{}, PLAYHEAD_EVENT_CUES_CHANGED,
       [](auto& e) { return e.cues != nullptr && playhead_cues_count(e.cues) == 0; }},
      {"metadata", TimedMetadata{timed_event()}, PLAYHEAD_EVENT_TIMED_METADATA,
       [](auto& e) {
         const playhead_metadata& m = *e.metadata;
         return std::string(m.scheme) == "urn:s" && std::string(m.value) == "v" &&
                std::string(m.id) == "7" && m.start_us == 5'000'000 && m.has_duration == 1 &&
                m.duration_us == 2'000'000 && m.has_date == 0 && m.message_bytes == 2 &&
                std::memcmp(m.message, "hi", 2) == 0 && m.attribute_count == 1 &&
                std::string(m.attribute_names[0]) == "X-A" &&
                std::string(m.attribute_values[0]) == "b";
       }},
      {"rate", RateChanged{2, -32}, PLAYHEAD_EVENT_RATE_CHANGED,
       [](auto& e) { return e.from_rate == 2 && e.to_rate == -32 && e.thumbnail == nullptr; }},
      {"thumbnail", thumbnail, PLAYHEAD_EVENT_THUMBNAIL,
       [](auto& e) {
         const playhead_thumbnail& t = *e.thumbnail;
         return e.user_tag == 9 && e.error_code == 0 && t.image_bytes == 3 &&
                std::memcmp(t.image, "img", 3) == 0 && t.image_id == 4 && t.x == 160 && t.y == 90 &&
                t.width == 80 && t.height == 45 && t.column == 2 && t.row == 1 && t.columns == 5 &&
                t.rows == 3 && t.start_us == 6'000'000 && t.duration_us == 2'000'000;
       }},
      {"no thumbnail", no_thumbnail, PLAYHEAD_EVENT_THUMBNAIL,
       [](auto& e) {
         return e.user_tag == 10 && e.thumbnail == nullptr &&
                e.error_code == PLAYHEAD_ERROR_HTTP_STATUS;
       }},
      {"drm fell back",
       DrmFellBack{"widevine/3000", "widevine/1000",
                   Error{ErrorCode::kDrmProvisioning, Severity::kFatal, 0, {}}},
       PLAYHEAD_EVENT_DRM_FELL_BACK,
       [](auto& e) {
         return std::string(e.id) == "widevine/1000" &&
                e.error_code == PLAYHEAD_ERROR_DRM_PROVISIONING;
       }},
      {"security level",
       SecurityLevelChanged{3000, 1000, 720, SecurityLevelChanged::Rule::kLicense},
       PLAYHEAD_EVENT_SECURITY_LEVEL,
       [](auto& e) {
         return e.count == 1000 && e.number == 3000 && e.height == 720 &&
                e.reason == PLAYHEAD_PICTURE_RULE_LICENSE;
       }},
      {"security level by the display",
       SecurityLevelChanged{3000, 2000, 1080, SecurityLevelChanged::Rule::kDisplay},
       PLAYHEAD_EVENT_SECURITY_LEVEL,
       [](auto& e) { return e.count == 2000 && e.reason == PLAYHEAD_PICTURE_RULE_DISPLAY; }},
      {"ended", Ended{}, PLAYHEAD_EVENT_ENDED,
       [](auto& e) { return e.qoe == nullptr && e.goes_on == 0; }},
      {"goes on", Ended{true}, PLAYHEAD_EVENT_ENDED, [](auto& e) { return e.goes_on == 1; }},
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
      {"summary",
       Summary{QoeSummary{250ms, 100ms, 60s, 2, 3s, Bitrate{9}, 4, 5, 6, 7, 8, true, {}, 11}},
       PLAYHEAD_EVENT_SUMMARY,
       [](auto& e) {
         return e.qoe != nullptr && e.qoe->struct_size == sizeof(playhead_qoe) &&
                e.qoe->has_startup == 1 && e.qoe->startup_us == 250'000 &&
                e.qoe->play_time_us == 60'000'000 && e.qoe->rebuffer_count == 2 &&
                e.qoe->rebuffer_time_us == 3'000'000 && e.qoe->mean_bitrate_bps == 9 &&
                e.qoe->switches == 4 && e.qoe->dropped_frames == 5 && e.qoe->shown_frames == 6 &&
                e.qoe->bytes == 7 && e.qoe->wasted_bytes == 8 && e.qoe->start_wait_us == 100'000 &&
                e.qoe->is_offline == 1 && e.qoe->errors == 11 &&
                std::abs(e.qoe->rebuffer_ratio - 3.0 / 63) < 1e-9;
       }},
      {"summary without a picture", Summary{}, PLAYHEAD_EVENT_SUMMARY,
       [](auto& e) {
         return e.qoe != nullptr && e.qoe->has_startup == 0 && e.qoe->session_us == -1;
       }},
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
    if (c.type != PLAYHEAD_EVENT_WARNING && c.type != PLAYHEAD_EVENT_FAILED &&
        c.type != PLAYHEAD_EVENT_THUMBNAIL && c.type != PLAYHEAD_EVENT_DRM_FELL_BACK) {
      CHECK(event.error_code == 0);
      CHECK(std::strlen(event.message) == 0);
    }
    if (c.type != PLAYHEAD_EVENT_SUMMARY && c.type != PLAYHEAD_EVENT_FIRST_FRAME) {
      CHECK(event.qoe == nullptr);
    }
    CHECK((event.cues != nullptr) == (c.type == PLAYHEAD_EVENT_CUES_CHANGED));
    CHECK((event.metadata != nullptr) == (c.type == PLAYHEAD_EVENT_TIMED_METADATA));
  }
  CHECK(std::size(cases) >= std::variant_size_v<EventPayload>);
}
