// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "native.h"

namespace playhead::jni {
namespace {

playhead_status open(void* user, const playhead_stream_info* stream, playhead_decoder* decoder, void** out_own) {
  Call call(user);
  const jobject described = to_java(call.env, *stream);
  const jbyteArray config = java_bytes(call.env, stream->codec_config, stream->codec_config_bytes);
  if (described == nullptr || config == nullptr) return -PLAYHEAD_ERROR_OUT_OF_MEMORY;
  const jobject opened =
      call.env->CallObjectMethod(call.object, methods().open_decoder, described, config, number(decoder));
  if (call.failed() || opened == nullptr) return -PLAYHEAD_ERROR_CODEC_UNSUPPORTED;
  *out_own = lend(call.env, opened);
  return PLAYHEAD_OK;
}
// DecoderDesk closes the sample of a decoder that throws.
void decode(void* own, playhead_sample* sample) {
  Call call(own);
  call.env->CallVoidMethod(call.object, methods().decode, number(sample));
}
template <jmethodID Methods::*Method>
void tell(void* own) {
  Call call(own);
  call.env->CallVoidMethod(call.object, methods().*Method);
}
void close(void* own) {
  tell<&Methods::close_decoder>(own);
  give_back(own);
}
void release_frame(void* user, void* app_frame) {
  {
    Call call(user);
    call.env->CallVoidMethod(call.object, methods().release_frame, static_cast<jobject>(app_frame));
  }
  if (app_frame != nullptr) give_back(app_frame);
}
int32_t supports(void* user, const char* codec) {
  Call call(user);
  const bool does = call.env->CallBooleanMethod(call.object, methods().supports, java_text(call.env, codec)) == JNI_TRUE;
  return !call.failed() && does ? 1 : 0;
}

// The rows of a plane lie in a direct buffer, and it is long enough.
bool read_plane(JNIEnv* env, jobject buffer, int64_t rows, int32_t stride, const uint8_t*& plane) {
  if (buffer == nullptr || stride < 0) return false;
  plane = static_cast<const uint8_t*>(env->GetDirectBufferAddress(buffer));
  return plane != nullptr && env->GetDirectBufferCapacity(buffer) >= rows * stride;
}

bool read_planes(JNIEnv* env, jobjectArray planes, jintArray strides, playhead_decoded_frame& frame) {
  const jsize needed = frame.format == PLAYHEAD_PIXEL_FORMAT_NV12 ? 2 : 3;
  if (planes == nullptr || strides == nullptr || env->GetArrayLength(planes) < needed ||
      env->GetArrayLength(strides) < needed || frame.height <= 0) {
    return false;
  }
  env->GetIntArrayRegion(strides, 0, needed, frame.strides);
  for (jsize i = 0; i < needed; ++i) {
    const int64_t rows = i == 0 ? frame.height : (int64_t{frame.height} + 1) / 2;
    if (!read_plane(env, env->GetObjectArrayElement(planes, i), rows, frame.strides[i], frame.planes[i])) return false;
  }
  return true;
}

jintArray java_ints(JNIEnv* env, const std::vector<jint>& from) {
  const jintArray made = env->NewIntArray(static_cast<jsize>(from.size()));
  if (made != nullptr) env->SetIntArrayRegion(made, 0, static_cast<jsize>(from.size()), from.data());
  return made;
}

}  // namespace

playhead_decoders make_decoders(JNIEnv* env, jobject desk, jint secure_tracks) {
  playhead_decoders table = PLAYHEAD_DECODERS_INIT;
  table.user = lend(env, desk);
  table.destroy = give_back;
  table.secure_tracks = static_cast<uint32_t>(secure_tracks);
  table.open = open;
  table.decode = decode;
  table.drain = tell<&Methods::drain>;
  table.flush = tell<&Methods::flush_decoder>;
  table.close = close;
  table.release_frame = release_frame;
  table.supports = supports;
  return table;
}

}  // namespace playhead::jni

using namespace playhead::jni;

