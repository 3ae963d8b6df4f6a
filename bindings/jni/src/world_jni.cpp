// SPDX-License-Identifier: Apache-2.0
// HTTP, storage and a clock of Java's as C tables.
#include <deque>
#include <string>
#include <vector>

#include "arrays.h"
#include "native.h"

namespace playhead::jni {
namespace {

playhead_transfer* transfer_of(jlong number) { return handle<playhead_transfer>(number); }

void start(void* user, playhead_transfer* transfer, const playhead_transfer_request* request) {
  Call call(user);
  const jobject described = to_java(call.env, *request);
  int32_t words = 0;
  while (request->headers[words] != nullptr) ++words;
  const jobjectArray headers = described == nullptr ? nullptr : array_of_texts(call.env, request->headers, words);
  const bool has_body = headers != nullptr && request->body != nullptr;
  const jbyteArray body = has_body ? java_bytes(call.env, request->body, request->body_bytes) : nullptr;
  if (headers == nullptr || call.env->ExceptionCheck() == JNI_TRUE) {
    call.failed();
    static_cast<void>(playhead_transfer_finish(transfer, -PLAYHEAD_ERROR_CONNECTION_LOST, nullptr, 0));
    return;
  }
  set_object<playhead_transfer_request>(call.env, described, "headers", "[Ljava/lang/String;", headers);
  set_object<playhead_transfer_request>(call.env, described, "body", "[B", body);
  call.env->CallVoidMethod(call.object, methods().start_transfer, described, number(transfer));
}
template <jmethodID Methods::*Method>
void tell(void* user, playhead_transfer* transfer) {
  Call call(user);
  call.env->CallVoidMethod(call.object, methods().*Method, number(transfer));
}
void preconnect(void* user, const char* url) {
  Call call(user);
  call.env->CallVoidMethod(call.object, methods().preconnect, java_text(call.env, url));
}
void network_changed(void* user) {
  Call call(user);
  call.env->CallVoidMethod(call.object, methods().network_changed);
}

// `value` of each write, as an array of arrays; null with a Java exception.
template <typename Value>
jobjectArray array_of_writes(JNIEnv* env, const char* type, const playhead_store_write* const* writes, jsize count,
                             Value value) {
  const jclass element = env->FindClass(type);
  const jobjectArray made = element == nullptr ? nullptr : env->NewObjectArray(count, element, nullptr);
  for (jsize i = 0; made != nullptr && i < count; ++i) {
    const jobject one = value(*writes[i]);
    env->SetObjectArrayElement(made, i, one);
    env->DeleteLocalRef(one);
  }
  env->DeleteLocalRef(element);
  return made;
}

playhead_status write(void* user, const playhead_store_write* const* writes, uint64_t count, uint64_t* out_version) {
  Call call(user);
  JNIEnv* const env = call.env;
  const auto size = static_cast<jsize>(count);
  std::vector<jint> kinds;
  std::vector<jlong> versions;
  for (uint64_t i = 0; i < count; ++i) {
    kinds.push_back(writes[i]->kind);
    versions.push_back(static_cast<jlong>(writes[i]->version));
  }
  const jintArray all_kinds = env->NewIntArray(size);
  const jlongArray all_versions = all_kinds == nullptr ? nullptr : env->NewLongArray(size);
  if (all_versions == nullptr) return -PLAYHEAD_ERROR_STORE_IO;
  env->SetIntArrayRegion(all_kinds, 0, size, kinds.data());
  env->SetLongArrayRegion(all_versions, 0, size, versions.data());
  const jobjectArray collections =
      array_of_writes(env, "java/lang/String", writes, size,
                      [&](const playhead_store_write& one) -> jobject { return java_text(env, one.collection); });
  const jobjectArray keys =
      array_of_writes(env, "[B", writes, size, [&](const playhead_store_write& one) -> jobject {
        return java_bytes(env, one.key, static_cast<std::size_t>(one.key_bytes));
      });
  const jobjectArray values =
      array_of_writes(env, "[B", writes, size, [&](const playhead_store_write& one) -> jobject {
        return java_bytes(env, one.value, static_cast<std::size_t>(one.value_bytes));
      });
  if (call.failed()) return -PLAYHEAD_ERROR_STORE_IO;
  const jlong version =
      env->CallLongMethod(call.object, methods().write_records, all_kinds, collections, keys, values, all_versions);
  if (call.failed()) return -PLAYHEAD_ERROR_STORE_IO;
  *out_version = static_cast<uint64_t>(version);
  return PLAYHEAD_OK;
}

playhead_status list(void* user, const char* collection, const void* after_key, uint64_t after_key_bytes, int32_t limit,
                     playhead_store_page* page) {
  Call call(user);
  const jbyteArray after = java_bytes(call.env, after_key, static_cast<std::size_t>(after_key_bytes));
  if (after == nullptr) return -PLAYHEAD_ERROR_STORE_IO;
  call.env->CallVoidMethod(call.object, methods().list_records, java_text(call.env, collection), after,
                           static_cast<jint>(limit), number(page));
  return call.failed() ? -PLAYHEAD_ERROR_STORE_IO : PLAYHEAD_OK;
}

int64_t now_us(void* user) {
  Call call(user);
  const jlong now = call.env->CallLongMethod(call.object, methods().now_us);
  return call.failed() ? 0 : now;
}

// Answers whether there is room for more; throws what is refused.
jboolean has_room(JNIEnv* env, playhead_status status) {
  if (status == PLAYHEAD_TRANSFER_WAIT) return JNI_FALSE;
  check(env, status);
  return JNI_TRUE;
}

}  // namespace

playhead_transport make_transport(JNIEnv* env, jobject desk) {
  playhead_transport table = PLAYHEAD_TRANSPORT_INIT;
  table.user = lend(env, desk);
  table.destroy = give_back;
  table.start = start;
  table.cancel = tell<&Methods::cancel_transfer>;
  table.resume = tell<&Methods::resume_transfer>;
  table.preconnect = preconnect;
  table.network_changed = network_changed;
  return table;
}
playhead_store make_store(JNIEnv* env, jobject desk) {
  playhead_store table = PLAYHEAD_STORE_INIT;
  table.user = lend(env, desk);
  table.destroy = give_back;
  table.write = write;
  table.list = list;
  return table;
}
playhead_clock make_clock(JNIEnv* env, jobject clock) {
  playhead_clock table = PLAYHEAD_CLOCK_INIT;
  table.user = lend(env, clock);
  table.destroy = give_back;
  table.now_us = now_us;
  return table;
}

}  // namespace playhead::jni

