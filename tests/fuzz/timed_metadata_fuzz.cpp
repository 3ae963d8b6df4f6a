// SPDX-License-Identifier: Apache-2.0
#include "fuzz/text_promises.h"
#include "text/emsg.h"
#include "text/id3.h"

// emsg boxes of a segment, a box alone, and ID3 tags.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const ByteView bytes(data, size);
  std::vector<text::EventMessage> messages = text::find_event_messages(bytes);
  fuzz::require_text(messages.size() <= limits::kEventMessages);
  if (Result<text::EventMessage> alone = text::parse_emsg(bytes)) messages.push_back(*alone);
  for (const text::EventMessage& message : messages) {
    const TimedEvent event = text::to_timed_event(message, {1'000'000}, Duration{-5});
    fuzz::require_text(event.message.size() == message.message.size());
    fuzz::require_text(!event.duration || event.duration->count() >= 0);
  }
  if (const Result<text::Id3Tag> tag = text::parse_id3(bytes)) {
    fuzz::require_text(tag->frames.size() <= limits::kMetadataFrames);
    const TimedEvent event = text::id3_event(bytes, *tag, {0}, "x");
    fuzz::require_text(event.attributes.size() <= tag->frames.size());
  }
  return 0;
}
