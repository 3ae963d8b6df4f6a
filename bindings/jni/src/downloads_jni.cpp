// SPDX-License-Identifier: Apache-2.0
#include "arrays.h"
#include "native.h"

namespace playhead::jni {
namespace {

playhead_downloads* downloads_of(jlong number) { return handle<playhead_downloads>(number); }

void changed(void* user, const playhead_download* download) {
  Call call(user);
  const jobject made = to_java(call.env, *download);
  if (made != nullptr) call.env->CallVoidMethod(call.object, methods().changed, made);
}
void removed(void* user, const char* id) {
  Call call(user);
  call.env->CallVoidMethod(call.object, methods().removed, java_text(call.env, id));
}

jobjectArray take_list(JNIEnv* env, playhead_download_list* list) {
  const auto get = [&](int32_t i, playhead_download& out) {
    return playhead_download_list_get(list, i, &out) == PLAYHEAD_OK ? to_java(env, out) : nullptr;
  };
  const jobjectArray made = array_of<playhead_download>(env, playhead_download_list_count(list), get);
  playhead_download_list_release(list);
  return made;
}

}  // namespace
}  // namespace playhead::jni

using namespace playhead::jni;

PLAYHEAD_NATIVE(jlong, downloadsOpen)(JNIEnv* env, jclass, jlong client, jobject config, jobject desk) {
  playhead_downloads_config made = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
  playhead_download_listener listener = PLAYHEAD_DOWNLOAD_LISTENER_INIT;
  Texts texts;
  from_java(env, config, made, texts);
  listener.user = lend(env, desk);
  listener.destroy = give_back;
  listener.changed = changed;
  listener.removed = removed;
  made.listener = &listener;
  playhead_downloads* downloads = nullptr;
  check(env, playhead_downloads_open(handle<playhead_client>(client), &made, &downloads));
  return number(downloads);
}
PLAYHEAD_NATIVE(void, downloadsClose)(JNIEnv* env, jclass, jlong downloads) {
  check(env, playhead_downloads_close(downloads_of(downloads)));
}

PLAYHEAD_NATIVE(jstring, downloadsAdd)(JNIEnv* env, jclass, jlong downloads, jobject request) {
  playhead_download_request made = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  Texts texts;
  from_java(env, request, made, texts);
  char id[PLAYHEAD_DOWNLOAD_ID_BYTES];
  uint64_t needed = 0;
  if (!check(env, playhead_downloads_add(downloads_of(downloads), &made, id, sizeof id, &needed))) return nullptr;
  return java_text(env, id);
}

#define PLAYHEAD_OF_ONE(name, function)                                                   \
  PLAYHEAD_NATIVE(void, name)(JNIEnv * env, jclass, jlong downloads, jstring id) {        \
    check(env, function(downloads_of(downloads), c_text(env, id).c_str()));            \
  }
PLAYHEAD_OF_ONE(downloadsPause, playhead_downloads_pause)
PLAYHEAD_OF_ONE(downloadsResume, playhead_downloads_resume)
PLAYHEAD_OF_ONE(downloadsRemove, playhead_downloads_remove)
PLAYHEAD_OF_ONE(downloadsRenew, playhead_downloads_renew)
PLAYHEAD_OF_ONE(downloadsVerify, playhead_downloads_verify)
#undef PLAYHEAD_OF_ONE

PLAYHEAD_NATIVE(void, downloadsSetPriority)(JNIEnv* env, jclass, jlong downloads, jstring id, jint priority) {
  check(env, playhead_downloads_set_priority(downloads_of(downloads), c_text(env, id).c_str(), priority));
}
PLAYHEAD_NATIVE(void, downloadsSetConditions)(JNIEnv* env, jclass, jlong downloads, jobject conditions) {
  playhead_download_conditions made = PLAYHEAD_DOWNLOAD_CONDITIONS_INIT;
  Texts texts;
  from_java(env, conditions, made, texts);
  check(env, playhead_downloads_set_conditions(downloads_of(downloads), &made));
}

PLAYHEAD_NATIVE(jobjectArray, downloadsList)(JNIEnv* env, jclass, jlong downloads) {
  playhead_download_list* list = nullptr;
  return check(env, playhead_downloads_list(downloads_of(downloads), &list)) ? take_list(env, list) : nullptr;
}
// Null: there is none of that id.
PLAYHEAD_NATIVE(jobject, downloadsFind)(JNIEnv* env, jclass, jlong downloads, jstring id) {
  playhead_download_list* list = nullptr;
  playhead_download download = PLAYHEAD_DOWNLOAD_INIT;
  const playhead_status status = playhead_downloads_find(downloads_of(downloads), c_text(env, id).c_str(), &list);
  if (status == -PLAYHEAD_ERROR_NOT_FOUND || !check(env, status)) return nullptr;
  const bool is_there = playhead_download_list_get(list, 0, &download) == PLAYHEAD_OK;
  const jobject made = is_there ? to_java(env, download) : nullptr;
  playhead_download_list_release(list);
  return made;
}
