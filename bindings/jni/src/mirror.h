// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <jni.h>

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "playhead/playhead.h"

namespace playhead::jni {

class Mirror;

// One member of a C struct, and the Java field that is its copy.
struct Member {
  enum Kind { kInt, kLong, kDouble, kText, kYesOrNo, kNested };
  const char* name;
  Kind kind;
  std::size_t offset;
  // Of what a nested struct points to.
  const char* type = nullptr;
  Mirror& (*nested)() = nullptr;
};

// Texts that a C struct borrows.
using Texts = std::deque<std::string>;

// Copies a C struct into an object of its Java class and back. Found once, when the library is loaded; any thread from
// then on.
class Mirror {
 public:
  Mirror(const char* name, std::vector<Member> members) : name_(name), members_(std::move(members)) {}
  // Looks up the class; false with a Java exception.
  bool find(JNIEnv* env);
  // A new object; null with a Java exception.
  jobject make(JNIEnv* env, const void* from) const;
  // Fills all members but nested ones; texts live in `texts`. `from` null: nothing.
  void fill(JNIEnv* env, jobject from, void* to, Texts& texts) const;
  [[nodiscard]] jclass java_class() const { return class_; }

 private:
  const char* name_;
  std::vector<Member> members_;
  std::vector<jfieldID> fields_;
  jclass class_ = nullptr;
  jmethodID make_ = nullptr;
};

// Defined for every struct that Java sees, in members.cpp.
template <typename Struct>
Mirror& mirror();
// False with a Java exception.
bool find_mirrors(JNIEnv* env);

template <typename Struct>
jobject to_java(JNIEnv* env, const Struct& from) {
  return mirror<Struct>().make(env, &from);
}
template <typename Struct>
void from_java(JNIEnv* env, jobject from, Struct& to, Texts& texts) {
  mirror<Struct>().fill(env, from, &to, texts);
}

// Java has UTF-16, C has UTF-8; what is neither becomes U+FFFD. Null gives null and "".
jstring java_text(JNIEnv* env, const char* text);
std::string c_text(JNIEnv* env, jstring text);

}  // namespace playhead::jni
