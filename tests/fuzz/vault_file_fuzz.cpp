// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "support/faulty_file_system.h"
#include "vault/vault_reader.h"
#include "vault/vault_writer.h"

// 0: the rest is a media file. Else a good one is written, of 4 times the next two bytes, and
// changed by what follows, five bytes for each change. What is read then is what was written.
namespace playhead::offline {
namespace {

using Bytes = std::vector<uint8_t>;
using playhead::test::FaultyFileSystem;

const VaultFileId kId{"d1", "video/000001"};
const char kPath[] = "/d/file";

void require(bool is_so) {
  if (!is_so) std::abort();
}

void change(Bytes& file, ByteView edit) {
  const std::size_t number = std::size_t{edit[1]} << 16 | std::size_t{edit[2]} << 8 | edit[3];
  const std::size_t at = file.empty() ? 0 : number % file.size();
  const auto here = file.begin() + static_cast<std::ptrdiff_t>(at);
  switch (edit[0] % 5) {
    case 0:
      if (!file.empty()) file[at] ^= edit[4];
      return;
    case 1:
      file.resize(at);
      return;
    case 2:
      file.insert(here, edit[4], edit[3]);
      return;
    case 3:
      file.erase(here, here + std::min<std::ptrdiff_t>(edit[4], file.end() - here));
      return;
    default: {  // a chunk over another
      const auto from = static_cast<std::size_t>(vault_record_at(edit[2] % 4));
      const auto to = static_cast<std::size_t>(vault_record_at(edit[3] % 4));
      if (std::max(from, to) + kVaultRecordBytes > file.size()) return;
      const Bytes record(file.begin() + static_cast<std::ptrdiff_t>(from),
                         file.begin() + static_cast<std::ptrdiff_t>(from + kVaultRecordBytes));
      std::copy(record.begin(), record.end(), file.begin() + static_cast<std::ptrdiff_t>(to));
    }
  }
}

void check_reads(VaultReader& reader, const Bytes& media) {
  require(reader.size() <= static_cast<int64_t>(media.size()));
  Bytes out(kVaultChunkBytes);
  for (int64_t at = 0; at < reader.size(); at += static_cast<int64_t>(out.size()) / 2 + 1) {
    const auto count = reader.read_at(at, out);
    if (!count) continue;
    require(std::equal(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*count),
                       media.begin() + static_cast<std::ptrdiff_t>(at)));
  }
}

void check_file(FaultyFileSystem& files, const ContentKey& key, const Bytes& media, bool is_whole) {
  auto reader = VaultReader::open(files, kPath, key, kId);
  require(reader || !is_whole);
  if (reader) {
    require(reader->size() == static_cast<int64_t>(media.size()));
    check_reads(*reader, media);
  }
  const auto full = static_cast<int64_t>(media.size() / kVaultChunkBytes * kVaultChunkBytes);
  auto beginning = VaultReader::open_beginning(files, kPath, key, kId, full);
  require(beginning || !is_whole);
  if (beginning) check_reads(*beginning, media);
  auto writer = VaultWriter::resume(files, kPath, key, kId, full);
  require(writer || !is_whole);
  if (!writer) return;
  require(writer->append(ByteView(media).subspan(static_cast<std::size_t>(full))).has_value());
  require(writer->finish().has_value());
  auto again = VaultReader::open(files, kPath, key, kId);
  require(again && again->size() == static_cast<int64_t>(media.size()));
  check_reads(*again, media);
}

void run(ByteView input) {
  FaultyFileSystem files;
  auto key = ContentKey::make();
  require(files.make_folder("/d") && key);
  if (input[0] == 0) {
    files.overwrite(kPath, Bytes(input.begin() + 1, input.end()));
    require(!VaultReader::open(files, kPath, *key, kId));
    return;
  }
  Bytes media((std::size_t{input[1]} << 8 | input[2]) * 4);
  for (std::size_t at = 0; at < media.size(); ++at) media[at] = static_cast<uint8_t>(at / 251 + at);
  auto writer = VaultWriter::create(files, kPath, *key, kId);
  require(writer && writer->append(media) && writer->finish());
  const Bytes whole = files.bytes_of(kPath);
  Bytes file = whole;
  for (ByteView edits = input.subspan(3); edits.size() >= 5; edits = edits.subspan(5)) {
    change(file, edits);
    if (file.size() > 4 * whole.size()) break;
  }
  files.overwrite(kPath, file);
  check_file(files, *key, media, file == whole);
}

}  // namespace
}  // namespace playhead::offline

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size >= 3) playhead::offline::run({data, size});
  return 0;
}
