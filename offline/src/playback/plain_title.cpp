// SPDX-License-Identifier: Apache-2.0
#include "playback/plain_title.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "container/box_reader.h"
#include "plan/resource_plan.h"
#include "plan/stable_key.h"
#include "playback/stored_body.h"
#include "store/layout.h"
#include "vault/vault_reader.h"

namespace playhead::offline {

namespace {

// Under the file's own URL, where no host has anything.
constexpr std::string_view kPartsOf = "/playhead-parts/";
constexpr std::string_view kInitName = "init.mp4";
constexpr std::string_view kMediaType = "video/mp4";

// Chosen: ten hours have 30 MB.
constexpr int64_t kMostMoovBytes = int64_t{64} << 20;
constexpr int kMostBoxes = 1'000;

// Bytes of a plain file, wherever its parts lie.
class PlainBytes {
 public:
  PlainBytes(LibraryParts& parts, const std::string& id, const std::string& key_of_file,
             const ContentKey& key)
      : parts_(parts), id_(id), file_key_(key_of_file), key_(key) {}

  // Fewer at the end of the file.
  Result<std::vector<uint8_t>> read(int64_t offset, int64_t size) {
    const ByteRange range{offset, offset + size - 1};
    PLAYHEAD_TRY(const auto rows, parts_.store.lookup(id_, {file_key_, range}));
    for (const ResourceRow& row : rows) {
      if (row.state == ResourceState::kDone) continue;
      return make_error(ErrorCode::kOfflineIncomplete, "the beginning of the file is on its way");
    }
    std::vector<uint8_t> bytes;
    for (const BodyPiece& piece : make_stored_body(rows, range).pieces) {
      const std::string path = layout::file(parts_.store.root(), id_, piece.row.file);
      PLAYHEAD_TRY(auto reader, VaultReader::open(parts_.files, path, key_, {id_, piece.row.file}));
      const std::size_t before = bytes.size();
      bytes.resize(before + static_cast<std::size_t>(piece.length));
      PLAYHEAD_TRY(const std::size_t count,
                   reader.read_at(piece.offset, std::span(bytes).subspan(before)));
      if (count != static_cast<std::size_t>(piece.length)) {
        return make_error(ErrorCode::kOfflineDamaged, "a file is too short");
      }
    }
    return bytes;
  }

 private:
  LibraryParts& parts_;
  const std::string& id_;
  const std::string& file_key_;
  const ContentKey& key_;
};

struct TopBox {
  uint32_t type = 0;
  int64_t size = 0;  // 0: to the end
};

Result<TopBox> read_top_box(PlainBytes& file, int64_t at) {
  PLAYHEAD_TRY(const std::vector<uint8_t> head, file.read(at, 16));
  ByteReader reader(head);
  TopBox box;
  box.size = static_cast<int64_t>(reader.read(4));
  box.type = static_cast<uint32_t>(reader.read(4));
  if (box.size == 1) box.size = static_cast<int64_t>(reader.read(8));
  const bool is_sane = !reader.has_failed() && (box.size == 0 || box.size >= 8);
  if (!is_sane) return broken("a file that ends before it says what is in it");
  return box;
}

bool may_begin(uint32_t type) {
  constexpr std::array kTypes = {fourcc("ftyp"), fourcc("moov"), fourcc("mdat"), fourcc("free"),
                                 fourcc("skip"), fourcc("wide"), fourcc("pnot")};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

Result<std::vector<uint8_t>> read_moov(PlainBytes& file) {
  int64_t at = 0;
  for (int i = 0; i < kMostBoxes; ++i) {
    PLAYHEAD_TRY(const TopBox box, read_top_box(file, at));
    if (at == 0 && !may_begin(box.type)) {
      return make_error(ErrorCode::kContainerUnsupported, "the file is no MP4");
    }
    if (box.type == fourcc("moov")) {
      if (box.size == 0 || box.size > kMostMoovBytes) return broken("a moov of that size");
      PLAYHEAD_TRY(std::vector<uint8_t> moov, file.read(at, box.size));
      if (static_cast<int64_t>(moov.size()) < box.size) return broken("the moov is cut off");
      return moov;
    }
    if (box.size == 0 || box.size > kMaxVaultBytes - at) break;
    at += box.size;
  }
  return broken("the file has no moov");
}

}  // namespace

Result<std::shared_ptr<const PlainTitle>> PlainTitle::open(LibraryParts& parts,
                                                           const std::string& id,
                                                           const std::string& url,
                                                           const ContentKey& key) {
  std::string file_key = offline::stable_key(url);
  const auto rows = parts.store.lookup(id, {file_key, std::nullopt});
  const bool is_plain = rows && rows->front().planned.track == kPlainTrack;
  if (!is_plain) return std::shared_ptr<const PlainTitle>();
  PlainBytes file(parts, id, file_key, key);
  PLAYHEAD_TRY(const std::vector<uint8_t> moov, read_moov(file));
  PLAYHEAD_TRY(MovieFile movie, MovieFile::parse(moov));
  return std::shared_ptr<const PlainTitle>(new PlainTitle(std::move(file_key), std::move(movie)));
}

std::string PlainTitle::playlist() const {
  std::string text;
  int64_t longest = 1;
  const std::string base = file_key_ + std::string(kPartsOf);
  for (std::size_t n = 0; n < movie_.fragment_count(); ++n) {
    const int64_t us = movie_.duration_of(n).count();
    longest = std::max(longest, (us + 999'999) / 1'000'000);
    char line[48];
    std::snprintf(line, sizeof line, "#EXTINF:%lld.%06lld,\n",
                  static_cast<long long>(us / 1'000'000), static_cast<long long>(us % 1'000'000));
    text += line + base + std::to_string(n) + ".m4s\n";
  }
  return "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-TARGETDURATION:" +
         std::to_string(longest) + "\n#EXT-X-MAP:URI=\"" + base + std::string(kInitName) + "\"\n" +
         text + "#EXT-X-ENDLIST\n";
}

std::optional<PlainTitle::Answer> PlainTitle::find(std::string_view stable_key,
                                                   bool is_manifest) const {
  if (is_manifest) {
    const std::string text = playlist();
    return Answer{"application/vnd.apple.mpegurl", {text.begin(), text.end()}, {}};
  }
  const std::string base = file_key_ + std::string(kPartsOf);
  if (!stable_key.starts_with(base)) return std::nullopt;
  const std::string_view name = stable_key.substr(base.size());
  if (name == kInitName) return Answer{std::string(kMediaType), movie_.init_segment(), {}};
  const std::size_t digits = name.find(".m4s");
  std::size_t number = 0;
  for (const char c : name.substr(0, digits)) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit || number > movie_.fragment_count()) return std::nullopt;
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  if (digits == std::string_view::npos || number >= movie_.fragment_count()) return std::nullopt;
  MovieFile::Fragment fragment = movie_.fragment(number);
  return Answer{std::string(kMediaType), std::move(fragment.head), std::move(fragment.body)};
}

}  // namespace playhead::offline
