// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mirror.h"

// Java's arrays of what C counts.
namespace playhead::jni {

// `get(index, out)` answers a status; what it refuses stays null. Null with a Java exception.
template <typename Struct, typename Get>
jobjectArray array_of(JNIEnv* env, int32_t count, Get get) {
  const jobjectArray made = env->NewObjectArray(count, mirror<Struct>().java_class(), nullptr);
  for (int32_t i = 0; made != nullptr && i < count; ++i) {
    Struct out = playhead_sized<Struct>();
    const jobject one = get(i, out);
    env->SetObjectArrayElement(made, i, one);
    env->DeleteLocalRef(one);
  }
  return made;
}

inline jobjectArray array_of_texts(JNIEnv* env, const char* const* texts, int32_t count) {
  const jclass text = env->FindClass("java/lang/String");
  const jobjectArray made = env->NewObjectArray(count, text, nullptr);
  for (int32_t i = 0; made != nullptr && i < count; ++i) {
    const jstring one = java_text(env, texts[i]);
    env->SetObjectArrayElement(made, i, one);
    env->DeleteLocalRef(one);
  }
  env->DeleteLocalRef(text);
  return made;
}

// Sets what the copy of a struct cannot say; `value` is let go of.
template <typename Struct>
void set_object(JNIEnv* env, jobject of, const char* name, const char* signature, jobject value) {
  const jfieldID field = env->GetFieldID(mirror<Struct>().java_class(), name, signature);
  if (field != nullptr) env->SetObjectField(of, field, value);
  env->DeleteLocalRef(value);
}

}  // namespace playhead::jni
