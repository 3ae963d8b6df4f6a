// SPDX-License-Identifier: Apache-2.0
#include "player/recorded_call.h"

#include <algorithm>

namespace playhead {

namespace {

// -1: no id; -2: none of the status.
template <typename List>
int place_of(const std::string& id, const List& list) {
  constexpr int kNone = -1, kUnknown = -2;
  if (id.empty()) return kNone;
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.id == id; });
  return found == list.end() ? kUnknown : static_cast<int>(found - list.begin());
}

}  // namespace

void put(recorder::Fields& out, const CallContext&, MediaTime value) { out.number(value.us); }

void put(recorder::Fields& out, const CallContext&, uint64_t value) {
  out.number(static_cast<int64_t>(value));
}

void put(recorder::Fields& out, const CallContext&, int value) { out.number(value); }

void put(recorder::Fields& out, const CallContext&, double value) { out.real(value); }

void put(recorder::Fields& out, const CallContext&, SeekMode value) {
  out.number(static_cast<int64_t>(value));
}

void put(recorder::Fields& out, const CallContext& context, const PlaySource& value) {
  add(out, value, context.redactor);
}

void put(recorder::Fields& out, const CallContext&, const PictureLimits& value) { add(out, value); }

void put(recorder::Fields& out, const CallContext& context, const RepresentationId& value) {
  out.number(place_of(value.id, context.status.representations));
}

void put(recorder::Fields& out, const CallContext& context, const TrackId& value) {
  out.number(place_of(value.id, context.status.tracks));
}

}  // namespace playhead
