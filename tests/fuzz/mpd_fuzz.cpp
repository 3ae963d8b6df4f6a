// SPDX-License-Identifier: Apache-2.0
#include "fuzz/read_everything.h"
#include "manifest/manifest_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const Result<Presentation> presentation =
      parse_manifest(fuzz::bytes_of(data, size), "https://h.example/a/manifest.mpd");
  if (presentation) fuzz::check(*presentation);
  return 0;
}
