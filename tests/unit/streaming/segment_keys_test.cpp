// SPDX-License-Identifier: Apache-2.0
#include "streaming/segment_keys.h"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "streaming/segment_load.h"
#include "support/virtual_executor.h"
#include "unit/streaming/key_world.h"

namespace playhead::test {
namespace {

const std::string kUrl = "http://cdn.test/k1.key";
const std::string kMedia = "http://cdn.test/s.ts", kInit = "http://cdn.test/init.mp4";
const Bytes kKey = hex_bytes("00112233445566778899aabbccddeeff");
const Bytes kLongKey =
    hex_bytes("00112233445566778899aabbccddeeff0f0e0d0c0b0a09080706050403020100");

SegmentKey key_of(EncryptionMethod method, const std::string& uri = kUrl) {
  SegmentKey key;
  key.method = method;
  key.uri = uri;
  return key;
}

std::shared_ptr<const SegmentKeys> keys_of(SegmentKey key) {
  return std::make_shared<const SegmentKeys>(SegmentKeys{std::move(key)});
}

std::string name_of(const Result<void>& result) {
  return result ? "usable" : std::string(error_name(result.error().code));
}

// What its demuxer gets: kept, and delivered as one sample at the end.
class EchoBackend final : public MediaBackend {
 public:
  struct Seen {
    Bytes bytes;
    std::vector<std::size_t> pieces;
    std::optional<SegmentProtection> protection;
    std::optional<Error> refusal;  // answered instead of the sample
  };
  Seen seen;

  class Demuxer final : public SegmentDemuxer {
   public:
    Demuxer(Seen& seen, Executor& executor, DemuxerCallbacks callbacks)
        : seen_(seen), executor_(executor), callbacks_(std::move(callbacks)) {}
    void append(SharedBytes bytes) override {
      seen_.bytes.insert(seen_.bytes.end(), bytes.view().begin(), bytes.view().end());
      seen_.pieces.push_back(bytes.size());
    }
    void finish() override {
      task_ = executor_.post_at(executor_.now(), [this] {
        if (seen_.refusal) return callbacks_.on_end(*seen_.refusal);
        callbacks_.on_streams({});
        callbacks_.on_samples({EncodedSample{}});
        callbacks_.on_end({});
      });
    }

   private:
    Seen& seen_;
    Executor& executor_;
    DemuxerCallbacks callbacks_;
    CancelHandle task_;
  };

  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override {
    seen.protection = input.protection;
    return std::make_unique<Demuxer>(seen, executor, std::move(callbacks));
  }
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(const StreamInfo&,
                                                           std::shared_ptr<SampleDecryptor>,
                                                           Executor&,
                                                           VideoDecoderCallbacks) override {
    return make_error(ErrorCode::kCodecUnsupported, "no decoder");
  }
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(const StreamInfo&, AudioFormat,
                                                           std::shared_ptr<SampleDecryptor>,
                                                           Executor&,
                                                           AudioDecoderCallbacks) override {
    return make_error(ErrorCode::kCodecUnsupported, "no decoder");
  }
  [[nodiscard]] bool supports(const std::string&) const override { return true; }
};

struct World {
  VirtualExecutor executor;
  ScriptedTransport transport;
  ResourceFetcher fetcher{transport, executor};
  IdentityKeyRing keys{fetcher, executor};
  EchoBackend backend;
  InitCache inits;
  std::size_t samples = 0;
  std::optional<Result<void>> end;
  std::unique_ptr<SegmentLoad> load;

