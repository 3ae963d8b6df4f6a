// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "bench/cpu_clock.h"
#include "bench/licensed_system.h"
#include "bench/ratio_reporter.h"
#include "cenc_decryptor.h"
#include "playhead/drm/cdm_module.h"
#include "playhead/drm/clear_key.h"
#include "sample_aes.h"
#include "segment_cipher.h"

// Bytes of media decrypted a second, by scheme. Floors measured in the same run: what `openssl
// speed -evp` does, the plain cipher over as many encrypted bytes in one call, the context kept.
// At the end each scheme is printed as a share of its floor; status 1 when that is less than what
// is promised. Processor time of one thread.
namespace playhead::bench {
namespace {

using Bytes = std::vector<uint8_t>;

const Bytes kKey(16, 0x2B);

CryptoInfo info_of(SampleScheme scheme, int crypt, int skip, std::vector<Subsample> subsamples) {
  CryptoInfo info;
  info.scheme = scheme;
  info.iv.fill(0x33);
  info.crypt_blocks = static_cast<uint8_t>(crypt);
  info.skip_blocks = static_cast<uint8_t>(skip);
  info.subsamples = std::move(subsamples);
  return info;
}

// Times many samples at once: the clock costs as much as a sample.
constexpr int kSamplesAtOnce = 64;

// `step` handles one sample of `bytes`.
template <typename Step>
void measure(benchmark::State& state, std::size_t bytes, const Step& step) {
  for (auto _ : state) {
    const double start = cpu_seconds();
    for (int n = 0; n < kSamplesAtOnce; ++n) {
      if (!step()) return state.SkipWithError("the sample is refused");
    }
    state.SetIterationTime(cpu_seconds() - start);
  }
  const auto total = static_cast<double>(bytes) * kSamplesAtOnce;
  state.counters["GB/s"] = benchmark::Counter(total * static_cast<double>(state.iterations()) / 1e9,
                                              benchmark::Counter::kIsRate);
}

struct ContextFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// kAnew: with a vector for each call, as samples have them.
enum class Vector : uint8_t { kKept, kAnew };

// The calls take `call` bytes each; 0: all of them.
void add_floor(const std::string& name, const EVP_CIPHER* cipher, std::size_t bytes,
               Vector vector = Vector::kKept, std::size_t call = 0) {
  if (call == 0) call = bytes;
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    const std::unique_ptr<EVP_CIPHER_CTX, ContextFree> context(EVP_CIPHER_CTX_new());
    const Bytes iv(16);
    EVP_DecryptInit_ex(context.get(), cipher, nullptr, kKey.data(), iv.data());
    EVP_CIPHER_CTX_set_padding(context.get(), 0);
    Bytes sample(bytes);
    measure(state, bytes, [&] {
      int written = 0;
      if (vector == Vector::kAnew) {
        EVP_DecryptInit_ex(context.get(), nullptr, nullptr, nullptr, iv.data());
      }
      bool is_done = true;
      for (std::size_t at = 0; at < bytes && is_done; at += call) {
        uint8_t* const here = sample.data() + at;
        is_done =
            EVP_DecryptUpdate(context.get(), here, &written, here, static_cast<int>(call)) == 1;
      }
      return is_done;
    });
  })->UseManualTime();
}

void add_sample(const std::string& name, const CryptoInfo& info, std::size_t bytes) {
  benchmark::RegisterBenchmark(name.c_str(), [info, bytes](benchmark::State& state) {
    auto decryptor = CencDecryptor::make(kKey);
    if (!decryptor) return state.SkipWithError("no decryptor");
    Bytes sample(bytes);
    measure(state, bytes, [&] { return decryptor->decrypt(info, sample).has_value(); });
  })->UseManualTime();
}

// By a whole Clear Key system: `make` gives it.
template <typename Make>
void add_system(const std::string& name, Make make, const CryptoInfo& info, std::size_t bytes) {
  benchmark::RegisterBenchmark(name.c_str(), [make, info, bytes](benchmark::State& state) {
    const LicensedSystem system(make(), kKey);
    if (system.decryptor() == nullptr) return state.SkipWithError("no decryptor");
    Bytes sample(bytes);
    measure(state, bytes, [&] { return system.decryptor()->decrypt(info, sample).has_value(); });
  })->UseManualTime();
}

