// SPDX-License-Identifier: Apache-2.0
#include "container/protection_scanner.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "base/limits.h"
#include "container/box_reader.h"

namespace playhead {
namespace {

// Calls visit(box) for each box until one fails; visit answers Result<void>.
template <typename Visit>
Result<void> for_each_box(ByteView bytes, Visit visit) {
  BoxReader boxes(bytes);
  while (true) {
    PLAYHEAD_TRY(const std::optional<Box> box, boxes.next());
    if (!box) return {};
    if (Result<void> visited = visit(*box); !visited) return visited;
  }
}

// The first box at the end of a path; an empty view when there is none.
Result<ByteView> find_path(ByteView bytes, std::initializer_list<uint32_t> path) {
  for (const uint32_t type : path) {
    std::optional<ByteView> found;
    Result<void> walked = for_each_box(bytes, [&](const Box& box) -> Result<void> {
      if (box.type == type && !found) found = box.payload;
      return {};
    });
    if (!walked) return std::move(walked).error();
    if (!found) return ByteView();
    bytes = *found;
  }
  return bytes;
}

// Without these four letters there is no encrypted entry: clear media costs no more than a search.
bool may_be_encrypted(ByteView moov) {
  constexpr std::array<uint8_t, 3> kEnc{'e', 'n', 'c'};
  for (auto at = moov.begin();; ++at) {
    at = std::search(at, moov.end(), kEnc.begin(), kEnc.end());
    if (moov.end() - at < 4) return false;
    if (at[3] == 'v' || at[3] == 'a') return true;
  }
}

uint32_t read_track_id(ByteView tkhd) {
  ByteReader reader(tkhd);
  reader.skip(reader.read(1) == 1 ? 3 + 16 : 3 + 8);
  return static_cast<uint32_t>(reader.read(4));
}

void add_kid(const SampleProtection& protection, std::vector<KeyId>& kids) {
  if (!protection.is_protected) return;
  if (std::find(kids.begin(), kids.end(), protection.kid) == kids.end()) {
    kids.push_back(protection.kid);
  }
}

}  // namespace

// A whole box, what is going to be changed in it, and what it tells of keys.
struct ProtectionScanner::Reading {
  Reading(std::span<uint8_t> bytes, uint64_t offset, StreamBytes& behind)
      : bytes_(bytes), offset_(offset), behind_(behind) {}

  // Bytes of the stream within the box or behind it.
  StreamBytes stream() {
    return [this](uint64_t from, std::size_t count) -> std::vector<uint8_t> {
      const uint64_t end = offset_ + bytes_.size();
      if (from < offset_) return {};  // gone by
      if (from >= end) return behind_(from, count);
      const auto inside = std::min<std::size_t>(count, end - from);
      const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(from - offset_);
      std::vector<uint8_t> out(begin, begin + static_cast<std::ptrdiff_t>(inside));
      if (inside == count) return out;
      const std::vector<uint8_t> rest = behind_(end, count - inside);
      out.insert(out.end(), rest.begin(), rest.end());
      return out;
    };
  }

  void rename(const Box& box, uint32_t type) {
    const auto payload = static_cast<std::size_t>(box.payload.data() - bytes_.data());
    renames_.emplace_back(payload - box.header_size + 4, type);
  }

  // What a demuxer that knows nothing of encryption is not to see, of any level.
  void hide(const Box& box) {
    const uint32_t type = box.type;
    const bool is_named = type == fourcc("senc") || type == fourcc("saiz") ||
                          type == fourcc("saio") || type == fourcc("pssh") ||
                          piff_box(box) != PiffBox::kNone;
    const bool is_group = type == fourcc("sgpd") || type == fourcc("sbgp");
    if (is_named || (is_group && is_seig(box.payload))) rename(box, fourcc("free"));
  }

