// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "playhead/result.h"
#include "playhead/transport.h"

namespace playhead {

// Most bytes read over to reach the start of a range that the host ignores; beyond, refusing is
// better than loading a whole file for one segment.
inline constexpr int64_t kMaxSkippedBytes = int64_t{2} << 20;

struct AnswerInputs {
  const ResponseHead& head;         // of this attempt; status below 400
  std::optional<ByteRange> wanted;  // what the consumer asked for
  bool is_range_asked = false;      // this attempt carries a Range header
  int64_t delivered = 0;            // bytes the consumer already has, from earlier attempts
  std::string_view validator;       // of the earlier answer, see strong_validator()
  std::optional<int64_t> total;     // size of the whole resource, from the earlier answer
  // The earlier bytes are from another place: hosts date the same file differently, so equal
  // lengths and ETags that do not contradict each other prove identity, and nothing else does.
  bool is_elsewhere = false;
};

// Which part of an answer's body continues what the consumer has.
struct AnswerPlan {
  int64_t skip = 0;             // bytes to drop from the front
  std::optional<int64_t> take;  // bytes to deliver after that; the rest is not wanted
};

// kBadResponse: the answer is not the range asked for. kConnectionLost: the resource has changed,
// or may have, since the earlier bytes; what was delivered must be thrown away. Pure; any thread.
[[nodiscard]] Result<AnswerPlan> plan_answer(const AnswerInputs& in);

}  // namespace playhead
