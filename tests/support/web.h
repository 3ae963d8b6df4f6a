// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/time.h"
#include "playhead/transport.h"

namespace playhead::test {

struct WebRequest {
  std::string method;
  std::string url;     // absolute
  std::string target;  // path and query
  std::vector<HttpHeader> headers;
  std::string body;
  int connection = 0;  // counts from 1; the same number is the same connection

  // First of that name, ASCII case-insensitive; empty when absent.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const;
};

// An answer and what goes wrong with it; understood by the loopback server and by SimTransport.
struct WebAnswer {
  int status = 200;
  std::vector<HttpHeader> headers;
  std::shared_ptr<const std::vector<uint8_t>> body;  // null is empty

  enum class Framing : uint8_t { kLength, kChunked, kUntilClose };
  Framing framing = Framing::kLength;
  // Takes the place of the true Content-Length.
  std::optional<int64_t> announced_length;

  // Else a whole resource (200) is cut to the range that is asked for.
  bool ignores_range = false;

  // After `break_after` body bytes: the connection is reset or closed, or nothing more comes until
  // the server's release().
  enum class Break : uint8_t { kReset, kClose, kHold };
  std::optional<int64_t> break_after;
  Break break_kind = Break::kReset;
  bool holds_head = false;  // not even the head comes until release()

  bool is_gzipped = false;  // compressed by the server (loopback only)
  std::string raw;          // sent verbatim instead of all of the above (loopback only)
  Duration latency{0};      // thinking time of the server (simulation only)
  // Simulation only, as what follows: the connection is refused, or breaks before the head.
  bool refuses_connection = false;
  bool breaks_before_head = false;
  int64_t filler_bytes = 0;         // stand behind `body`: large bodies cost no memory
  std::string content_range;        // takes the place of the true Content-Range
  int64_t max_bits_per_second = 0;  // a host slower than the link; 0: it is not
  // The body is made while it is sent: so many of its bytes are there so long after the request,
  // ascending. Empty: all of them.
  struct Made {
    Duration after{0};
    int64_t bytes = 0;
  };
  std::vector<Made> pace;

  [[nodiscard]] int64_t body_size() const {
    return (body ? static_cast<int64_t>(body->size()) : 0) + filler_bytes;
  }
};

// Nothing: not this handler's resource.
using WebHandler = std::function<std::optional<WebAnswer>(const WebRequest&)>;

[[nodiscard]] WebAnswer text_answer(std::string_view text, int status = 200);
[[nodiscard]] WebAnswer bytes_answer(std::vector<uint8_t> bytes);
[[nodiscard]] WebAnswer status_answer(int status, std::vector<HttpHeader> headers = {});
[[nodiscard]] WebAnswer redirect_answer(std::string location, int status = 302);

// The part of `whole` (a 200 with the whole resource) that answers the request's Range: all of it
// unless that is one range and If-Range holds; a 416 when the range lies outside (RFC 9110 §14).
struct WebPart {
  int status = 200;
  int64_t first = 0;
  int64_t size = 0;
  std::string content_range;  // the header's value; empty: no header
};
[[nodiscard]] WebPart part_for_range(const WebRequest& request, const WebAnswer& whole);

// Bytes of an answer from `first` on, of its body or of its filler; maybe fewer than asked for.
[[nodiscard]] SharedBytes part_of_body(const WebAnswer& answer, int64_t first, int64_t size);

// How far a body can be sent so long after its request, as it is made (WebAnswer::pace), at most
// `stop`; and when it can be sent further, the end of time when nothing more is made.
[[nodiscard]] int64_t made_of(const WebAnswer& answer, Duration after, int64_t stop);
[[nodiscard]] MonotonicTime next_made(const WebAnswer& answer, MonotonicTime asked,
                                      MonotonicTime now);

// `whole` cut to that part.
[[nodiscard]] WebAnswer apply_range(const WebRequest& request, WebAnswer whole);

// Bytes that differ everywhere, so that a shift or a repetition shows.
[[nodiscard]] std::vector<uint8_t> pattern_bytes(std::size_t size, uint32_t seed = 1);

}  // namespace playhead::test
