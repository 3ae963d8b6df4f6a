// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/live.h"
#include "playhead/result.h"

// ID3v2 tags as timed metadata: in MPEG-TS ("Timed Metadata for HTTP Live Streaming"), and in emsg.
// Versions 2.3 and 2.4. Pure.
namespace playhead::text {

struct Id3Frame {
  std::string id;             // "TXXX", "PRIV", "TIT2" …
  std::string description;    // TXXX, WXXX, GEOB, COMM: description; PRIV, UFID: owner
  std::string text;           // T…: values, '\n' between them; W…: the URL; COMM: the comment
  std::string mime_type;      // GEOB
  std::string file_name;      // GEOB
  std::string language;       // COMM: ISO 639-2
  std::vector<uint8_t> data;  // PRIV, UFID, GEOB: the payload; others: the whole frame
};

struct Id3Tag {
  std::vector<Id3Frame> frames;  // at most limits::kMetadataFrames
};

// All tags that stand one after the other in `bytes`, as one. What follows the last is passed over.
// Encrypted and compressed frames are left out, frames that lie outside the tag end it.
// Errors: kContainerSyntax (no ID3v2 tag), kContainerUnsupported (version 2.2 or unknown),
// kTooLarge (beyond 1 MiB).
[[nodiscard]] Result<Id3Tag> parse_id3(ByteView bytes);

// It says nothing but when packed audio begins (RFC 8216 §3.4).
[[nodiscard]] bool is_only_timestamp(const Id3Tag& tag);

// A tag as an event of the presentation: scheme kId3Scheme (emsg.h), `message` the tag's bytes and
// `attributes` its texts: "TIT2" → text, "TXXX:description" → text, "PRIV:owner" → hexadecimal.
// Identity comes from the caller: the same PES packet or emsg again is the same event.
[[nodiscard]] TimedEvent id3_event(ByteView bytes, const Id3Tag& tag, MediaTime start,
                                   std::string id);

}  // namespace playhead::text
