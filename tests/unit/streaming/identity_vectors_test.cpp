// SPDX-License-Identifier: Apache-2.0
// The HLS vectors of ../shared/media through what plays them: key ring, segment loads, FFmpeg.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "manifest/manifest_parser.h"
#include "streaming/segment_load.h"
#include "unit/decode/decode_rig.h"
#include "unit/streaming/key_world.h"

namespace playhead::test {
namespace {

using nlohmann::json;

const std::string kFolder = std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/media/";
const std::string kBase = "http://cdn.test/";
const std::string kKeyUrl = kBase + "key";

Bytes file_bytes(const std::string& name) {
  std::ifstream file(kFolder + name, std::ios::binary);
  REQUIRE_MESSAGE(file, name);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

std::string sha256_of(const Bytes& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  unsigned char digest[32];
  EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, EVP_sha256(), nullptr);
  std::string out;
  for (const unsigned char byte : digest) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  }
  return out;
}

// Empty, told by name, where the folder is missing.
std::vector<json> vectors() {
  std::ifstream in(kFolder + "manifest.json");
  if (!in) {
    MESSAGE("skipped: ../shared/media/manifest.json is not beside the project");
    return {};
  }
  const json manifest = json::parse(in, nullptr, false);
  REQUIRE(manifest.is_object());
  return manifest.at("vectors").get<std::vector<json>>();
}

json vector_of(const std::string& id) {
  for (const json& vector : vectors()) {
    if (vector.at("id") == id) return vector;
  }
  return {};
}

struct Played {
  std::vector<EncodedSample> samples;
  Bytes bytes;  // of all samples, decrypted
  std::size_t encrypted = 0;
  std::size_t refused = 0;  // encrypted, and not opened
  std::optional<Error> error;
};

// A title on a real executor, with real FFmpeg.
class Title {
 public:
  Title() {
    rig_.run([&] {
      fetcher_ = std::make_unique<ResourceFetcher>(transport, rig_.executor);
      keys_ = std::make_unique<IdentityKeyRing>(*fetcher_, rig_.executor);
      inits_ = std::make_unique<InitCache>();
    });
  }
  ~Title() {
    rig_.run([&] {
      load_.reset();
      handle_.reset();
      inits_.reset();
      keys_.reset();
      fetcher_.reset();
    });
  }

  Played play(const Segment& segment) {
    const auto watched = std::make_shared<Watched<Demuxed>>();
    rig_.run([&] {
      DemuxerCallbacks into = record_into(watched);
      SegmentLoadCallbacks callbacks;
      callbacks.on_streams = std::move(into.on_streams);
      callbacks.on_samples = std::move(into.on_samples);
      callbacks.on_bytes = [](int64_t, MonotonicTime) {};
      callbacks.on_fetched = [](const TransferStats&) {};
      callbacks.on_retry = [](const Error&) {};
      callbacks.on_end = std::move(into.on_end);
      SegmentSources sources;
      sources.segment = segment;
      load_ = std::make_unique<SegmentLoad>(
          SegmentLoad::Context{*fetcher_, *keys_, rig_.backend, rig_.executor, *inits_},
          std::move(sources), Container::kUnknown, std::move(callbacks));
      load_->start();
      load_->demux();
    });
    Demuxed demuxed = watched->wait([](const Demuxed& d) { return d.is_over; });
    rig_.run([&] { load_.reset(); });
    Played out;
    out.error = demuxed.error;
    for (const EncodedSample& sample : demuxed.samples) {
      Bytes bytes(sample.data.view().begin(), sample.data.view().end());
      if (sample.crypto) {
        ++out.encrypted;
        const auto size = keys_->identity_keys()->decrypt(*sample.crypto, bytes);
        out.refused += size ? 0 : 1;
        bytes.resize(size ? *size : 0);
      }
      out.bytes.insert(out.bytes.end(), bytes.begin(), bytes.end());
    }
    out.samples = std::move(demuxed.samples);
    return out;
  }

