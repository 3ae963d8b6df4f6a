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

// Chosen: ten hours have 30 MB, in a moov or in many moofs.
constexpr int64_t kMostIndexBytes = int64_t{64} << 20;
// Chosen: ten hours in fragments of half a second have 150,000.
constexpr int kMostBoxes = 300'000;

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
      return make_error(ErrorCode::kOfflineIncomplete, "what says what is in it is on its way");
    }
    std::vector<uint8_t> bytes;
    for (const BodyPiece& piece : make_stored_body(rows, range).pieces) {
      if (auto opened = open(piece.row); !opened) return std::move(opened).error();
      const std::size_t before = bytes.size();
      bytes.resize(before + static_cast<std::size_t>(piece.length));
      PLAYHEAD_TRY(const std::size_t count,
                   reader_->read_at(piece.offset, std::span(bytes).subspan(before)));
      if (count != static_cast<std::size_t>(piece.length)) {
        return make_error(ErrorCode::kOfflineDamaged, "a file is too short");
      }
    }
    return bytes;
  }

 private:
  Result<void> open(const ResourceRow& row) {
    if (reader_ && open_row_ == row.row) return {};
    const std::string path = layout::file(parts_.store.root(), id_, row.file);
    PLAYHEAD_TRY(reader_, VaultReader::open(parts_.files, path, key_, {id_, row.file}));
    open_row_ = row.row;
    return {};
  }

  LibraryParts& parts_;
  const std::string& id_;
  const std::string& file_key_;
  const ContentKey& key_;
  std::optional<VaultReader> reader_;  // of the row that was read last
  int64_t open_row_ = 0;
};

struct TopBox {
  uint32_t type = 0;
  int64_t size = 0;  // 0: to the end
};

bool may_begin(uint32_t type) {
  constexpr std::array kTypes = {fourcc("ftyp"), fourcc("moov"), fourcc("mdat"), fourcc("free"),
                                 fourcc("skip"), fourcc("wide"), fourcc("pnot"), fourcc("styp")};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

// What a file says of its samples: its moov, and its moofs where there may be some.
class MovieIndex {
 public:
  explicit MovieIndex(PlainBytes file) : file_(std::move(file)) {}

  Result<MovieFile> read() {
    for (int boxes = 0; boxes < kMostBoxes; ++boxes) {
      PLAYHEAD_TRY(const std::optional<TopBox> box, next());
      if (!box) return end();
      if (at_ == 0 && !may_begin(box->type)) {
        return make_error(ErrorCode::kContainerUnsupported, "the file is no MP4");
      }
      if (box->type == fourcc("moov") && moov_.empty()) {
        PLAYHEAD_TRY(moov_, whole(*box));
        PLAYHEAD_TRY(is_fragmented_, MovieFile::is_fragmented(moov_));
        // What follows need not be there yet.
        if (!is_fragmented_) return end();
      } else if (box->type == fourcc("moof") && is_fragmented_) {
        PLAYHEAD_TRY(std::vector<uint8_t> moof, whole(*box));
        moofs_.push_back({at_, std::move(moof)});
      }
      if (box->size == 0) return end();
      at_ += box->size;
    }
    return broken("a file of too many boxes");
  }

 private:
  // Nothing at the end of the file.
  Result<std::optional<TopBox>> next() {
    auto head = file_.read(at_, 16);
    // No part of the file begins there.
    const bool is_behind = at_ > 0 && !head && head.error().code == ErrorCode::kNotFound;
    if (is_behind || (at_ > 0 && head && head->empty())) return std::optional<TopBox>();
    if (!head) return std::move(head).error();
    ByteReader reader(*head);
    TopBox box;
    box.size = static_cast<int64_t>(reader.read(4));
    box.type = static_cast<uint32_t>(reader.read(4));
    if (box.size == 1) box.size = static_cast<int64_t>(reader.read(8));
    const bool is_sane = !reader.has_failed() && (box.size == 0 || box.size >= 8) &&
                         box.size <= kMaxVaultBytes - at_;
    if (!is_sane) return broken("a file that ends before it says what is in it");
    return std::optional<TopBox>(box);
  }

  Result<std::vector<uint8_t>> whole(const TopBox& box) {
    if (box.size == 0 || box.size > kMostIndexBytes - bytes_)
      return broken("an index of that size");
    bytes_ += box.size;
    PLAYHEAD_TRY(std::vector<uint8_t> bytes, file_.read(at_, box.size));
    if (static_cast<int64_t>(bytes.size()) < box.size) return broken("the index is cut off");
    return bytes;
  }

  Result<MovieFile> end() const {
    if (moov_.empty()) return broken("the file has no moov");
    return MovieFile::parse(moov_, moofs_);
  }

  PlainBytes file_;
  int64_t at_ = 0;
  int64_t bytes_ = 0;  // of moov and moofs
  bool is_fragmented_ = false;
  std::vector<uint8_t> moov_;
  std::vector<MovieFile::Moof> moofs_;
};

}  // namespace

Result<std::shared_ptr<const PlainTitle>> PlainTitle::open(LibraryParts& parts,
                                                           const std::string& id,
                                                           const std::string& url,
                                                           const ContentKey& key) {
  std::string file_key = offline::stable_key(url);
  const auto rows = parts.store.lookup(id, {file_key, std::nullopt});
  const bool is_plain = rows && rows->front().planned.track == kPlainTrack;
  if (!is_plain) return std::shared_ptr<const PlainTitle>();
  PLAYHEAD_TRY(MovieFile movie, MovieIndex(PlainBytes(parts, id, file_key, key)).read());
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
