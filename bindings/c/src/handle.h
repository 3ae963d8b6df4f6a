// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <thread>
#include <type_traits>
#include <utility>

#include "guard.h"
#include "handle_registry.h"

// Handles with their types. An opaque type of the C interface, defined in C++, says which kind its
// handles are:   static constexpr HandleKind kKind = HandleKind::kPlayer;
namespace playhead::capi {

template <typename Object>
[[nodiscard]] uintptr_t number_of(const Object* handle) {
  return reinterpret_cast<uintptr_t>(handle);
}

// A handle for `object`, which is deleted when it was taken() and no call uses it any more.
template <typename Object>
[[nodiscard]] Object* make_handle(std::unique_ptr<Object> object) {
  const auto deleter = [](void* it) { delete static_cast<Object*>(it); };
  const uintptr_t handle = handles().add(Object::kKind, object.get(), deleter);
  object.release();
  return reinterpret_cast<Object*>(handle);
}

// The object behind a handle; it lives at least as long as this. Empty: there is none.
template <typename Object>
class Pinned {
 public:
  using Plain = std::remove_const_t<Object>;

  Pinned() = default;
  explicit Pinned(Object* handle) : handle_(number_of(handle)) {
    object_ = static_cast<Plain*>(handles().pin(Plain::kKind, handle_));
  }
  Pinned(Pinned&& other) noexcept
      : handle_(other.handle_), object_(std::exchange(other.object_, nullptr)) {}
  ~Pinned() {
    if (object_ != nullptr) handles().unpin(handle_);
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  Pinned& operator=(Pinned&&) = delete;

  // Nobody else finds the object from now on; it is deleted with the last of these.
  static Pinned take(Object* handle) {
    Pinned taken;
    taken.handle_ = number_of(handle);
    taken.object_ = static_cast<Plain*>(handles().close(Plain::kKind, taken.handle_));
    return taken;
  }

  // Of what was taken: until no other thread is in a call with it. Calls are short.
  void wait_until_alone() const {
    while (object_ != nullptr && handles().users(handle_) > 1) std::this_thread::yield();
  }

  explicit operator bool() const { return object_ != nullptr; }
  Object& operator*() const { return *object_; }
  Object* operator->() const { return object_; }
  // Why it is empty.
  [[nodiscard]] playhead_status status() const {
    if (object_ != nullptr) return PLAYHEAD_OK;
    return status_of(handle_ == 0 ? ErrorCode::kInvalidArgument : ErrorCode::kInvalidHandle);
  }

 private:
  uintptr_t handle_ = 0;
  Plain* object_ = nullptr;
};

template <typename Object>
Pinned(Object*) -> Pinned<Object>;

// Owns a handle that make_handle() gave, for as long as this is there; it points to nothing.
template <typename Object>
struct TakeHandle {
  void operator()(Object* handle) const { static_cast<void>(Pinned<Object>::take(handle)); }
};
template <typename Object>
using OwnedHandle = std::unique_ptr<Object, TakeHandle<Object>>;

// A handle for something the app may use for as long as this is there, such as during a callback.
template <typename Object>
class Lent {
 public:
  explicit Lent(Object& object) : handle_(handles().add(Object::kKind, &object, [](void*) {})) {}
  ~Lent() {
    static_cast<void>(handles().close(Object::kKind, handle_));
    // A thread of the app's that is still in a call, which is short, with what it may not have.
    while (handles().users(handle_) > 1) std::this_thread::yield();
    handles().unpin(handle_);
  }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

  [[nodiscard]] Object* get() const { return reinterpret_cast<Object*>(handle_); }

 private:
  const uintptr_t handle_;
};

}  // namespace playhead::capi
