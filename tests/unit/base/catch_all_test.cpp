// SPDX-License-Identifier: Apache-2.0
#include "playhead/catch_all.h"

#include <new>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

template <typename Body>
std::string caught_by(Body body) {
  return catch_all(
      [&]() -> std::string {
        body();
        return "nothing";
      },
      [](const Thrown& thrown) {
        std::string told = thrown.what != nullptr ? thrown.what : "something";
        return thrown.is_memory ? "memory" : told;
      });
}

TEST_CASE("catch_all: what is thrown is told by its kind, and goes no further") {
  CHECK(caught_by([] {}) == "nothing");
  CHECK(caught_by([] { throw std::runtime_error("why"); }) == "why");
  CHECK(caught_by([] { throw std::bad_alloc(); }) == "memory");
  CHECK(caught_by([] { throw std::bad_array_new_length(); }) == "memory");
  CHECK(caught_by([] { throw 7; }) == "something");
}

}  // namespace
}  // namespace playhead
