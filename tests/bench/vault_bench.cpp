// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "bench/cpu_clock.h"
#include "bench/ratio_reporter.h"
#include "support/temp_folder.h"
#include "vault/vault_reader.h"
#include "vault/vault_writer.h"

// Media written into and read from encrypted files. The floor, of the same run: AES-256-GCM of
// OpenSSL over the same bytes in memory, and nothing else; for real files the same with plain
// writes and syncs beside it. Processor time of one thread, the system's part included: time spent
// waiting for a disk is not in it.
namespace playhead::bench {
namespace {

using namespace playhead::offline;  // NOLINT: a program

using Bytes = std::vector<uint8_t>;
constexpr std::size_t kFileBytes = std::size_t{8} << 20;
// As the store does it.
constexpr std::size_t kCheckpointBytes = std::size_t{4} << 20;
const VaultFileId kId{"download", "video/000001"};

// Takes everything, keeps nothing.
class NoFile final : public File {
 public:
  Result<void> append(ByteView bytes) override {
    benchmark::DoNotOptimize(bytes.data());
    return {};
  }
  Result<std::size_t> read_at(int64_t, std::span<uint8_t>) override { return std::size_t{0}; }
  Result<int64_t> size() override { return int64_t{0}; }
  Result<void> truncate(int64_t) override { return {}; }
  Result<void> sync() override { return {}; }
};

class NoDisk final : public FileSystem {
 public:
  Result<void> make_folder(const std::string&) override { return {}; }
  Result<std::unique_ptr<File>> open_for_reading(const std::string&) override { return file(); }
  Result<std::unique_ptr<File>> open_for_appending(const std::string&) override { return file(); }
  Result<void> rename(const std::string&, const std::string&) override { return {}; }
  Result<void> remove(const std::string&) override { return {}; }
  Result<void> sync_folder(const std::string&) override { return {}; }
  Result<std::vector<Entry>> list(const std::string&) override { return std::vector<Entry>(); }
  Result<int64_t> free_bytes(const std::string&) override { return int64_t{1} << 40; }
  Result<std::unique_ptr<FolderLock>> lock(const std::string&) override {
    return std::make_unique<FolderLock>();
  }

 private:
  static std::unique_ptr<File> file() { return std::make_unique<NoFile>(); }
};

// `step` handles one file.
template <typename Step>
void measure(benchmark::State& state, const Step& step) {
  for (auto _ : state) {
    const double start = cpu_seconds();
    if (!step()) return state.SkipWithError("it fails");
    state.SetIterationTime(cpu_seconds() - start);
  }
  state.counters["GB/s"] = benchmark::Counter(
      static_cast<double>(kFileBytes) * static_cast<double>(state.iterations()) / 1e9,
      benchmark::Counter::kIsRate);
}

template <typename Body>
void add(const char* name, Body body) {
  benchmark::RegisterBenchmark(name, [body](benchmark::State& state) {
    body(state);
  })->UseManualTime();
}

bool open_empty(FileSystem& files, const std::string& path, std::unique_ptr<File>& file) {
  auto opened = files.open_for_appending(path);
  if (!opened || !(*opened)->truncate(0)) return false;
  file = *std::move(opened);
  return true;
}

void run_floor(benchmark::State& state, FileSystem* files = nullptr) {
  const std::unique_ptr<EVP_CIPHER_CTX, CipherContextFree> cipher(EVP_CIPHER_CTX_new());
  const Bytes key(32, 7);
  const Bytes nonce(12, 9);
  const Bytes media(kFileBytes, 0x5A);
  Bytes out(kVaultChunkBytes);
  EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data());
  const playhead::test::TempFolder folder;
  measure(state, [&] {
    std::unique_ptr<File> file;
    if (files != nullptr && !open_empty(*files, folder.path("file"), file)) return false;
    for (std::size_t at = 0; at < kFileBytes; at += kVaultChunkBytes) {
      int count = 0;
      EVP_EncryptInit_ex(cipher.get(), nullptr, nullptr, nullptr, nonce.data());
      EVP_EncryptUpdate(cipher.get(), out.data(), &count, &media[at], kVaultChunkBytes);
      if (EVP_EncryptFinal_ex(cipher.get(), out.data(), &count) != 1) return false;
      if (file && !file->append(out)) return false;
      const bool is_due = (at + kVaultChunkBytes) % kCheckpointBytes == 0;
      if (file && is_due && !file->sync()) return false;
    }
    return !file || file->sync().has_value();
  });
}

bool write_file(FileSystem& files, const std::string& path, const ContentKey& key,
                const Bytes& media, std::size_t piece) {
  auto writer = VaultWriter::create(files, path, key, kId);
  if (!writer) return false;
  for (std::size_t at = 0; at < media.size(); at += piece) {
    if (!writer->append(ByteView(media).subspan(at, piece))) return false;
    const bool is_due = (at + piece) % kCheckpointBytes == 0;
    if (is_due && !writer->checkpoint()) return false;
  }
  return writer->finish().has_value();
}

void run_write(benchmark::State& state, FileSystem& files, std::size_t piece) {
  const playhead::test::TempFolder folder;
  auto key = ContentKey::make();
  const Bytes media(kFileBytes, 0x5A);
  measure(state, [&] { return key && write_file(files, folder.path("file"), *key, media, piece); });
}

void run_read(benchmark::State& state, FileSystem& files) {
  const playhead::test::TempFolder folder;
  auto key = ContentKey::make();
  const std::string path = folder.path("file");
  if (!key || !write_file(files, path, *key, Bytes(kFileBytes, 0x5A), kVaultChunkBytes)) {
    return state.SkipWithError("it cannot be written");
  }
  Bytes out(kVaultChunkBytes);
  measure(state, [&] {
    auto reader = VaultReader::open(files, path, *key, kId);
    for (std::size_t at = 0; reader && at < kFileBytes; at += out.size()) {
      if (!reader->read_at(static_cast<int64_t>(at), out)) return false;
    }
    return reader.has_value();
  });
}

const Ratio kRatios[] = {
    {"vault/write_memory", "evp/gcm256", 1},
    {"vault/write_16k_pieces", "evp/gcm256", 1},
    {"vault/write_disk", "evp+disk", 1},
    {"vault/read_disk", "evp/gcm256", 1},
};

}  // namespace
}  // namespace playhead::bench

int main(int argc, char** argv) {
  using namespace playhead::bench;  // NOLINT: the program itself
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  NoDisk no_disk;
  const auto disk = playhead::offline::make_file_system();
  add("evp/gcm256", [](benchmark::State& state) { run_floor(state); });
  add("evp+disk", [&](benchmark::State& state) { run_floor(state, disk.get()); });
  add("vault/write_memory", [&](benchmark::State& state) {
    run_write(state, no_disk, playhead::offline::kVaultChunkBytes);
  });
  // What libcurl hands over at a time.
  add("vault/write_16k_pieces",
      [&](benchmark::State& state) { run_write(state, no_disk, 16 * 1024); });
  add("vault/write_disk", [&](benchmark::State& state) { run_write(state, *disk, 16 * 1024); });
  add("vault/read_disk", [&](benchmark::State& state) { run_read(state, *disk); });
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.print("vault", kRatios) ? 0 : 1;
}
