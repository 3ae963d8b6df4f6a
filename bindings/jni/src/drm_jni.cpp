// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "native.h"

// DRM systems of Java, as tables of C functions.
namespace playhead::jni {
namespace {

// What the table of one system points to.
struct System {
  void* desk;
  const playhead_cdm_host* host = nullptr;
  std::string name;
  std::vector<uint8_t> ids;
  std::vector<std::string> formats;
  std::vector<const char*> format_texts;
  playhead_cdm_system table{};
};
System& system_of(void* user) { return *static_cast<System*>(user); }

struct Session {
  System* system;
  uint64_t number;
  void* desk;
};
Session& session_of(playhead_cdm_session* session) { return *reinterpret_cast<Session*>(session); }

void destroy(void* user) {
  const std::unique_ptr<System> system(&system_of(user));
  {
    Call call(system->desk);
    call.env->CallVoidMethod(call.object, methods().close_system);
  }
  give_back(system->desk);
}
int32_t start(void* user, const playhead_cdm_host* host, playhead_cdm_error*) {
  system_of(user).host = host;
  return 0;
}
int32_t query(void* user, uint32_t track, playhead_cdm_capabilities* capabilities) {
  Call call(system_of(user).desk);
  const auto said =
      static_cast<jintArray>(call.env->CallObjectMethod(call.object, methods().query, static_cast<jint>(track)));
  if (call.failed()) return -PLAYHEAD_CDM_MODULE;
  jint values[3] = {};
  call.env->GetIntArrayRegion(said, 0, 3, values);
  capabilities->level = static_cast<uint32_t>(std::max(0, values[0]));
  capabilities->schemes = static_cast<uint32_t>(values[1]);
  capabilities->can = PLAYHEAD_CDM_SECURE_DECODER;
  capabilities->max_sessions = static_cast<uint32_t>(std::max(1, values[2]));
  return 0;
}

int32_t open_session(void* user, uint64_t number_of_session, uint32_t kind, playhead_cdm_session** opened,
                     playhead_cdm_error*) {
  System& system = system_of(user);
  if (kind != PLAYHEAD_CDM_TEMPORARY) return -PLAYHEAD_CDM_NO_SYSTEM;
  Call call(system.desk);
  const jobject desk = call.env->CallObjectMethod(call.object, methods().open_session, number(system.host),
                                                  static_cast<jlong>(number_of_session));
  if (call.failed() || desk == nullptr) return -PLAYHEAD_CDM_MODULE;
  auto* const session = new Session{&system, number_of_session, lend(call.env, desk)};
  *opened = reinterpret_cast<playhead_cdm_session*>(session);
  return 0;
}
void close_session(playhead_cdm_session* given) {
  const std::unique_ptr<Session> session(&session_of(given));
  {
    Call call(session->desk);
    call.env->CallVoidMethod(call.object, methods().close_session);
  }
  give_back(session->desk);
}
int32_t request(playhead_cdm_session* session, uint32_t type, const uint8_t* init, size_t size, playhead_cdm_error*) {
  Call call(session_of(session).desk);
  const jint code = call.env->CallIntMethod(call.object, methods().request, static_cast<jint>(type),
                                            java_bytes(call.env, init, size));
  return call.failed() ? -PLAYHEAD_CDM_MODULE : -code;
}
void update(playhead_cdm_session* given, const uint8_t* response, size_t size, uint64_t token) {
  const Session& session = session_of(given);
  int32_t status = 0;
  {
    Call call(session.desk);
    const jint code = call.env->CallIntMethod(call.object, methods().update, java_bytes(call.env, response, size));
    status = call.failed() ? -PLAYHEAD_CDM_MODULE : -code;
  }
  const playhead_cdm_host& host = *session.system->host;
  host.updated(host.user, session.number, token, status, nullptr);
}

// False with a Java exception, or when it names too little.
bool read_names(JNIEnv* env, System& system) {
  const auto desk = static_cast<jobject>(system.desk);
  const auto name = static_cast<jstring>(env->CallObjectMethod(desk, methods().system_name));
  if (env->ExceptionCheck() == JNI_TRUE || name == nullptr) return false;
  system.name = c_text(env, name);
  const auto ids = static_cast<jbyteArray>(env->CallObjectMethod(desk, methods().system_ids));
  if (env->ExceptionCheck() == JNI_TRUE) return false;
  system.ids = c_bytes(env, ids);
  const auto formats = static_cast<jobjectArray>(env->CallObjectMethod(desk, methods().key_formats));
  if (env->ExceptionCheck() == JNI_TRUE || formats == nullptr) return false;
  for (jsize i = 0; i < env->GetArrayLength(formats); ++i) {
    system.formats.push_back(c_text(env, static_cast<jstring>(env->GetObjectArrayElement(formats, i))));
  }
  for (const std::string& format : system.formats) system.format_texts.push_back(format.c_str());
  return true;
}

int32_t make(jobject factory, const playhead_cdm_system** out) {
  Call call(factory);
  const jobject desk = call.env->CallObjectMethod(call.object, methods().make_system);
  if (call.failed() || desk == nullptr) return -PLAYHEAD_CDM_MODULE;
  auto system = std::make_unique<System>();
  system->desk = lend(call.env, desk);
  if (!read_names(call.env, *system)) {
    static_cast<void>(call.failed());
    destroy(system.release());
    return -PLAYHEAD_CDM_MODULE;
  }
  playhead_cdm_system& table = system->table;
  table.struct_size = sizeof table;
  table.abi_version = PLAYHEAD_CDM_ABI_VERSION;
  table.name = system->name.c_str();
  table.system_ids = system->ids.data();
  table.system_id_count = system->ids.size() / 16;
  table.key_formats = system->format_texts.data();
  table.key_format_count = system->format_texts.size();
  table.destroy = destroy;
  table.start = start;
  table.query = query;
  table.open_session = open_session;
  table.close = close_session;
  table.request = request;
  table.update = update;
  table.user = system.release();
  *out = &table;
  return 0;
}

// Functions that make systems are given nothing by which to know for whom: one for each factory.
constexpr std::size_t kFactories = 16;
std::mutex factories_mutex;
std::array<jobject, kFactories> factories{};  // under factories_mutex

template <std::size_t Slot>
int32_t entry(uint32_t min_abi, uint32_t max_abi, const playhead_cdm_system** system, playhead_cdm_error*) {
  if (PLAYHEAD_CDM_ABI_VERSION < min_abi || PLAYHEAD_CDM_ABI_VERSION > max_abi) return -PLAYHEAD_CDM_VERSION_MISMATCH;
  jobject factory = nullptr;
  {
    const std::lock_guard lock(factories_mutex);
    factory = factories[Slot];
  }
  return make(factory, system);
}

template <std::size_t... Slots>
constexpr std::array<playhead_cdm_entry_function, kFactories> all_entries(std::index_sequence<Slots...>) {
  return {entry<Slots>...};
}
constexpr auto kEntries = all_entries(std::make_index_sequence<kFactories>());

const playhead_cdm_host& host_of(jlong number) { return *handle<const playhead_cdm_host>(number); }

}  // namespace

playhead_cdm_entry_function entry_of(JNIEnv* env, jobject desk) {
  const std::lock_guard lock(factories_mutex);
  for (std::size_t i = 0; i < kFactories; ++i) {
    if (factories[i] == nullptr) factories[i] = static_cast<jobject>(lend(env, desk));
    if (env->IsSameObject(factories[i], desk) == JNI_TRUE) return kEntries[i];
  }
  return nullptr;  // which the library refuses
}

}  // namespace playhead::jni

