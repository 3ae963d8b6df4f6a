// SPDX-License-Identifier: Apache-2.0
#include "fuzz/read_everything.h"
#include "manifest/dash/mpd_patch.h"
#include "manifest/dash/presentation_refresh.h"
#include "manifest/dash/xlink_resolver.h"
#include "manifest/manifest_parser.h"

// Two documents, cut at the middle of the input or whole: a refresh, a patch, remote elements.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace playhead;
  const std::size_t half = size > 0 && data[size - 1] % 2 == 0 ? size / 2 : size;
  const SharedBytes first = fuzz::bytes_of(data, half);
  const SharedBytes second = half == size ? first : fuzz::bytes_of(data + half, size - half);
  ParseOptions options;
  options.now = WallTime{1'700'000'000'000'000};
  const auto before = parse_manifest(first, "https://h.example/a.mpd", options);
  auto after = parse_manifest(second, "https://h.example/a.mpd");
  if (before && after) fuzz::check(dash::refresh(*before, *std::move(after)));
  if (before) fuzz::check(dash::listed_at(*before, WallTime{1'800'000'000'000'000}));
  (void)dash::apply_patch(first.view(), second.view());
  Result<dash::XlinkResolver> remote =
      dash::XlinkResolver::make(first.view(), "https://h.example/a.mpd");
  if (!remote) return 0;
  while (remote->missing()) remote->add(second.view());
  (void)parse_manifest(remote->text(), "https://h.example/a.mpd");
  return 0;
}
