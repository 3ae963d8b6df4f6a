// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "container/sample_groups.h"
#include "container/sample_layout.h"
#include "container/track_encryption.h"
#include "playhead/bytes.h"
#include "playhead/encryption.h"
#include "playhead/result.h"
#include "playhead/unique_function.h"

// How each sample of a track fragment, or of a whole file, is encrypted (ISO/IEC 23001-7 §7). Any
// thread.
namespace playhead {

// The bytes of the stream from `offset` on; fewer where the stream ends, none where it cannot go.
// May block.
using StreamBytes = UniqueFunction<std::vector<uint8_t>(uint64_t offset, std::size_t count)>;

// `senc`, and PIFF's like. `entries` is a view into the box.
struct SampleEncryptionBox {
  ByteView entries;
  uint32_t count = 0;
  bool has_subsamples = false;
  std::optional<PiffProtection> protection;  // PIFF: in place of the track's
};
// Errors: kDrmSample (cut off), kDrmInitData (PIFF: the protection cannot be read),
// kContainerUnsupported (several keys in one sample).
[[nodiscard]] Result<SampleEncryptionBox> parse_sample_encryption(ByteView payload, bool is_piff);

// `saiz`: lengths of the samples' descriptions. A view into the box.
struct AuxiliarySizes {
  uint8_t default_size = 0;  // 0: `sizes` tell
  uint32_t count = 0;
  ByteView sizes;
  [[nodiscard]] std::size_t size_of(std::size_t i) const {
    return i >= count ? 0 : default_size != 0 ? default_size : sizes[i];
  }
};
// `saio`: where they are, of each run of samples, or of all.
using AuxiliaryOffsets = std::vector<uint64_t>;
// Nothing for boxes that are about something else than encryption. Errors: kDrmSample (more entries
// than the box holds).
[[nodiscard]] Result<std::optional<AuxiliarySizes>> parse_auxiliary_sizes(ByteView saiz);
[[nodiscard]] Result<std::optional<AuxiliaryOffsets>> parse_auxiliary_offsets(ByteView saio);

// What a playlist says of the key in force.
struct PlaylistKey {
  KeyId kid{};
  CipherIv iv{};
};

// All that speaks of the encryption of some samples.
struct EncryptionTables {
  // Takes the place of every key id, and of vectors that are nowhere; null: there is none.
  const PlaylistKey* key = nullptr;
  // By sample description; nothing for clear ones.
  const std::vector<std::optional<TrackEncryption>>* entries = nullptr;
  SeigGroups file_groups;      // of the stbl
  SeigGroups fragment_groups;  // of the traf
  std::vector<GroupRun> group_runs;
  std::optional<SampleEncryptionBox> senc;
  std::optional<AuxiliarySizes> sizes;
  std::optional<AuxiliaryOffsets> offsets;
  uint64_t offsets_base = 0;  // what `offsets` are added to
};

// How each of `samples` is encrypted, null for clear ones. `senc` is preferred to what saiz and
// saio say, which is fetched by `stream`. Errors: kDrmSample (descriptions are cut off, lie outside
// or name a group there is not, subsamples that do not add up to the sample, no vector),
// kContainerSyntax (samples of a sample entry there is not).
[[nodiscard]] Result<std::vector<std::shared_ptr<const CryptoInfo>>> describe_samples(
    const std::vector<SampleExtent>& samples, const EncryptionTables& tables, StreamBytes& stream);

}  // namespace playhead
