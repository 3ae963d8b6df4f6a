// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

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

}  // namespace playhead::jni
