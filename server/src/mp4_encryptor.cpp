// SPDX-License-Identifier: Apache-2.0
#include "mp4_encryptor.h"

#include <algorithm>
#include <utility>

namespace playhead::server {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kVideoEntryBytes = 78;  // ISO/IEC 14496-12 §12.1.3, before its boxes
// Bytes of a NAL unit that stay clear in front: the slice header is among them (ISO/IEC 23001-7
// §9.5.2); those of x264 have fewer than 32.
constexpr std::size_t kClearNalBytes = 64;
constexpr std::size_t kCryptBlocks = 1;  // of the pattern of pictures, §10.4.2
constexpr std::size_t kSkipBlocks = 9;
constexpr std::size_t kMaxClearBytes = 65'535;    // one subsample, §7.2
constexpr std::size_t kMaxSampleInfoBytes = 255;  // saiz
constexpr std::size_t kCencIvBytes = 8;
constexpr uint32_t kHasSubsamples = 2;

constexpr uint32_t kTfhdBaseOffset = 0x1;
constexpr uint32_t kTfhdDescription = 0x2;
constexpr uint32_t kTfhdDuration = 0x8;
constexpr uint32_t kTfhdSize = 0x10;
constexpr uint32_t kTfhdBaseIsMoof = 0x20000;
constexpr uint32_t kTrunDataOffset = 0x1;
constexpr uint32_t kTrunFirstFlags = 0x4;
constexpr uint32_t kTrunDuration = 0x100;
constexpr uint32_t kTrunSize = 0x200;
constexpr uint32_t kTrunFlags = 0x400;
constexpr uint32_t kTrunComposition = 0x800;

constexpr std::string_view kCommonSystem =
    "\x10\x77\xef\xec\xc0\xb2\x4d\x02\xac\xe3\x3c\x1e\x52\xe2\xfb\x4b";

Mp4Box plain_box(std::string type, std::string body) {
  Mp4Box box;
  box.type = std::move(type);
  box.body = std::move(body);
  return box;
}

uint32_t flags_of(const Mp4Box& box) { return static_cast<uint32_t>(read_number(box.body, 1, 3)); }

// §9.5.2: pictures are encrypted NAL unit by NAL unit; all that is no slice stays clear.
Result<std::vector<std::pair<std::size_t, std::size_t>>> split_picture(std::string_view sample,
                                                                       std::size_t length_bytes,
                                                                       CencScheme scheme) {
  std::vector<std::pair<std::size_t, std::size_t>> parts;
  std::size_t clear = 0;
  for (std::size_t at = 0; at < sample.size();) {
    const auto size = static_cast<std::size_t>(read_number(sample, at, length_bytes));
    if (at + length_bytes > sample.size() || size > sample.size() - at - length_bytes) {
      return bad_mp4("a NAL unit is longer than its sample");
    }
    const int type = size == 0 ? 0 : sample[at + length_bytes] & 31;
    std::size_t encrypted = size > kClearNalBytes ? size - kClearNalBytes : 0;
    // Whole blocks only, as §9.5.2 asks for with cenc; cbcs leaves the rest clear by itself.
    if (scheme == CencScheme::kCenc) encrypted -= encrypted % kBlockBytes;
    if ((type != 1 && type != 5) || encrypted < kBlockBytes) encrypted = 0;
    clear += length_bytes + size - encrypted;
    if (encrypted > 0) {
      for (; clear > kMaxClearBytes; clear -= kMaxClearBytes) parts.emplace_back(kMaxClearBytes, 0);
      parts.emplace_back(clear, encrypted);
      clear = 0;
    }
    at += length_bytes + size;
  }
  for (; clear > kMaxClearBytes; clear -= kMaxClearBytes) parts.emplace_back(kMaxClearBytes, 0);
  if (clear > 0) parts.emplace_back(clear, 0);
  return parts;
}

// ISO/IEC 14496-12 §8.16.3: the one reference of a segment's index grows with it.
Status grow_index(std::vector<Mp4Box>& boxes, std::size_t growth) {
  for (Mp4Box& box : boxes) {
    if (box.type != "sidx") continue;
    const std::size_t count_at = (box.body.empty() || box.body[0] == 0) ? 22 : 30;
    if (read_number(box.body, count_at, 2) != 1) return bad_mp4("sidx has several references");
    const uint64_t size = read_number(box.body, count_at + 2, 4);
    write_number(box.body, count_at + 2, 4, size + growth);
  }
  return Done{};
}

}  // namespace

