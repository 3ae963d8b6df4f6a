// SPDX-License-Identifier: Apache-2.0
#include "native.h"

namespace playhead::jni {
namespace {

playhead_request* request_of(jlong number) { return handle<playhead_request>(number); }

void on_request(void* user, playhead_request* request) {
  Call call(user);
  call.env->CallStaticVoidMethod(methods().native, methods().on_request, call.object, number(request));
}
void on_response(void* user, const playhead_request* request, int32_t status) {
  Call call(user);
  call.env->CallStaticVoidMethod(methods().native, methods().on_response, call.object, number(request),
                                 static_cast<jint>(status));
}

}  // namespace

playhead_request_interceptor make_interceptor(JNIEnv* env, jobject interceptor) {
  playhead_request_interceptor table = PLAYHEAD_REQUEST_INTERCEPTOR_INIT;
  table.user = lend(env, interceptor);
  table.destroy = give_back;
  table.on_request = on_request;
  table.on_response = on_response;
  return table;
}

}  // namespace playhead::jni

using namespace playhead::jni;

PLAYHEAD_NATIVE(jint, requestKind)(JNIEnv*, jclass, jlong request) { return playhead_request_kind(request_of(request)); }
PLAYHEAD_NATIVE(jstring, requestUrl)(JNIEnv* env, jclass, jlong request) {
  return java_text(env, playhead_request_url(request_of(request)));
}
PLAYHEAD_NATIVE(void, requestSetUrl)(JNIEnv* env, jclass, jlong request, jstring url) {
  check(env, playhead_request_set_url(request_of(request), c_text(env, url).c_str()));
}
PLAYHEAD_NATIVE(void, requestAddHeader)
(JNIEnv* env, jclass, jlong request, jstring name, jstring value, jboolean is_secret) {
  check(env, playhead_request_add_header(request_of(request), c_text(env, name).c_str(), c_text(env, value).c_str(),
                                         is_secret));
}
PLAYHEAD_NATIVE(jstring, requestResponseHeader)(JNIEnv* env, jclass, jlong request, jstring name) {
  return java_text(env, playhead_request_response_header(request_of(request), c_text(env, name).c_str()));
}
