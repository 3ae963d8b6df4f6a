// SPDX-License-Identifier: Apache-2.0
#include "fuzz/read_everything.h"
#include "manifest/dash/live_mpd.h"
#include "manifest/dash/mpd_patch.h"
#include "manifest/dash/presentation_refresh.h"
#include "manifest/dash/xlink_resolver.h"
#include "manifest/manifest_parser.h"

namespace {

using namespace playhead;

// What a LiveMpd takes over is what reading all of it gives.
void follow(const SharedBytes& first, const SharedBytes& second) {
  const char* url = "https://h.example/a.mpd";
  ParseOptions options;
  options.now = WallTime{1'700'000'000'000'000};
  dash::LiveMpd live;
  const auto before = live.update(first, url, options);
  if (!before) return;
  options.now = WallTime{1'700'000'004'000'000};
  const auto after = live.update(second, url, options);
  auto parsed = parse_manifest(second, url, options);
  // It sniffs, and may take the second one for a playlist.
  if (!parsed || parsed->format != ManifestFormat::kDash) return;
  fuzz::require(after.has_value());
  const Presentation expected = dash::refresh(**before, *std::move(parsed));
  fuzz::check(**after);
  fuzz::require((*after)->warnings == expected.warnings);
  fuzz::require(dump(**after, {5, true}) == dump(expected, {5, true}));
}

// The text with a digit of it changed, as the next MPD of a channel has it.
SharedBytes changed(const SharedBytes& text, std::size_t seed) {
  std::vector<uint8_t> bytes(text.view().begin(), text.view().end());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    uint8_t& byte = bytes[(i + seed) % bytes.size()];
    if (byte < '0' || byte > '8') continue;
    ++byte;
    break;
  }
  return SharedBytes(std::move(bytes));
}

}  // namespace

// Two documents, cut at the middle of the input or whole: a refresh, a patch, remote elements.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::size_t half = size > 0 && data[size - 1] % 2 == 0 ? size / 2 : size;
  const SharedBytes first = fuzz::bytes_of(data, half);
  const SharedBytes second = half == size ? first : fuzz::bytes_of(data + half, size - half);
  ParseOptions options;
  options.now = WallTime{1'700'000'000'000'000};
  const auto before = parse_manifest(first, "https://h.example/a.mpd", options);
  auto after = parse_manifest(second, "https://h.example/a.mpd");
  if (before && after) fuzz::check(dash::refresh(*before, *std::move(after)));
  if (before) fuzz::check(dash::listed_at(*before, WallTime{1'800'000'000'000'000}));
  follow(first, second);
  if (half == size) follow(first, changed(first, size * 7919));
  (void)dash::apply_patch(first.view(), second.view());
  Result<dash::XlinkResolver> remote =
      dash::XlinkResolver::make(first.view(), "https://h.example/a.mpd");
  if (!remote) return 0;
  while (remote->missing()) remote->add(second.view());
  (void)parse_manifest(remote->text(), "https://h.example/a.mpd");
  return 0;
}
