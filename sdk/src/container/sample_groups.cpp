// SPDX-License-Identifier: Apache-2.0
#include "container/sample_groups.h"

#include <utility>

#include "base/limits.h"
#include "container/box_reader.h"

namespace playhead {
namespace {

// isProtected, the vector's length and the KID, and what stands in front of them.
constexpr std::size_t kShortestSeig = 20;

// Version 0 of the box does not say how long an entry is; the entry itself does.
std::size_t seig_bytes(ByteView rest) {
  const bool has_constant_iv = rest.size() > kShortestSeig && rest[2] == 1 && rest[3] == 0;
  return kShortestSeig + (has_constant_iv ? 1U + rest[kShortestSeig] : 0U);
}

}  // namespace

bool is_seig(ByteView sgpd_or_sbgp) {
  ByteReader reader(sgpd_or_sbgp);
  reader.skip(4);
  return reader.read(4) == fourcc("seig");
}

Result<SeigGroups> parse_seig_groups(ByteView sgpd) {
  ByteReader reader(sgpd);
  const uint64_t version = reader.read(1);
  reader.skip(3 + 4);
  const uint64_t default_length = version >= 1 ? reader.read(4) : 0;
  SeigGroups out;
  if (version >= 2) out.default_index = static_cast<uint32_t>(reader.read(4));
  const uint64_t count = reader.read(4);
  if (reader.has_failed()) return unreadable_protection("the groups of encrypted samples are cut off");
  if (count > limits::kSampleGroups || count > reader.remaining() / kShortestSeig) {
    return unreadable_protection("more groups of encrypted samples than the box can hold");
  }
  ByteView rest = sgpd.last(reader.remaining());
  for (uint64_t i = 0; i < count; ++i) {
    std::size_t length = default_length;
    if (version == 0) {
      length = seig_bytes(rest);
    } else if (default_length == 0) {
      ByteReader described(rest);
      length = described.read(4);
      if (described.has_failed()) return unreadable_protection("a group of encrypted samples is cut off");
      rest = rest.subspan(4);
    }
    if (length > rest.size()) return unreadable_protection("a group of encrypted samples is cut off");
    PLAYHEAD_TRY(SampleProtection entry, parse_seig_entry(rest.first(length)));
    out.entries.push_back(std::move(entry));
    rest = rest.subspan(length);
  }
  return out;
}

Result<std::vector<GroupRun>> parse_group_runs(ByteView sbgp) {
  constexpr std::size_t kRunBytes = 8;
  ByteReader reader(sbgp);
  const uint64_t version = reader.read(1);
  reader.skip(3 + 4);
  if (version == 1) reader.skip(4);  // grouping_type_parameter
  const uint64_t count = reader.read(4);
  if (reader.has_failed() || count > reader.remaining() / kRunBytes) {
    return make_error(ErrorCode::kDrmSample, "more runs of sample groups than the box can hold");
  }
  std::vector<GroupRun> runs;
  runs.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    const auto samples = static_cast<uint32_t>(reader.read(4));
    runs.push_back({samples, static_cast<uint32_t>(reader.read(4))});
  }
  return runs;
}

}  // namespace playhead
