// SPDX-License-Identifier: Apache-2.0
#include "http/request_reader.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using namespace playhead::server;

namespace {

using Progress = RequestReader::Progress;

const std::string kCountryHeader = "X-Country";

// What became of all requests in `bytes`, which come in pieces of `piece`: the status of the error that ended them, or
// method, target and body of each.
struct Outcome {
  std::vector<std::string> whole;
  int status = 0;
  int leaves = 0;

  bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(std::string_view bytes, std::size_t piece) {
  RequestReader reader(kCountryHeader);
  Outcome outcome;
  while (!bytes.empty()) {
    const auto room = reader.room(std::min(piece, bytes.size()));
    REQUIRE(room.size() > 0);
    std::memcpy(room.data(), bytes.data(), room.size());
    reader.add(room.size());
    bytes.remove_prefix(room.size());
    for (bool goes_on = true; goes_on;) {
      const auto progress = reader.read();
      if (!progress.ok()) {
        outcome.status = progress.error().http_status;
        return outcome;
      }
      outcome.leaves += progress.value() == Progress::kAwaitsLeave ? 1 : 0;
      goes_on = progress.value() == Progress::kWhole;
      if (!goes_on) break;
      const Request request = reader.request();
      outcome.whole.push_back(std::string(reader.method_text()) + " " + std::string(request.path) + " " +
                              std::string(request.host) + " " + std::string(request.body) +
                              std::string(request.country) + (reader.keeps_alive() ? "" : " close"));
      reader.begin();
      goes_on = reader.waiting_bytes() > 0;
    }
  }
  return outcome;
}

std::string fields(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "A:\r\n";
  return text;
}

}  // namespace

TEST_CASE("request reader: H12 what is a request and what is refused, in whatever pieces it comes") {
  struct Case {
    const char* name;
    std::string bytes;
    int status;
    std::vector<std::string> whole;
  };
  const std::string get = "GET /a HTTP/1.1\r\nHost: h\r\n";
  const std::string post = "POST /a HTTP/1.1\r\nHost: h\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string long_text(65'534, 'a');
  const Case cases[] = {
      {"two that come together", get + "\r\n" + get + "\r\n", 0, {"GET /a h ", "GET /a h "}},
      {"a body", post + "Content-Length: 3\r\n\r\nabc" + get + "\r\n", 0, {"POST /a h abc", "GET /a h "}},
      {"a body in chunks", chunked + "3\r\nabc\r\n2;x=\"y\"\r\nde\r\n0\r\n\r\n" + get + "\r\n", 0,
       {"POST /a h abcde", "GET /a h "}},
      {"a body of no chunk", chunked + "0\r\n\r\n", 0, {"POST /a h "}},
      {"trailers say nothing", chunked + "0\r\nX-Country: DE\r\nHost: evil\r\nConnection: close\r\n\r\n", 0,
       {"POST /a h "}},
      {"an empty line in front", "\r\n\r\n" + get + "\r\n", 0, {"GET /a h "}},
      {"an empty line behind a body", post + "Content-Length: 1\r\n\r\nx\r\n" + get + "\r\n", 0,
       {"POST /a h x", "GET /a h "}},
      {"empty lines for ever", std::string(64, '\n'), 400, {}},
      {"a whole URL", "GET http://u:secret@other:8080/a?b HTTP/1.1\r\nHost: h\r\n\r\n", 0, {"GET /a other:8080 "}},
      {"a URL of a host alone", "GET HTTPS://other HTTP/1.1\r\nHost: h\r\n\r\n", 0, {"GET / other "}},
      {"the last word of several", get + "Connection: x\r\nConnection: close\r\n\r\n", 0, {"GET /a h  close"}},
      {"HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", 0, {"GET /a   close"}},
      {"no host", "GET /a HTTP/1.1\r\n\r\n", 400, {}},
      {"two hosts", get + "Host: i\r\n\r\n", 400, {}},
      {"two lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, {}},
      {"a length and chunks", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, {}},
      {"chunks and a length", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400, {}},
      {"a length that overflows", post + "Content-Length: 18446744073709551617\r\n\r\n", 400, {}},
      {"a space before the colon", "GET /a HTTP/1.1\r\nHost : h\r\n\r\n", 400, {}},
      {"no chunk's size", chunked + "x\r\nabcd\r\n", 400, {}},
      {"a coding of its own", post + "Transfer-Encoding: gzip\r\n\r\n", 501, {}},
      {"a coding below chunks", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, {}},
      {"codings in two fields", post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501, {}},
      {"a coding with a parameter", post + "Transfer-Encoding: chunked;x=1\r\n\r\n0\r\n\r\n", 501, {}},
      {"chunks in HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, {}},
      {"another expectation", post + "Expect: more\r\nContent-Length: 1\r\n\r\n", 417, {}},
      {"a body too large", post + "Content-Length: 65537\r\n\r\n", 413, {}},
      {"chunks too large", chunked + "10000\r\n" + std::string(65'536, 'x') + "\r\n1\r\n", 413, {}},
      {"a field too large", get + "X: " + long_text + "\r\n\r\n", 431, {}},
      {"a trailer too large", chunked + "0\r\nX: " + long_text + "\r\n\r\n", 431, {}},
      {"a trailer's name too large", chunked + "0\r\n" + long_text + ": x\r\n\r\n", 431, {}},
      {"an extension too large", chunked + "1;" + long_text + "\r\n", 431, {}},
      {"too many fields", "GET / HTTP/1.1\r\n" + fields(100'000) + "\r\n", 431, {}},
      {"no request", "SECRET\r\n\r\n", 400, {}},
      {"another version", "GET / HTTP/9.9\r\n\r\n", 400, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    // 512 is a multiple of the field's length that "too many fields" has.
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{511}, std::size_t{512},
                                    std::size_t{16'384}}) {
      CAPTURE(piece);
      const Outcome outcome = outcome_of(c.bytes, piece);
      CHECK(outcome.status == c.status);
      CHECK(outcome.whole == c.whole);
      CHECK(outcome.leaves == 0);
    }
  }
}

TEST_CASE("request reader: fields cannot be fed one by one without end") {
  RequestReader reader(kCountryHeader);
  std::size_t fed = 0;
  const auto feed = [&](std::string_view bytes) {
    const auto room = reader.room(bytes.size());
    REQUIRE(room.size() == bytes.size());
    std::memcpy(room.data(), bytes.data(), bytes.size());
    reader.add(bytes.size());
    fed += bytes.size();
    return reader.read();
  };
  // Each ends one byte into the next field, which the library does not count.
  auto progress = feed("GET / HTTP/1.1\r\nA");
  while (progress.ok() && fed < 10 * RequestReader::kMaxHeaderBytes) progress = feed(":\r\n" + fields(4'000) + "A");
  REQUIRE_FALSE(progress.ok());
  CHECK(progress.error().http_status == 431);
  CHECK(fed < RequestReader::kMaxHeaderBytes + 5'000);
}

TEST_CASE("request reader: a body that waits for leave gets it once") {
  const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\n";
  CHECK(outcome_of(head + "Content-Length: 3\r\n\r\n", 16).leaves == 1);
  CHECK(outcome_of(head + "Transfer-Encoding: chunked\r\n\r\n", 16).leaves == 1);
  const Outcome whole = outcome_of(head + "Content-Length: 3\r\n\r\nabc", 1);
  CHECK(whole.leaves == 1);
  CHECK(whole.whole == std::vector<std::string>{"POST /a h abc"});
  // It has come unasked; or there is none; or it would be too large; or who asks does not know the answer.
  CHECK(outcome_of(head + "Content-Length: 3\r\n\r\na", 1'000).leaves == 0);
  CHECK(outcome_of(head + "\r\n", 1).leaves == 0);
  CHECK(outcome_of(head + "Content-Length: 65537\r\n\r\n", 1).leaves == 0);
  CHECK(outcome_of("POST /a HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", 1).leaves == 0);
}
