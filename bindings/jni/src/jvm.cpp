// SPDX-License-Identifier: Apache-2.0
#include "jvm.h"

#include "mirror.h"

namespace playhead::jni {
namespace {

JavaVM* the_machine = nullptr;
Methods the_methods{};

// A thread that was attached here has to leave before it ends.
struct Attachment {
  JNIEnv* env = nullptr;
  bool is_ours = false;
  ~Attachment() {
    if (is_ours) the_machine->DetachCurrentThread();
  }
};

jclass keep_class(JNIEnv* env, const char* name) {
  const jclass found = env->FindClass(name);
  return found == nullptr ? nullptr : static_cast<jclass>(env->NewGlobalRef(found));
}

}  // namespace

JNIEnv* this_thread() {
  thread_local Attachment attachment;
  if (attachment.env != nullptr) return attachment.env;
  void* env = nullptr;
  if (the_machine->GetEnv(&env, JNI_VERSION_1_6) != JNI_OK) {
#ifdef __ANDROID__
    the_machine->AttachCurrentThreadAsDaemon(reinterpret_cast<JNIEnv**>(&env), nullptr);
#else
    the_machine->AttachCurrentThreadAsDaemon(&env, nullptr);
#endif
    attachment.is_ours = true;
  }
  return attachment.env = static_cast<JNIEnv*>(env);
}

bool check(JNIEnv* env, playhead_status status) {
  if (status == PLAYHEAD_OK) return true;
  const jobject thrown = env->NewObject(
      the_methods.exception, the_methods.make_exception, static_cast<jint>(-status),
      java_text(env, playhead_error_name(status)), java_text(env, playhead_error_meaning(status)));
  if (thrown != nullptr) env->Throw(static_cast<jthrowable>(thrown));
  return false;
}

void* lend(JNIEnv* env, jobject object) { return object == nullptr ? nullptr : env->NewGlobalRef(object); }
void give_back(void* user) { this_thread()->DeleteGlobalRef(static_cast<jobject>(user)); }

bool Call::failed() {
  const jthrowable thrown = env->ExceptionOccurred();
  if (thrown == nullptr) return false;
  env->ExceptionClear();
  env->CallStaticVoidMethod(the_methods.native, the_methods.uncaught, thrown);
  env->ExceptionClear();
  return true;
}

Call::~Call() {
  failed();
  env->PopLocalFrame(nullptr);
}

const Methods& methods() { return the_methods; }

bool find_methods(JavaVM* machine, JNIEnv* env) {
  the_machine = machine;
  const struct {
    jmethodID* id;
    const char *type, *name, *signature;
  } rows[] = {
      {&the_methods.run, "java/lang/Runnable", "run", "()V"},
      {&the_methods.log, "org/playhead/LogSink", "log", "(ILjava/lang/String;Ljava/lang/String;)V"},
      {&the_methods.request_token, "org/playhead/TokenDesk", "requestToken", "(ZJ)V"},
      {&the_methods.answered, "org/playhead/ServiceDesk", "answered", "(JLorg/playhead/Answer;)V"},
      {&the_methods.show, "org/playhead/FrameDesk", "show", "(JLorg/playhead/FrameInfo;)V"},
      {&the_methods.clear, "org/playhead/FrameDesk", "clear", "()V"},
      {&the_methods.open, "org/playhead/AudioSink", "open", "(II)Lorg/playhead/AudioFormat;"},
      {&the_methods.close, "org/playhead/AudioSink", "close", "()V"},
      {&the_methods.write, "org/playhead/AudioSink", "write", "(Ljava/nio/ByteBuffer;J)V"},
      {&the_methods.frames_played, "org/playhead/AudioSink", "framesPlayed", "(J)J"},
      {&the_methods.pause, "org/playhead/AudioSink", "pause", "()V"},
      {&the_methods.resume, "org/playhead/AudioSink", "resume", "()V"},
      {&the_methods.flush, "org/playhead/AudioSink", "flush", "()V"},
      {&the_methods.set_volume, "org/playhead/AudioSink", "setVolume", "(D)V"},
      {&the_methods.changed, "org/playhead/DownloadDesk", "changed", "(Lorg/playhead/Download;)V"},
      {&the_methods.removed, "org/playhead/DownloadDesk", "removed", "(Ljava/lang/String;)V"},
      {&the_methods.open_decoder, "org/playhead/DecoderDesk", "open",
       "(Lorg/playhead/StreamInfo;[BJ)Lorg/playhead/DecoderDesk;"},
      {&the_methods.supports, "org/playhead/DecoderDesk", "supports", "(Ljava/lang/String;)Z"},
      {&the_methods.release_frame, "org/playhead/DecoderDesk", "releaseFrame", "(Ljava/lang/Object;)V"},
      {&the_methods.decode, "org/playhead/DecoderDesk", "decode", "(J)V"},
      {&the_methods.drain, "org/playhead/DecoderDesk", "drain", "()V"},
      {&the_methods.flush_decoder, "org/playhead/DecoderDesk", "flush", "()V"},
      {&the_methods.close_decoder, "org/playhead/DecoderDesk", "close", "()V"},
      {&the_methods.make_crypto, "org/playhead/SampleCrypto", "<init>", "(I[B[BII[I[I)V"},
      {&the_methods.make_system, "org/playhead/DrmDesk", "make", "()Lorg/playhead/DrmDesk;"},
      {&the_methods.system_name, "org/playhead/DrmDesk", "name", "()Ljava/lang/String;"},
      {&the_methods.system_ids, "org/playhead/DrmDesk", "systemIds", "()[B"},
      {&the_methods.key_formats, "org/playhead/DrmDesk", "keyFormats", "()[Ljava/lang/String;"},
      {&the_methods.query, "org/playhead/DrmDesk", "query", "(I)[I"},
      {&the_methods.open_session, "org/playhead/DrmDesk", "openSession", "(JJ)Lorg/playhead/DrmDesk;"},
      {&the_methods.request, "org/playhead/DrmDesk", "request", "(I[B)I"},
      {&the_methods.update, "org/playhead/DrmDesk", "update", "([B)I"},
      {&the_methods.close_session, "org/playhead/DrmDesk", "closeSession", "()V"},
      {&the_methods.close_system, "org/playhead/DrmDesk", "close", "()V"},
      {&the_methods.start_transfer, "org/playhead/HttpDesk", "start", "(Lorg/playhead/TransferRequest;J)V"},
      {&the_methods.cancel_transfer, "org/playhead/HttpDesk", "cancel", "(J)V"},
      {&the_methods.resume_transfer, "org/playhead/HttpDesk", "resume", "(J)V"},
      {&the_methods.preconnect, "org/playhead/HttpDesk", "preconnect", "(Ljava/lang/String;)V"},
      {&the_methods.network_changed, "org/playhead/HttpDesk", "networkChanged", "()V"},
      {&the_methods.write_records, "org/playhead/StorageDesk", "write", "([I[Ljava/lang/String;[[B[[B[J)J"},
      {&the_methods.list_records, "org/playhead/StorageDesk", "list", "(Ljava/lang/String;[BIJ)V"},
      {&the_methods.now_us, "org/playhead/WallClock", "nowUs", "()J"},
      {&the_methods.make_exception, "org/playhead/PlayheadException", "<init>",
       "(ILjava/lang/String;Ljava/lang/String;)V"},
  };
  for (const auto& row : rows) {
    const jclass type = env->FindClass(row.type);
    if (type == nullptr) return false;
    *row.id = env->GetMethodID(type, row.name, row.signature);
    env->DeleteLocalRef(type);
    if (*row.id == nullptr) return false;
  }
  the_methods.exception = keep_class(env, "org/playhead/PlayheadException");
  the_methods.crypto = keep_class(env, "org/playhead/SampleCrypto");
  the_methods.native = keep_class(env, "org/playhead/Native");
  if (env->ExceptionCheck()) return false;
  the_methods.on_request =
      env->GetStaticMethodID(the_methods.native, "onRequest", "(Lorg/playhead/RequestInterceptor;J)V");
  the_methods.on_response =
      env->GetStaticMethodID(the_methods.native, "onResponse", "(Lorg/playhead/RequestInterceptor;JI)V");
  if (env->ExceptionCheck()) return false;
  the_methods.uncaught = env->GetStaticMethodID(the_methods.native, "uncaught", "(Ljava/lang/Throwable;)V");
  return the_methods.uncaught != nullptr;
}

}  // namespace playhead::jni

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* machine, void* /*reserved*/) {
  void* env = nullptr;
  if (machine->GetEnv(&env, JNI_VERSION_1_6) != JNI_OK) return JNI_ERR;
  const auto jni = static_cast<JNIEnv*>(env);
  if (!playhead::jni::find_methods(machine, jni)) return JNI_ERR;
  return playhead::jni::find_mirrors(jni) ? JNI_VERSION_1_6 : JNI_ERR;
}