  // A whole resource, decrypted.
  Result<FetchedResource> fetch(const std::string& url, const std::optional<ByteCipher>& cipher) {
    const auto watched = std::make_shared<Watched<std::optional<Result<FetchedResource>>>>();
    rig_.run([&] {
      Request request;
      request.url = url;
      handle_ = keys_->fetch(std::move(request), cipher, [watched](Result<FetchedResource> r) {
        watched->change([&](auto& value) { value = std::move(r); });
      });
    });
    return *watched->wait([](const auto& value) { return value.has_value(); });
  }

  ScriptedTransport transport;

 private:
  DecodeRig rig_;
  std::unique_ptr<ResourceFetcher> fetcher_;
  std::unique_ptr<IdentityKeyRing> keys_;
  std::unique_ptr<InitCache> inits_;
  std::unique_ptr<SegmentLoad> load_;
  CancelHandle handle_;
};

CipherIv iv_of(const std::string& digits) {
  CipherIv iv{};
  const Bytes bytes = hex_bytes(digits);
  std::copy(bytes.begin(), bytes.end(), iv.begin());
  return iv;
}

SegmentKey key_of(EncryptionMethod method, const std::optional<CipherIv>& iv) {
  SegmentKey key;
  key.method = method;
  key.uri = kKeyUrl;
  key.iv = iv;
  return key;
}

Segment segment_at(const std::string& url, std::optional<SegmentKey> key) {
  Segment segment;
  segment.media.url = url;
  if (key) segment.keys = std::make_shared<const SegmentKeys>(SegmentKeys{*std::move(key)});
  return segment;
}

EncryptionMethod method_of(const std::string& name) {
  if (name == "AES-256") return EncryptionMethod::kAes256;
  if (name == "AES-256-CTR") return EncryptionMethod::kAes256Ctr;
  REQUIRE(name == "AES-128");
  return EncryptionMethod::kAes128;
}

// Of a file, else of its vector.
std::string text_of(const json& vector, const json& file, const char* name) {
  if (file.contains(name) && file[name].is_string()) return file[name];
  if (vector.contains(name)) return vector[name];
  return vector.at("keys").at(0).at(name);
}

uint32_t crc_of(ByteView section) {
  uint32_t crc = 0xffffffff;
  for (const uint8_t byte : section) {
    crc ^= uint32_t{byte} << 24;
    for (int i = 0; i < 8; ++i) crc = crc << 1 ^ ((crc & 0x80000000U) != 0 ? 0x04c11db7U : 0);
  }
  return crc;
}

// Gives the streams of one type in every PMT of a transport stream another type.
void change_type(Bytes& file, uint8_t from, uint8_t to) {
  for (std::size_t at = 0; at + 188 <= file.size(); at += 188) {
    uint8_t* packet = file.data() + at;
    const bool begins = (packet[1] & 0x40) != 0 && (packet[3] & 0x20) == 0;
    const std::size_t section = 5 + std::size_t{packet[4]};
    if (!begins || section + 16 > 188 || packet[section] != 2) continue;
    const std::size_t length = (packet[section + 1] & 0xfU) << 8 | packet[section + 2];
    std::size_t entry = section + 12 + ((packet[section + 10] & 0xfU) << 8 | packet[section + 11]);
    const std::size_t crc = section + 3 + length - 4;
    for (; entry < crc; entry += 5 + ((packet[entry + 3] & 0xfU) << 8 | packet[entry + 4])) {
      if (packet[entry] == from) packet[entry] = to;
    }
    const uint32_t sum = crc_of({packet + section, crc - section});
    for (std::size_t i = 0; i < 4; ++i) packet[crc + i] = static_cast<uint8_t>(sum >> (24 - 8 * i));
  }
}

// Where the bytes of the elementary stream are.
std::vector<std::size_t> payload_of(const Bytes& file, int pid) {
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at + 188 <= file.size(); at += 188) {
    const uint8_t* packet = file.data() + at;
    if (((packet[1] & 0x1f) << 8 | packet[2]) != pid || (packet[3] & 0x10) == 0) continue;
    std::size_t from = 4 + ((packet[3] & 0x20) != 0 ? 1 + std::size_t{packet[4]} : 0);
    if ((packet[1] & 0x40) != 0) from += 9 + std::size_t{packet[from + 8]};
    for (; from < 188; ++from) places.push_back(at + from);
  }
  return places;
}