using namespace playhead::jni;

// Only for sessions that are open: DrmSessionHost sees to it.
PLAYHEAD_NATIVE(void, drmMessage)
(JNIEnv* env, jclass, jlong host, jlong session, jint type, jbyteArray challenge, jstring url) {
  const std::vector<uint8_t> bytes = c_bytes(env, challenge);
  const std::string text = url == nullptr ? std::string() : c_text(env, url);
  playhead_cdm_message message{};
  message.struct_size = sizeof message;
  message.type = static_cast<uint32_t>(type);
  message.challenge = bytes.data();
  message.challenge_size = bytes.size();
  message.url = text.c_str();
  check(env, host_of(host).message(host_of(host).user, static_cast<uint64_t>(session), &message));
}
PLAYHEAD_NATIVE(void, drmKeys)(JNIEnv* env, jclass, jlong host, jlong session, jobjectArray ids, jintArray statuses) {
  const jsize count = std::min(env->GetArrayLength(ids), env->GetArrayLength(statuses));
  std::vector<playhead_cdm_key> keys(static_cast<std::size_t>(count));
  std::vector<jint> words(keys.size());
  env->GetIntArrayRegion(statuses, 0, count, words.data());
  for (jsize i = 0; i < count; ++i) {
    const auto id = c_bytes(env, static_cast<jbyteArray>(env->GetObjectArrayElement(ids, i)));
    playhead_cdm_key& key = keys[static_cast<std::size_t>(i)];
    std::copy_n(id.begin(), std::min(id.size(), sizeof key.id), key.id);
    key.status = static_cast<uint32_t>(words[static_cast<std::size_t>(i)]);
  }
  check(env, host_of(host).keys(host_of(host).user, static_cast<uint64_t>(session), keys.data(), keys.size()));
}
PLAYHEAD_NATIVE(void, drmExpiration)(JNIEnv* env, jclass, jlong host, jlong session, jlong wall_us) {
  check(env, host_of(host).expiration(host_of(host).user, static_cast<uint64_t>(session), wall_us));
}
PLAYHEAD_NATIVE(void, drmFailed)(JNIEnv* env, jclass, jlong host, jlong session, jint error_code) {
  check(env, host_of(host).failed(host_of(host).user, static_cast<uint64_t>(session), -error_code, nullptr));
}
