// SPDX-License-Identifier: Apache-2.0
#include "vault/vault_reader.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <random>

#include <doctest/doctest.h>

#include "support/temp_folder.h"
#include "vault/vault_writer.h"
#include "vault_world.h"

namespace playhead::offline {
namespace {

using test::Bytes;
using test::code_of;
using test::FaultyFileSystem;
using test::noise;

constexpr std::size_t kChunk = kVaultChunkBytes;
const VaultFileId kId{"d1", "video/000001"};
const std::string kPath = "/d/file";

std::size_t record_at(std::size_t chunk) {
  return static_cast<std::size_t>(vault_record_at(static_cast<int64_t>(chunk)));
}

// A disk with one file of three and a half chunks.
struct World {
  World() {
    REQUIRE(files.make_folder("/d"));
    test::write_file(files, kPath, key, kId, media);
    bytes = files.bytes_of(kPath);
  }
  Result<Bytes> read() { return test::read_file(files, kPath, key, kId); }

  FaultyFileSystem files;
  const ContentKey key = test::new_key();
  const Bytes media = noise(3 * kChunk + kChunk / 2);
  Bytes bytes;  // as they stand on the disk
};

void erase(Bytes& bytes, std::size_t from, std::size_t to) {
  bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(from),
              bytes.begin() + static_cast<std::ptrdiff_t>(to));
}

}  // namespace

TEST_CASE("vault_reader: every size comes back, whatever pieces it was written in") {
  const playhead::test::TempFolder folder;
  const auto real = make_file_system();
  FaultyFileSystem simulated;
  REQUIRE(simulated.make_folder("/d"));
  const ContentKey key = test::new_key();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1, 2 * kChunk - 1, 2 * kChunk,
        2 * kChunk + 1, std::size_t{200'000}}) {
    const Bytes media = noise(size);
    for (const std::size_t piece : {std::size_t{1000}, kChunk - 1, kChunk, kChunk + 1, size + 1}) {
      CAPTURE(size);
      CAPTURE(piece);
      FileSystem& files = piece == kChunk ? *real : simulated;
      const std::string path = piece == kChunk ? folder.path("file") : kPath;
      auto writer = VaultWriter::create(files, path, key, kId);
      REQUIRE(writer);
      for (std::size_t at = 0; at < size; at += piece) {
        REQUIRE(writer->append(test::part_of(media, at, std::min(piece, size - at))));
      }
      CHECK(writer->size() == static_cast<int64_t>(size));
      const auto summary = writer->finish();
      REQUIRE(summary);
      CHECK(summary->size == static_cast<int64_t>(size));
      auto reader = VaultReader::open(files, path, key, kId);
      REQUIRE(reader);
      CHECK(reader->size() == static_cast<int64_t>(size));
      CHECK(*test::is_file_of(files, path, key, kId, summary->digest));
      CHECK(*test::is_file_of(files, path, key, kId,
                              {FileDigest::Kind::kMedia, test::hash_of(media)}));
      CHECK((*test::read_file(files, path, key, kId) == media));
      const auto file = files.open_for_reading(path);
      CHECK(*(*file)->size() == summary->file_bytes);
    }
  }
}

TEST_CASE("vault_reader: any range is what the media has there") {
  World world;
  auto reader = VaultReader::open(world.files, kPath, world.key, kId);
  REQUIRE(reader);
  const std::size_t size = world.media.size();
  std::vector<std::pair<std::size_t, std::size_t>> ranges = {{0, 0},
                                                             {0, 1},
                                                             {0, size},
                                                             {size - 1, 1},
                                                             {size, 1},
                                                             {size + 9, 100},
                                                             {kChunk - 1, 2},
                                                             {kChunk, kChunk},
                                                             {1, kChunk},
                                                             {kChunk - 1, kChunk + 2},
                                                             {size - 1, 100},
                                                             {0, size + 100},
                                                             {3 * kChunk, kChunk}};
  std::minstd_rand random(7);
  for (int n = 0; n < 300; ++n) ranges.emplace_back(random() % size, random() % (2 * kChunk));
  for (const auto& range : ranges) {
    const auto at = range.first;
    const auto wanted = range.second;
    CAPTURE(at);
    CAPTURE(wanted);
    Bytes out(wanted, 0xEE);
    const auto count = reader->read_at(static_cast<int64_t>(at), out);
    REQUIRE(count);
    REQUIRE(*count == (at < size ? std::min(wanted, size - at) : 0));
    CHECK(std::equal(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*count),
                     world.media.begin() + static_cast<std::ptrdiff_t>(std::min(at, size))));
  }
  Bytes out(1);
  CHECK(code_of(reader->read_at(-1, out)) == ErrorCode::kInvalidArgument);
}