PLAYHEAD_NATIVE(jobject, sampleInfo)(JNIEnv* env, jclass, jlong sample) {
  playhead_sample_info info = PLAYHEAD_SAMPLE_INFO_INIT;
  if (!check(env, playhead_sample_get_info(handle<playhead_sample>(sample), &info))) return nullptr;
  return to_java(env, info);
}
PLAYHEAD_NATIVE(jobject, sampleData)(JNIEnv* env, jclass, jlong sample) {
  playhead_sample_info info = PLAYHEAD_SAMPLE_INFO_INIT;
  if (!check(env, playhead_sample_get_info(handle<playhead_sample>(sample), &info))) return nullptr;
  static uint8_t nothing = 0;
  void* const first = info.bytes == 0 ? &nothing : const_cast<void*>(info.data);
  return env->NewDirectByteBuffer(first, static_cast<jlong>(info.bytes));
}
PLAYHEAD_NATIVE(jobject, sampleCrypto)(JNIEnv* env, jclass, jlong sample) {
  playhead_sample_info info = PLAYHEAD_SAMPLE_INFO_INIT;
  if (!check(env, playhead_sample_get_info(handle<playhead_sample>(sample), &info))) return nullptr;
  if (info.crypto == nullptr) return nullptr;
  const playhead_cdm_crypto_info& crypto = *info.crypto;
  std::vector<jint> clear, encrypted;
  for (std::size_t i = 0; i < crypto.subsample_count; ++i) {
    clear.push_back(static_cast<jint>(crypto.subsamples[i].clear_bytes));
    encrypted.push_back(static_cast<jint>(crypto.subsamples[i].encrypted_bytes));
  }
  if (clear.empty()) {
    clear.push_back(0);
    encrypted.push_back(static_cast<jint>(info.bytes));
  }
  const jbyteArray key = java_bytes(env, crypto.kid, sizeof crypto.kid), iv = java_bytes(env, crypto.iv, sizeof crypto.iv);
  const jintArray clears = java_ints(env, clear), ciphers = java_ints(env, encrypted);
  if (env->ExceptionCheck() == JNI_TRUE) return nullptr;
  return env->NewObject(methods().crypto, methods().make_crypto, static_cast<jint>(crypto.scheme), key, iv,
                        static_cast<jint>(crypto.crypt_blocks), static_cast<jint>(crypto.skip_blocks), clears, ciphers);
}
PLAYHEAD_NATIVE(void, sampleRelease)(JNIEnv*, jclass, jlong sample) {
  playhead_sample_release(handle<playhead_sample>(sample));
}

PLAYHEAD_NATIVE(void, decoderGiveFrame)
(JNIEnv* env, jclass, jlong decoder, jobject frame, jobject app_frame, jobjectArray planes, jintArray strides) {
  playhead_decoded_frame made = PLAYHEAD_DECODED_FRAME_INIT;
  Texts none;
  from_java(env, frame, made, none);
  const bool has_planes = made.format == PLAYHEAD_PIXEL_FORMAT_OPAQUE || read_planes(env, planes, strides, made);
  if (env->ExceptionCheck() == JNI_TRUE) return;
  if (!has_planes) {
    check(env, -PLAYHEAD_ERROR_INVALID_ARGUMENT);
    return;
  }
  made.app_frame = lend(env, app_frame);
  if (!check(env, playhead_decoder_give_frame(handle<playhead_decoder>(decoder), &made)) && made.app_frame != nullptr) {
    env->DeleteGlobalRef(static_cast<jobject>(made.app_frame));
  }
}
PLAYHEAD_NATIVE(void, decoderGiveSound)(JNIEnv* env, jclass, jlong decoder, jobject sound, jobject pcm) {
  playhead_decoded_sound made = PLAYHEAD_DECODED_SOUND_INIT;
  Texts none;
  from_java(env, sound, made, none);
  made.samples = pcm == nullptr ? nullptr : env->GetDirectBufferAddress(pcm);
  const int64_t sample = made.format == PLAYHEAD_SOUND_INT16 ? 2 : 4;
  const bool is_long_enough = made.samples != nullptr && made.channels >= 1 && made.channels <= 8 && made.frames >= 1 &&
                              env->GetDirectBufferCapacity(pcm) / (sample * made.channels) >= made.frames;
  check(env, is_long_enough ? playhead_decoder_give_sound(handle<playhead_decoder>(decoder), &made)
                            : -PLAYHEAD_ERROR_INVALID_ARGUMENT);
}
PLAYHEAD_NATIVE(void, decoderDrained)(JNIEnv* env, jclass, jlong decoder) {
  check(env, playhead_decoder_drained(handle<playhead_decoder>(decoder)));
}
PLAYHEAD_NATIVE(void, decoderFailed)(JNIEnv* env, jclass, jlong decoder, jint error_code, jboolean is_fatal) {
  check(env, playhead_decoder_failed(handle<playhead_decoder>(decoder), error_code, is_fatal == JNI_TRUE ? 1 : 0));
}
