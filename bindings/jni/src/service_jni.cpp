// SPDX-License-Identifier: Apache-2.0
#include "arrays.h"
#include "native.h"

namespace playhead::jni {
namespace {

playhead_service* service_of(jlong number) { return handle<playhead_service>(number); }

jobject row_of(JNIEnv* env, const playhead_answer* answer, int32_t number, playhead_row& row) {
  if (playhead_answer_row(answer, number, &row) != PLAYHEAD_OK) return nullptr;
  const jobject made = to_java(env, row);
  if (made == nullptr) return nullptr;
  const auto item = [&](int32_t i, playhead_item& out) {
    return playhead_answer_item(answer, number, i, &out) == PLAYHEAD_OK ? to_java(env, out) : nullptr;
  };
  set_object<playhead_row>(env, made, "items", "[Lorg/playhead/Item;", array_of<playhead_item>(env, row.item_count, item));
  return made;
}

jobject title_of(JNIEnv* env, const playhead_answer* answer) {
  playhead_title title = PLAYHEAD_TITLE_INIT;
  if (playhead_answer_title(answer, &title) != PLAYHEAD_OK) return nullptr;
  const jobject made = to_java(env, title);
  if (made == nullptr) return nullptr;
  const auto chapter = [&](int32_t i, playhead_chapter& out) {
    return playhead_answer_chapter(answer, i, &out) == PLAYHEAD_OK ? to_java(env, out) : nullptr;
  };
  set_object<playhead_title>(env, made, "chapters", "[Lorg/playhead/Chapter;",
                             array_of<playhead_chapter>(env, title.chapter_count, chapter));
  return made;
}

jobject answer_of(JNIEnv* env, const playhead_answer* answer) {
  playhead_answer_info info = PLAYHEAD_ANSWER_INFO_INIT;
  if (playhead_answer_get(answer, &info) != PLAYHEAD_OK) return nullptr;
  const jobject made = to_java(env, info);
  if (made == nullptr) return nullptr;
  const auto row = [&](int32_t i, playhead_row& out) { return row_of(env, answer, i, out); };
  const auto profile = [&](int32_t i, playhead_profile& out) {
    return playhead_answer_profile(answer, i, &out) == PLAYHEAD_OK ? to_java(env, out) : nullptr;
  };
  set_object<playhead_answer_info>(env, made, "rows", "[Lorg/playhead/Row;",
                                   array_of<playhead_row>(env, info.row_count, row));
  set_object<playhead_answer_info>(env, made, "profiles", "[Lorg/playhead/Profile;",
                                   array_of<playhead_profile>(env, info.profile_count, profile));
  const jobject title = info.has_title != 0 ? title_of(env, answer) : nullptr;
  set_object<playhead_answer_info>(env, made, "title", "Lorg/playhead/Title;", title);
  return made;
}

void answered(void* user, uint64_t user_tag, playhead_answer* answer) {
  Call call(user);
  const jobject made = answer_of(call.env, answer);
  playhead_answer_release(answer);
  if (made != nullptr) call.env->CallVoidMethod(call.object, methods().answered, static_cast<jlong>(user_tag), made);
}

}  // namespace
}  // namespace playhead::jni

using namespace playhead::jni;

PLAYHEAD_NATIVE(jlong, serviceOpen)(JNIEnv* env, jclass, jlong client, jobject desk) {
  playhead_service_listener listener = PLAYHEAD_SERVICE_LISTENER_INIT;
  listener.user = lend(env, desk);
  listener.destroy = give_back;
  listener.answered = answered;
  playhead_service* service = nullptr;
  check(env, playhead_service_open(handle<playhead_client>(client), &listener, &service));
  return number(service);
}
PLAYHEAD_NATIVE(void, serviceClose)(JNIEnv*, jclass, jlong service) { playhead_service_close(service_of(service)); }

PLAYHEAD_NATIVE(void, serviceHome)(JNIEnv* env, jclass, jlong service, jstring cursor, jint limit, jlong tag) {
  check(env, playhead_service_home(service_of(service), c_text(env, cursor).c_str(), limit, static_cast<uint64_t>(tag)));
}
PLAYHEAD_NATIVE(void, serviceSearch)(JNIEnv* env, jclass, jlong service, jstring words, jint limit, jlong tag) {
  check(env, playhead_service_search(service_of(service), c_text(env, words).c_str(), limit, static_cast<uint64_t>(tag)));
}
PLAYHEAD_NATIVE(void, serviceTitle)(JNIEnv* env, jclass, jlong service, jstring title, jlong tag) {
  check(env, playhead_service_title(service_of(service), c_text(env, title).c_str(), static_cast<uint64_t>(tag)));
}
PLAYHEAD_NATIVE(void, serviceContinueWatching)(JNIEnv* env, jclass, jlong service, jint limit, jlong tag) {
  check(env, playhead_service_continue_watching(service_of(service), limit, static_cast<uint64_t>(tag)));
}
PLAYHEAD_NATIVE(void, serviceRecommendations)
(JNIEnv* env, jclass, jlong service, jint limit, jint device, jint offset, jlong tag) {
  check(env, playhead_service_recommendations(service_of(service), limit, device, offset, static_cast<uint64_t>(tag)));
}
PLAYHEAD_NATIVE(void, serviceRate)(JNIEnv* env, jclass, jlong service, jstring title, jint stars, jlong tag) {
  check(env, playhead_service_rate(service_of(service), c_text(env, title).c_str(), stars, static_cast<uint64_t>(tag)));
}
PLAYHEAD_NATIVE(void, serviceProfiles)(JNIEnv* env, jclass, jlong service, jlong tag) {
  check(env, playhead_service_profiles(service_of(service), static_cast<uint64_t>(tag)));
}
PLAYHEAD_NATIVE(void, servicePutProfile)(JNIEnv* env, jclass, jlong service, jobject change, jlong tag) {
  playhead_profile_change made = PLAYHEAD_PROFILE_CHANGE_INIT;
  Texts texts;
  from_java(env, change, made, texts);
  check(env, playhead_service_put_profile(service_of(service), &made, static_cast<uint64_t>(tag)));
}
PLAYHEAD_NATIVE(void, serviceChooseProfile)(JNIEnv* env, jclass, jlong service, jstring profile, jstring pin, jlong tag) {
  check(env, playhead_service_choose_profile(service_of(service), c_text(env, profile).c_str(),
                                             c_text(env, pin).c_str(), static_cast<uint64_t>(tag)));
}
