// SPDX-License-Identifier: Apache-2.0
#include "fuzz/read_everything.h"
#include "manifest/manifest_parser.h"

// Multivariant playlists, and whatever else sniffing takes the bytes for.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const Result<Presentation> presentation =
      parse_manifest(fuzz::bytes_of(data, size), "https://h.example/a/master.m3u8?token=1");
  if (presentation) fuzz::check(*presentation);
  return 0;
}
