// SPDX-License-Identifier: Apache-2.0
#include "container/sample_encryption.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "container/box_reader.h"

namespace playhead {
namespace {

using CryptoInfos = std::vector<std::shared_ptr<const CryptoInfo>>;

constexpr uint32_t kHasSubsamples = 0x2;
constexpr uint32_t kOverridesTrack = 0x1;  // PIFF 1.1 §5.3.2.1
constexpr std::size_t kSubsampleBytes = 6;

Error contradicts(const char* what) { return make_error(ErrorCode::kDrmSample, what); }

// Steps over an aux_info_type; false when it names something else than Common Encryption.
bool skip_type(ByteReader& reader) {
  const bool has_type = (reader.read(4) & 1) != 0;
  if (!has_type) return true;
  const auto type = static_cast<uint32_t>(reader.read(4));
  reader.skip(4);
  return type == fourcc("cenc") || type == fourcc("cens") || type == fourcc("cbc1") ||
         type == fourcc("cbcs") || type == fourcc("piff") || type == 0;
}

// What holds for one sample.
struct Rule {
  SampleScheme scheme = SampleScheme::kCenc;
  const SampleProtection* protection = nullptr;  // null: clear
};

// The rule of each sample of a list, in order.
class RuleReader {
 public:
  explicit RuleReader(const EncryptionTables& tables) : tables_(tables) {
    if (!tables_.group_runs.empty()) left_ = tables_.group_runs[0].samples;
  }

  Result<Rule> next(const SampleExtent& sample) {
    const uint32_t group = next_group();
    const auto& entries = *tables_.entries;
    if (sample.description == 0 || sample.description > entries.size()) {
      return broken("samples of a description that the file does not have");
    }
    const std::optional<TrackEncryption>& entry = entries[sample.description - 1];
    if (!entry) return Rule{};
    if (tables_.senc && tables_.senc->protection) {
      return rule(tables_.senc->protection->scheme, tables_.senc->protection->protection);
    }
    PLAYHEAD_TRY(const SampleProtection* grouped, group_entry(group));
    return rule(entry->scheme, grouped != nullptr ? *grouped : entry->defaults);
  }

 private:
  static Rule rule(SampleScheme scheme, const SampleProtection& protection) {
    return {scheme, protection.is_protected ? &protection : nullptr};
  }

  // §8.9.4 of ISO/IEC 14496-12: in a fragment, indexes of the fragment's own groups are above this.
  static constexpr uint32_t kFragmentLocal = 0x10000;

  uint32_t next_group() {
    while (left_ == 0 && run_ < tables_.group_runs.size()) {
      if (++run_ < tables_.group_runs.size()) left_ = tables_.group_runs[run_].samples;
    }
    if (run_ < tables_.group_runs.size()) {
      --left_;
      return tables_.group_runs[run_].index;
    }
    if (tables_.fragment_groups.default_index != 0) {
      // Written as 1 or as 0x10001; both mean the fragment's first.
      return tables_.fragment_groups.default_index | kFragmentLocal;
    }
    return tables_.file_groups.default_index;
  }

  Result<const SampleProtection*> group_entry(uint32_t index) const {
    if (index == 0) return static_cast<const SampleProtection*>(nullptr);
    const bool is_local = index > kFragmentLocal;
    const auto& entries = (is_local ? tables_.fragment_groups : tables_.file_groups).entries;
    const uint32_t at = index - (is_local ? kFragmentLocal : 0);
    if (at > entries.size()) return contradicts("samples of an encryption group there is not");
    return &entries[at - 1];
  }

  const EncryptionTables& tables_;
  std::size_t run_ = 0;
  uint32_t left_ = 0;
};

// One sample's description as it is written: a vector, and subsamples.
struct WrittenEntry {
  CipherIv iv{};
  std::vector<Subsample> subsamples;
};

bool read_entry(ByteReader& reader, std::size_t iv_size, bool has_subsamples, WrittenEntry& out) {
  for (std::size_t i = 0; i < iv_size; ++i) out.iv[i] = static_cast<uint8_t>(reader.read(1));
  if (!has_subsamples) return !reader.has_failed();
  const uint64_t count = reader.read(2);
  if (reader.has_failed() || count > reader.remaining() / kSubsampleBytes) return false;
  out.subsamples.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    const auto clear = static_cast<uint32_t>(reader.read(2));
    out.subsamples.push_back({clear, static_cast<uint32_t>(reader.read(4))});
  }
  return true;
}

// Descriptions one after another.
class EntryReader {
 public:
  EntryReader(ByteView bytes, bool has_subsamples)
      : reader_(bytes), has_subsamples_(has_subsamples) {}

