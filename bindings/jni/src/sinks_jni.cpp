// SPDX-License-Identifier: Apache-2.0
#include "native.h"

namespace playhead::jni {
namespace {

void run(void* user) {
  Call call(user);
  call.env->CallVoidMethod(call.object, methods().run);
}

// Java gets a reference of its own, which Frame.close() gives back.
void show(void* user, playhead_frame* frame) {
  Call call(user);
  playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
  if (playhead_frame_get_info(frame, &info) != PLAYHEAD_OK) return;
  const jobject described = to_java(call.env, info);
  if (described == nullptr) return;
  playhead_frame* const kept = playhead_frame_retain(frame);
  call.env->CallVoidMethod(call.object, methods().show, number(kept), described);
  if (call.failed()) playhead_frame_release(kept);
}
void clear(void* user) {
  Call call(user);
  call.env->CallVoidMethod(call.object, methods().clear);
}

// Java's sink, and how many samples a frame of it has.
struct Speaker {
  void* sink;
  int32_t channels;
};
Speaker& speaker(void* user) { return *static_cast<Speaker*>(user); }

void give_speaker_back(void* user) {
  give_back(speaker(user).sink);
  delete &speaker(user);
}
playhead_status open(void* user, const playhead_audio_format* wanted, playhead_audio_format* opened) {
  Call call(speaker(user).sink);
  const jobject taken = call.env->CallObjectMethod(call.object, methods().open, static_cast<jint>(wanted->sample_rate),
                                                   static_cast<jint>(wanted->channels));
  if (call.failed() || taken == nullptr) return -PLAYHEAD_ERROR_AUDIO_OUTPUT;
  Texts none;
  from_java(call.env, taken, *opened, none);
  speaker(user).channels = opened->channels;
  return PLAYHEAD_OK;
}
void write(void* user, const float* samples, int64_t frames) {
  Call call(speaker(user).sink);
  const jlong bytes = frames * speaker(user).channels * static_cast<jlong>(sizeof(float));
  const jobject buffer = call.env->NewDirectByteBuffer(const_cast<float*>(samples), bytes);
  if (buffer == nullptr) return;
  call.env->CallVoidMethod(call.object, methods().write, buffer, static_cast<jlong>(frames));
}
int64_t frames_played(void* user, int64_t now_us) {
  Call call(speaker(user).sink);
  const jlong frames = call.env->CallLongMethod(call.object, methods().frames_played, static_cast<jlong>(now_us));
  return call.failed() ? 0 : frames;
}
void set_volume(void* user, double volume) {
  Call call(speaker(user).sink);
  call.env->CallVoidMethod(call.object, methods().set_volume, volume);
}
template <jmethodID Methods::*Method>
void tell(void* user) {
  Call call(speaker(user).sink);
  call.env->CallVoidMethod(call.object, methods().*Method);
}

}  // namespace

playhead_wakeup make_wakeup(JNIEnv* env, jobject runnable) {
  playhead_wakeup table = PLAYHEAD_WAKEUP_INIT;
  table.user = lend(env, runnable);
  table.destroy = give_back;
  table.wake = run;
  return table;
}

playhead_video_sink make_video_sink(JNIEnv* env, jobject desk) {
  playhead_video_sink table = PLAYHEAD_VIDEO_SINK_INIT;
  table.user = lend(env, desk);
  table.destroy = give_back;
  table.show = show;
  table.clear = clear;
  return table;
}

playhead_audio_sink make_audio_sink(JNIEnv* env, jobject sink) {
  playhead_audio_sink table = PLAYHEAD_AUDIO_SINK_INIT;
  table.user = new Speaker{lend(env, sink), 0};
  table.destroy = give_speaker_back;
  table.open = open;
  table.close = tell<&Methods::close>;
  table.write = write;
  table.frames_played = frames_played;
  table.pause = tell<&Methods::pause>;
  table.resume = tell<&Methods::resume>;
  table.flush = tell<&Methods::flush>;
  table.set_volume = set_volume;
  return table;
}

}  // namespace playhead::jni

using namespace playhead::jni;

PLAYHEAD_NATIVE(void, releaseFrame)(JNIEnv*, jclass, jlong frame) {
  playhead_frame_release(handle<playhead_frame>(frame));
}

// Rows of `strideOf` bytes; null for a plane that the format does not have.
PLAYHEAD_NATIVE(jobject, planeOf)(JNIEnv* env, jclass, jlong frame, jint plane) {
  playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
  if (!check(env, playhead_frame_get_info(handle<playhead_frame>(frame), &info))) return nullptr;
  if (plane < 0 || plane > 2 || info.planes[plane] == nullptr) return nullptr;
  const jlong rows = plane == 0 ? info.height : (info.height + 1) / 2;
  return env->NewDirectByteBuffer(const_cast<uint8_t*>(info.planes[plane]), rows * info.strides[plane]);
}
PLAYHEAD_NATIVE(jint, strideOf)(JNIEnv* env, jclass, jlong frame, jint plane) {
  playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
  if (!check(env, playhead_frame_get_info(handle<playhead_frame>(frame), &info))) return 0;
  return plane < 0 || plane > 2 ? 0 : info.strides[plane];
}
PLAYHEAD_NATIVE(jobject, appFrameOf)(JNIEnv* env, jclass, jlong frame) {
  playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
  if (!check(env, playhead_frame_get_info(handle<playhead_frame>(frame), &info))) return nullptr;
  return info.app_frame == nullptr ? nullptr : env->NewLocalRef(static_cast<jobject>(info.app_frame));
}