Mp4Box common_pssh(const std::vector<KeyId>& kids) {
  std::string rest(kCommonSystem);
  append_number(rest, 4, kids.size());
  for (const KeyId& kid : kids) rest += kid;
  append_number(rest, 4, 0);
  return full_box("pssh", 1, 0, rest);
}

// ISO/IEC 23001-7 §8.2.
Mp4Box Mp4Encryptor::tenc(const KeyId& kid) const {
  const bool is_cbcs = scheme_ == CencScheme::kCbcs;
  std::string rest;
  append_number(rest, 1, 0);
  append_number(rest, 1, is_cbcs && is_video_ ? kCryptBlocks << 4 | kSkipBlocks : 0);
  append_number(rest, 1, 1);  // protected
  append_number(rest, 1, is_cbcs ? 0 : kCencIvBytes);
  rest += kid;
  if (is_cbcs) {
    append_number(rest, 1, iv_.size());
    rest += iv_;
  }
  return full_box("tenc", is_cbcs ? 1 : 0, 0, rest);
}

Status Mp4Encryptor::protect_entry(Mp4Box& stsd, const KeyId& kid) {
  auto entries =
      parse_boxes(std::string_view(stsd.body).substr(std::min<std::size_t>(8, stsd.body.size())));
  if (!entries.ok()) return entries.error();
  if (entries.value().size() != 1) return bad_mp4("there is not exactly one sample entry");
  Mp4Box& entry = entries.value().front();
  is_video_ = entry.type == "avc1" || entry.type == "avc3";
  if (!is_video_ && entry.type != "mp4a") return bad_mp4("the codec is neither H.264 nor AAC");
  if (is_video_) {
    auto inner = parse_boxes(
        std::string_view(entry.body).substr(std::min(kVideoEntryBytes, entry.body.size())));
    if (!inner.ok()) return inner.error();
    for (const Mp4Box& box : inner.value()) {  // ISO/IEC 14496-15 §5.3.3.1: lengthSizeMinusOne
      if (box.type == "avcC") nal_length_bytes_ = (read_number(box.body, 4, 1) & 3) + 1;
    }
  }
  Mp4Box sinf;
  sinf.type = "sinf";
  sinf.children.push_back(plain_box("frma", entry.type));
  std::string scheme(scheme_ == CencScheme::kCenc ? "cenc" : "cbcs");
  append_number(scheme, 4, 0x10000);  // version 1.0
  sinf.children.push_back(full_box("schm", 0, 0, scheme));
  sinf.children.push_back(plain_box("schi", write_boxes({tenc(kid)})));
  entry.type = is_video_ ? "encv" : "enca";
  entry.body += write_boxes({sinf});
  stsd.body = stsd.body.substr(0, 8) + write_boxes(entries.value());
  return Done{};
}

Result<std::string> Mp4Encryptor::init(std::string_view segment, const KeyId& kid) {
  auto boxes = parse_boxes(segment);
  if (!boxes.ok()) return boxes.error();
  const auto moov = std::find_if(boxes.value().begin(), boxes.value().end(),
                                 [](const Mp4Box& box) { return box.type == "moov"; });
  if (moov == boxes.value().end()) return bad_mp4("there is no moov");
  const auto tracks = std::count_if(moov->children.begin(), moov->children.end(),
                                    [](const Mp4Box& box) { return box.type == "trak"; });
  if (tracks != 1) return bad_mp4("there is not exactly one track");
  Mp4Box* box = moov->find("trak");
  for (const char* name : {"mdia", "minf", "stbl", "stsd"}) {
    if (box != nullptr) box = box->find(name);
  }
  if (box == nullptr) return bad_mp4("there is no stsd");
  if (Status done = protect_entry(*box, kid); !done.ok()) return done.error();
  if (Mp4Box* mvex = moov->find("mvex"); mvex != nullptr) {
    if (const Mp4Box* trex = mvex->find("trex"); trex != nullptr) {
      default_sample_bytes_ = static_cast<std::size_t>(read_number(trex->body, 16, 4));
    }
  }
  default_kid_ = kid;
  moov->children.push_back(common_pssh({kid}));
  return write_boxes(boxes.value());
}

