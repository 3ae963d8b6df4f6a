// SPDX-License-Identifier: Apache-2.0
#include "native.h"

namespace playhead::jni {
namespace {

void log(void* user, int32_t level, const char* module, const char* message) {
  Call call(user);
  call.env->CallVoidMethod(call.object, methods().log, static_cast<jint>(level), java_text(call.env, module),
                           java_text(call.env, message));
}

// TokenDesk answers, whatever happens.
void request_token(void* user, int32_t refresh, playhead_token_request* request) {
  Call call(user);
  call.env->CallVoidMethod(call.object, methods().request_token, static_cast<jboolean>(refresh != 0), number(request));
}

// Null: there is none.
jobject interceptor_of(JNIEnv* env, jobject config) {
  if (config == nullptr) return nullptr;
  const jclass type = mirror<playhead_client_config>().java_class();
  return env->GetObjectField(config, env->GetFieldID(type, "interceptor", "Lorg/playhead/RequestInterceptor;"));
}

}  // namespace
}  // namespace playhead::jni

using namespace playhead::jni;

PLAYHEAD_NATIVE(jstring, version)(JNIEnv* env, jclass) { return java_text(env, playhead_version_string()); }
PLAYHEAD_NATIVE(jstring, errorName)(JNIEnv* env, jclass, jint code) { return java_text(env, playhead_error_name(code)); }

PLAYHEAD_NATIVE(jlong, clientCreate)
(JNIEnv* env, jclass, jobject config, jobject log_sink, jobject token_desk, jobjectArray systems, jobject decoder_desk,
 jint secure_tracks, jobject http_desk, jobject storage_desk, jobject clock_of_app) {
  playhead_client_config made = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_log_sink log_table = PLAYHEAD_LOG_SINK_INIT;
  playhead_token_provider token_table = PLAYHEAD_TOKEN_PROVIDER_INIT;
  Texts texts;
  from_java(env, config, made, texts);
  playhead_request_interceptor interceptor = PLAYHEAD_REQUEST_INTERCEPTOR_INIT;
  if (const jobject given = interceptor_of(env, config)) {
    interceptor = make_interceptor(env, given);
    made.interceptor = &interceptor;
  }
  if (log_sink != nullptr) {
    log_table.user = lend(env, log_sink);
    log_table.destroy = give_back;
    log_table.log = log;
    made.log_sink = &log_table;
  }
  if (token_desk != nullptr) {
    token_table.user = lend(env, token_desk);
    token_table.destroy = give_back;
    token_table.request_token = request_token;
    made.token_provider = &token_table;
  }
  playhead_drm_config drm_config = PLAYHEAD_DRM_CONFIG_INIT;
  if (config != nullptr) {
    const jfieldID drm =
        env->GetFieldID(mirror<playhead_client_config>().java_class(), "drm", "Lorg/playhead/DrmConfig;");
    from_java(env, env->GetObjectField(config, drm), drm_config, texts);
  }
  std::vector<playhead_cdm_entry_function> entries;
  for (jsize i = 0; i < env->GetArrayLength(systems); ++i) {
    entries.push_back(entry_of(env, env->GetObjectArrayElement(systems, i)));
  }
  drm_config.systems = entries.data();
  drm_config.system_count = entries.size();
  made.drm = &drm_config;
  playhead_decoders decoders = PLAYHEAD_DECODERS_INIT;
  if (decoder_desk != nullptr) {
    decoders = make_decoders(env, decoder_desk, secure_tracks);
    made.decoders = &decoders;
  }
  playhead_transport transport = PLAYHEAD_TRANSPORT_INIT;
  playhead_store store = PLAYHEAD_STORE_INIT;
  playhead_clock clock = PLAYHEAD_CLOCK_INIT;
  if (http_desk != nullptr) made.transport = &(transport = make_transport(env, http_desk));
  if (storage_desk != nullptr) made.store = &(store = make_store(env, storage_desk));
  if (clock_of_app != nullptr) made.clock = &(clock = make_clock(env, clock_of_app));
  playhead_client* client = nullptr;
  check(env, playhead_client_create(&made, &client));
  return number(client);
}

PLAYHEAD_NATIVE(void, clientDestroy)(JNIEnv*, jclass, jlong client) {
  playhead_client_destroy(handle<playhead_client>(client));
}
PLAYHEAD_NATIVE(void, clientFlush)(JNIEnv* env, jclass, jlong client, jint timeout_ms) {
  check(env, playhead_client_flush(handle<playhead_client>(client), timeout_ms));
}
PLAYHEAD_NATIVE(void, clientNetworkChanged)(JNIEnv* env, jclass, jlong client, jboolean is_online) {
  check(env, playhead_client_network_changed(handle<playhead_client>(client), is_online));
}
PLAYHEAD_NATIVE(void, clientSetNetwork)(JNIEnv* env, jclass, jlong client, jstring id) {
  check(env, playhead_client_set_network(handle<playhead_client>(client), c_text(env, id).c_str()));
}
PLAYHEAD_NATIVE(void, clientLowMemory)(JNIEnv* env, jclass, jlong client) {
  check(env, playhead_client_low_memory(handle<playhead_client>(client)));
}
PLAYHEAD_NATIVE(void, answerToken)(JNIEnv* env, jclass, jlong request, jstring token) {
  playhead_token_request_answer(handle<playhead_token_request>(request),
                                token == nullptr ? nullptr : c_text(env, token).c_str());
}
