// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "arrays.h"
#include "native.h"

namespace playhead::jni {
namespace {

playhead_player* player_of(jlong number) { return handle<playhead_player>(number); }

jobjectArray cues_of(JNIEnv* env, const playhead_cues* cues) {
  return array_of<playhead_cue>(env, playhead_cues_count(cues), [&](int32_t i, playhead_cue& out) {
    return playhead_cues_get(cues, i, &out) == PLAYHEAD_OK ? to_java(env, out) : nullptr;
  });
}

jobject part_of(JNIEnv* env, jobject event, const char* name, const char* type) {
  return env->GetObjectField(event, env->GetFieldID(mirror<playhead_event>().java_class(), name, type));
}

void add_metadata(JNIEnv* env, jobject event, const playhead_metadata& from) {
  const jobject made = part_of(env, event, "metadata", "Lorg/playhead/Metadata;");
  if (made == nullptr) return;
  const auto set = [&](const char* name, const char* type, jobject value) {
    set_object<playhead_metadata>(env, made, name, type, value);
  };
  if (from.message != nullptr) set("message", "[B", java_bytes(env, from.message, from.message_bytes));
  set("attributeNames", "[Ljava/lang/String;", array_of_texts(env, from.attribute_names, from.attribute_count));
  set("attributeValues", "[Ljava/lang/String;", array_of_texts(env, from.attribute_values, from.attribute_count));
  env->DeleteLocalRef(made);
}

void add_thumbnail(JNIEnv* env, jobject event, const playhead_thumbnail& from) {
  const jobject made = part_of(env, event, "thumbnail", "Lorg/playhead/Thumbnail;");
  if (made == nullptr) return;
  if (from.image != nullptr) {
    set_object<playhead_thumbnail>(env, made, "image", "[B", java_bytes(env, from.image, from.image_bytes));
  }
  env->DeleteLocalRef(made);
}

template <typename Struct, typename Get>
jobject part(JNIEnv* env, Struct out, Get get) {
  return check(env, get(&out)) ? to_java(env, out) : nullptr;
}

}  // namespace
}  // namespace playhead::jni

using namespace playhead::jni;

PLAYHEAD_NATIVE(jlong, playerCreate)
(JNIEnv* env, jclass, jlong client, jobject config, jobject frame_desk, jobject audio_sink) {
  playhead_player_config made = PLAYHEAD_PLAYER_CONFIG_INIT;
  playhead_video_sink video = PLAYHEAD_VIDEO_SINK_INIT;
  playhead_audio_sink audio = PLAYHEAD_AUDIO_SINK_INIT;
  Texts texts;
  from_java(env, config, made, texts);
  if (frame_desk != nullptr) {
    video = make_video_sink(env, frame_desk);
    made.video = &video;
  }
  if (audio_sink != nullptr) {
    audio = make_audio_sink(env, audio_sink);
    made.audio = &audio;
  }
  playhead_player* player = nullptr;
  check(env, playhead_player_create(handle<playhead_client>(client), &made, &player));
  return number(player);
}
PLAYHEAD_NATIVE(void, playerDestroy)(JNIEnv*, jclass, jlong player) { playhead_player_destroy(player_of(player)); }

PLAYHEAD_NATIVE(void, playerSetWakeup)(JNIEnv* env, jclass, jlong player, jobject runnable) {
  const playhead_wakeup table = make_wakeup(env, runnable);
  check(env, playhead_player_set_wakeup(player_of(player), &table));
}

// Null when there is none, or the player is closed.
PLAYHEAD_NATIVE(jobject, playerNextEvent)(JNIEnv* env, jclass, jlong player) {
  playhead_event event = PLAYHEAD_EVENT_INIT;
  if (playhead_player_next_event(player_of(player), 0, &event) != PLAYHEAD_OK) return nullptr;
  const jobject made = to_java(env, event);
  if (made == nullptr) return nullptr;
  if (event.cues != nullptr) {
    set_object<playhead_event>(env, made, "cues", "[Lorg/playhead/Cue;", cues_of(env, event.cues));
  }
  if (event.metadata != nullptr) add_metadata(env, made, *event.metadata);
  if (event.thumbnail != nullptr) add_thumbnail(env, made, *event.thumbnail);
  return made;
}

// 0 load, 1 prepare, 2 set_next, as Native.java has them.
PLAYHEAD_NATIVE(void, playerSource)(JNIEnv* env, jclass, jlong player, jint what, jobject source) {
  playhead_source made = PLAYHEAD_SOURCE_INIT;
  Texts texts;
  from_java(env, source, made, texts);
  const playhead_source* const given = source == nullptr ? nullptr : &made;
  check(env, what == 0   ? playhead_player_load(player_of(player), given)
             : what == 1 ? playhead_player_prepare(player_of(player), given)
                         : playhead_player_set_next(player_of(player), given));
}

#define PLAYHEAD_COMMAND(name, function)                               \
  PLAYHEAD_NATIVE(void, name)(JNIEnv * env, jclass, jlong player) { \
    check(env, function(player_of(player)));                           \
  }
PLAYHEAD_COMMAND(playerPlay, playhead_player_play)
PLAYHEAD_COMMAND(playerPause, playhead_player_pause)
PLAYHEAD_COMMAND(playerStop, playhead_player_stop)
PLAYHEAD_COMMAND(playerPlayNext, playhead_player_play_next)
PLAYHEAD_COMMAND(playerGoLive, playhead_player_go_live)
#undef PLAYHEAD_COMMAND