  // Where the lengths are known.
  Result<std::optional<WrittenEntry>> next(const Rule& rule, ByteView bytes) {
    const std::size_t iv_size = rule.protection != nullptr ? rule.protection->iv_size : 0;
    // Of no bytes at all: a sample without a vector of its own where it needs one is clear.
    if (rule.protection == nullptr || (bytes.empty() && iv_size > 0)) {
      return std::optional<WrittenEntry>();
    }
    ByteReader reader(bytes);
    std::optional<WrittenEntry> entry(std::in_place);
    if (!read_entry(reader, iv_size, bytes.size() > iv_size, *entry) || reader.remaining() > 0) {
      return contradicts("the description of an encrypted sample has a wrong length");
    }
    return entry;
  }

  // Where they are not.
  Result<std::optional<WrittenEntry>> next(const Rule& rule) {
    const std::size_t iv_size = rule.protection != nullptr ? rule.protection->iv_size : 0;
    std::optional<WrittenEntry> entry(std::in_place);
    if (!read_entry(reader_, iv_size, has_subsamples_, *entry)) {
      return contradicts("the descriptions of encrypted samples are cut off");
    }
    if (rule.protection == nullptr) entry.reset();
    return entry;
  }

 private:
  ByteReader reader_;
  bool has_subsamples_;
};

Result<std::shared_ptr<const CryptoInfo>> crypto_of(const SampleExtent& sample, const Rule& rule,
                                                    const PlaylistKey* key, WrittenEntry&& entry) {
  const SampleProtection& protection = *rule.protection;
  CryptoInfo info;
  info.scheme = rule.scheme;
  info.kid = key ? key->kid : protection.kid;
  const bool has_iv = protection.iv_size > 0 || protection.constant_iv;
  if (!has_iv && !key) return contradicts("encrypted samples without an initialisation vector");
  info.iv = has_iv ? protection.constant_iv.value_or(entry.iv) : key->iv;
  if (rule.scheme == SampleScheme::kCens || rule.scheme == SampleScheme::kCbcs) {
    info.crypt_blocks = protection.crypt_blocks;
    info.skip_blocks = protection.skip_blocks;
  }
  info.subsamples = std::move(entry.subsamples);
  uint64_t total = 0;
  for (const Subsample& part : info.subsamples) total += uint64_t{part.clear} + part.encrypted;
  if (!info.subsamples.empty() && total != sample.size) {
    return make_error(ErrorCode::kDrmSample, "subsamples of " + std::to_string(total) +
                                                 " bytes in a sample of " +
                                                 std::to_string(sample.size));
  }
  return std::shared_ptr<const CryptoInfo>(std::make_shared<CryptoInfo>(std::move(info)));
}

// The descriptions saiz and saio speak of, one after another.
Result<std::vector<uint8_t>> fetch_auxiliary(const std::vector<SampleExtent>& samples,
                                             const EncryptionTables& tables, StreamBytes& stream) {
  const AuxiliarySizes& sizes = *tables.sizes;
  const AuxiliaryOffsets& offsets = *tables.offsets;
  std::vector<uint8_t> out;
  const std::size_t count = std::min<std::size_t>(samples.size(), sizes.count);
  std::size_t i = 0;
  for (const uint64_t offset : offsets) {
    if (i >= count) break;
    const uint32_t run = samples[i].run;
    std::size_t bytes = 0;
    for (; i < count && (offsets.size() == 1 || samples[i].run == run); ++i) {
      bytes += sizes.size_of(i);
    }
    const std::vector<uint8_t> piece = stream(tables.offsets_base + offset, bytes);
    if (piece.size() < bytes) {
      return contradicts("the descriptions of encrypted samples lie outside of the segment");
    }
    out.insert(out.end(), piece.begin(), piece.end());
  }
  if (i < count) return contradicts("encrypted samples whose descriptions are nowhere");
  return out;
}

std::size_t total_of(const AuxiliarySizes& sizes) {
  if (sizes.default_size != 0) return std::size_t{sizes.default_size} * sizes.count;
  std::size_t total = 0;
  for (const uint8_t size : sizes.sizes) total += size;
  return total;
}

// Where the samples' descriptions come from.
struct Source {
  ByteView bytes;
  bool has_lengths = false;      // saiz tells where each ends
  bool has_subsamples = false;   // without lengths
  std::size_t count = 0;         // samples described
  std::vector<uint8_t> fetched;  // what `bytes` views, unless it is a box
};

Result<Source> find_source(const std::vector<SampleExtent>& samples, const EncryptionTables& tables,
                           StreamBytes& stream) {
  Source out;
  if (tables.senc) {
    out.bytes = tables.senc->entries;
    out.count = tables.senc->count;
    out.has_subsamples = tables.senc->has_subsamples;
    out.has_lengths = tables.sizes && tables.sizes->count == out.count &&
                      total_of(*tables.sizes) == out.bytes.size();
  } else if (tables.sizes && tables.offsets) {
    PLAYHEAD_TRY(out.fetched, fetch_auxiliary(samples, tables, stream));
    out.bytes = out.fetched;
    out.count = tables.sizes->count;
    out.has_lengths = true;
  }
  return out;
}

// Samples without a description of their own are all encrypted, by the constant vector.
Result<std::optional<WrittenEntry>> undescribed(const Rule& rule, bool is_described_elsewhere) {
  if (rule.protection == nullptr) return std::optional<WrittenEntry>();
  if (is_described_elsewhere || rule.protection->iv_size > 0) {
    return contradicts("encrypted samples without an initialisation vector");
  }
  return std::optional<WrittenEntry>(std::in_place);
}

bool is_all_clear(const std::vector<SampleExtent>& samples, const EncryptionTables& tables) {
  const auto& entries = *tables.entries;
  return std::all_of(samples.begin(), samples.end(), [&entries](const SampleExtent& sample) {
    return sample.description > 0 && sample.description <= entries.size() &&
           !entries[sample.description - 1];
  });
}

}  // namespace