TEST_CASE("vault_reader: every bit of a small file counts") {
  World world;
  test::write_file(world.files, kPath, world.key, kId, noise(20));
  const Bytes whole = world.files.bytes_of(kPath);
  REQUIRE(whole.size() == 48 + 8 + 20 + 16);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    CAPTURE(bit);
    Bytes changed = whole;
    changed[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    world.files.overwrite(kPath, changed);
    const auto opened = world.read();
    // Its proof alone says whose file it is: the rest of the header has a check sum.
    const bool is_proof = bit / 8 >= 32 && bit / 8 < kVaultHeaderBytes;
    CHECK(code_of(opened) == (is_proof ? ErrorCode::kOfflineTampered : ErrorCode::kOfflineDamaged));
    if (!is_proof) CHECK(opened.error().detail == (bit / 8 < kVaultHeaderBytes ? -1 : 0));
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    world.files.overwrite(kPath, Bytes(whole.begin(), whole.begin() + static_cast<int>(size)));
    CHECK(code_of(world.read()) == ErrorCode::kOfflineDamaged);
  }
}

TEST_CASE("O17 a flipped bit costs its chunk, and no other") {
  World world;
  struct Case {
    const char* name;
    std::size_t at;  // within the record
  };
  const Case cases[] = {{"run", 0},
                        {"first byte", kVaultRunBytes},
                        {"middle", kChunk / 4},
                        {"first of the tag", kChunk / 2 + kVaultRunBytes},
                        {"end", kChunk / 2 + kVaultChunkOverhead - 1}};
  for (const Case& c : cases) {
    for (std::size_t chunk = 0; chunk < 4; ++chunk) {
      CAPTURE(c.name);
      CAPTURE(chunk);
      Bytes changed = world.bytes;
      changed[record_at(chunk) + c.at] ^= 0x80;
      world.files.overwrite(kPath, changed);
      auto reader = VaultReader::open(world.files, kPath, world.key, kId);
      if (chunk == 3) {  // the end is checked at once
        CHECK(code_of(reader) == ErrorCode::kOfflineDamaged);
        CHECK(reader.error().detail == 3);
        continue;
      }
      REQUIRE(reader);
      for (std::size_t other = 0; other < 4; ++other) {
        Bytes out(100, 0xEE);
        const auto read = reader->read_at(static_cast<int64_t>(other * kChunk + 10), out);
        CHECK(read.has_value() == (other != chunk));
        if (read) continue;
        CHECK(read.error().code == ErrorCode::kOfflineDamaged);
        CHECK(read.error().detail == static_cast<int32_t>(chunk));
        CHECK(out == Bytes(100, 0xEE));  // nothing unchecked was given
      }
      CHECK(code_of(reader->read_seals()) == ErrorCode::kOfflineDamaged);
    }
  }
}

