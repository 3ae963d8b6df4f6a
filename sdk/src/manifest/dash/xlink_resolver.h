// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead::dash {

// A remote element that keeps the content the MPD gives it.
struct RemoteFailure {
  std::string url;  // absolute where it could be resolved, else as written
  std::string reason;
  int64_t byte = 0;  // of the element in the MPD; 0 in a remote one
};

// Puts remote elements (ISO/IEC 23009-1 5.5) in their places. Pure: it names the URLs it needs and
// whoever fetches them adds what came:
//   while (resolver.missing()) resolver.add(fetch(*resolver.missing())) or resolver.fail();
// An element that resolves to zero goes away; one that cannot be had, is of the wrong kind, or
// leads back to itself keeps the content the MPD gives it. Elements inside remote ones may be
// remote again, limits::kRemoteDepth deep. Remote elements are at http(s) URLs; those of an MPD
// that is a file may be files.
class XlinkResolver {
 public:
  // Whether a text can name remote elements at all; cheap.
  [[nodiscard]] static bool may_need(ByteView mpd);

  // As parse_mpd(). `url` is where the MPD came from.
  [[nodiscard]] static Result<XlinkResolver> make(ByteView mpd, const std::string& url);

  XlinkResolver(XlinkResolver&&) noexcept;
  XlinkResolver& operator=(XlinkResolver&&) noexcept;
  ~XlinkResolver();

  // The absolute URL of the next remote element; nothing when all are there.
  [[nodiscard]] std::optional<std::string> missing() const;
  // What missing() answered.
  void add(ByteView bytes);
  // It cannot be had, as `reason` says.
  void fail(std::string reason = "it cannot be had");
  // The MPD without remote elements, how many of them could not be had, and the first 1,000 of
  // those.
  [[nodiscard]] SharedBytes text() const;
  [[nodiscard]] int failures() const;
  [[nodiscard]] const std::vector<RemoteFailure>& failed() const;

 private:
  struct State;
  explicit XlinkResolver(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace playhead::dash
