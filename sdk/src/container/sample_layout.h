// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "playhead/bytes.h"
#include "playhead/result.h"

// Where the samples of a track lie (ISO/IEC 14496-12 §8.7, §8.8). Pure; any thread.
namespace playhead {

struct SampleExtent {
  uint64_t offset = 0;       // within the stream
  uint32_t size = 0;         // bytes
  uint32_t description = 1;  // which sample entry of stsd, from 1
  uint32_t run = 0;          // which `trun` of the fragment, or chunk of the file, from 0
};

// What a track's samples are like when the fragment does not say (`trex`).
struct SampleDefaults {
  uint32_t description = 1;
  uint32_t size = 0;
};

// `tfhd`.
struct FragmentHeader {
  uint32_t track_id = 0;
  std::optional<uint64_t> base_data_offset;
  std::optional<uint32_t> description;
  std::optional<uint32_t> duration;  // ticks
  std::optional<uint32_t> size;
  std::optional<uint32_t> sample_flags;
  bool is_based_on_moof = false;
};
// Errors: kContainerSyntax (cut off).
[[nodiscard]] Result<FragmentHeader> parse_fragment_header(ByteView tfhd);

// The samples of one track fragment. `end_of_previous` is where the data of the track fragment in
// front of this one ends, the moof's start for the first (§8.8.7.1); it becomes the end of this
// one's. Errors: kContainerSyntax (cut off, more samples than limits::kEncryptedSamples, offsets
// that are none).
[[nodiscard]] Result<std::vector<SampleExtent>> fragment_layout(ByteView traf,
                                                                const FragmentHeader& header,
                                                                const SampleDefaults& defaults,
                                                                uint64_t moof_offset,
                                                                uint64_t& end_of_previous);

// The samples a `stbl` lists, in decoding order; none in an InitSegment. Errors as above, with
// `most` samples.
[[nodiscard]] Result<std::vector<SampleExtent>> table_layout(
    ByteView stbl, std::size_t most = limits::kEncryptedSamples);

}  // namespace playhead