TEST_CASE(
    "O17 chunks that were moved, left out, repeated or taken from elsewhere are "
    "damage") {
  World world;
  const VaultFileId sibling{"d1", "video/000002"};
  test::write_file(world.files, "/d/sibling", world.key, sibling, world.media);
  test::write_file(world.files, "/d/again", world.key, kId, world.media);
  const Bytes sibling_bytes = world.files.bytes_of("/d/sibling");
  const Bytes again_bytes = world.files.bytes_of("/d/again");
  const auto swap = [](Bytes& bytes, std::size_t a, std::size_t b) {
    std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(record_at(a)),
                     bytes.begin() + static_cast<std::ptrdiff_t>(record_at(a + 1)),
                     bytes.begin() + static_cast<std::ptrdiff_t>(record_at(b)));
  };
  const auto take = [](Bytes& bytes, const Bytes& from, std::size_t chunk) {
    std::copy(from.begin() + static_cast<std::ptrdiff_t>(record_at(chunk)),
              from.begin() + static_cast<std::ptrdiff_t>(record_at(chunk + 1)),
              bytes.begin() + static_cast<std::ptrdiff_t>(record_at(chunk)));
  };
  struct Case {
    const char* name;
    std::function<void(Bytes&)> change;
    int32_t detail;
  };
  const Case cases[] = {
      {"two chunks swapped", [&](Bytes& b) { swap(b, 0, 1); }, 0},
      {"one repeated over the next",
       [&](Bytes& b) {
         std::copy_n(world.bytes.begin() + static_cast<std::ptrdiff_t>(record_at(1)),
                     kVaultRecordBytes, b.begin() + static_cast<std::ptrdiff_t>(record_at(2)));
       },
       2},
      {"one left out", [](Bytes& b) { erase(b, record_at(1), record_at(2)); }, 2},
      {"the last left out", [](Bytes& b) { b.resize(record_at(3)); }, -1},
      {"all left out", [](Bytes& b) { b.resize(record_at(0)); }, -1},
      {"the last two left out, the one before cut", [](Bytes& b) { b.resize(record_at(1) + 500); },
       1},
      {"a byte cut off", [](Bytes& b) { b.pop_back(); }, 3},
      {"a byte more", [](Bytes& b) { b.push_back(0); }, 3},
      {"a whole chunk more",
       [&](Bytes& b) { b.insert(b.end(), sibling_bytes.begin() + 48, sibling_bytes.end()); }, -2},
      {"a chunk of another file", [&](Bytes& b) { take(b, sibling_bytes, 1); }, 1},
      {"a chunk of the same file, downloaded another time",
       [&](Bytes& b) { take(b, again_bytes, 1); }, 1},
      {"the header of the same file, downloaded another time",
       [&](Bytes& b) { std::copy_n(again_bytes.begin(), 48, b.begin()); }, 3},
      {"zeros", [](Bytes& b) { std::fill(b.begin() + 48, b.end(), uint8_t{0}); }, 3},
      {"nothing", [](Bytes& b) { b.clear(); }, -1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Bytes changed = world.bytes;
    c.change(changed);
    world.files.overwrite(kPath, changed);
    const auto read = world.read();
    CHECK(code_of(read) == ErrorCode::kOfflineDamaged);
    if (c.detail != -2) CHECK(read.error().detail == c.detail);
  }
  world.files.overwrite(kPath, world.bytes);
  CHECK(*world.read() == world.media);
}

TEST_CASE("O17 the digest tells what opens as well: chunks and files of earlier attempts") {
  World world;
  // Both files of one identity: the first, and what was fetched anew when the host had changed it.
  const Bytes newer = noise(3 * kChunk + kChunk / 2, 2);
  const auto digest_of = [&](const Bytes& media) {
    auto writer = VaultWriter::create(world.files, kPath, world.key, kId);
    REQUIRE(writer);
    REQUIRE(writer->append(media));
    const auto summary = writer->finish();
    REQUIRE(summary);
    CHECK(summary->digest.kind == FileDigest::Kind::kSeals);
    return summary->digest;
  };
  const auto is_it = [&](const FileDigest& digest) {
    return test::is_file_of(world.files, kPath, world.key, kId, digest);
  };
  const FileDigest old_digest = digest_of(world.media);
  const Bytes old_bytes = world.files.bytes_of(kPath);
  const FileDigest new_digest = digest_of(newer);
  CHECK(*is_it(new_digest));
  CHECK(*is_it({FileDigest::Kind::kMedia, test::hash_of(newer)}));
  CHECK_FALSE(*is_it(old_digest));
  CHECK_FALSE(*is_it({FileDigest::Kind::kMedia, new_digest.value}));
  CHECK_FALSE(*is_it({FileDigest::Kind::kSeals, test::hash_of(newer)}));
  // The whole of the earlier file, valid tags and all, put back.
  world.files.overwrite(kPath, old_bytes);
  REQUIRE(*world.read() == world.media);
  CHECK_FALSE(*is_it(new_digest));
  CHECK_FALSE(*is_it({FileDigest::Kind::kMedia, test::hash_of(newer)}));
  CHECK(*is_it(old_digest));
  // The same media written twice: still two files.
  const FileDigest again_digest = digest_of(world.media);
  CHECK_FALSE(again_digest == old_digest);
  CHECK_FALSE(*is_it(old_digest));
  CHECK(*is_it(again_digest));
}