// A whole frame. The stream of one vector begins with an ID3 tag and ends within a frame.
bool is_ac3(const EncodedSample& sample) {
  const ByteView data = sample.data.view();
  return data.size() % 768 == 0 && data[0] == 0x0b && data[1] == 0x77;
}

// "MPEG-2 Stream Encryption Format for HTTP Live Streaming" §2.3.1.3: 16 bytes of each frame are
// clear, then whole blocks are encrypted.
void encrypt_ac3(Bytes& file, const std::vector<std::size_t>& places,
                 const std::vector<EncodedSample>& frames, const Bytes& key, const CipherIv& iv) {
  std::size_t at = 0;
  for (const EncodedSample& frame : frames) {
    const std::size_t end = at + frame.data.size();
    if (!is_ac3(frame)) {
      at = end;
      continue;
    }
    const std::size_t blocks = (frame.data.size() - 16) / 16 * 16;
    Bytes plain;
    for (std::size_t i = 0; i < blocks; ++i) plain.push_back(file.at(places.at(at + 16 + i)));
    const Bytes secret = encrypt(EVP_aes_128_cbc(), key, iv, plain);
    for (std::size_t i = 0; i < blocks; ++i) file.at(places.at(at + 16 + i)) = secret[i];
    at = end;
  }
}

}  // namespace

TEST_CASE("identity vectors: whole segments, AES-128, AES-256 and AES-256-CTR") {
  std::size_t files = 0;
  for (const json& vector : vectors()) {
    if (vector.at("class") != "encrypted" || vector.at("container") != "file") continue;
    const std::string id = vector.at("id");
    CAPTURE(id);
    const json& expected = vector.at("expected").at("files");
    for (std::size_t n = 0; n < expected.size(); ++n) {
      const json& file = expected[n];
      Title title;
      const std::string url = kBase + "segment";
      title.transport.answers[url] = {200, file_bytes(vector.at("files")[n]), {}};
      std::optional<ByteCipher> cipher;
      if (file.at("method") != "NONE") {
        title.transport.answers[kKeyUrl] = {200, hex_bytes(text_of(vector, file, "key")), {}};
        const CipherIv iv = iv_of(text_of(vector, file, "iv"));
        cipher = ByteCipher{key_of(method_of(file.at("method")), iv), iv};
      }
      const Result<FetchedResource> fetched = title.fetch(url, cipher);
      REQUIRE(fetched);
      const ByteView body = fetched->body.view();
      CHECK(body.size() == file.at("bytes").get<std::size_t>());
      CHECK(sha256_of(Bytes(body.begin(), body.end())) == file.at("sha256").get<std::string>());
      ++files;
    }
  }
  if (!vectors().empty()) CHECK(files == 19);
}

