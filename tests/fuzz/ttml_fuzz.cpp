// SPDX-License-Identifier: Apache-2.0
#include "fuzz/text_promises.h"
#include "text/text_timing.h"
#include "text/ttml_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  Result<text::TextDocument> document = text::parse_ttml({data, size});
  if (!document) return 0;
  fuzz::check(*document);
  text::shift(*document, Duration{10'000'000});
  text::clip(*document, {0}, {60'000'000});
  fuzz::check(std::move(*document));
  return 0;
}
