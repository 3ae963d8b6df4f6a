// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <jni.h>

#include "playhead/playhead.h"

namespace playhead::jni {

// Of the calling thread, which becomes one of the virtual machine's (a daemon) until it ends.
JNIEnv* this_thread();

// Throws a PlayheadException for what is not 0; true when it is 0.
bool check(JNIEnv* env, playhead_status status);

// Java objects that the library holds as `user` of a table of callbacks.
void* lend(JNIEnv* env, jobject object);
void give_back(void* user);

// Calls a method of what was lent. What Java throws goes to the thread's handler of uncaught exceptions, and the library
// goes on.
class Call {
 public:
  explicit Call(void* user) : env(this_thread()), object(static_cast<jobject>(user)) { env->PushLocalFrame(16); }
  // True when the callback threw.
  bool failed();
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  JNIEnv* const env;
  const jobject object;
};

// What is called in Java; found once, when the library is loaded.
struct Methods {
  jmethodID run, log, request_token, show, clear, open, close, write, frames_played, pause, resume, flush, set_volume,
      changed, removed, answered, on_request, on_response, uncaught, make_exception, open_decoder, supports, release_frame,
      decode, drain, flush_decoder, close_decoder, make_crypto, make_system, system_name, system_ids, key_formats, query,
      open_session, request, update, close_session, close_system, start_transfer, cancel_transfer, resume_transfer,
      preconnect, network_changed, write_records, list_records, now_us;
  jclass native, exception, crypto;
};
const Methods& methods();
// False with a Java exception.
bool find_methods(JavaVM* machine, JNIEnv* env);

}  // namespace playhead::jni
