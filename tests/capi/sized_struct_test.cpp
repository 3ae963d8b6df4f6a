// SPDX-License-Identifier: Apache-2.0
#include "sized_struct.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

using namespace playhead::capi;

namespace {

// A struct as this library knows it, and the memory of callers that know less or more.
struct Known {
  uint32_t struct_size;
  uint32_t first;
  uint64_t second;
};
struct CallerMemory {
  Known known;
  uint64_t newer;
};

}  // namespace

TEST_CASE("sized_struct: reads what both sides know and zeroes the rest") {
  struct Case {
    const char* name;
    uint32_t size;
    bool is_read;
    uint32_t first;
    uint64_t second;
  };
  const Case cases[] = {{"same version", sizeof(Known), true, 1, 2},
                        {"older caller: the new member is its default", 8, true, 1, 0},
                        {"newer caller: what we do not know is not read", 24, true, 1, 2},
                        {"ends in the middle of a member", 12, false, 0, 0},
                        {"ends in the middle of a newer one", 20, false, 0, 0},
                        {"no size", 0, false, 0, 0},
                        {"smaller than any version", 4, false, 0, 0},
                        {"uninitialised memory", 0xCDCDCDCD, false, 0, 0}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const CallerMemory memory{{c.size, 1, 2}, 3};
    Known ours{7, 7, 7};
    CHECK(read_struct(&memory.known, ours) == c.is_read);
    CHECK(ours.first == c.first);
    CHECK(ours.second == c.second);
  }
  Known ours{};
  CHECK_FALSE(read_struct(static_cast<const Known*>(nullptr), ours));
}

TEST_CASE("sized_struct: writes no byte beyond what the caller has") {
  struct Case {
    const char* name;
    uint32_t size;
    bool is_written;
    uint32_t first;
    uint64_t second, newer;
  };
  const Case cases[] = {{"same version", sizeof(Known), true, 1, 2, 9},
                        {"older caller", 8, true, 1, 9, 9},
                        {"newer caller: its new member is 0", 24, true, 1, 2, 0},
                        {"ends in the middle of a member", 12, false, 9, 9, 9},
                        {"no size", 0, false, 9, 9, 9}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CallerMemory memory{{c.size, 9, 9}, 9};
    CHECK(write_struct(Known{sizeof(Known), 1, 2}, &memory.known) == c.is_written);
    CHECK(memory.known.struct_size == c.size);
    CHECK(memory.known.first == c.first);
    CHECK(memory.known.second == c.second);
    CHECK(memory.newer == c.newer);
  }
  CHECK_FALSE(write_struct(Known{}, static_cast<Known*>(nullptr)));
}