TEST_CASE("O17 the digest tells a chunk of a given up attempt at the same file") {
  World world;
  const Bytes other = noise(kChunk, 9);
  for (const bool is_same_media : {false, true}) {
    for (std::size_t chunk = 1; chunk < 3; ++chunk) {
      CAPTURE(is_same_media);
      CAPTURE(chunk);
      const auto media_of = [&](std::size_t number) {
        return test::part_of(world.media, number * kChunk, kChunk);
      };
      auto writer = VaultWriter::create(world.files, kPath, world.key, kId);
      REQUIRE(writer);
      for (std::size_t n = 0; n < chunk; ++n) REQUIRE(writer->append(media_of(n)));
      const auto checkpoint = writer->checkpoint();
      REQUIRE(writer->append(is_same_media ? media_of(chunk) : ByteView(other)));
      REQUIRE(writer->checkpoint());
      const Bytes given_up = world.files.bytes_of(kPath);
      // A kill came before the journal knew of it.
      writer = VaultWriter::resume(world.files, kPath, world.key, kId, *checkpoint);
      REQUIRE(writer);
      for (std::size_t n = chunk; n < 3; ++n) REQUIRE(writer->append(media_of(n)));
      const auto summary = writer->finish();
      REQUIRE(summary);
      CHECK(*test::is_file_of(world.files, kPath, world.key, kId, summary->digest));
      Bytes changed = world.files.bytes_of(kPath);
      std::copy(given_up.begin() + static_cast<std::ptrdiff_t>(record_at(chunk)), given_up.end(),
                changed.begin() + static_cast<std::ptrdiff_t>(record_at(chunk)));
      world.files.overwrite(kPath, changed);
      REQUIRE(world.read());  // its tag is right
      CHECK_FALSE(*test::is_file_of(world.files, kPath, world.key, kId, summary->digest));
    }
  }
}

TEST_CASE("vault_reader: what is read in order is not read again to be compared") {
  World world;
  auto writer = VaultWriter::create(world.files, kPath, world.key, kId);
  REQUIRE(writer);
  REQUIRE(writer->append(world.media));
  const FileDigest digest = writer->finish()->digest;
  for (const bool is_in_order : {true, false}) {
    CAPTURE(is_in_order);
    auto reader = VaultReader::open(world.files, kPath, world.key, kId);
    REQUIRE(reader);
    CHECK(code_of(reader->is_expected()) == ErrorCode::kInvalidState);
    REQUIRE(reader->expect(digest));
    Bytes out(100'000);
    for (std::size_t at = is_in_order ? 0 : out.size(); at < world.media.size(); at += out.size()) {
      REQUIRE(reader->read_at(static_cast<int64_t>(at), out));
    }
    world.files.fail_at(0, FaultyFileSystem::Fault::kNone);
    CHECK(*reader->is_expected());
    CHECK((world.files.calls() == 0) == is_in_order);
  }
}

TEST_CASE(
    "O09 a file in the place of another, and a key of another, are told from "
    "damage") {
  World world;
  struct Case {
    const char* name;
    bool has_key;
    VaultFileId id;
    ErrorCode code;
  };
  const Case cases[] = {
      {"another file of the download", true, {"d1", "video/000002"}, ErrorCode::kOfflineTampered},
      {"another download", true, {"d2", "video/000001"}, ErrorCode::kOfflineTampered},
      {"ids cut elsewhere", true, {"d1v", "ideo/000001"}, ErrorCode::kOfflineTampered},
      {"another key", false, kId, ErrorCode::kOfflineTampered},
      {"an id too long", true, {"d1", std::string(257, 'x')}, ErrorCode::kInvalidArgument},
  };
  const ContentKey other = test::new_key();
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const ContentKey& key = c.has_key ? world.key : other;
    CHECK(code_of(VaultReader::open(world.files, kPath, key, c.id)) == c.code);
  }
  CHECK(code_of(VaultReader::open(world.files, "/d/none", world.key, kId)) == ErrorCode::kNotFound);
  Bytes newer = world.bytes;
  newer[4] = 2;
  const Sha256Digest sum = test::hash_of(ByteView(newer).first(24));
  std::copy_n(sum.begin(), 8, newer.begin() + 24);
  world.files.overwrite(kPath, newer);
  CHECK(code_of(world.read()) == ErrorCode::kStoreNewer);
}

