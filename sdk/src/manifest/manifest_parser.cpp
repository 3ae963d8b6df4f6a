// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_parser.h"

#include <algorithm>
#include <string_view>

#include "base/limits.h"
#include "base/url.h"
#include "manifest/dash/dash_presentation.h"
#include "manifest/dash/mpd_parser.h"
#include "manifest/hls/hls_presentation.h"
#include "manifest/hls/hls_segment_index.h"
#include "manifest/hls/media_playlist_alignment.h"
#include "manifest/hls/media_playlist_parser.h"
#include "manifest/hls/media_playlist_refresh.h"
#include "manifest/hls/multivariant_playlist_parser.h"
#include "manifest/sidx_index_builder.h"

namespace playhead {
namespace {

enum class Format : uint8_t { kEmpty, kHls, kMpd, kHtml, kXml, kUnknown };

// The beginning of the text, without a byte order mark and white space.
std::string_view head_of(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  constexpr std::size_t kHeadBytes = 4096;  // comments before the root element fit
  return text.substr(0, kHeadBytes);
}

bool contains_ignoring_case(std::string_view text, std::string_view lower_part) {
  const auto found = std::search(
      text.begin(), text.end(), lower_part.begin(), lower_part.end(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
      });
  return found != text.end();
}

// The beginning of a text in UTF-16, in either byte order and with or without a mark, as ASCII;
// empty for any other text. XML may be written so (XML 1.0 §4.3.3), playlists may not.
std::string head_of_utf16(std::string_view text) {
  constexpr std::size_t kHeadUnits = 4096;
  if (text.size() < 4) return {};
  const std::string_view mark = text.substr(0, 2);
  const bool has_mark = mark == "\xFF\xFE" || mark == "\xFE\xFF";
  if (has_mark) text.remove_prefix(2);
  const std::size_t low = text[0] == '\0' ? 1 : 0;  // of the two bytes of a unit
  if (text[low] == '\0' || text[1 - low] != '\0') return {};
  std::string head;
  for (std::size_t i = 0; i + 1 < text.size() && head.size() < kHeadUnits; i += 2) {
    head += text[i + 1 - low] == '\0' ? text[i + low] : '?';
  }
  return head;
}

Format sniff_head(std::string_view head);

Format sniff(std::string_view text) {
  const std::string utf16 = head_of_utf16(text);
  if (utf16.empty()) return sniff_head(head_of(text));
  const Format format = sniff_head(head_of(utf16));
  return format == Format::kHls ? Format::kUnknown : format;
}

Format sniff_head(std::string_view head) {
  if (head.empty()) return Format::kEmpty;
  if (head.substr(0, 7) == "#EXTM3U") return Format::kHls;
  if (head.front() != '<') {
    // Without its first line it breaks a MUST (RFC 8216 §4.3.1.1), and is still no other format.
    const bool has_tags = head.substr(0, 5) == "#EXT-" || head.substr(0, 8) == "#EXTINF:" ||
                          head.find("\n#EXT-X-") != std::string_view::npos ||
                          head.find("\n#EXTINF:") != std::string_view::npos;
    return has_tags ? Format::kHls : Format::kUnknown;
  }
  for (std::size_t at = 0; (at = head.find("MPD", at)) != std::string_view::npos; ++at) {
    // "<MPD" or, with a prefix, "<dash:MPD".
    if (at > 0 && (head[at - 1] == '<' || head[at - 1] == ':')) return Format::kMpd;
  }
  if (contains_ignoring_case(head, "<html") || contains_ignoring_case(head, "<!doctype html")) {
    return Format::kHtml;
  }
  return Format::kXml;
}

Error not_a_manifest(Format format) {
  switch (format) {
    case Format::kEmpty:
      return make_error(ErrorCode::kManifestEmpty, "the server sent an empty answer");
    case Format::kHtml:
      return make_error(ErrorCode::kManifestNotRecognised,
                        "the server sent an HTML page instead of a playlist");
    case Format::kXml:
      return make_error(ErrorCode::kManifestNotRecognised,
                        "the server sent an XML document that is not an MPD");
    default:
      return make_error(ErrorCode::kManifestNotRecognised,
                        "the answer starts with neither #EXTM3U nor <MPD");
  }
}

Result<Presentation> parse_hls(SharedBytes bytes, const std::string& url,
                               const ParseOptions& options) {
  if (hls::is_multivariant_playlist(as_text(bytes.view()))) {
    PLAYHEAD_TRY(const hls::MultivariantPlaylist playlist,
                 hls::parse_multivariant_playlist(std::move(bytes), url, options));
    return hls::make_presentation(playlist);
  }
  PLAYHEAD_TRY(hls::MediaPlaylist playlist,
               hls::parse_media_playlist({std::move(bytes), url, nullptr, options, nullptr, 0}));
  return hls::make_presentation(std::make_shared<const hls::MediaPlaylist>(std::move(playlist)));
}

// An error when the text is not a media playlist.
std::optional<Error> media_playlist_error(std::string_view text) {
  const Format format = sniff(text);
  if (format != Format::kHls) return not_a_manifest(format);
  if (!hls::is_multivariant_playlist(text)) return std::nullopt;
  return make_error(ErrorCode::kManifestSyntax,
                    "the server sent a multivariant playlist where a media playlist belongs");
}

Result<LoadedIndex> parse_hls_index(const IndexSource& source, SharedBytes bytes,
                                    const std::string& url, const ParseOptions& options) {
  if (std::optional<Error> error = media_playlist_error(as_text(bytes.view()))) {
    return *std::move(error);
  }
  PLAYHEAD_TRY(hls::MediaPlaylist playlist,
               hls::parse_media_playlist(
                   {std::move(bytes), url, source.variables.get(), options, nullptr, 0}));
  return hls::make_loaded_index(std::make_shared<const hls::MediaPlaylist>(std::move(playlist)));
}

Result<LoadedIndex> parse_sidx_index(const IndexSource& source,
                                     const Representation& representation, ByteView bytes,
                                     const std::string& url) {
  const int64_t file_offset = source.location.range ? source.location.range->first : 0;
  SidxIndexBuilder builder;
  if (Result<void> added = builder.add(bytes, file_offset); !added) return std::move(added).error();
  while (const std::optional<ByteRange> missing = builder.missing()) {
    // Daisy-chained and hierarchical indexes usually stand side by side.
    const int64_t at = missing->first - file_offset;
    if (at < 0 || at >= static_cast<int64_t>(bytes.size())) {
      return make_error(ErrorCode::kManifestUnsupported,
                        "the segment index goes on in another part of the file");
    }
    if (Result<void> added =
            builder.add(bytes.subspan(static_cast<std::size_t>(at)), missing->first);
        !added)
      return std::move(added).error();
  }
  LoadedIndex index;
  index.container = Container::kFmp4;
  index.url = url;
  PLAYHEAD_TRY(index.segments,
               builder.build(url, representation.media_offset.value_or(Duration{0}), source.init));
  return index;
}

}  // namespace

Result<Presentation> parse_manifest(SharedBytes bytes, const std::string& url,
                                    const ParseOptions& options) {
  PLAYHEAD_TRY([[maybe_unused]] const UrlOrigin origin, url_origin(url));
  const Format format = sniff(as_text(bytes.view()));
  if (format == Format::kHls) return parse_hls(std::move(bytes), url, options);
  if (format != Format::kMpd) return not_a_manifest(format);
  PLAYHEAD_TRY(const dash::Mpd mpd, dash::parse_mpd(bytes.view(), url, options));
  return dash::make_presentation(mpd, options.now);
}

Result<LoadedIndex> parse_index(const IndexSource& source, const Representation& representation,
                                SharedBytes bytes, const std::string& final_url,
                                const ParseOptions& options) {
  PLAYHEAD_TRY([[maybe_unused]] const UrlOrigin origin, url_origin(final_url));
  switch (source.kind) {
    case IndexSource::Kind::kHlsMediaPlaylist:
      return parse_hls_index(source, std::move(bytes), final_url, options);
    case IndexSource::Kind::kSidx:
      return parse_sidx_index(source, representation, bytes.view(), final_url);
    case IndexSource::Kind::kInline:
      break;
  }
  return make_error(ErrorCode::kInvalidArgument, "the Representation has its segments already");
}

Result<AlignedIndex> align_index(LoadedIndex index, const LoadedIndex& reference,
                                 const IndexSource& source, std::optional<MediaTime> next_run_at) {
  if (!index.playlist || !reference.playlist) return AlignedIndex{std::move(index)};
  const hls::MediaPlaylist& known = *reference.playlist;
  const Duration passed = std::max(index.told - reference.told, Duration{0});
  const hls::AlignedStart start =
      next_run_at ? hls::AlignedStart{hls::next_run_start(*index.playlist, known, *next_run_at)}
                  : hls::aligned_start(*index.playlist, known, passed);
  if (start.ticks == index.playlist->start_ticks) {
    return AlignedIndex{std::move(index), start.is_guess};
  }
  PLAYHEAD_TRY(hls::MediaPlaylist playlist,
               hls::parse_media_playlist({index.playlist->text, index.url, source.variables.get(),
                                          {}, nullptr, start.ticks}));
  LoadedIndex placed =
      hls::make_loaded_index(std::make_shared<const hls::MediaPlaylist>(std::move(playlist)));
  placed.told = index.told;
  return AlignedIndex{std::move(placed), start.is_guess};
}

LoadedIndex inline_index(const Representation& representation) {
  if (const auto* index = hls::HlsSegmentIndex::of(representation.segments.get())) {
    return hls::make_loaded_index(index->playlist());
  }
  LoadedIndex index;
  index.segments = representation.segments;
  index.container = representation.container;
  return index;
}

Result<RefreshedIndex> refresh_index(const LoadedIndex& previous, const IndexSource& source,
                                     SharedBytes bytes, const std::string& final_url,
                                     const ParseOptions& options) {
  if (previous.playlist == nullptr) {
    return make_error(ErrorCode::kInvalidArgument, "only HLS playlists are refreshed one by one");
  }
  PLAYHEAD_TRY([[maybe_unused]] const UrlOrigin origin, url_origin(final_url));
  if (std::optional<Error> error = media_playlist_error(as_text(bytes.view()))) {
    return *std::move(error);
  }
  PLAYHEAD_TRY(hls::RefreshedPlaylist refreshed,
               hls::refresh_media_playlist(
                   previous.playlist,
                   {std::move(bytes), final_url, source.variables.get(), options, nullptr, 0}));
  if (refreshed.outcome != hls::RefreshOutcome::kUpdated) {
    return RefreshedIndex{previous, false, refreshed.outcome == hls::RefreshOutcome::kStartedOver,
                          refreshed.begun, refreshed.begun_until};
  }
  return RefreshedIndex{hls::make_loaded_index(std::move(refreshed.playlist)), true};
}

}  // namespace playhead
