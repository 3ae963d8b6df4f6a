// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "playhead/time.h"

// Common Media Client Data, version 1 (CTA-5004): what a player tells a CDN beside its requests.
// Pure.
namespace playhead {

// Values as the specification has them; what is empty or false is not sent.
struct CmcdData {
  // Object.
  std::optional<int64_t> br, tb;  // kbit/s: of the object, and the most there is of its kind
  std::optional<Duration> d;      // of the object
  std::string ot;                 // "m", "a", "v", "av", "i", "c", "tt", "k", "o"
  // Request.
  std::optional<Duration> bl, dl;  // media buffered; until the buffer would run dry
  std::optional<int64_t> mtp;      // kbit/s, measured
  std::string nor, nrr;            // relative path of the object asked for next; its range
  bool su = false;                 // wanted at once: startup, seek, empty buffer
  // Session.
  std::string cid, sid;  // at most 64 characters
  std::string sf;        // "d" DASH, "h" HLS, "o" other
  std::string st;        // "v" all of it is there, "l" live
  double pr = 1;         // playback rate; 0: it does not play
  // Status.
  bool bs = false;             // the buffer ran dry since the request before
  std::optional<int64_t> rtp;  // kbit/s that are enough
};

// "bl=21300,br=3200,…": all keys in alphabetical order, as the value of the query argument CMCD
// (not percent-encoded yet). Empty when there is nothing to say.
[[nodiscard]] std::string cmcd_text(const CmcdData& data);

struct CmcdHeader {
  std::string_view name;  // "CMCD-Object" …
  std::string value;      // empty: the header is not sent
};
// The same as request headers, by how often the keys change.
[[nodiscard]] std::array<CmcdHeader, 4> cmcd_headers(const CmcdData& data);

// `url` with that value in its query, in the place of one that is there. A fragment stays behind.
[[nodiscard]] std::string with_cmcd(std::string_view url, std::string_view text);

// How `next` is to be had from `base`, as nor has it: a relative path; empty when it is at another
// origin.
[[nodiscard]] std::string cmcd_relative(std::string_view base, std::string_view next);

}  // namespace playhead