// ISO/IEC 14496-12 §8.8.7 and §8.8.8.
Result<Mp4Encryptor::Fragment> Mp4Encryptor::read_fragment(Mp4Box& traf) const {
  const Mp4Box* const tfhd = traf.find("tfhd");
  if (tfhd == nullptr) return bad_mp4("there is no tfhd");
  const uint32_t flags = flags_of(*tfhd);
  if ((flags & kTfhdBaseOffset) != 0 || (flags & kTfhdBaseIsMoof) == 0) {
    return bad_mp4("offsets do not begin at the moof");
  }
  std::size_t default_bytes = default_sample_bytes_;
  std::size_t at = 8;
  if ((flags & kTfhdDescription) != 0) at += 4;
  if ((flags & kTfhdDuration) != 0) at += 4;
  if ((flags & kTfhdSize) != 0)
    default_bytes = static_cast<std::size_t>(read_number(tfhd->body, at, 4));

  const auto runs = std::count_if(traf.children.begin(), traf.children.end(),
                                  [](const Mp4Box& box) { return box.type == "trun"; });
  const Mp4Box* const trun = traf.find("trun");
  if (runs != 1) return bad_mp4("a fragment has not exactly one trun");
  const uint32_t has = flags_of(*trun);
  if ((has & kTrunDataOffset) == 0) return bad_mp4("trun has no offset");
  const auto count = static_cast<std::size_t>(read_number(trun->body, 4, 4));
  Fragment fragment;
  fragment.data_offset = static_cast<std::size_t>(read_number(trun->body, 8, 4));
  at = (has & kTrunFirstFlags) != 0 ? 16 : 12;
  std::size_t row = 0;
  for (const uint32_t bit : {kTrunDuration, kTrunSize, kTrunFlags, kTrunComposition}) {
    row += (has & bit) != 0 ? 4 : 0;
  }
  if (at + count * row > trun->body.size() || (row == 0 && count > kMaxClearBytes)) {
    return bad_mp4("trun is cut off");
  }
  const std::size_t size_at = (has & kTrunDuration) != 0 ? 4 : 0;
  for (std::size_t i = 0; i < count; ++i, at += row) {
    const uint64_t own = read_number(trun->body, at + size_at, 4);
    fragment.sizes.push_back((has & kTrunSize) != 0 ? static_cast<std::size_t>(own)
                                                    : default_bytes);
  }
  return fragment;
}

Result<Mp4Encryptor::SampleInfo> Mp4Encryptor::encrypt_sample(std::string& sample,
                                                              const ContentKey& key) {
  SampleInfo info;
  std::vector<ByteSpan> spans = {{0, sample.size()}};
  if (is_video_) {
    auto parts = split_picture(sample, nal_length_bytes_, scheme_);
    if (!parts.ok()) return parts.error();
    info.subsamples = std::move(parts.value());
    spans.clear();
    std::size_t at = 0;
    for (const auto& [clear, encrypted] : info.subsamples) {
      if (encrypted > 0) spans.push_back({at + clear, encrypted});
      at += clear + encrypted;
    }
  }
  if (scheme_ == CencScheme::kCbcs) {
    const Status done =
        encrypt_cbcs(sample, spans, key.key, iv_, kCryptBlocks, is_video_ ? kSkipBlocks : 0);
    if (!done.ok()) return done.error();
    return info;
  }
  info.iv = iv_.substr(0, kCencIvBytes);
  std::string counter = info.iv + std::string(kBlockBytes - kCencIvBytes, '\0');
  if (Status done = encrypt_cenc(sample, spans, key.key, counter); !done.ok()) return done.error();
  write_number(iv_, 0, kCencIvBytes, read_number(iv_, 0, kCencIvBytes) + 1);
  return info;
}

Result<std::vector<Mp4Encryptor::SampleInfo>> Mp4Encryptor::encrypt_fragment(
    std::string& segment, std::size_t at, const Fragment& fragment, const ContentKey& key) {
  std::vector<SampleInfo> infos;
  for (const std::size_t size : fragment.sizes) {
    if (at > segment.size() || size > segment.size() - at) {
      return bad_mp4("a sample lies beyond the end of the segment");
    }
    std::string sample = segment.substr(at, size);
    auto info = encrypt_sample(sample, key);
    if (!info.ok()) return info.error();
    segment.replace(at, size, sample);
    infos.push_back(std::move(info.value()));
    at += size;
  }
  return infos;
}