std::unique_ptr<DrmSystem> built_in() { return make_clear_key_system({}); }

std::unique_ptr<DrmSystem> from_module() {
#ifdef PLAYHEAD_CLEARKEY_MODULE
  auto system = load_cdm_module(PLAYHEAD_CLEARKEY_MODULE, {});
  if (system) return *std::move(system);
#endif
  return nullptr;
}

// An access unit of one slice that needs no escapes.
Bytes slice(std::size_t bytes) {
  Bytes unit(bytes, 0xAA);
  const uint8_t header[] = {0, 0, 0, 1, 0x65};
  std::copy(std::begin(header), std::end(header), unit.begin());
  return unit;
}

// ADTS frames of 4 kB, the most sound takes.
Bytes sound(std::size_t bytes) {
  constexpr std::size_t kFrame = 4096;
  Bytes frames(bytes, 0xAA);
  const uint8_t header[] = {0xFF, 0xF1, 0x50, 0x82, 0x00, 0x1F, 0xFC};
  for (std::size_t at = 0; at + kFrame <= bytes; at += kFrame) {
    std::copy(std::begin(header), std::end(header),
              frames.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return frames;
}

void add_sample_aes(const std::string& name, const CryptoInfo& info, const Bytes& encrypted) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    auto decryptor = SampleAesDecryptor::make(kKey);
    if (!decryptor) return state.SkipWithError("no decryptor");
    Bytes sample = encrypted;
    measure(state, encrypted.size(), [&] {
      // What it makes of it need not be one.
      std::copy(encrypted.begin(), encrypted.end(), sample.begin());
      return decryptor->decrypt(info, sample).has_value();
    });
  })->UseManualTime();
}

void add_segment(const std::string& name, EncryptionMethod method, std::size_t piece) {
  benchmark::RegisterBenchmark(name.c_str(), [method, piece](benchmark::State& state) {
    const Bytes key(method == EncryptionMethod::kAes128 ? 16 : 32, 0x2B);
    auto cipher = SegmentCipher::make(method, key, CipherIv{});
    if (!cipher) return state.SkipWithError("no cipher");
    const Bytes bytes(piece);
    measure(state, piece, [&] {
      auto plain = cipher->update(bytes);
      benchmark::DoNotOptimize(plain);
      return plain.has_value();
    });
  })->UseManualTime();
}

// Slices of `bytes`, the first 100 of each clear.
std::vector<Subsample> slices(std::size_t count, uint32_t bytes) {
  return std::vector<Subsample>(count, Subsample{100, bytes - 100});
}

constexpr std::size_t kSample = 16 * 1024;
// Of a pattern 1:9, and of SAMPLE-AES of H.264, a tenth is encrypted, in blocks of 16 bytes that
// do not touch: the floor is the cipher over that tenth in calls of one block. Beside it what
// nobody reaches: the same in one piece.
constexpr std::size_t kTenth = kSample / 160 * 16;

constexpr double kAll = 1;
constexpr double kPattern = static_cast<double>(kSample) / kTenth;
constexpr double kPromised = 0.8;  // product requirement
const Ratio kRatios[] = {
    {"cenc/full_16k", "evp/ctr_16k", kAll, kPromised},
    {"cenc/full_1k", "evp/ctr_1k", kAll, kPromised},
    {"cenc/full_1k", "evp/ctr_1k_anew", kAll},
    {"cenc/full_2k", "evp/ctr_2k", kAll, kPromised},
    {"cenc/full_4k", "evp/ctr_4k", kAll, kPromised},
    {"cenc/subsamples_4x4k", "evp/ctr_16k", kAll, kPromised},
    {"cens/1:9_16k", "evp/ctr_1.6k", kPattern},
    {"cens/1:9_16k", "evp/ctr_1.6k_by_16", kPattern, kPromised},
    {"cbc1/full_16k", "evp/cbc_16k", kAll, kPromised},
    {"cbcs/full_16k", "evp/cbc_16k", kAll, kPromised},
    {"cbcs/1:9_16k", "evp/cbc_1.6k", kPattern},
    {"cbcs/1:9_16k", "evp/cbc_1.6k_by_16", kPattern, kPromised},
    {"cbcs/1:9_4x4k", "evp/cbc_1.6k", kPattern},
    {"cbcs/1:9_4x4k", "evp/cbc_1.6k_by_16", kPattern, kPromised},
    // Each byte is looked at for start codes and escapes, a tenth is decrypted.
    {"sample_aes/avc_16k", "evp/cbc_1.6k_by_16", kPattern, kPromised},
    {"sample_aes/aac_16k", "evp/cbc_16k", kAll, kPromised},
    {"aes128/pieces_16k", "evp/cbc_16k", kAll, kPromised},
    {"aes256ctr/pieces_16k", "evp/ctr256_16k", kAll, kPromised},
    {"module/cenc_4x4k", "system/cenc_4x4k", kAll},
    {"module/cenc_1k", "system/cenc_1k", kAll},
};

