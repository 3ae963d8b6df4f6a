// SPDX-License-Identifier: Apache-2.0
// What a client sends to the server, byte for byte. It is the same requests in whatever pieces it comes, and what of it
// is kept has bounds.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_reader.h"

namespace {

using namespace playhead::server;

// Of longer ones it depends on the pieces which limit is passed first.
constexpr std::size_t kMaxInput = std::size_t{8} * 1024;

void require(bool holds) {
  if (!holds) std::abort();
}

void put(std::string& all, std::string_view text) {
  all.append(std::to_string(text.size())).append(":").append(text);
}

std::string text_of(const RequestReader& reader) {
  const Request request = reader.request();
  require(request.body.size() <= RequestReader::kMaxBodyBytes);
  std::string all(1, static_cast<char>('0' + static_cast<int>(request.method)));
  for (const std::string_view text : {request.path, request.query, request.body, request.host, request.authorization,
                                      request.range, request.if_range, request.if_none_match, request.profile_pin,
                                      request.country, reader.method_text(), reader.target()}) {
    put(all, text);
  }
  return all + (reader.keeps_alive() ? "+" : "-");
}

struct Outcome {
  std::vector<std::string> requests;
  int status = 0;  // of what is none; 0: nothing like that has been seen
};

Outcome outcome_of(std::string_view bytes, std::size_t piece) {
  const std::string country = "X-Country";
  RequestReader reader(country);
  Outcome outcome;
  int leaves = 0;  // that were asked for the request under way
  while (!bytes.empty()) {
    const auto room = reader.room(std::min(piece, bytes.size()));
    require(room.size() > 0);
    std::memcpy(room.data(), bytes.data(), room.size());
    reader.add(room.size());
    bytes.remove_prefix(room.size());
    for (;;) {
      const auto progress = reader.read();
      if (!progress.ok()) {
        outcome.status = progress.error().http_status;
        return outcome;
      }
      if (progress.value() == RequestReader::Progress::kAwaitsLeave) require(++leaves == 1);
      if (progress.value() != RequestReader::Progress::kWhole) break;
      outcome.requests.push_back(text_of(reader));
      reader.begin();
      leaves = 0;
      if (reader.waiting_bytes() == 0) break;
    }
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Outcome whole = outcome_of(bytes, size);
  if (size > kMaxInput) return 0;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{512}}) {
    const Outcome pieces = outcome_of(bytes, piece);
    require(pieces.requests == whole.requests);
    // What comes whole may be found out sooner or later than what comes in pieces, but for the same.
    require(pieces.status == whole.status || pieces.status == 0 || whole.status == 0);
  }
  return 0;
}
