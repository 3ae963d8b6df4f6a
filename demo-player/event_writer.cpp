// SPDX-License-Identifier: Apache-2.0
#include "event_writer.h"

#include <array>

#include <nlohmann/json.hpp>

namespace demo {
namespace {

using Json = nlohmann::ordered_json;  // keeps t_ms and event in front

double to_seconds(int64_t us) { return static_cast<double>(us) / 1e6; }

Json line_of(int64_t t_us, const char* name) {
  Json line;
  line["t_ms"] = t_us / 1000;
  line["event"] = name;
  return line;
}

// Text from manifests may be no UTF-8; it must not spoil the line.
std::string to_text(const Json& line) {
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const char* track_name(int32_t track) {
  constexpr std::array<const char*, 3> kNames{"video", "audio", "text"};
  return track >= 0 && track < 3 ? kNames[static_cast<std::size_t>(track)] : "unknown";
}

const char* reason_name(int32_t reason) {
  constexpr std::array<const char*, 7> kNames{"initial", "throughput", "buffer", "manual",
                                              "period",  "failure",    "limit"};
  return reason >= 0 && reason < 7 ? kNames[static_cast<std::size_t>(reason)] : "unknown";
}

// What each event tells; one row and one function for each.
using Fill = void (*)(Json&, const playhead_event&);

void fill_start(Json& line, const playhead_event& event) {
  line["url"] = event.url;
  line["title_id"] = event.title_id;
  line["is_next"] = event.is_next != 0;
}
void fill_manifest(Json& line, const playhead_event& event) {
  line["url"] = event.url;
  line["ms"] = event.elapsed_us / 1000;
  line["duration_s"] =
      event.has_duration != 0 ? Json(to_seconds(event.duration_us)) : Json(nullptr);
  line["video_representations"] = event.video_representations;
  line["audio_tracks"] = event.audio_tracks;
  line["text_tracks"] = event.text_tracks;
}
// Steps of the start, since its beginning; null where there was none.
void fill_steps(Json& line, const playhead_qoe& qoe) {
  const auto add = [&](const char* name, int64_t us) {
    line[name] = us >= 0 ? Json(us / 1000) : Json(nullptr);
  };
  add("session_ms", qoe.session_us);
  add("manifest_ms", qoe.manifest_us);
  add("license_ms", qoe.license_us);
  add("first_byte_ms", qoe.first_byte_us);
  line["startup_bytes"] = qoe.startup_bytes;
}
void fill_first_frame(Json& line, const playhead_event& event) {
  line["startup_ms"] = event.elapsed_us / 1000;
  if (event.qoe != nullptr) fill_steps(line, *event.qoe);
  line["width"] = event.width;
  line["height"] = event.height;
  line["position_s"] = to_seconds(event.position_us);
}
void fill_representation(Json& line, const playhead_event& event) {
  line["bitrate"] = event.bitrate_bps > 0 ? Json(event.bitrate_bps) : Json(nullptr);
  line["width"] = event.width;
  line["height"] = event.height;
  line["reason"] = reason_name(event.reason);
  line["id"] = event.id;
}
void fill_segment(Json& line, const playhead_event& event) {
  line["url"] = event.url;
  line["bytes"] = event.bytes;
  line["ms"] = event.elapsed_us / 1000;
  line["track"] = track_name(event.track);
  line["number"] = event.number;
  line["start_s"] = to_seconds(event.target_us);
}
void fill_seek_start(Json& line, const playhead_event& event) {
  line["target_s"] = to_seconds(event.target_us);
}
void fill_seek_done(Json& line, const playhead_event& event) {
  line["position_s"] = to_seconds(event.target_us);
  line["ms"] = event.elapsed_us / 1000;
}
void fill_resumed(Json& line, const playhead_event& event) {
  line["position_s"] = to_seconds(event.position_us);
}
void fill_progress(Json& line, const playhead_event& event) {
  line["position_s"] = to_seconds(event.target_us);
  line["title_id"] = event.title_id;
}
void fill_jump(Json& line, const playhead_event& event) {
  line["from_s"] = to_seconds(event.from_us);
  line["to_s"] = to_seconds(event.target_us);
  line["reason"] = event.reason == PLAYHEAD_JUMP_GAP ? "gap" : "behind_window";
}
void fill_rate(Json& line, const playhead_event& event) {
  line["position_s"] = to_seconds(event.position_us);
  line["from"] = event.from_rate;
  line["to"] = event.to_rate;
}
void fill_drm(Json& line, const playhead_event& event) {
  line["to"] = event.id;
  line["error"] = event.error_name;
}
const char* name_of_rule(int32_t reason) {
  if (reason == PLAYHEAD_PICTURE_RULE_LICENSE) return "license";
  return reason == PLAYHEAD_PICTURE_RULE_DISPLAY ? "display" : "security_level";
}
void fill_security(Json& line, const playhead_event& event) {
  line["level"] = event.count;
  line["max_height"] = event.height;
  line["rule"] = name_of_rule(event.reason);
}
void fill_thumbnail(Json& line, const playhead_event& event) {
  if (event.thumbnail == nullptr) {
    line["error"] = event.error_name;
    return;
  }
  const playhead_thumbnail& picture = *event.thumbnail;
  line["start_s"] = to_seconds(picture.start_us);
  line["duration_s"] = to_seconds(picture.duration_us);
  line["x"] = picture.x;
  line["y"] = picture.y;
  line["width"] = picture.width;
  line["height"] = picture.height;
  line["bytes"] = picture.image_bytes;
}
void fill_ended(Json& line, const playhead_event& event) {
  line["goes_on"] = event.goes_on != 0;
  line["position_s"] = to_seconds(event.position_us);
}
void fill_error(Json& line, const playhead_event& event) {
  line["code"] = event.error_name;
  line["number"] = event.error_code;
  line["detail"] = event.error_detail;
  line["message"] = event.message;
}
// Times nobody knows are null.
Json seconds_or_null(int64_t us) { return us == INT64_MAX ? Json(nullptr) : Json(to_seconds(us)); }

void fill_cues(Json& line, const playhead_event& event) {
  line["position_s"] = to_seconds(event.position_us);
  line["cues"] = Json::array();
  for (int32_t i = 0; i < playhead_cues_count(event.cues); ++i) {
    playhead_cue cue = PLAYHEAD_CUE_INIT;
    if (playhead_cues_get(event.cues, i, &cue) != PLAYHEAD_OK) continue;
    Json told;
    told["text"] = cue.text;
    told["start_s"] = to_seconds(cue.start_us);
    told["end_s"] = seconds_or_null(cue.end_us);
    line["cues"].push_back(std::move(told));
  }
}
void fill_metadata(Json& line, const playhead_event& event) {
  const playhead_metadata& metadata = *event.metadata;
  line["position_s"] = to_seconds(event.position_us);
  line["scheme"] = metadata.scheme;
  line["value"] = metadata.value;
  line["id"] = metadata.id;
  line["start_s"] = to_seconds(metadata.start_us);
  line["duration_s"] =
      metadata.has_duration != 0 ? Json(to_seconds(metadata.duration_us)) : Json(nullptr);
  line["bytes"] = metadata.message_bytes;
  line["attributes"] = Json::object();
  for (int32_t i = 0; i < metadata.attribute_count; ++i) {
    line["attributes"][metadata.attribute_names[i]] = metadata.attribute_values[i];
  }
}
void fill_dropped(Json& line, const playhead_event& event) { line["count"] = event.count; }

struct Row {
  int32_t type;
  const char* name;
  Fill fill;
};
constexpr std::array<Row, 19> kRows{
    {{PLAYHEAD_EVENT_LOAD_STARTED, "start", fill_start},
     {PLAYHEAD_EVENT_MANIFEST_LOADED, "manifest_loaded", fill_manifest},
     {PLAYHEAD_EVENT_FIRST_FRAME, "first_frame", fill_first_frame},
     {PLAYHEAD_EVENT_REPRESENTATION_CHANGED, "representation_changed", fill_representation},
     {PLAYHEAD_EVENT_SEGMENT_LOADED, "segment_loaded", fill_segment},
     {PLAYHEAD_EVENT_SEEK_STARTED, "seek_start", fill_seek_start},
     {PLAYHEAD_EVENT_SEEK_DONE, "seek_done", fill_seek_done},
     {PLAYHEAD_EVENT_PROGRESS_SENT, "progress_sent", fill_progress},
     {PLAYHEAD_EVENT_POSITION_JUMPED, "jumped", fill_jump},
     {PLAYHEAD_EVENT_CUES_CHANGED, "cues_changed", fill_cues},
     {PLAYHEAD_EVENT_TIMED_METADATA, "metadata", fill_metadata},
     {PLAYHEAD_EVENT_RATE_CHANGED, "rate_changed", fill_rate},
     {PLAYHEAD_EVENT_THUMBNAIL, "thumbnail", fill_thumbnail},
     {PLAYHEAD_EVENT_DRM_FELL_BACK, "drm_fell_back", fill_drm},
     {PLAYHEAD_EVENT_SECURITY_LEVEL, "security_level", fill_security},
     {PLAYHEAD_EVENT_ENDED, "ended", fill_ended},
     {PLAYHEAD_EVENT_WARNING, "warning", fill_error},
     {PLAYHEAD_EVENT_FAILED, "error", fill_error},
     {PLAYHEAD_EVENT_EVENTS_DROPPED, "events_dropped", fill_dropped}}};

}  // namespace

std::vector<std::string> EventFormatter::lines(int64_t t_us, const playhead_event& event,
                                               bool has_own_start) {
  if (event.type == PLAYHEAD_EVENT_STATE_CHANGED) return state_lines(t_us, event);
  std::vector<std::string> lines;
  const auto add = [&](const char* name, Fill fill) {
    Json line = line_of(t_us, name);
    fill(line, event);
    lines.push_back(to_text(line));
  };
  if (event.type == PLAYHEAD_EVENT_SESSION_STARTED) saved_us_ = event.target_us;
  // Only now it is known whether the saved position is one to go on from.
  if (event.type == PLAYHEAD_EVENT_MANIFEST_LOADED && saved_us_ > 0 && event.position_us > 0 &&
      !has_own_start) {
    add("resumed", fill_resumed);
  }
  for (const Row& row : kRows) {
    if (row.type == event.type) add(row.name, row.fill);
  }
  return lines;
}

std::vector<std::string> EventFormatter::state_lines(int64_t t_us, const playhead_event& event) {
  std::vector<std::string> lines;
  const auto add = [&](const char* name, bool has_ms) {
    Json line = line_of(t_us, name);
    line["position_s"] = to_seconds(event.position_us);
    if (has_ms) line["ms"] = (t_us - rebuffer_begin_us_) / 1000;
    lines.push_back(to_text(line));
  };
  if (event.from_state == PLAYHEAD_STATE_REBUFFERING &&
      event.to_state != PLAYHEAD_STATE_REBUFFERING) {
    add("rebuffer_end", true);
  }
  if (event.to_state == PLAYHEAD_STATE_PLAYING) add("playing", false);
  if (event.to_state == PLAYHEAD_STATE_PAUSED) add("paused", false);
  if (event.to_state == PLAYHEAD_STATE_REBUFFERING) {
    rebuffer_begin_us_ = t_us;
    add("rebuffer_start", false);
  }
  return lines;
}

std::string EventFormatter::summary(int64_t t_us, const playhead_qoe& qoe) {
  Json line = line_of(t_us, "summary");
  line["startup_ms"] = qoe.has_startup != 0 ? Json(qoe.startup_us / 1000) : Json(nullptr);
  fill_steps(line, qoe);
  line["start_wait_ms"] = qoe.start_wait_us / 1000;
  line["play_s"] = to_seconds(qoe.play_time_us);
  line["rebuffer_count"] = qoe.rebuffer_count;
  line["rebuffer_s"] = to_seconds(qoe.rebuffer_time_us);
  line["rebuffer_ratio"] = qoe.rebuffer_ratio;
  line["errors"] = qoe.errors;
  line["mean_bitrate"] = qoe.mean_bitrate_bps;
  line["switches"] = qoe.switches;
  line["dropped_frames"] = qoe.dropped_frames;
  line["shown_frames"] = qoe.shown_frames;
  line["bytes"] = qoe.bytes;
  line["wasted_bytes"] = qoe.wasted_bytes;
  return to_text(line);
}

bool EventWriter::open(const std::string& path) {
  if (path.empty()) return true;
  file_.reset(path == "-" ? stdout : std::fopen(path.c_str(), "w"));
  return file_ != nullptr;
}

void EventWriter::write(const std::string& line) {
  if (file_ == nullptr) return;
  std::fprintf(file_.get(), "%s\n", line.c_str());
  std::fflush(file_.get());
}

}  // namespace demo