  void keep_pssh(const Box& box) {
    if (box.type != fourcc("pssh")) return;
    const auto size = static_cast<std::size_t>(box.size);
    if (pssh_.size() + size > limits::kPsshBytes) return;
    const uint8_t* begin = box.payload.data() - box.header_size;
    pssh_.insert(pssh_.end(), begin, begin + size);
  }

  void apply() {
    for (const auto& [at, type] : renames_) {
      for (std::size_t i = 0; i < 4; ++i) {
        bytes_[at + i] = static_cast<uint8_t>(type >> (24 - 8 * i) & 0xff);
      }
    }
  }

  // A box of a stbl or traf that speaks of encryption.
  Result<void> read_encryption(const Box& box, bool is_fragment, EncryptionTables& tables);

  std::span<uint8_t> bytes_;
  uint64_t offset_;
  StreamBytes& behind_;
  std::vector<std::pair<std::size_t, uint32_t>> renames_;  // where a type stands, what it becomes
  std::vector<KeyId> kids_;
  std::vector<uint8_t> pssh_;
};

Result<void> ProtectionScanner::Reading::read_encryption(const Box& box, bool is_fragment,
                                                         EncryptionTables& tables) {
  hide(box);
  const ByteView payload = box.payload;
  const bool is_piff = piff_box(box) == PiffBox::kSampleEncryption;
  if (box.type == fourcc("senc") || (is_piff && !tables.senc)) {
    PLAYHEAD_TRY(tables.senc, parse_sample_encryption(payload, is_piff));
    if (tables.senc->protection) add_kid(tables.senc->protection->protection, kids_);
  } else if (box.type == fourcc("saiz")) {
    PLAYHEAD_TRY(std::optional<AuxiliarySizes> sizes, parse_auxiliary_sizes(payload));
    if (sizes) tables.sizes = sizes;
  } else if (box.type == fourcc("saio")) {
    PLAYHEAD_TRY(std::optional<AuxiliaryOffsets> offsets, parse_auxiliary_offsets(payload));
    if (offsets) tables.offsets = std::move(offsets);
  } else if (box.type == fourcc("sgpd") && is_seig(payload)) {
    SeigGroups& groups = is_fragment ? tables.fragment_groups : tables.file_groups;
    PLAYHEAD_TRY(groups, parse_seig_groups(payload));
    for (const SampleProtection& entry : groups.entries) add_kid(entry, kids_);
  } else if (box.type == fourcc("sbgp") && is_seig(payload)) {
    PLAYHEAD_TRY(tables.group_runs, parse_group_runs(payload));
  } else if (box.type == fourcc("csgp") && is_seig(payload)) {
    // ISO/IEC 14496-12:2020 §8.9.5: the key would be guessed.
    return make_error(ErrorCode::kContainerUnsupported, "compact groups of encrypted samples");
  }
  return {};
}

bool ProtectionScanner::Track::is_protected() const {
  return std::any_of(entries.begin(), entries.end(),
                     [](const auto& entry) { return entry.has_value(); });
}

Result<void> ProtectionScanner::read_movie(std::span<uint8_t> moov, uint64_t offset,
                                           StreamBytes& behind) {
  Reading reading(moov, offset, behind);
  for (auto& [id, track] : tracks_) track = Track{{}, {}, {}, std::move(track.samples)};
  if (!may_be_encrypted(moov) && !is_protected_) return {};
  PLAYHEAD_TRY(const ByteView boxes, find_path(moov, {fourcc("moov")}));
  Result<void> read = for_each_box(boxes, [&](const Box& box) -> Result<void> {
    reading.hide(box);
    reading.keep_pssh(box);
    if (box.type == fourcc("trak")) return read_track(reading, box.payload);
    return {};
  });
  if (read) {
    read = for_each_box(boxes, [&](const Box& box) -> Result<void> {
      if (box.type == fourcc("mvex")) return read_defaults(box.payload);
      return {};
    });
  }
  if (!read) return read;
  is_protected_ = std::any_of(tracks_.begin(), tracks_.end(), [](const auto& track) {
    return track.second.is_protected() || !track.second.samples.empty();
  });
  if (!is_protected_) return {};
  reading.apply();
  tell(reading);
  return {};
}

Result<void> ProtectionScanner::read_track(Reading& reading, ByteView trak) {
  PLAYHEAD_TRY(const ByteView tkhd, find_path(trak, {fourcc("tkhd")}));
  PLAYHEAD_TRY(const ByteView stbl,
               find_path(trak, {fourcc("mdia"), fourcc("minf"), fourcc("stbl")}));
  PLAYHEAD_TRY(const ByteView stsd, find_path(stbl, {fourcc("stsd")}));
  const uint32_t id = read_track_id(tkhd);
  if (tracks_.size() >= limits::kMp4Tracks && tracks_.count(id) == 0) {
    return broken("a file with too many tracks");
  }
  Track& track = tracks_[id];
  if (Result<void> read = read_entries(reading, stsd, track); !read) return read;
  return track.is_protected() ? read_table(reading, stbl, track) : Result<void>();
}

Result<void> ProtectionScanner::read_entries(Reading& reading, ByteView stsd, Track& track) {
  constexpr std::size_t kFullBoxAndCount = 8;
  track.entries.clear();
  if (stsd.size() < kFullBoxAndCount) return {};
  return for_each_box(stsd.subspan(kFullBoxAndCount), [&](const Box& entry) -> Result<void> {
    if (track.entries.size() >= limits::kSampleEntries) return broken("too many sample entries");
    PLAYHEAD_TRY(const std::optional<TrackEncryption> encryption, parse_protected_entry(entry));
    track.entries.push_back(encryption);
    if (!encryption) return {};
    add_kid(encryption->defaults, reading.kids_);
    reading.rename(entry, encryption->original_format);
    return for_each_box(entry.payload.subspan(entry_children(entry)),
                        [&](const Box& box) -> Result<void> {
                          if (box.type == fourcc("sinf")) reading.rename(box, fourcc("free"));
                          return {};
                        });
  });
}

Result<void> ProtectionScanner::read_table(Reading& reading, ByteView stbl, Track& track) {
  EncryptionTables tables;
  Result<void> read = for_each_box(
      stbl, [&](const Box& box) { return reading.read_encryption(box, false, tables); });
  if (!read) return read;
  track.groups = tables.file_groups;
  PLAYHEAD_TRY(const std::vector<SampleExtent> samples, table_layout(stbl));
  if (samples.empty()) return {};
  tables.entries = &track.entries;
  tables.key = key_ ? &*key_ : nullptr;
  StreamBytes stream = reading.stream();
  PLAYHEAD_TRY(auto infos, describe_samples(samples, tables, stream));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    track.samples.push_back({samples[i].offset, std::move(infos[i])});
  }
  return {};
}