TEST_CASE("vault_reader: S04 a disk that fails is no damage") {
  World world;
  for (int64_t call = 1; call <= 4; ++call) {
    CAPTURE(call);
    world.files.fail_at(call, FaultyFileSystem::Fault::kIoError);
    CHECK(code_of(world.read()) == ErrorCode::kStoreIo);
  }
  CHECK(*world.read() == world.media);
}

TEST_CASE("vault_reader: the beginning is read while the rest is on its way") {
  FaultyFileSystem files;
  REQUIRE(files.make_folder("/d"));
  const ContentKey key = test::new_key();
  const Bytes media = noise(2 * kChunk + 100);
  auto writer = VaultWriter::create(files, kPath, key, kId);
  REQUIRE(writer);
  REQUIRE(writer->append(media));
  REQUIRE(*writer->checkpoint() == 2 * kChunk);
  auto reader = VaultReader::open_beginning(files, kPath, key, kId, 2 * kChunk);
  REQUIRE(reader);
  CHECK(reader->size() == 2 * kChunk);
  Bytes out(media.size());
  CHECK(*reader->read_at(0, out) == 2 * kChunk);
  CHECK(std::equal(out.begin(), out.begin() + 2 * kChunk, media.begin()));
  // The end is not there: the file is not taken for a whole one.
  CHECK(code_of(VaultReader::open(files, kPath, key, kId)) == ErrorCode::kOfflineDamaged);
  CHECK(code_of(VaultReader::open_beginning(files, kPath, key, kId, 3 * kChunk)) ==
        ErrorCode::kOfflineDamaged);
  for (const int64_t wrong : {int64_t{-1}, int64_t{1}, int64_t{65535}, int64_t{1} << 62}) {
    CHECK(code_of(VaultReader::open_beginning(files, kPath, key, kId, wrong)) ==
          ErrorCode::kInvalidArgument);
  }
  REQUIRE(writer->finish());
  CHECK(*test::read_file(files, kPath, key, kId) == media);
}

TEST_CASE("vault_reader: a file of version 1, made by another program, is read") {
  FaultyFileSystem files;
  REQUIRE(files.make_folder("/d"));
  const ContentKey key = test::key_of(Bytes(32, 0x5A), "d1");
  files.overwrite(
      kPath, test::from_hex(
                 "5048564601100000000102030405060708090a0b0c0d0e0ffc1ae71708c2c7a3ca8187eeb489333c"
                 "d9c479e8cc30eb166465666768696a6bf3916796dbdeb1ebe917bbb0fdecbb7acaaf06198cd61328"
                 "f2eebcc258344fecce37c549"));
  const auto media = test::read_file(files, kPath, key, kId);
  REQUIRE(media);
  CHECK(as_text(*media) == "written by version 1");
}

}  // namespace playhead::offline
