// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "guard.h"

namespace {

// Every row of the C++ table has its C constant, with the same number.
#define PLAYHEAD_CHECK_ERROR_NUMBER(number, name, c_name, meaning) \
  static_assert(PLAYHEAD_ERROR_##c_name == (number));
PLAYHEAD_ERROR_TABLE(PLAYHEAD_CHECK_ERROR_NUMBER)
#undef PLAYHEAD_CHECK_ERROR_NUMBER

// Codes are taken as they are or negated, as a playhead_status has them.
playhead::ErrorCode code_of(int32_t code) {
  return static_cast<playhead::ErrorCode>(code < 0 && code != INT32_MIN ? -code : code);
}

}  // namespace

// Below, data() of a name or meaning is a literal, ended by a zero byte.

uint32_t playhead_version() noexcept { return PLAYHEAD_VERSION; }

const char* playhead_version_string() noexcept { return PLAYHEAD_VERSION_STRING; }

const char* playhead_error_name(int32_t code) noexcept {
  return code == PLAYHEAD_OK ? "OK" : playhead::error_name(code_of(code)).data();
}

const char* playhead_error_meaning(int32_t code) noexcept {
  return code == PLAYHEAD_OK ? "no error" : playhead::error_meaning(code_of(code)).data();
}
