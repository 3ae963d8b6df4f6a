// SPDX-License-Identifier: Apache-2.0
#include "fuzz/text_promises.h"
#include "text/text_timing.h"
#include "text/webvtt_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  Result<text::TextDocument> document = text::parse_webvtt({data, size});
  if (!document) return 0;
  const text::HlsTextPlace place{Duration{-10'000'000}, {60'000'000}, {66'000'000}};
  const Duration offset = text::hls_text_offset(*document, place);
  fuzz::check(*document);
  text::shift(*document, offset);
  fuzz::check(std::move(*document));
  return 0;
}
