// SPDX-License-Identifier: Apache-2.0
#include "vault/vault_writer.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "support/temp_folder.h"
#include "vault/vault_reader.h"
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

struct World {
  World() { REQUIRE(files.make_folder("/d")); }
  // Writes all of `media` without an end.
  void begin(const Bytes& media) {
    auto writer = VaultWriter::create(files, kPath, key, kId);
    REQUIRE(writer);
    REQUIRE(writer->append(media));
    REQUIRE(writer->checkpoint());
  }
  Result<VaultWriter> resume(int64_t checkpoint) {
    return VaultWriter::resume(files, kPath, key, kId, checkpoint);
  }

  FaultyFileSystem files;
  const ContentKey key = test::new_key();
};

}  // namespace

TEST_CASE("O13 a file goes on from every checkpoint, and is the same") {
  const playhead::test::TempFolder folder;
  const auto real = make_file_system();
  World world;
  const Bytes media = noise(5 * kChunk + 777);
  for (std::size_t chunk = 0; chunk <= 5; ++chunk) {
    for (const bool is_real : {false, true}) {
      CAPTURE(chunk);
      FileSystem& files = is_real ? *real : world.files;
      const std::string path = is_real ? folder.path("file") : kPath;
      int64_t checkpoint = 0;
      {
        auto writer = VaultWriter::create(files, path, world.key, kId);
        REQUIRE(writer);
        REQUIRE(writer->append(test::part_of(media, 0, chunk * kChunk + 5)));
        const auto durable = writer->checkpoint();
        REQUIRE(durable);
        checkpoint = *durable;
        CHECK(checkpoint == static_cast<int64_t>(chunk * kChunk));
        REQUIRE(writer->append(noise(90'000, 2)));  // what comes after it is forgotten
      }
      auto writer = VaultWriter::resume(files, path, world.key, kId, checkpoint);
      REQUIRE(writer);
      CHECK(writer->size() == checkpoint);
      for (auto at = static_cast<std::size_t>(checkpoint); at < media.size(); at += 50'000) {
        REQUIRE(writer->append(
            test::part_of(media, at, std::min<std::size_t>(50'000, media.size() - at))));
      }
      const auto summary = writer->finish();
      REQUIRE(summary);
      CHECK(*test::is_file_of(files, path, world.key, kId, summary->digest));
      CHECK((*test::read_file(files, path, world.key, kId) == media));
    }
  }
}

TEST_CASE("vault_writer: however bytes are handed over, the media is the same") {
  struct Case {
    const char* name;
    std::vector<std::size_t> parts;  // of one call, which is made again until all is there
  };
  const Case cases[] = {
      {"small ones", {1, 0, 7, 100}},
      {"as they come of a connection", {15'700, 65'536, 65'536, 65'536}},
      {"whole chunks", {kChunk, kChunk}},
      {"more than a chunk each", {kChunk + 1, 3 * kChunk - 1}},
      {"nothing", {0, 0, 200'000}},
  };
  World world;
  const Bytes media = noise(9 * kChunk + 777);
  for (const Case& c : cases) {
    CAPTURE(c.name);
    auto writer = VaultWriter::create(world.files, kPath, world.key, kId);
    REQUIRE(writer);
    for (std::size_t at = 0; at < media.size();) {
      std::vector<ByteView> views;
      for (const std::size_t size : c.parts) {
        views.push_back(test::part_of(media, at, std::min(size, media.size() - at)));
        at += views.back().size();
      }
      REQUIRE(writer->append(views));
      CHECK(writer->size() == static_cast<int64_t>(at));
    }
    const auto summary = writer->finish();
    REQUIRE(summary);
    CHECK(summary->size == static_cast<int64_t>(media.size()));
    CHECK(*test::is_file_of(world.files, kPath, world.key, kId, summary->digest));
    CHECK((*test::read_file(world.files, kPath, world.key, kId) == media));
  }
}

TEST_CASE("vault_writer: a chunk that is written again is encrypted under another nonce") {
  World world;
  const Bytes media = noise(2 * kChunk);
  world.begin(media);
  const Bytes before = world.files.bytes_of(kPath);
  auto writer = world.resume(kChunk);
  REQUIRE(writer);
  REQUIRE(writer->append(test::part_of(media, kChunk, kChunk)));
  REQUIRE(writer->checkpoint());
  const Bytes after = world.files.bytes_of(kPath);
  REQUIRE(after.size() == before.size());
  CHECK(std::equal(before.begin(), before.begin() + static_cast<int>(record_at(1)), after.begin()));
  const auto at = static_cast<std::ptrdiff_t>(record_at(1));
  CHECK_FALSE(std::equal(before.begin() + at, before.begin() + at + 8, after.begin() + at));
  CHECK_FALSE(
      std::equal(before.begin() + at + 8, before.begin() + at + 24, after.begin() + at + 8));
}

TEST_CASE("vault_writer: the same media never looks the same on the disk") {
  World world;
  const Bytes media(1000, 0);
  test::write_file(world.files, kPath, world.key, kId, media);
  const Bytes first = world.files.bytes_of(kPath);
  test::write_file(world.files, kPath, world.key, kId, media);
  const Bytes second = world.files.bytes_of(kPath);
  CHECK(first.size() == second.size());
  CHECK_FALSE(std::equal(first.begin() + 56, first.end(), second.begin() + 56));
  CHECK(std::search(first.begin(), first.end(), media.begin(), media.begin() + 4) == first.end());
}

TEST_CASE("vault_writer: what cannot be gone on with is refused and left as it is") {
  struct Case {
    const char* name;
    int64_t checkpoint;
    VaultFileId id;
    int64_t flipped_at;  // -1: nowhere
    ErrorCode code;
  };
  const Case cases[] = {
      {"no checkpoint", 1000, kId, -1, ErrorCode::kInvalidArgument},
      {"a negative one", -65536, kId, -1, ErrorCode::kInvalidArgument},
      {"more than there is", 3 * 65536, kId, -1, ErrorCode::kOfflineDamaged},
      {"another download", 65536, {"d2", kId.file_id}, -1, ErrorCode::kOfflineTampered},
      {"a damaged header", 65536, kId, 10, ErrorCode::kOfflineDamaged},
      {"a damaged chunk before it", 2 * 65536, kId, 1000, ErrorCode::kOfflineDamaged},
  };
  const Bytes media = noise(2 * kChunk + 100);
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    world.begin(media);
    Bytes bytes = world.files.bytes_of(kPath);
    if (c.flipped_at >= 0) bytes[static_cast<std::size_t>(c.flipped_at)] ^= 1;
    world.files.overwrite(kPath, bytes);
    const auto resumed = VaultWriter::resume(world.files, kPath, world.key, c.id, c.checkpoint);
    CHECK(code_of(resumed) == c.code);
    CHECK(world.files.bytes_of(kPath) == bytes);
  }
  World world;
  CHECK(code_of(world.resume(65536)) == ErrorCode::kNotFound);
  // Damage after the checkpoint is cut off with what is there.
  world.begin(media);
  Bytes bytes = world.files.bytes_of(kPath);
  bytes[record_at(1) + 100] ^= 1;
  world.files.overwrite(kPath, bytes);
  CHECK(world.resume(65536));
}

TEST_CASE("O16 S01 a full disk stops the writer; the file goes on when there is room") {
  World world;
  const Bytes media = noise(3 * kChunk);
  auto writer = VaultWriter::create(world.files, kPath, world.key, kId);
  REQUIRE(writer);
  REQUIRE(writer->append(test::part_of(media, 0, kChunk)));
  REQUIRE(*writer->checkpoint() == kChunk);
  world.files.fail_at(1, FaultyFileSystem::Fault::kFull);
  CHECK(code_of(writer->append(test::part_of(media, kChunk, 2 * kChunk))) == ErrorCode::kStoreFull);
  world.files.free_space();
  // Half a chunk stands there: this writer does not go on.
  CHECK(code_of(writer->append(Bytes(1))) == ErrorCode::kStoreFull);
  CHECK(code_of(writer->checkpoint()) == ErrorCode::kStoreFull);
  CHECK(code_of(writer->finish()) == ErrorCode::kStoreFull);
  writer = world.resume(kChunk);
  REQUIRE(writer);
  REQUIRE(writer->append(test::part_of(media, kChunk, 2 * kChunk)));
  const auto summary = writer->finish();
  REQUIRE(summary);
  CHECK(*test::is_file_of(world.files, kPath, world.key, kId, summary->digest));
  CHECK((*test::read_file(world.files, kPath, world.key, kId) == media));
}

TEST_CASE("vault_writer: a checkpoint before the first chunk promises nothing and costs nothing") {
  World world;
  auto writer = VaultWriter::create(world.files, kPath, world.key, kId);
  REQUIRE(writer);
  REQUIRE(writer->append(Bytes(1000)));
  world.files.fail_at(0, FaultyFileSystem::Fault::kNone);
  CHECK(*writer->checkpoint() == 0);
  CHECK(world.files.calls() == 0);
  REQUIRE(writer->append(Bytes(kChunk)));
  CHECK(*writer->checkpoint() == kChunk);
  CHECK(world.files.calls() == 3);  // the chunk, the file's bytes, its name
  CHECK(*writer->checkpoint() == kChunk);
  CHECK(world.files.calls() == 4);  // its name is there for good
}

TEST_CASE("vault_writer: a finished file takes nothing more; wrong ids are refused") {
  World world;
  auto writer = VaultWriter::create(world.files, kPath, world.key, kId);
  REQUIRE(writer);
  REQUIRE(writer->finish());
  CHECK(code_of(writer->append(Bytes(1))) == ErrorCode::kInvalidState);
  CHECK(code_of(writer->checkpoint()) == ErrorCode::kInvalidState);
  CHECK(code_of(writer->finish()) == ErrorCode::kInvalidState);
  const VaultFileId long_id{std::string(257, 'x'), "a"};
  CHECK(code_of(VaultWriter::create(world.files, "/d/b", world.key, long_id)) ==
        ErrorCode::kInvalidArgument);
  CHECK_FALSE(world.files.exists("/d/b"));
}

}  // namespace playhead::offline
