// SPDX-License-Identifier: Apache-2.0
#include "fuzz/text_promises.h"
#include "text/mp4_text.h"

// The input is an InitSegment with the segment behind it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  Result<text::TextDocument> document = text::parse_mp4_text({data, size}, {data, size});
  if (document) fuzz::check(std::move(*document));
  return 0;
}