Result<SampleEncryptionBox> parse_sample_encryption(ByteView payload, bool is_piff) {
  ByteReader reader(payload);
  const uint64_t version = reader.read(1);
  const auto flags = static_cast<uint32_t>(reader.read(3));
  if (version != 0) {
    return make_error(ErrorCode::kContainerUnsupported, "samples encrypted with several keys each");
  }
  SampleEncryptionBox out;
  if (is_piff && (flags & kOverridesTrack) != 0) {
    constexpr std::size_t kProtectionBytes = 20;
    PLAYHEAD_TRY(out.protection, parse_piff_protection(payload.last(reader.remaining())));
    reader.skip(kProtectionBytes);
  }
  out.has_subsamples = (flags & kHasSubsamples) != 0;
  out.count = static_cast<uint32_t>(reader.read(4));
  if (reader.has_failed()) return contradicts("the descriptions of encrypted samples are cut off");
  out.entries = payload.last(reader.remaining());
  return out;
}

Result<std::optional<AuxiliarySizes>> parse_auxiliary_sizes(ByteView saiz) {
  ByteReader reader(saiz);
  if (!skip_type(reader)) return std::optional<AuxiliarySizes>();
  AuxiliarySizes out;
  out.default_size = static_cast<uint8_t>(reader.read(1));
  out.count = static_cast<uint32_t>(reader.read(4));
  out.sizes = saiz.last(reader.remaining());
  if (reader.has_failed() || (out.default_size == 0 && out.count > out.sizes.size())) {
    return contradicts("lengths of sample descriptions are cut off");
  }
  if (out.default_size != 0) out.count = std::min<uint32_t>(out.count, limits::kEncryptedSamples);
  out.sizes = out.sizes.first(out.default_size == 0 ? out.count : 0);
  return std::optional<AuxiliarySizes>(out);
}

Result<std::optional<AuxiliaryOffsets>> parse_auxiliary_offsets(ByteView saio) {
  ByteReader reader(saio);
  const int width = !saio.empty() && saio[0] == 1 ? 8 : 4;
  if (!skip_type(reader)) return std::optional<AuxiliaryOffsets>();
  const uint64_t count = reader.read(4);
  if (reader.has_failed() || count > reader.remaining() / static_cast<unsigned>(width)) {
    return contradicts("offsets of sample descriptions are cut off");
  }
  std::optional<AuxiliaryOffsets> out(std::in_place);
  for (uint64_t i = 0; i < count; ++i) out->push_back(reader.read(width));
  return out;
}

Result<CryptoInfos> describe_samples(const std::vector<SampleExtent>& samples,
                                     const EncryptionTables& tables, StreamBytes& stream) {
  CryptoInfos out(samples.size());
  if (is_all_clear(samples, tables)) return out;
  PLAYHEAD_TRY(const Source source, find_source(samples, tables, stream));
  const ByteView bytes = source.fetched.empty() ? source.bytes : ByteView(source.fetched);
  const bool is_described = tables.senc.has_value() || source.has_lengths;
  RuleReader rules(tables);
  EntryReader entries(bytes, source.has_subsamples);
  std::size_t at = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    PLAYHEAD_TRY(const Rule rule, rules.next(samples[i]));
    std::optional<WrittenEntry> entry;
    if (i >= source.count) {
      PLAYHEAD_TRY(entry, undescribed(rule, is_described));
    } else if (source.has_lengths) {
      const std::size_t length = tables.sizes->size_of(i);
      PLAYHEAD_TRY(entry, entries.next(rule, bytes.subspan(at, length)));
      at += length;
    } else {
      PLAYHEAD_TRY(entry, entries.next(rule));
    }
    if (!entry) continue;
    PLAYHEAD_TRY(out[i], crypto_of(samples[i], rule, tables.key, *std::move(entry)));
    // Constant vectors and no subsamples: one description for all.
    if (i > 0 && out[i - 1] && *out[i] == *out[i - 1]) out[i] = out[i - 1];
  }
  return out;
}

}  // namespace playhead
