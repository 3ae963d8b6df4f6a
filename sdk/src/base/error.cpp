// SPDX-License-Identifier: Apache-2.0
#include "playhead/error.h"

namespace playhead {

std::string_view error_name(ErrorCode code) {
  switch (code) {
#define PLAYHEAD_ERROR_NAME(number, name, c_name, meaning) \
  case ErrorCode::name:                                    \
    return #c_name;
    PLAYHEAD_ERROR_TABLE(PLAYHEAD_ERROR_NAME)
#undef PLAYHEAD_ERROR_NAME
  }
  return "UNKNOWN";
}

std::string_view error_meaning(ErrorCode code) {
  switch (code) {
#define PLAYHEAD_ERROR_MEANING(number, name, c_name, meaning) \
  case ErrorCode::name:                                       \
    return meaning;
    PLAYHEAD_ERROR_TABLE(PLAYHEAD_ERROR_MEANING)
#undef PLAYHEAD_ERROR_MEANING
  }
  return "unknown error";
}

std::string describe(const Error& error) {
  std::string text(error_meaning(error.code));
  if (!error.context.empty()) text += ": " + error.context;
  if (error.detail != 0) text += " (" + std::to_string(error.detail) + ")";
  return text;
}

}  // namespace playhead
