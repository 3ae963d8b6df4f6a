// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace playhead::server {

// Why something failed. `http_status` is what a client is answered when the failure reaches it;
// `code` is stable and for programs, `message` is one sentence for people, without secrets.
struct Error {
  int http_status = 500;
  std::string code;
  std::string message;
  int retry_after_s = 1;  // when it may be tried again; told with 429 and 503
};

// A value or an Error. `value()` and `error()` must match `ok()`.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  [[nodiscard]] T& value() { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const { return std::get<0>(state_); }
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

using Done = std::monostate;
using Status = Result<Done>;

}  // namespace playhead::server
