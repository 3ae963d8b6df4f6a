// SPDX-License-Identifier: Apache-2.0
#include "mirror.h"

#include <cstring>

namespace playhead::jni {
namespace {

const char* signature(const Member& member) {
  switch (member.kind) {
    case Member::kInt: return "I";
    case Member::kLong: return "J";
    case Member::kDouble: return "D";
    case Member::kText: return "Ljava/lang/String;";
    case Member::kYesOrNo: return "Z";
    case Member::kNested: break;
  }
  return member.type;
}

template <typename Value>
Value read(const void* from, std::size_t offset) {
  Value value;
  std::memcpy(&value, static_cast<const char*>(from) + offset, sizeof value);
  return value;
}
template <typename Value>
void write(void* to, std::size_t offset, Value value) {
  std::memcpy(static_cast<char*>(to) + offset, &value, sizeof value);
}

void set_field(JNIEnv* env, jobject object, jfieldID field, const Member& member, const void* from) {
  switch (member.kind) {
    case Member::kInt:
      env->SetIntField(object, field, read<int32_t>(from, member.offset));
      return;
    case Member::kLong:
      env->SetLongField(object, field, read<int64_t>(from, member.offset));
      return;
    case Member::kDouble:
      env->SetDoubleField(object, field, read<double>(from, member.offset));
      return;
    case Member::kYesOrNo:
      env->SetBooleanField(object, field, read<int32_t>(from, member.offset) != 0 ? JNI_TRUE : JNI_FALSE);
      return;
    case Member::kText:
    case Member::kNested: break;
  }
  jobject value = nullptr;
  if (member.kind == Member::kText) {
    value = java_text(env, read<const char*>(from, member.offset));
  } else if (const void* nested = read<const void*>(from, member.offset)) {
    value = member.nested().make(env, nested);
  }
  env->SetObjectField(object, field, value);
  env->DeleteLocalRef(value);
}

}  // namespace

bool Mirror::find(JNIEnv* env) {
  const jclass found = env->FindClass(name_);
  if (found == nullptr) return false;
  class_ = static_cast<jclass>(env->NewGlobalRef(found));
  env->DeleteLocalRef(found);
  make_ = env->GetMethodID(class_, "<init>", "()V");
  for (const Member& member : members_) {
    if (env->ExceptionCheck()) return false;
    fields_.push_back(env->GetFieldID(class_, member.name, signature(member)));
  }
  return !env->ExceptionCheck();
}

jobject Mirror::make(JNIEnv* env, const void* from) const {
  const jobject made = env->NewObject(class_, make_);
  for (std::size_t i = 0; made != nullptr && i < members_.size(); ++i) {
    set_field(env, made, fields_[i], members_[i], from);
  }
  return made;
}

void Mirror::fill(JNIEnv* env, jobject from, void* to, Texts& texts) const {
  for (std::size_t i = 0; from != nullptr && i < members_.size(); ++i) {
    const Member& member = members_[i];
    switch (member.kind) {
      case Member::kInt: write<int32_t>(to, member.offset, env->GetIntField(from, fields_[i])); break;
      case Member::kLong: write<int64_t>(to, member.offset, env->GetLongField(from, fields_[i])); break;
      case Member::kDouble: write<double>(to, member.offset, env->GetDoubleField(from, fields_[i])); break;
      case Member::kYesOrNo:
        write<int32_t>(to, member.offset, env->GetBooleanField(from, fields_[i]) == JNI_TRUE ? 1 : 0);
        break;
      case Member::kText: {
        const auto text = static_cast<jstring>(env->GetObjectField(from, fields_[i]));
        if (text == nullptr) break;
        write<const char*>(to, member.offset, texts.emplace_back(c_text(env, text)).c_str());
        env->DeleteLocalRef(text);
        break;
      }
      case Member::kNested: break;
    }
  }
}

}  // namespace playhead::jni
