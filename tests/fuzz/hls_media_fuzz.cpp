// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>

#include "fuzz/read_everything.h"
#include "manifest/manifest_parser.h"

// Media playlists as the index of a Variant that has something to IMPORT.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  IndexSource source;
  source.kind = IndexSource::Kind::kHlsMediaPlaylist;
  source.location.url = "https://h.example/a/video.m3u8?token=1";
  using Variables = std::map<std::string, std::string, std::less<>>;
  source.variables =
      std::make_shared<const Variables>(Variables{{"host", "h.example"}, {"n", "1"}});
  const Result<LoadedIndex> index =
      parse_index(source, {}, fuzz::bytes_of(data, size), source.location.url);
  if (index) fuzz::check(*index->segments);
  return 0;
}