#define PLAYHEAD_CHOICE(name, function)                                               \
  PLAYHEAD_NATIVE(void, name)(JNIEnv * env, jclass, jlong player, jstring id) {       \
    check(env, function(player_of(player), c_text(env, id).c_str()));              \
  }
PLAYHEAD_CHOICE(playerSelectRepresentation, playhead_player_select_representation)
PLAYHEAD_CHOICE(playerSelectAudio, playhead_player_select_audio)
PLAYHEAD_CHOICE(playerSelectText, playhead_player_select_text)
#undef PLAYHEAD_CHOICE

PLAYHEAD_NATIVE(void, playerSeek)
(JNIEnv* env, jclass, jlong player, jlong position_us, jlong user_tag, jboolean is_fast) {
  const auto tag = static_cast<uint64_t>(user_tag);
  check(env, is_fast == JNI_TRUE ? playhead_player_seek_fast(player_of(player), position_us, tag)
                                 : playhead_player_seek(player_of(player), position_us, tag));
}
PLAYHEAD_NATIVE(void, playerSetSpeed)(JNIEnv* env, jclass, jlong player, jdouble speed) {
  check(env, playhead_player_set_speed(player_of(player), speed));
}
PLAYHEAD_NATIVE(void, playerTrickPlay)(JNIEnv* env, jclass, jlong player, jint rate) {
  check(env, playhead_player_trick_play(player_of(player), rate));
}
PLAYHEAD_NATIVE(void, playerScrub)(JNIEnv* env, jclass, jlong player, jlong position_us) {
  check(env, playhead_player_scrub(player_of(player), position_us));
}
PLAYHEAD_NATIVE(void, playerSetSurface)(JNIEnv* env, jclass, jlong player, jboolean is_there) {
  check(env, playhead_player_set_surface(player_of(player), is_there));
}
PLAYHEAD_NATIVE(void, playerSetVolume)(JNIEnv* env, jclass, jlong player, jdouble volume) {
  check(env, playhead_player_set_volume(player_of(player), volume));
}
PLAYHEAD_NATIVE(void, playerSetLimits)(JNIEnv* env, jclass, jlong player, jobject limits) {
  playhead_limits made = PLAYHEAD_LIMITS_INIT;
  Texts texts;
  from_java(env, limits, made, texts);
  check(env, playhead_player_set_limits(player_of(player), &made));
}
PLAYHEAD_NATIVE(void, playerRequestThumbnail)(JNIEnv* env, jclass, jlong player, jlong position_us, jlong user_tag) {
  check(env, playhead_player_request_thumbnail(player_of(player), position_us, static_cast<uint64_t>(user_tag)));
}
PLAYHEAD_NATIVE(jlong, playerNowUs)(JNIEnv*, jclass, jlong player) { return playhead_player_now_us(player_of(player)); }

PLAYHEAD_NATIVE(jstring, playerDecisionLog)(JNIEnv* env, jclass, jlong player) {
  // It grows while something plays.
  std::string text(1U << 16U, '\0');
  for (;;) {
    uint64_t needed = 0;
    if (!check(env, playhead_player_decision_log(player_of(player), text.data(), text.size(), &needed))) return nullptr;
    if (needed <= text.size()) return java_text(env, text.c_str());
    text.resize(2 * needed);
  }
}

PLAYHEAD_NATIVE(jlong, snapshotTake)(JNIEnv* env, jclass, jlong player) {
  playhead_snapshot* snapshot = nullptr;
  check(env, playhead_player_snapshot(player_of(player), &snapshot));
  return number(snapshot);
}
PLAYHEAD_NATIVE(void, snapshotRelease)(JNIEnv*, jclass, jlong snapshot) {
  playhead_snapshot_release(handle<playhead_snapshot>(snapshot));
}
PLAYHEAD_NATIVE(jobject, snapshotStatus)(JNIEnv* env, jclass, jlong snapshot) {
  return part(env, playhead_player_status(PLAYHEAD_PLAYER_STATUS_INIT),
              [&](auto* out) { return playhead_snapshot_get_status(handle<playhead_snapshot>(snapshot), out); });
}
PLAYHEAD_NATIVE(jobject, snapshotQoe)(JNIEnv* env, jclass, jlong snapshot) {
  return part(env, playhead_qoe(PLAYHEAD_QOE_INIT),
              [&](auto* out) { return playhead_snapshot_get_qoe(handle<playhead_snapshot>(snapshot), out); });
}
PLAYHEAD_NATIVE(jobject, snapshotLive)(JNIEnv* env, jclass, jlong snapshot) {
  return part(env, playhead_live(PLAYHEAD_LIVE_INIT),
              [&](auto* out) { return playhead_snapshot_get_live(handle<playhead_snapshot>(snapshot), out); });
}
PLAYHEAD_NATIVE(jobject, snapshotRepresentation)(JNIEnv* env, jclass, jlong snapshot, jint index) {
  return part(env, playhead_representation(PLAYHEAD_REPRESENTATION_INIT), [&](auto* out) {
    return playhead_snapshot_get_representation(handle<playhead_snapshot>(snapshot), index, out);
  });
}
PLAYHEAD_NATIVE(jobject, snapshotTrack)(JNIEnv* env, jclass, jlong snapshot, jint index) {
  return part(env, playhead_track(PLAYHEAD_TRACK_INIT),
              [&](auto* out) { return playhead_snapshot_get_track(handle<playhead_snapshot>(snapshot), index, out); });
}