// ISO/IEC 23001-7 §6: the samples of this fragment have another key than the track's default.
void Mp4Encryptor::add_group(Mp4Box& traf, std::size_t samples, const KeyId& kid) const {
  const std::string entry = tenc(kid).body.substr(4);  // the same fields in the same order
  std::string sgpd = "seig";
  append_number(sgpd, 4, entry.size());
  append_number(sgpd, 4, 1);
  std::string sbgp = "seig";
  append_number(sbgp, 4, 1);
  append_number(sbgp, 4, samples);
  append_number(sbgp, 4, 0x10001);  // the first one of this fragment's own
  traf.children.push_back(full_box("sgpd", 1, 0, sgpd + entry));
  traf.children.push_back(full_box("sbgp", 0, 0, sbgp));
}

// Adds the boxes that say how the samples are encrypted; answers by how much the moof has grown.
Result<std::size_t> Mp4Encryptor::describe(Mp4Box& moof, const std::vector<SampleInfo>& samples,
                                           const KeyId& kid) const {
  const std::size_t before = moof.size();
  if (kid != default_kid_) {
    add_group(*moof.find("traf"), samples.size(), kid);
    moof.children.insert(moof.children.begin() + 1, common_pssh({kid}));
  }
  std::string entries;
  std::string sizes;
  for (const SampleInfo& sample : samples) {
    const std::size_t start = entries.size();
    entries += sample.iv;
    if (is_video_) {
      append_number(entries, 2, sample.subsamples.size());
      for (const auto& [clear, encrypted] : sample.subsamples) {
        append_number(entries, 2, clear);
        append_number(entries, 4, encrypted);
      }
    }
    if (entries.size() - start > kMaxSampleInfoBytes)
      return bad_mp4("a picture has too many slices");
    append_number(sizes, 1, entries.size() - start);
  }
  Mp4Box& traf = *moof.find("traf");
  if (!entries.empty()) {
    std::string saiz;
    append_number(saiz, 1, 0);  // each has its own size
    append_number(saiz, 4, samples.size());
    std::string saio;
    append_number(saio, 4, 1);
    append_number(saio, 4, 0);
    std::string senc;
    append_number(senc, 4, samples.size());
    traf.children.push_back(full_box("saiz", 0, 0, saiz + sizes));
    traf.children.push_back(full_box("saio", 0, 0, saio));
    traf.children.push_back(full_box("senc", 0, is_video_ ? kHasSubsamples : 0, senc + entries));
    // The entries are the last bytes of the moof.
    write_number(traf.find("saio")->body, 8, 4, moof.size() - entries.size());
  }
  const std::size_t growth = moof.size() - before;
  Mp4Box& trun = *traf.find("trun");
  write_number(trun.body, 8, 4, read_number(trun.body, 8, 4) + growth);
  return growth;
}

Result<std::string> Mp4Encryptor::media(std::string_view segment, const ContentKey& key) {
  if (default_kid_.empty()) return bad_mp4("the init segment comes first");
  auto boxes = parse_boxes(segment);
  if (!boxes.ok()) return boxes.error();
  std::string encrypted(segment);
  std::size_t growth = 0;
  for (Mp4Box& box : boxes.value()) {
    if (box.type != "moof") continue;
    Mp4Box* const traf = box.find("traf");
    if (traf == nullptr || &box.children.back() != traf || box.children.size() != 2) {
      return bad_mp4("a moof is not one mfhd and one traf");
    }
    const auto fragment = read_fragment(*traf);
    if (!fragment.ok()) return fragment.error();
    const std::size_t at = box.offset + fragment.value().data_offset;
    const auto samples = encrypt_fragment(encrypted, at, fragment.value(), key);
    if (!samples.ok()) return samples.error();
    const auto grown = describe(box, samples.value(), key.kid);
    if (!grown.ok()) return grown.error();
    growth += grown.value();
  }
  for (Mp4Box& box : boxes.value()) {
    if (box.type == "mdat") box.body = encrypted.substr(box.offset + kHeaderBytes, box.body.size());
  }
  if (Status grown = grow_index(boxes.value(), growth); !grown.ok()) return grown.error();
  return write_boxes(boxes.value());
}

}  // namespace playhead::server