TEST_CASE("identity vectors: SAMPLE-AES in MPEG-TS and packed audio, clear segments in front") {
  std::size_t checked = 0;
  for (const json& vector : vectors()) {
    const std::string container = vector.at("container"), id = vector.at("id");
    if (vector.at("class") != "encrypted" || (container != "ts" && container != "packed")) continue;
    CAPTURE(id);
    Title title;
    title.transport.answers[kKeyUrl] = {200, hex_bytes(vector.at("keys")[0].at("key")), {}};
    const SegmentKey key = key_of(EncryptionMethod::kSampleAes, iv_of(vector.at("iv")));
    Bytes all;
    for (std::size_t n = 0; n < vector.at("files").size(); ++n) {
      CAPTURE(n);
      const std::string url = kBase + std::to_string(n);
      title.transport.answers[url] = {200, file_bytes(vector.at("files")[n]), {}};
      const bool is_clear = n == 0 && vector.value("first_segment_clear", false);
      const Played played =
          title.play(segment_at(url, is_clear ? std::nullopt : std::optional(key)));
      CHECK_FALSE(played.error);
      CHECK(played.encrypted == (is_clear ? 0 : played.samples.size()));
      all.insert(all.end(), played.bytes.begin(), played.bytes.end());
    }
    const json& track = vector.at("expected").at("tracks").at(0);
    CHECK(all.size() == track.at("bytes").get<std::size_t>());
    CHECK(sha256_of(all) == track.at("sha256").get<std::string>());
    CHECK(title.transport.count(kKeyUrl) == 1);
    ++checked;
  }
  if (!vectors().empty()) CHECK(checked == 4);
}

TEST_CASE("identity vectors: SAMPLE-AES of AC-3, in MPEG-TS and packed") {
  struct Case {
    const char* id;
    uint8_t from, to;
    int pid;
  };
  const Case cases[] = {{"clear-ts-ac3", 0x81, 0xc1, 1900}, {"clear-packed-ac3", 0, 0, 0}};
  const Bytes key = hex_bytes("00112233445566778899aabbccddeeff");
  const CipherIv iv{9, 8, 7};
  for (const Case& c : cases) {
    const json vector = vector_of(c.id);
    if (vector.is_null()) return;
    CAPTURE(c.id);
    Title title;
    Bytes file = file_bytes(vector.at("files")[0]);
    title.transport.answers[kKeyUrl] = {200, key, {}};
    title.transport.answers[kBase + "clear"] = {200, file, {}};
    const Played clear = title.play(segment_at(kBase + "clear", std::nullopt));
    REQUIRE_FALSE(clear.samples.empty());
    std::vector<std::size_t> places;
    if (c.pid != 0) {
      places = payload_of(file, c.pid);
      change_type(file, c.from, c.to);
    } else {
      const std::size_t offset = vector.at("expected").at("payload_offset");
      for (std::size_t at = offset; at < file.size(); ++at) places.push_back(at);
    }
    // libavformat may leave out a frame that is cut off at the end.
    encrypt_ac3(file, places, clear.samples, key, iv);
    title.transport.answers[kBase + "secret"] = {200, file, {}};
    const Played opened =
        title.play(segment_at(kBase + "secret", key_of(EncryptionMethod::kSampleAes, iv)));
    CHECK(opened.encrypted == clear.samples.size());
    CHECK(opened.samples.size() == clear.samples.size());
    Bytes frames;
    std::size_t others = 0;
    for (const EncodedSample& sample : clear.samples) {
      const ByteView data = sample.data.view();
      if (is_ac3(sample)) frames.insert(frames.end(), data.begin(), data.end());
      others += is_ac3(sample) ? 0 : 1;
    }
    CHECK(opened.refused == others);
    CHECK(opened.bytes == frames);
  }
}

TEST_CASE("identity vectors: SAMPLE-AES and SAMPLE-AES-CTR in MP4, by the playlist's key") {
  struct Case {
    const char* id;
    EncryptionMethod method;
  };
  const Case cases[] = {{"cbcs-video", EncryptionMethod::kSampleAes},
                        {"cbcs-audio", EncryptionMethod::kSampleAes},
                        {"cenc-av-clearlead-video", EncryptionMethod::kSampleAesCtr},
                        {"cenc-av-clearlead-audio", EncryptionMethod::kSampleAesCtr}};
  for (const Case& c : cases) {
    const json vector = vector_of(c.id);
    if (vector.is_null()) return;
    CAPTURE(c.id);
    Title title;
    title.transport.answers[kKeyUrl] = {200, hex_bytes(vector.at("keys")[0].at("key")), {}};
    title.transport.answers[kBase] = {200, file_bytes(vector.at("files")[0]), {}};
    const Played played = title.play(segment_at(kBase, key_of(c.method, std::nullopt)));
    CHECK_FALSE(played.error);
    const json& track = vector.at("expected").at("tracks").at(0);
    CHECK(played.samples.size() == track.at("samples").get<std::size_t>());
    CHECK(played.encrypted == track.at("encrypted_samples").get<std::size_t>());
    CHECK(sha256_of(played.bytes) == track.at("sha256").get<std::string>());
    for (const EncodedSample& sample : played.samples) {
      if (sample.crypto) CHECK(sample.crypto->kid == identity_key_id(kKeyUrl));
    }
  }
}