void add_all() {
  add_floor("evp/ctr_16k", EVP_aes_128_ctr(), kSample);
  add_floor("evp/ctr_1k", EVP_aes_128_ctr(), 1024);
  add_floor("evp/ctr_2k", EVP_aes_128_ctr(), 2048);
  add_floor("evp/ctr_4k", EVP_aes_128_ctr(), 4096);
  add_floor("evp/ctr_1k_anew", EVP_aes_128_ctr(), 1024, Vector::kAnew);
  add_floor("evp/ctr_1.6k", EVP_aes_128_ctr(), kTenth);
  add_floor("evp/ctr_1.6k_by_16", EVP_aes_128_ctr(), kTenth, Vector::kKept, 16);
  add_floor("evp/cbc_1.6k_by_16", EVP_aes_128_cbc(), kTenth, Vector::kKept, 16);
  add_floor("evp/cbc_16k", EVP_aes_128_cbc(), kSample);
  add_floor("evp/cbc_1.6k", EVP_aes_128_cbc(), kTenth);
  add_floor("evp/ctr256_16k", EVP_aes_256_ctr(), kSample);
  using enum SampleScheme;
  add_sample("cenc/full_16k", info_of(kCenc, 0, 0, {}), kSample);
  add_sample("cenc/full_1k", info_of(kCenc, 0, 0, {}), 1024);
  add_sample("cenc/full_2k", info_of(kCenc, 0, 0, {}), 2048);
  add_sample("cenc/full_4k", info_of(kCenc, 0, 0, {}), 4096);
  add_sample("cenc/subsamples_4x4k", info_of(kCenc, 0, 0, slices(4, 4096)), kSample);
  add_sample("cens/1:9_16k", info_of(kCens, 1, 9, slices(1, kSample)), kSample);
  add_sample("cbc1/full_16k", info_of(kCbc1, 0, 0, {}), kSample);
  add_sample("cbcs/full_16k", info_of(kCbcs, 0, 0, {}), kSample);
  add_sample("cbcs/1:9_16k", info_of(kCbcs, 1, 9, slices(1, kSample)), kSample);
  add_sample("cbcs/1:9_4x4k", info_of(kCbcs, 1, 9, slices(4, 4096)), kSample);
  // What the table of C functions costs.
  add_system("system/cenc_4x4k", built_in, info_of(kCenc, 0, 0, slices(4, 4096)), kSample);
  add_system("module/cenc_4x4k", from_module, info_of(kCenc, 0, 0, slices(4, 4096)), kSample);
  add_system("system/cenc_1k", built_in, info_of(kCenc, 0, 0, slices(1, 1024)), 1024);
  add_system("module/cenc_1k", from_module, info_of(kCenc, 0, 0, slices(1, 1024)), 1024);
  add_sample_aes("sample_aes/avc_16k", info_of(kHlsAvc, 0, 0, {}), slice(kSample));
  add_sample_aes("sample_aes/aac_16k", info_of(kHlsAac, 0, 0, {}), sound(kSample));
  add_segment("aes128/pieces_16k", EncryptionMethod::kAes128, kSample);
  add_segment("aes256ctr/pieces_16k", EncryptionMethod::kAes256Ctr, kSample);
}

}  // namespace
}  // namespace playhead::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  playhead::bench::add_all();
  playhead::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.print("scheme", playhead::bench::kRatios) ? 0 : 1;
}
