// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/events.h"
#include "recorder/call_text.h"

// The arguments of Player's calls, as recordings hold them.
namespace playhead {

// What they are told by.
struct CallContext {
  recorder::Redactor& redactor;
  const PlayerStatus& status;
};

// Ids are told by their place in the status, since a recording holds no names.
struct RepresentationId {
  std::string id;
};
struct TrackId {
  std::string id;
};

void put(recorder::Fields& out, const CallContext& context, MediaTime value);
void put(recorder::Fields& out, const CallContext& context, uint64_t value);
void put(recorder::Fields& out, const CallContext& context, int value);
void put(recorder::Fields& out, const CallContext& context, double value);
void put(recorder::Fields& out, const CallContext& context, SeekMode value);
void put(recorder::Fields& out, const CallContext& context, const PlaySource& value);
void put(recorder::Fields& out, const CallContext& context, const PictureLimits& value);
void put(recorder::Fields& out, const CallContext& context, const RepresentationId& value);
void put(recorder::Fields& out, const CallContext& context, const TrackId& value);

}  // namespace playhead