TEST_CASE("identity vectors: playlists are played as their clear counterparts") {
  struct Case {
    const char* id;
    const char* playlist;
  };
  const Case cases[] = {{"hls-aes128-explicit-iv", "explicit_iv.m3u8"},
                        {"hls-aes128-sequence-iv", "sequence_iv.m3u8"},
                        {"hls-aes128-rotation-none", "rotation.m3u8"}};
  for (const Case& c : cases) {
    const json vector = vector_of(c.id);
    if (vector.is_null()) return;
    CAPTURE(c.id);
    Title title;
    const std::string folder = "derived/hls-aes128/";
    for (const std::string name : {"k1.key", "k2.key"}) {
      title.transport.answers[kBase + name] = {200, file_bytes(folder + name), {}};
    }
    const auto parsed =
        parse_manifest(SharedBytes(file_bytes(folder + c.playlist)), kBase + c.playlist);
    REQUIRE(parsed);
    const AdaptationSet& set = parsed->periods.at(0).adaptation_sets.at(0);
    CHECK_FALSE(set.is_encrypted);
    const SegmentIndex& segments = *set.representations.at(0).segments;
    REQUIRE(segments.size() == 3);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      CAPTURE(i);
      const Segment segment = segments.at(i);
      const std::string name = segment.media.url.substr(kBase.size());
      title.transport.answers[segment.media.url] = {200, file_bytes(folder + name), {}};
      const Played opened = title.play(segment);
      CHECK_FALSE(opened.error);
      title.transport.answers[kBase + "clear"] = {
          200, file_bytes(vector.at("expected").at("clear_files")[i]), {}};
      const Played clear = title.play(segment_at(kBase + "clear", std::nullopt));
      CHECK(opened.samples.size() == clear.samples.size());
      CHECK(opened.bytes == clear.bytes);
    }
    CHECK(title.transport.count(kBase + "k1.key") == 1);
  }
}

TEST_CASE("identity vectors: what cannot be opened is said, and is no picture") {
  const json vector = vector_of("sample-aes-ts-video");
  const json whole = vector_of("hls-aes128-explicit-iv");
  if (vector.is_null()) return;
  struct Case {
    const char* name;
    json source;
    std::size_t file;
    std::optional<EncryptionMethod> method;
    ErrorCode code;
  };
  const Case cases[] = {
      {"encrypted streams, and the playlist has no key", vector, 1, {}, ErrorCode::kDrmNoSystem},
      {"a wrong key for a whole segment", whole, 0, EncryptionMethod::kAes128,
       ErrorCode::kDrmWrongKey},
      {"an encrypted segment, and the playlist has no key",
       whole,
       0,
       {},
       ErrorCode::kContainerUnsupported},
      {"samples encrypted, the playlist says segments", vector, 1, EncryptionMethod::kAes128,
       ErrorCode::kContainerSyntax}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Title title;
    title.transport.answers[kKeyUrl] = {200, Bytes(16, 7), {}};
    title.transport.answers[kBase] = {200, file_bytes(c.source.at("files")[c.file]), {}};
    std::optional<SegmentKey> key;
    if (c.method) key = key_of(*c.method, CipherIv{});
    const Played played = title.play(segment_at(kBase, key));
    CHECK(played.samples.empty());
    REQUIRE(played.error);
    CHECK(error_name(played.error->code) == error_name(c.code));
  }
}

}  // namespace playhead::test
