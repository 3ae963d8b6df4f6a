// SPDX-License-Identifier: Apache-2.0
#include "net/answer_plan.h"

#include <string>

#include "base/url.h"
#include "net/http_headers.h"

namespace playhead {

namespace {

Error bad_range(const AnswerInputs& in, const std::string& what) {
  return make_error(ErrorCode::kBadResponse, redact(in.head.url) + ": " + what, in.head.status);
}

Error changed(const AnswerInputs& in) {
  return make_error(ErrorCode::kConnectionLost,
                    redact(in.head.url) + ": the resource may have changed while it was read",
                    in.head.status);
}

bool is_etag(std::string_view validator) { return !validator.empty() && validator[0] == '"'; }

// The answer is of the resource that the earlier bytes are from, as far as can be told.
bool is_same_resource(const AnswerInputs& in, const std::optional<int64_t>& total) {
  const std::string_view validator = strong_validator(in.head);
  const bool has_other_size = in.total && total && *in.total != *total;
  if (has_other_size) return false;
  if (!in.is_elsewhere) {
    return in.validator.empty() || validator.empty() || validator == in.validator;
  }
  const bool contradicts = is_etag(in.validator) && is_etag(validator) && validator != in.validator;
  return in.total && total && !contradicts;
}

// RFC 9110 §15.3.7.
Result<AnswerPlan> plan_partial(const AnswerInputs& in, int64_t first,
                                const std::optional<int64_t>& last) {
  if (!in.is_range_asked) return bad_range(in, "part of the resource although all was asked for");
  AnswerPlan plan;
  if (last) plan.take = *last - first + 1;
  const std::string_view header = in.head.header("content-range");
  if (header.empty()) {  // tolerated when the length leaves no doubt
    if (plan.take && in.head.content_length == plan.take) return plan;
    return bad_range(in, "part of the resource without saying which");
  }
  const auto range = parse_content_range(header);
  if (!range || range->first != first || (last && range->last > *last)) {
    return bad_range(in, "another range than asked for");
  }
  if (in.delivered == 0) return plan;
  if (!is_same_resource(in, range->total)) return changed(in);
  return plan;
}

}  // namespace

Result<AnswerPlan> plan_answer(const AnswerInputs& in) {
  const int64_t first = (in.wanted ? in.wanted->first : 0) + in.delivered;
  const std::optional<int64_t> last = in.wanted ? in.wanted->last : std::nullopt;
  if (in.head.status == 206) return plan_partial(in, first, last);
  AnswerPlan plan;
  plan.skip = first;
  if (last) plan.take = *last - first + 1;
  if (in.delivered > 0 && in.is_elsewhere) {
    const bool is_near = first <= kMaxSkippedBytes;
    if (!is_near || !is_same_resource(in, in.head.content_length)) return changed(in);
  } else if (in.delivered > 0) {
    const bool is_same = !in.validator.empty() && strong_validator(in.head) == in.validator;
    if (!is_same) return changed(in);
  } else if (first > kMaxSkippedBytes) {
    return bad_range(in, "the host does not answer byte ranges");
  }
  return plan;
}

}  // namespace playhead