Result<void> ProtectionScanner::read_defaults(ByteView mvex) {
  return for_each_box(mvex, [&](const Box& box) -> Result<void> {
    if (box.type != fourcc("trex")) return {};
    ByteReader reader(box.payload);
    reader.skip(4);
    const auto found = tracks_.find(static_cast<uint32_t>(reader.read(4)));
    SampleDefaults defaults;
    defaults.description = static_cast<uint32_t>(reader.read(4));
    reader.skip(4);
    defaults.size = static_cast<uint32_t>(reader.read(4));
    if (reader.has_failed()) return broken("the defaults of fragments are cut off");
    if (found != tracks_.end()) found->second.defaults = defaults;
    return {};
  });
}

Result<void> ProtectionScanner::read_fragment(std::span<uint8_t> moof, uint64_t offset,
                                              StreamBytes& behind) {
  if (!is_protected_) return {};
  Reading reading(moof, offset, behind);
  PLAYHEAD_TRY(const ByteView boxes, find_path(moof, {fourcc("moof")}));
  uint64_t end_of_previous = offset;
  Result<void> read = for_each_box(boxes, [&](const Box& box) -> Result<void> {
    reading.hide(box);
    reading.keep_pssh(box);
    if (box.type != fourcc("traf")) return {};
    return read_track_fragment(reading, box.payload, end_of_previous);
  });
  if (!read) return read;
  reading.apply();
  tell(reading);
  return {};
}

