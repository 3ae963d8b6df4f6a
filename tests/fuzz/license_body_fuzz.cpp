// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "session/license_json.h"

// The answer of POST /v1/license. What is refused is not quoted: it may hold keys.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  constexpr WallTime kNow{1'800'000'000'000'000};
  const auto answer = parse_license_body(as_text(ByteView(data, size)), kNow);
  if (!answer) {
    constexpr std::size_t kLongestSentence = 80;
    const bool is_told = answer.error().code == ErrorCode::kDrmLicense &&
                         answer.error().context.size() <= kLongestSentence;
    if (!is_told) std::abort();
    return 0;
  }
  if (answer->license.size() > size || answer->terms.max_height < 0) std::abort();
  // Within the years 0 and 9999 of either clock: sums of them fit.
  constexpr int64_t kMost = 3 * 253'402'300'799 * 1'000'000;
  for (const auto& time : {answer->terms.expires_at, answer->terms.renew_after}) {
    if (time && (time->us > kMost || time->us < -kMost)) std::abort();
  }
  return 0;
}
