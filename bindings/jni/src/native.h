// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "jvm.h"
#include "mirror.h"

// The native methods of org.playhead.Native.
#define PLAYHEAD_NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_playhead_Native_##name

namespace playhead::jni {

// Java keeps handles and pointers as numbers.
template <typename Handle>
Handle* handle(jlong number) {
  return reinterpret_cast<Handle*>(static_cast<intptr_t>(number));
}
inline jlong number(const void* handle) { return static_cast<jlong>(reinterpret_cast<intptr_t>(handle)); }

// Tables of callbacks that call a Java object, which they hold until the library lets go of them; null: none.
playhead_wakeup make_wakeup(JNIEnv* env, jobject runnable);
playhead_video_sink make_video_sink(JNIEnv* env, jobject desk);
playhead_audio_sink make_audio_sink(JNIEnv* env, jobject sink);
playhead_request_interceptor make_interceptor(JNIEnv* env, jobject interceptor);
playhead_transport make_transport(JNIEnv* env, jobject desk);
playhead_store make_store(JNIEnv* env, jobject desk);
playhead_clock make_clock(JNIEnv* env, jobject clock);
playhead_decoders make_decoders(JNIEnv* env, jobject desk, jint secure_tracks);

// A function that makes systems of what this DrmDesk makes, for as long as the process lives; null with a Java exception:
// there are 16 already.
playhead_cdm_entry_function entry_of(JNIEnv* env, jobject desk);

// Whole arrays of Java's, and of their copies; null with a Java exception.
inline jbyteArray java_bytes(JNIEnv* env, const void* from, std::size_t size) {
  const jbyteArray made = env->NewByteArray(static_cast<jsize>(size));
  if (made != nullptr) env->SetByteArrayRegion(made, 0, static_cast<jsize>(size), static_cast<const jbyte*>(from));
  return made;
}
inline std::vector<uint8_t> c_bytes(JNIEnv* env, jbyteArray from) {
  std::vector<uint8_t> bytes(from == nullptr ? 0 : static_cast<std::size_t>(env->GetArrayLength(from)));
  if (!bytes.empty()) {
    env->GetByteArrayRegion(from, 0, static_cast<jsize>(bytes.size()), reinterpret_cast<jbyte*>(bytes.data()));
  }
  return bytes;
}

}  // namespace playhead::jni
