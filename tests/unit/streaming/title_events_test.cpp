// SPDX-License-Identifier: Apache-2.0
#include "streaming/title_events.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

TEST_CASE("title events: of events in DASH segments those are told that the MPD announces") {
  const std::vector<Descriptor> announced = {{"urn:ads", "1", ""}, {"urn:any", "", ""}};
  struct Case {
    const char* name;
    const char* scheme;
    const char* value;
    bool is_told, is_told_if_none_is_announced;
  };
  const Case cases[] = {{"scheme and value", "urn:ads", "1", true, false},
                        {"another value", "urn:ads", "2", false, false},
                        {"no value is announced", "urn:any", "7", true, false},
                        {"another scheme", "urn:other", "1", false, false},
                        {"a part of a scheme", "urn:ad", "1", false, false},
                        {"ID3", "https://aomedia.org/emsg/ID3", "x", true, true}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    text::EventMessage message;
    message.scheme = c.scheme;
    message.value = c.value;
    CHECK(is_told(message, announced) == c.is_told);
    CHECK(is_told(message, std::vector<Descriptor>{}) == c.is_told_if_none_is_announced);
    CHECK(is_told(message, std::nullopt));  // HLS
  }
}

}  // namespace
}  // namespace playhead