Result<void> ProtectionScanner::read_track_fragment(Reading& reading, ByteView traf,
                                                    uint64_t& end_of_previous) {
  PLAYHEAD_TRY(const ByteView tfhd, find_path(traf, {fourcc("tfhd")}));
  PLAYHEAD_TRY(const FragmentHeader header, parse_fragment_header(tfhd));
  const auto found = tracks_.find(header.track_id);
  const bool is_encrypted = found != tracks_.end() && found->second.is_protected();
  const SampleDefaults defaults = is_encrypted ? found->second.defaults : SampleDefaults{};
  const uint64_t moof = reading.offset_;
  PLAYHEAD_TRY(const std::vector<SampleExtent> samples,
               fragment_layout(traf, header, defaults, moof, end_of_previous));
  EncryptionTables tables;
  Result<void> read = for_each_box(traf, [&](const Box& box) -> Result<void> {
    if (is_encrypted) return reading.read_encryption(box, true, tables);
    reading.hide(box);
    return {};
  });
  // What describes keys here is of this fragment alone: the next may be well.
  if (!read && read.error().code == ErrorCode::kDrmInitData) {
    return make_error(ErrorCode::kDrmSample, read.error().context);
  }
  if (!read || !is_encrypted) return read;
  Track& track = found->second;
  tables.entries = &track.entries;
  tables.key = key_ ? &*key_ : nullptr;
  tables.file_groups = track.groups;
  tables.offsets_base = header.base_data_offset.value_or(moof);
  if (tables.offsets && !tables.offsets->empty() &&
      tables.offsets_base + tables.offsets->front() < moof) {
    // Counted from the start of a file that the segment is no longer part of.
    tables.offsets_base = moof;
  }
  StreamBytes stream = reading.stream();
  PLAYHEAD_TRY(auto infos, describe_samples(samples, tables, stream));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    track.samples.push_back({samples[i].offset, std::move(infos[i])});
  }
  while (track.samples.size() > limits::kEncryptedSamples) track.samples.pop_front();
  return {};
}

void ProtectionScanner::tell(const Reading& reading) {
  if (key_) return;
  MediaProtection protection;
  for (const KeyId& kid : reading.kids_) {
    if (told_kids_.insert(kid).second) protection.kids.push_back(kid);
  }
  const bool is_new_pssh = !reading.pssh_.empty() && reading.pssh_ != told_pssh_;
  if (protection.kids.empty() && !is_new_pssh) return;
  if (is_new_pssh) {
    told_pssh_ = reading.pssh_;
    protection.pssh = SharedBytes(reading.pssh_);
  }
  if (on_protection_) on_protection_(std::move(protection));
}

Result<std::shared_ptr<const CryptoInfo>> ProtectionScanner::take(uint32_t track_id,
                                                                  uint64_t offset) {
  const auto found = tracks_.find(track_id);
  if (found == tracks_.end()) return std::shared_ptr<const CryptoInfo>();
  auto& samples = found->second.samples;
  const auto sample = std::find_if(samples.begin(), samples.end(),
                                   [offset](const Described& s) { return s.offset == offset; });
  if (sample == samples.end()) {
    if (!found->second.is_protected()) return std::shared_ptr<const CryptoInfo>();
    return make_error(ErrorCode::kDrmSample, "an encrypted sample that no box speaks of");
  }
  std::shared_ptr<const CryptoInfo> crypto = std::move(sample->crypto);
  samples.erase(samples.begin(), sample + 1);
  return crypto;
}

}  // namespace playhead
