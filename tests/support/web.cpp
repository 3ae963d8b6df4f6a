// SPDX-License-Identifier: Apache-2.0
#include "support/web.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

#include "net/http_headers.h"

namespace playhead::test {

namespace {

const HttpHeader* find(const std::vector<HttpHeader>& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const HttpHeader& h) {
    return equals_ignoring_case(h.name, name);
  });
  return found == headers.end() ? nullptr : &*found;
}

struct AskedRange {
  int64_t first = 0;
  int64_t last = 0;
};

// "bytes=2-5", "bytes=2-", "bytes=-3" against a resource of `size` bytes; nothing when unusable.
std::optional<AskedRange> parse_range(const std::string& text, int64_t size) {
  if (text.rfind("bytes=", 0) != 0 || text.find(',') != std::string::npos) return std::nullopt;
  const std::size_t dash = text.find('-');
  if (dash == std::string::npos) return std::nullopt;
  const auto first = parse_count(std::string_view(text).substr(6, dash - 6));
  const auto last = parse_count(std::string_view(text).substr(dash + 1));
  if (!first && last) return AskedRange{std::max<int64_t>(size - *last, 0), size - 1};
  if (!first) return std::nullopt;
  return AskedRange{*first, std::min(last.value_or(size - 1), size - 1)};
}

}  // namespace

std::string WebRequest::header(std::string_view name) const {
  const HttpHeader* found = find(headers, name);
  return found == nullptr ? std::string() : found->value;
}

bool WebRequest::has_header(std::string_view name) const { return find(headers, name) != nullptr; }

WebAnswer text_answer(std::string_view text, int status) {
  // As bytes in one piece: segments of simulated titles are megabytes of text.
  const auto* first = reinterpret_cast<const uint8_t*>(text.data());
  WebAnswer answer = bytes_answer({first, first + text.size()});
  answer.status = status;
  return answer;
}

WebAnswer bytes_answer(std::vector<uint8_t> bytes) {
  WebAnswer answer;
  answer.body = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
  return answer;
}

WebAnswer status_answer(int status, std::vector<HttpHeader> headers) {
  WebAnswer answer;
  answer.status = status;
  answer.headers = std::move(headers);
  return answer;
}

WebAnswer redirect_answer(std::string location, int status) {
  return status_answer(status, {{"Location", std::move(location)}});
}

WebPart part_for_range(const WebRequest& request, const WebAnswer& whole) {
  const int64_t size = whole.body_size();
  const WebPart all{whole.status, 0, size, {}};
  const std::string range_text = request.header("range");
  if (range_text.empty() || whole.status != 200 || whole.ignores_range) return all;
  const std::string if_range = request.header("if-range");
  const HttpHeader* etag = find(whole.headers, "etag");
  const HttpHeader* modified = find(whole.headers, "last-modified");
  const bool is_same = if_range.empty() || (etag != nullptr && etag->value == if_range) ||
                       (modified != nullptr && modified->value == if_range);
  const auto range = parse_range(range_text, size);
  if (!is_same || !range) return all;
  const std::string size_text = std::to_string(size);
  if (range->first > range->last) return {416, 0, 0, "bytes */" + size_text};
  return {206, range->first, range->last - range->first + 1,
          "bytes " + std::to_string(range->first) + "-" + std::to_string(range->last) + "/" +
              size_text};
}

SharedBytes part_of_body(const WebAnswer& answer, int64_t first, int64_t size) {
  // Filler is delivered from one block that all share.
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  static const auto filler = std::make_shared<const std::vector<uint8_t>>(kBlock, '.');
  const int64_t in_body = answer.body ? static_cast<int64_t>(answer.body->size()) : 0;
  if (first < in_body) {
    const int64_t most = std::min(size, in_body - first);
    return {answer.body,
            ByteView(*answer.body)
                .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(most))};
  }
  return {filler, ByteView(*filler).first(std::min(static_cast<std::size_t>(size), kBlock))};
}

WebAnswer apply_range(const WebRequest& request, WebAnswer whole) {
  const WebPart part = part_for_range(request, whole);
  if (part.content_range.empty()) return whole;
  whole.status = part.status;
  whole.headers.push_back({"Content-Range", part.content_range});
  if (part.size > 0) {
    const auto begin = whole.body->begin() + part.first;
    whole.body = std::make_shared<const std::vector<uint8_t>>(begin, begin + part.size);
  } else {
    whole.body = nullptr;
  }
  return whole;
}

std::vector<uint8_t> pattern_bytes(std::size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<uint8_t> bytes(size);
  for (std::size_t at = 0; at < size; at += sizeof(uint32_t)) {
    const auto number = static_cast<uint32_t>(random());
    std::memcpy(bytes.data() + at, &number, std::min(sizeof number, size - at));
  }
  return bytes;
}

int64_t made_of(const WebAnswer& answer, Duration after, int64_t stop) {
  if (answer.pace.empty()) return stop;
  int64_t bytes = 0;
  for (const WebAnswer::Made& step : answer.pace) {
    if (step.after <= after) bytes = step.bytes;
  }
  return std::min(bytes, stop);
}

MonotonicTime next_made(const WebAnswer& answer, MonotonicTime asked, MonotonicTime now) {
  for (const WebAnswer::Made& step : answer.pace) {
    if (asked + step.after > now) return asked + step.after;
  }
  return MonotonicTime::max();
}

}  // namespace playhead::test