  Result<void> wait(const SegmentKey& key) {
    std::optional<Result<void>> told;
    const CancelHandle handle = keys.wait(key, {}, [&](Result<void> r) { told = std::move(r); });
    CHECK_FALSE(told);  // never inside the call
    executor.run_for(120s);
    REQUIRE(told);
    return *told;
  }
  void start(Segment segment) {
    backend.seen = {};
    end.reset();
    samples = 0;
    SegmentLoadCallbacks callbacks;
    callbacks.on_streams = [](const std::vector<StreamInfo>&) {};
    callbacks.on_samples = [this](const std::vector<EncodedSample>& s) { samples += s.size(); };
    callbacks.on_bytes = [](int64_t, MonotonicTime) {};
    callbacks.on_fetched = [](const TransferStats&) {};
    callbacks.on_retry = [](const Error&) {};
    callbacks.on_end = [this](Result<void> result) { end = std::move(result); };
    SegmentSources sources;
    sources.segment = std::move(segment);
    load =
        std::make_unique<SegmentLoad>(SegmentLoad::Context{fetcher, keys, backend, executor, inits},
                                      std::move(sources), Container::kMpegTs, std::move(callbacks));
    load->start();
    load->demux();
  }
  // How it ends.
  std::string run(Segment segment) {
    start(std::move(segment));
    executor.run_for(120s);
    return end ? name_of(*end) : "nothing";
  }
};

Bytes plain_media() {
  Bytes out;
  for (int i = 0; i < 10'007; ++i) out.push_back(static_cast<uint8_t>(i * 7 + i / 251));
  return out;
}

Segment segment_of(SegmentKey key, uint64_t number = 9) {
  Segment segment;
  segment.number = number;
  segment.media.url = kMedia;
  segment.keys = keys_of(std::move(key));
  return segment;
}

const CipherIv kIv{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

}  // namespace

TEST_CASE("segment keys: what a key's URI answers, and what that means") {
  using Method = EncryptionMethod;
  const std::string data = "data:text/plain;base64,";
  struct Case {
    const char* name;
    Method method;
    std::string uri;
    int status;
    Bytes body;
    const char* expected;
    std::size_t requests;
  };
  const Case cases[] = {
      {"a key", Method::kAes128, kUrl, 200, kKey, "usable", 1},
      {"a key for samples", Method::kSampleAes, kUrl, 200, kKey, "usable", 1},
      {"a long key", Method::kAes256, kUrl, 200, kLongKey, "usable", 1},
      {"not there", Method::kAes128, kUrl, 404, {}, "DRM_NO_KEY", 1},
      {"gone", Method::kAes128, kUrl, 410, {}, "DRM_NO_KEY", 1},
      {"forbidden", Method::kAes128, kUrl, 403, {}, "DRM_LICENSE_REFUSED", 1},
      {"not known", Method::kAes128, kUrl, 401, {}, "DRM_LICENSE_REFUSED", 1},
      {"a teapot", Method::kAes128, kUrl, 418, {}, "DRM_LICENSE_REFUSED", 1},
      {"15 bytes", Method::kAes128, kUrl, 200, Bytes(15), "DRM_LICENSE", 1},
      {"nothing", Method::kAes128, kUrl, 200, {}, "DRM_LICENSE", 1},
      {"a long key for AES-128", Method::kAes128, kUrl, 200, kLongKey, "DRM_LICENSE", 1},
      {"a short key for AES-256", Method::kAes256Gcm, kUrl, 200, kKey, "DRM_LICENSE", 1},
      {"a page", Method::kAes128, kUrl, 200, Bytes(5000, '<'), "DRM_LICENSE", 1},
      {"a short page", Method::kAes128, kUrl, 200, bytes_of("<html></html>"), "DRM_LICENSE", 1},
      {"FairPlay's", Method::kSampleAes, "skd://asset", 200, kKey, "DRM_NO_SYSTEM", 0},
      {"no URI", Method::kAes128, "", 200, kKey, "DRM_INIT_DATA", 0},
      {"inside the playlist",
       Method::kAes128,
       data + "ABEiM0RVZneImaq7zN3u/w==",
       0,
       {},
       "usable",
       0},
      {"inside, cut off", Method::kAes128, data + "ABEiM0RVZneImaq7zN3u", 0, {}, "DRM_LICENSE", 0},
      {"inside, no base64", Method::kAes128, data + "!", 0, {}, "DRM_LICENSE", 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    world.transport.answers[kUrl] = {c.status, c.body, {}};
    const SegmentKey key = key_of(c.method, c.uri);
    const Result<void> result = world.wait(key);
    CHECK(name_of(result) == c.expected);
    CHECK(world.transport.requests.size() == c.requests);
    const KeyId kid = identity_key_id(c.uri);
    const IdentityKeys& keys = *world.keys.identity_keys();
    CHECK(keys.knows(kid));
    CHECK((keys.status(kid) == KeyStatus::kUsable) == static_cast<bool>(result));
    CHECK(keys.failure(kid).has_value() == !result);
  }
}

TEST_CASE("segment keys: a service that is down is asked again, then told as such") {
  World world;
  world.transport.answers[kUrl] = {503, {}, {}};
  CHECK(name_of(world.wait(key_of(EncryptionMethod::kAes128))) == "DRM_LICENSE_UNREACHABLE");
  CHECK(world.transport.requests.size() > 2);
  world.transport.answers[kUrl] = {200, kKey, {}};
  CHECK(name_of(world.wait(key_of(EncryptionMethod::kAes128))) == "usable");
}

TEST_CASE("segment keys: each is fetched once, whoever waits, and again after it failed") {
  World world;
  world.transport.answers[kUrl] = {404, {}, 1s};
  const SegmentKey key = key_of(EncryptionMethod::kAes128);
  int told = 0;
  std::vector<CancelHandle> handles;
  for (int i = 0; i < 3; ++i) {
    handles.push_back(world.keys.wait(key, {}, [&](const Result<void>&) { ++told; }));
  }
  handles.pop_back();
  CHECK(world.keys.identity_keys()->status(identity_key_id(kUrl)) == KeyStatus::kPending);
  world.executor.run_for(10s);
  CHECK(told == 2);
  CHECK(world.transport.requests.size() == 1);
  world.keys.prefetch(key);  // failed: nobody needs it yet
  world.executor.run_for(10s);
  CHECK(world.transport.requests.size() == 1);
  world.transport.answers[kUrl] = {200, kKey, {}};
  CHECK(world.wait(key));
  CHECK(world.wait(key));
  CHECK(world.transport.requests.size() == 2);
}

TEST_CASE("segment keys: so many are kept, those wanted last") {
  World world;
  std::vector<std::string> uris;
  for (std::size_t i = 0; i < IdentityKeyRing::kMaxKeys + 5; ++i) {
    std::string text = std::to_string(1'000'000 + i);
    uris.push_back("data:,123456789" + text);
    REQUIRE(uris.back().size() == 6 + 16);
    world.keys.prefetch(key_of(EncryptionMethod::kAes128, uris.back()));
  }
  const IdentityKeys& keys = *world.keys.identity_keys();
  CHECK_FALSE(keys.knows(identity_key_id(uris[4])));
  CHECK(keys.status(identity_key_id(uris[5])) == KeyStatus::kUsable);
  CHECK(keys.status(identity_key_id(uris.back())) == KeyStatus::kUsable);
}

TEST_CASE("segment load: whole segments of every method open as they come") {
  struct Case {
    const char* name;
    EncryptionMethod method;
    const EVP_CIPHER* cipher;
    bool has_iv;
    bool waits_for_end;
  };
  using Method = EncryptionMethod;
  const Case cases[] = {{"AES-128", Method::kAes128, EVP_aes_128_cbc(), true, false},
                        {"AES-128 by number", Method::kAes128, EVP_aes_128_cbc(), false, false},
                        {"AES-256", Method::kAes256, EVP_aes_256_cbc(), true, false},
                        {"AES-256-CTR", Method::kAes256Ctr, EVP_aes_256_ctr(), false, false},
                        {"AES-256-GCM", Method::kAes256Gcm, EVP_aes_256_gcm(), true, true}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    const Bytes plain = plain_media();
    const bool is_gcm = c.method == Method::kAes256Gcm;
    const Bytes& key = c.method == Method::kAes128 ? kKey : kLongKey;
    const CipherIv by_number{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 9};
    const CipherIv iv = c.has_iv ? kIv : by_number;
    world.transport.answers[kUrl] = {200, key, {}};
    world.transport.answers[kMedia] = {200, encrypt(c.cipher, key, iv, plain, is_gcm), {}};
    SegmentKey described = key_of(c.method);
    if (c.has_iv) described.iv = kIv;
    CHECK(world.run(segment_of(described, 0x2'0000'0009)) == "usable");
    CHECK(world.backend.seen.bytes == plain);
    CHECK((world.backend.seen.pieces.size() == 1) == c.waits_for_end);
    CHECK_FALSE(world.backend.seen.protection);
    CHECK(world.samples == 1);
  }
}

TEST_CASE("segment load: bytes wait for their key, and are asked for beside it") {
  World world;
  const Bytes plain = plain_media();
  world.transport.answers[kUrl] = {200, kKey, 3s};
  world.transport.answers[kMedia] = {200, encrypt(EVP_aes_128_cbc(), kKey, kIv, plain), {}};
  SegmentKey key = key_of(EncryptionMethod::kAes128);
  key.iv = kIv;
  world.start(segment_of(key));
  world.executor.run_for(2s);
  CHECK(world.transport.requests.size() == 2);
  CHECK(world.load->is_fetched());
  CHECK(world.backend.seen.bytes.empty());
  world.executor.run_for(2s);
  CHECK(world.backend.seen.bytes == plain);
  REQUIRE(world.end);
  CHECK(*world.end);
}

TEST_CASE("segment load: keys and segments that do not fit end in typed errors") {
  const Bytes plain = plain_media();
  const Bytes good = encrypt(EVP_aes_128_cbc(), kKey, kIv, plain);
  const auto cut = [&](std::size_t by) {
    return Bytes(good.begin(), good.end() - std::ptrdiff_t(by));
  };
  struct Case {
    const char* name;
    int key_status;
    Bytes key;
    Bytes media;
    const char* expected;
  };
  const Case cases[] = {{"all is well", 200, kKey, good, "usable"},
                        {"another key", 200, Bytes(16, 3), good, "DRM_WRONG_KEY"},
                        {"the key is not there", 404, {}, good, "DRM_NO_KEY"},
                        {"the key is refused", 403, {}, good, "DRM_LICENSE_REFUSED"},
                        {"the key is a page", 200, Bytes(300, '<'), good, "DRM_LICENSE"},
                        {"cut within a block", 200, kKey, cut(5), "CONTAINER_SYNTAX"},
                        {"cut between blocks", 200, kKey, cut(16), "DRM_WRONG_KEY"},
                        {"empty", 200, kKey, {}, "CONTAINER_SYNTAX"},
                        {"clear", 200, kKey, plain, "CONTAINER_SYNTAX"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    world.transport.answers[kUrl] = {c.key_status, c.key, {}};
    world.transport.answers[kMedia] = {200, c.media, {}};
    SegmentKey key = key_of(EncryptionMethod::kAes128);
    key.iv = kIv;
    CHECK(world.run(segment_of(key)) == c.expected);
  }
  // The demuxer is the first to notice.
  World world;
  world.transport.answers[kUrl] = {200, kLongKey, {}};
  world.transport.answers[kMedia] = {200, plain, {}};
  SegmentKey key = key_of(EncryptionMethod::kAes256Ctr);
  world.start(segment_of(key));
  world.backend.seen.refusal = make_error(ErrorCode::kContainerUnsupported, "garbage");
  world.executor.run_for(1s);
  CHECK(name_of(*world.end) == "DRM_WRONG_KEY");
}

TEST_CASE("segment load: an IV that is no number of 128 bits is said so, not replaced by a guess") {
  for (const auto method : {EncryptionMethod::kAes128, EncryptionMethod::kSampleAes}) {
    World world;
    world.transport.answers[kUrl] = {200, kKey, {}};
    world.transport.answers[kMedia] = {200, plain_media(), {}};
    SegmentKey key = key_of(method);
    key.has_bad_iv = true;
    CHECK(world.run(segment_of(key)) == "DRM_INIT_DATA");
    CHECK(world.samples == 0);
    // The key itself is as good as before.
    key.has_bad_iv = false;
    CHECK(world.wait(key));
  }
}

TEST_CASE("segment load: of keys of other formats none is fetched") {
  World world;
  world.transport.answers[kMedia] = {200, plain_media(), {}};
  SegmentKey key = key_of(EncryptionMethod::kAes128);
  key.key_format = "com.example";
  CHECK(world.run(segment_of(key)) == "DRM_NO_SYSTEM");
  // Beside an identity key they are no matter.
  const Bytes plain = plain_media();
  world.transport.answers[kUrl] = {200, kKey, {}};
  world.transport.answers[kMedia] = {200, encrypt(EVP_aes_128_cbc(), kKey, kIv, plain), {}};
  Segment segment = segment_of(key);
  SegmentKey identity = key_of(EncryptionMethod::kAes128);
  identity.iv = kIv;
  key.uri = "skd://asset";
  segment.keys = std::make_shared<const SegmentKeys>(SegmentKeys{key, identity});
  CHECK(world.run(segment) == "usable");
  CHECK(world.backend.seen.bytes == plain);
  // What encrypts samples for a DRM system goes on as it is.
  key.method = EncryptionMethod::kSampleAes;
  CHECK(world.run(segment_of(key)) == "usable");
  CHECK_FALSE(world.backend.seen.protection);
}

TEST_CASE("segment load: samples do not wait for their key, the end of the segment does") {
  World world;
  const Bytes plain = plain_media();
  world.transport.answers[kUrl] = {200, kKey, 3s};
  world.transport.answers[kMedia] = {200, plain, {}};
  world.start(segment_of(key_of(EncryptionMethod::kSampleAes), 0x0102));
  world.executor.run_for(2s);
  CHECK(world.backend.seen.bytes == plain);
  CHECK(world.samples == 1);
  CHECK_FALSE(world.end);
  REQUIRE(world.backend.seen.protection);
  CHECK(world.backend.seen.protection->kid == identity_key_id(kUrl));
  CHECK(world.backend.seen.protection->iv ==
        CipherIv{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2});
  world.executor.run_for(2s);
  REQUIRE(world.end);
  CHECK(*world.end);
  world.transport.answers["http://cdn.test/other"] = {403, {}, 1s};
  CHECK(world.run(segment_of(key_of(EncryptionMethod::kSampleAes, "http://cdn.test/other"))) ==
        "DRM_LICENSE_REFUSED");
}

TEST_CASE("segment load: init segments are opened by their own key and vector, once") {
  const Bytes box = bytes_of(std::string("\0\0\0\x10", 4) + "ftypiso6\0\0\0\1");
  const Bytes plain = plain_media();
  struct Case {
    const char* name;
    bool has_iv;
    bool is_clear;
    const char* expected;
  };
  const Case cases[] = {{"encrypted", true, false, "usable"},
                        {"without a vector", false, false, "DRM_INIT_DATA"},
                        {"without a vector, and clear after all", false, true, "usable"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    World world;
    world.transport.answers[kUrl] = {200, kKey, {}};
    const std::string other = "http://cdn.test/k2.key";
    world.transport.answers[other] = {200, Bytes(16, 5), {}};
    world.transport.answers[kInit] = {
        200, c.is_clear ? box : encrypt(EVP_aes_128_cbc(), kKey, kIv, box), {}};
    world.transport.answers[kMedia] = {
        200, encrypt(EVP_aes_128_cbc(), Bytes(16, 5), kIv, plain), {}};
    SegmentKey key = key_of(EncryptionMethod::kAes128, other), init_key = key_of(key.method);
    key.iv = kIv;
    if (c.has_iv) init_key.iv = kIv;
    Segment segment = segment_of(key);
    segment.init = std::make_shared<const ResourceLocation>(ResourceLocation{kInit, {}});
    segment.init_keys = keys_of(init_key);
    Bytes expected = box;
    expected.insert(expected.end(), plain.begin(), plain.end());
    for (int i = 0; i < 2; ++i) {
      CHECK(world.run(segment) == c.expected);
      if (std::string(c.expected) == "usable") CHECK(world.backend.seen.bytes == expected);
    }
    if (!c.has_iv) continue;
    CHECK(world.transport.count(kInit) == 1);
    CHECK(world.transport.count(kUrl) == 1);
    // Another vector is another init segment.
    segment.init_keys = keys_of(key_of(key.method));
    world.run(segment);
    CHECK(world.transport.count(kInit) == 2);
  }
}

TEST_CASE("segment load: clear and encrypted segments follow each other, keys change") {
  World world;
  const Bytes plain = plain_media();
  const std::string other = "http://cdn.test/k2.key";
  world.transport.answers[kUrl] = {200, kKey, {}};
  world.transport.answers[other] = {200, Bytes(16, 5), {}};
  SegmentKey first = key_of(EncryptionMethod::kAes128);
  first.iv = kIv;
  SegmentKey second = key_of(EncryptionMethod::kAes128, other);
  second.iv = kIv;
  Segment clear = segment_of(first);
  clear.keys = nullptr;
  const std::vector<std::pair<Segment, Bytes>> segments = {
      {segment_of(first), encrypt(EVP_aes_128_cbc(), kKey, kIv, plain)},
      {clear, plain},
      {segment_of(second), encrypt(EVP_aes_128_cbc(), Bytes(16, 5), kIv, plain)},
      {segment_of(first), encrypt(EVP_aes_128_cbc(), kKey, kIv, plain)}};
  for (const auto& [segment, bytes] : segments) {
    world.transport.answers[kMedia] = {200, bytes, {}};
    CHECK(world.run(segment) == "usable");
    CHECK(world.backend.seen.bytes == plain);
  }
  CHECK(world.transport.count(kUrl) == 1);
  CHECK(world.transport.count(other) == 1);
}

}  // namespace playhead::test