using namespace playhead::jni;

PLAYHEAD_NATIVE(void, transferSent)(JNIEnv* env, jclass, jlong transfer) {
  check(env, playhead_transfer_sent(transfer_of(transfer)));
}
PLAYHEAD_NATIVE(jboolean, transferHead)(JNIEnv* env, jclass, jlong transfer, jint status, jobjectArray headers) {
  std::deque<std::string> texts;
  std::vector<const char*> words;
  for (jsize i = 0; i < env->GetArrayLength(headers); ++i) {
    const auto word = static_cast<jstring>(env->GetObjectArrayElement(headers, i));
    words.push_back(texts.emplace_back(c_text(env, word)).c_str());
    env->DeleteLocalRef(word);
  }
  words.push_back(nullptr);
  return has_room(env, playhead_transfer_head(transfer_of(transfer), status, words.data()));
}
PLAYHEAD_NATIVE(jboolean, transferBody)
(JNIEnv* env, jclass, jlong transfer, jbyteArray bytes, jint offset, jint length) {
  std::vector<jbyte> piece(static_cast<std::size_t>(length < 0 ? 0 : length));
  env->GetByteArrayRegion(bytes, offset, length, piece.data());
  if (env->ExceptionCheck() == JNI_TRUE) return JNI_FALSE;  // not in the array
  return has_room(env, playhead_transfer_body(transfer_of(transfer), piece.data(), piece.size()));
}
PLAYHEAD_NATIVE(void, transferFinish)(JNIEnv* env, jclass, jlong transfer, jint status, jint detail) {
  check(env, playhead_transfer_finish(transfer_of(transfer), status, nullptr, detail));
}
PLAYHEAD_NATIVE(void, storePageAdd)
(JNIEnv* env, jclass, jlong page, jbyteArray key, jbyteArray value, jlong version) {
  const auto key_bytes = c_bytes(env, key), value_bytes = c_bytes(env, value);
  check(env, playhead_store_page_add(handle<playhead_store_page>(page), key_bytes.data(), key_bytes.size(),
                                     value_bytes.data(), value_bytes.size(), static_cast<uint64_t>(version)));
}
