// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// Caps on everything that comes from outside. Beyond a cap the answer is a typed error
// (kManifestLimit for manifests), never more memory or time. All values are chosen: far above what
// real services send, low enough that a hostile input is answered within a second and 64 MB.
namespace playhead::limits {

// Bytes of one playlist, MPD or segment index. Real ones reach 22 MB (100,000 segments).
inline constexpr int64_t kManifestBytes = int64_t{32} << 20;
// Bytes of one playlist line without its line end. Signed URLs and key URIs reach a few KiB.
inline constexpr std::size_t kPlaylistLineBytes = std::size_t{64} << 10;
// Listed units of one Representation: playlist segments, SegmentURL elements, S elements, sidx
// references. Repeats (S@r, SegmentTemplate@duration) cost nothing and are not counted.
inline constexpr std::size_t kSegments = 500'000;
// Variants and Renditions of a multivariant playlist, each; Representations of an MPD in total.
inline constexpr std::size_t kVariants = 1'000;
inline constexpr std::size_t kRepresentations = 30'000;
inline constexpr std::size_t kPeriods = 5'000;
// Distinct EXT-X-MAP resources of one playlist.
inline constexpr std::size_t kInitSegments = 50'000;
// Keys in all EXT-X-KEY sets of one playlist together: a set has one for each KEYFORMAT.
inline constexpr std::size_t kSegmentKeys = 100'000;
// EXT-X-DATERANGE identities of one playlist, and attributes of all of them together; each costs
// some hundred bytes of model.
inline constexpr std::size_t kDateRanges = 20'000;
inline constexpr std::size_t kDateRangeAttributes = 100'000;
// EXT-X-PART tags of one playlist: they stand for its last seconds only. Preload hints, rendition
// reports, session data and session keys, each.
inline constexpr std::size_t kParts = 50'000;
inline constexpr std::size_t kAnnouncements = 1'000;
// EXT-X-DEFINE variables of one playlist, and bytes its substitutions may add.
inline constexpr std::size_t kVariables = 1'000;
inline constexpr std::size_t kSubstitutedBytes = std::size_t{16} << 20;
// Nesting of XML elements and of ISO-BMFF boxes.
inline constexpr int kXmlDepth = 64;
// Markup of one XML document: '<' characters (two for most elements) and '=' (one per attribute).
// The tree costs about 64 bytes for an element and 40 for an attribute.
inline constexpr std::size_t kXmlMarkup = 400'000;
inline constexpr std::size_t kXmlAttributes = 800'000;
// Further segment indexes a sidx may point to, in total (ISO/IEC 14496-12 §8.16.3).
inline constexpr std::size_t kNestedIndexes = 1'000;
// Parts of one segment (DASH S@k), patterns of one SegmentTimeline and durations of one pattern.
inline constexpr uint32_t kPartsOfSegment = 1'000;
inline constexpr std::size_t kPatterns = 1'000;
inline constexpr std::size_t kPatternDurations = 10'000;
// Places one Representation's media is listed at: products of BaseURL lists at four levels.
inline constexpr std::size_t kServiceLocations = 16;
// Such places of all Representations of an MPD, beside each one's first; further ones are left out.
inline constexpr std::size_t kAlternatives = 30'000;
// Bytes of a steering server's answer; pathways it orders, and clones it makes.
inline constexpr std::size_t kSteeringBytes = std::size_t{1} << 20;
inline constexpr std::size_t kSteeringPathways = 64;
// Remote elements of one MPD (xlink), remote ones inside remote ones, and operations of one MPD
// patch.
inline constexpr std::size_t kRemoteElements = 100;
inline constexpr std::size_t kRemoteDepth = 4;
inline constexpr std::size_t kPatchOperations = 10'000;
// Zero padding of one template identifier, $Number%0Nd$ (ISO/IEC 23009-1 5.3.9.4.4).
inline constexpr int kTemplateWidth = 64;

// Subtitles. Bytes of one document (sidecar file or segment); a film of three hours has 200 KB.
inline constexpr int64_t kTextBytes = int64_t{16} << 20;
// Cues of one document, letters (bytes) of one cue, and runs of one style: of one cue, and of all.
inline constexpr std::size_t kCues = 50'000;
inline constexpr std::size_t kCueTextBytes = std::size_t{16} << 10;
inline constexpr std::size_t kCueSpans = 1'000;
inline constexpr std::size_t kDocumentSpans = 200'000;
// Lines of a WebVTT file are cut off here; of a cue, so many are read.
inline constexpr std::size_t kTextLineBytes = std::size_t{64} << 10;
// WebVTT tags inside one another, and TTML styles that refer to styles.
inline constexpr std::size_t kTextNesting = 32;
inline constexpr std::size_t kCueRegions = 100;
// Rules of WebVTT STYLE blocks; every run of text is held against each.
inline constexpr std::size_t kStyleRules = 50;
// TTML styles, and moments at which parts of one paragraph appear or go.
inline constexpr std::size_t kTtmlStyles = 2'000;
inline constexpr std::size_t kParagraphChanges = 200;
inline constexpr std::size_t kParagraphWork = 50'000;  // moments times parts
// Cues one track holds ready to be shown; a film of three hours has 3,000.
inline constexpr std::size_t kTimelineCues = 100'000;
// Samples of one text segment in MP4, and bytes of one `emsg` or ID3 tag and frames of it.
inline constexpr std::size_t kTextSamples = 100'000;
inline constexpr std::size_t kMetadataBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMetadataFrames = 1'000;
inline constexpr std::size_t kEventMessages = 1'000;

// Encryption of MP4. Samples of one fragment, or of a file without fragments, whose encryption is
// kept; a fragment of 8 s at 48 kHz AAC has 375. Groups of samples with an encryption of their own.
inline constexpr std::size_t kEncryptedSamples = 100'000;
inline constexpr std::size_t kSampleGroups = 10'000;
// Tracks of one file and sample entries of one track that are looked at.
inline constexpr std::size_t kMp4Tracks = 1'000;
inline constexpr std::size_t kSampleEntries = 1'000;
// pssh boxes of one moov or moof; a Widevine one has 100 bytes, a PlayReady one 1 KB.
inline constexpr std::size_t kPsshBytes = std::size_t{1} << 20;

// Bytes of one media segment and of one InitSegment.
inline constexpr int64_t kSegmentBytes = int64_t{256} << 20;
inline constexpr int64_t kInitSegmentBytes = int64_t{4} << 20;
// Bytes of one image of thumbnails; real ones have some hundred KB.
inline constexpr int64_t kThumbnailBytes = int64_t{8} << 20;
// Key frames of one segment that trick play looks at.
inline constexpr std::size_t kTrickFrames = 500;
// InitSegments of one track kept for Representations that may come back.
inline constexpr std::size_t kCachedInitSegments = 32;

}  // namespace playhead::limits
