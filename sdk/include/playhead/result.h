// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "playhead/error.h"

namespace playhead {

// A value or an Error; shaped like std::expected (C++23) so that it can be replaced later.
// Reading the side that is not there is undefined (checked in debug builds by the variant).
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: as expected
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: as expected

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & { return *std::get_if<0>(&state_); }
  [[nodiscard]] const T& value() const& { return *std::get_if<0>(&state_); }
  [[nodiscard]] T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return std::get_if<0>(&state_); }
  [[nodiscard]] const T* operator->() const { return std::get_if<0>(&state_); }

  [[nodiscard]] Error& error() & { return *std::get_if<1>(&state_); }
  [[nodiscard]] const Error& error() const& { return *std::get_if<1>(&state_); }
  [[nodiscard]] Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  // Not defaulted: `return {}` would first fill all of it with zeros, the room for an error, too.
  Result() {}  // NOLINT: see above
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: as expected

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] Error& error() & { return *error_; }
  [[nodiscard]] const Error& error() const& { return *error_; }
  [[nodiscard]] Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

[[nodiscard]] inline Error make_error(ErrorCode code, std::string context, int32_t detail = 0,
                                      Severity severity = Severity::kFatal) {
  return Error{code, severity, detail, std::move(context)};
}

}  // namespace playhead

#define PLAYHEAD_CONCAT_INNER(a, b) a##b
#define PLAYHEAD_CONCAT(a, b) PLAYHEAD_CONCAT_INNER(a, b)
#define PLAYHEAD_TRY_INNER(result, declaration, expression) \
  auto result = (expression);                               \
  if (!result) return std::move(result).error();            \
  declaration = *std::move(result)
// PLAYHEAD_TRY(auto playlist, parse(text)); — returns the error early.
#define PLAYHEAD_TRY(declaration, expression) \
  PLAYHEAD_TRY_INNER(PLAYHEAD_CONCAT(playhead_try_, __LINE__), declaration, expression)
