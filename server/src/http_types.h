// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "secret_text.h"
#include "unique_fd.h"

// A request and a response as the handlers see them; no HTTP library in sight.
namespace playhead::server {

enum class Method { kGet, kHead, kPost, kOptions, kOther };

// The views stay valid until the request has been answered: nobody touches them once `respond` was called.
struct Request {
  Method method = Method::kOther;
  std::string_view path;   // still percent-encoded, without the query
  std::string_view query;  // still percent-encoded, without '?'
  std::string_view body;
  std::string_view host;
  std::string_view authorization;
  std::string_view range;
  std::string_view if_range;
  std::string_view if_none_match;
  std::string_view profile_pin;  // the header X-Profile-Pin
  std::string_view country;      // as the proxy in front of us says; "" = nobody does
  std::string_view client;       // the address it came from; "" = not known
  bool must_be_quick = false;    // what has to compute for long says kNeedsTime instead, and is asked again elsewhere
  bool was_let_in = false;       // by HttpHandler::turn_away()
};

// A status that no client sees, see Request::must_be_quick.
inline constexpr int kNeedsTime = 0;

// A part of an open file, sent in pieces.
struct FilePart {
  UniqueFd fd;
  int64_t offset = 0;
  int64_t length = 0;
};

// A body that comes part by part, as it can be had.
class BodySource {
 public:
  // Empty: the rest cannot be had.
  using Give = std::function<void(std::optional<FilePart>)>;

  virtual ~BodySource() = default;
  // Asked for when the part before was sent. `give` is called once with what comes next, which is not empty; from any
  // thread, also before this returns. Not asked again while it owes an answer; may be destroyed then, `give` is not.
  virtual void next(Give give) = 0;
};

struct BodyStream {
  std::shared_ptr<BodySource> source;
  int64_t length = 0;  // of all parts, in bytes
};

// The body is one of `body`, `secret`, `file` and `stream`.
struct Response {
  int status = 200;
  std::vector<std::pair<std::string_view, std::string>> headers;  // names are literals
  std::string body;
  SecretText secret;  // with keys in it
  std::optional<FilePart> file;
  std::optional<BodyStream> stream;

  [[nodiscard]] int64_t content_length() const {
    if (stream) return stream->length;
    return file ? file->length : static_cast<int64_t>(body.size() + secret.size());
  }
};

// It was done, and there is nothing to say.
[[nodiscard]] inline Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

// Answers one request: called exactly once, from any thread, also before the handler returns.
using Respond = std::function<void(Response)>;

// What one is told that is not let in.
struct Refusal {
  Response response;
  int wait_s = 0;  // it may come back then
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // Whether it may be handled after all that came with it was read, and be turned away: its client asks again.
  [[nodiscard]] virtual bool can_wait(const Request&) const { return false; }
  // Of one that can wait, as soon as it is read: what it is told in place of being handled. Empty: it is let in, and
  // handle() is called in its turn. Called as handle() is.
  [[nodiscard]] virtual std::optional<Refusal> turn_away(const Request&) { return std::nullopt; }
  // Called on an I/O thread, by several at once; must not block on anything slow.
  virtual void handle(const Request& request, const Respond& respond) = 0;
};

}  // namespace playhead::server
