// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/offline/download.h"
#include "playhead/protection.h"
#include "playhead/time.h"
#include "playhead/transport.h"
#include "trust/rights.h"
#include "vault/content_key.h"
#include "vault/file_digest.h"

// What stands in the journal. Plain values.
namespace playhead::offline {

using Blob = std::vector<uint8_t>;

// What add() writes. The store knows nothing of what the JSON texts say.
struct NewDownload {
  std::string id;  // [a-z0-9-], 1..64: names a folder
  // The same for the same title, profile and choice of tracks; unique among downloads that are not
  // being removed. At most 1 KiB.
  std::string identity;
  std::string title_id;  // "" for downloads by URL
  std::string profile_id;
  std::string request;   // DownloadRequest as JSON, at most 64 KiB
  std::string app_data;  // at most 4 KiB
  int priority = 0;
  WallTime added_at;
};

[[nodiscard]] inline KeyOwner key_owner(const NewDownload& download) {
  return {download.id, download.title_id, download.profile_id};
}

// What is known once manifest and tracks are chosen.
struct DownloadFacts {
  std::string manifest_url;  // as asked for; its stable key is that of a resource
  std::string tracks;        // chosen tracks and what playback needs of them, JSON, at most 1 MiB
  Duration duration{0};      // of the title, 0 unknown
  int width = 0, height = 0;
  std::string video_codec;
  friend bool operator==(const DownloadFacts&, const DownloadFacts&) = default;
};

struct DownloadRow {
  NewDownload added;
  int64_t order = 0;  // by which equals were added; ascending
  DownloadState state = DownloadState::kQueued;
  WaitReason waits_for = WaitReason::kNothing;
  std::optional<DownloadFailure> failure;
  WallTime changed_at;  // of the last change of state
  DownloadFacts facts;
  // Kept with each change of a resource, in its transaction.
  int64_t resources = 0;  // 0: there is no plan yet
  int64_t resources_done = 0;
  int64_t resources_bad = 0;
  int64_t bytes_done = 0;  // of media that survive a power cut, beginnings included
  int64_t bytes_total = 0;
  bool is_total_exact = false;
  // Beginning of the first resource that is not done; the title's duration when all are.
  Duration playable_until{0};
  // What the sealed record says, for lists; the record counts, see RightsRow.
  RightsRow rights;
  bool has_content_key = false;
};

// Sealed by vault/ and trust/; empty: none.
struct SealedRecords {
  Blob content_key;
  Blob rights;
};

struct StateChange {
  DownloadState state = DownloadState::kQueued;
  WaitReason waits_for = WaitReason::kNothing;
  std::optional<DownloadFailure> failure;  // none: forgets the one before
  std::string detail;                      // for the event, at most 1 KiB, URLs redacted
};

enum class ResourceKind : uint8_t { kManifest, kPlaylist, kInit, kMedia, kKey, kText, kThumbnail };

enum class ResourceState : uint8_t {
  kWanted,
  kPart,  // `checkpoint` bytes of it survive a power cut
  kDone,
  kBad,  // its file is not what it was; to be fetched anew
};

// What identifies a resource within its download: URL without query and fragment, and the range.
struct ResourceKey {
  std::string stable_key;
  std::optional<ByteRange> range;  // none: all of it; an open end is allowed
  friend bool operator==(const ResourceKey&, const ResourceKey&) = default;
};

struct PlannedResource {
  ResourceKey key;
  std::string url;    // to ask for, with its query
  std::string track;  // the planner's name, at most 64 bytes
  int64_t seq = 0;    // within its track
  ResourceKind kind = ResourceKind::kMedia;
  // Fetched in ascending order; among equals as they were given.
  int64_t play_order = 0;
  // Which part of the title cannot be played without it; start 0 for what everything needs.
  MediaTime start{0};
  MediaTime end{0};
  int64_t size = 0;  // estimated, or exact
  bool is_size_exact = false;
};

struct ResourceRow {
  int64_t row = 0;  // never given twice, not after removals either
  std::string download_id;
  PlannedResource planned;
  ResourceState state = ResourceState::kWanted;
  // Name of its vault file and VaultFileId::file_id; see layout.h. The same from the plan on.
  std::string file;
  int64_t checkpoint = 0;    // VaultWriter::resume() takes it; 0 but for kPart
  std::string final_url;     // "" as asked for
  std::string content_type;  // these four: of the answer, "" none
  std::string etag;
  std::string last_modified;
  std::optional<int64_t> file_size;  // of all of what this is a range of, by the answer
  FileDigest digest;                 // of kDone
};

// What the host said with the bytes.
struct Answer {
  std::string final_url;  // after redirects; may be the URL asked for
  std::string content_type;
  std::string etag;
  std::string last_modified;
  std::optional<int64_t> file_size;  // of all of it, where a range was asked for
};

// VaultWriter::checkpoint() has given `checkpoint`.
struct ResourceProgress {
  int64_t row = 0;
  int64_t checkpoint = 0;
  std::optional<int64_t> size;  // when the answer told it
  Answer answer;
};

// Its file is finished, under its name, and file and folder are synced.
struct FinishedResource {
  int64_t row = 0;
  int64_t size = 0;
  FileDigest digest;
  Answer answer;
};

enum class LicenceState : uint8_t { kValid, kSuperseded, kExpired, kReleased };

struct LicenceRow {
  int64_t row = 0;  // given by the store
  std::string scheme;
  std::vector<KeyId> kids;  // sorted by the store; at most 1,000
  Blob sealed;
  // For lists; the sealed record counts.
  WallTime issued_at;
  std::optional<WallTime> expires_at;
  std::optional<WallTime> renew_after;
  uint64_t generation = 0;
  LicenceState state = LicenceState::kValid;
};

// What a service has to be told of a download that may be gone by then.
struct PendingRelease {
  int64_t row = 0;  // given by the store
  std::string download_id;
  std::string scheme;
  std::string url;
  Blob message;
  int tries = 0;
  WallTime next_try;
};

// What an answer of the licence service changes.
struct LicenceChange {
  std::vector<LicenceRow> taken;
  std::vector<int64_t> superseded;  // rows
  std::vector<PendingRelease> releases;
};

enum class EventKind : uint8_t {
  kAdded,
  kState,  // detail: "queued > downloading: …"
  kPlanned,
  kRepaired,  // something on disk was not what the journal says
  kRights,
  kRemoved,
  kNote,
};

struct EventRow {
  int64_t seq = 0;  // given by the store
  WallTime at;
  std::string download_id;  // "" of none
  EventKind kind = EventKind::kNote;
  std::string detail;  // at most 1 KiB, cut off
};

}  // namespace playhead::offline
