// SPDX-License-Identifier: Apache-2.0
#include "fuzz/read_everything.h"
#include "manifest/manifest_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  IndexSource source;
  source.kind = IndexSource::Kind::kSidx;
  source.location.url = "https://h.example/a/video.mp4";
  const Result<LoadedIndex> index =
      parse_index(source, {}, fuzz::bytes_of(data, size), source.location.url);
  if (index) fuzz::check(*index->segments);
  return 0;
}
