// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "cipher_reference.h"
#include "elementary_reader.h"
#include "fragment_reader.h"
#include "sample_aes.h"
#include "sample_cipher.h"
#include "segment_cipher.h"

// Published encrypted media with its published test keys, decrypted to the hashes of
// ../shared/media/manifest.json: whole segments, SAMPLE-AES in transport streams and in packed
// audio, Common Encryption.
namespace playhead {
namespace {

using nlohmann::json;
using reference::Bytes;
using reference::to_hex;

const std::string kFolder = std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/media/";

Bytes read_file(const std::string& name) {
  std::ifstream file(kFolder + name, std::ios::binary);
  REQUIRE_MESSAGE(file, name);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

std::string sha256(ByteView bytes) {
  Bytes digest(32);
  REQUIRE(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) ==
          1);
  return to_hex(digest);
}

// The encrypted vectors of one kind of container; none, told by name, where the folder is missing.
std::vector<json> vectors_of(const std::string& container) {
  std::vector<json> found;
  std::ifstream in(kFolder + "manifest.json");
  if (!in) {
    MESSAGE("skipped: ../shared/media/manifest.json is not beside the project");
    return found;
  }
  const json manifest = json::parse(in, nullptr, false);
  REQUIRE(manifest.is_object());
  for (const json& vector : manifest.at("vectors")) {
    if (vector.at("class") == "encrypted" && vector.at("container") == container) {
      found.push_back(vector);
    }
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

// Of a file, or of all files of its vector.
std::string text_of(const json& vector, const json& file, const char* name) {
  if (file.contains(name) && file[name].is_string()) return file[name];
  if (vector.contains(name)) return vector[name];
  return vector.at("keys").at(0).at(name);
}

EncryptionMethod method_of(const std::string& name) {
  if (name == "AES-256") return EncryptionMethod::kAes256;
  if (name == "AES-256-CTR") return EncryptionMethod::kAes256Ctr;
  REQUIRE(name == "AES-128");
  return EncryptionMethod::kAes128;
}

Bytes decrypt_segment(SegmentCipher& cipher, const Bytes& segment) {
  Bytes plain;
  // As a network brings them: pieces that are no multiple of anything.
  constexpr std::size_t kPiece = 1427;
  for (std::size_t at = 0; at < segment.size(); at += kPiece) {
    const auto out =
        cipher.update(ByteView(segment).subspan(at, std::min(kPiece, segment.size() - at)));
    REQUIRE(out);
    plain.insert(plain.end(), out->begin(), out->end());
  }
  const auto rest = cipher.finish();
  REQUIRE(rest);
  plain.insert(plain.end(), rest->begin(), rest->end());
  return plain;
}

TEST_CASE("media vectors: whole segments of AES-128, AES-256 and AES-256-CTR") {
  int files = 0;
  for (const json& vector : vectors_of("file")) {
    const std::string id = vector.at("id");
    CAPTURE(id);
    const json& expected = vector.at("expected").at("files");
    REQUIRE(expected.size() == vector.at("files").size());
    for (std::size_t n = 0; n < expected.size(); ++n) {
      const json& file = expected[n];
      const std::string name = vector.at("files")[n];
      CAPTURE(name);
      REQUIRE(name.ends_with(file.at("file").get<std::string>()));
      Bytes bytes = read_file(name);
      if (file.at("method") != "NONE") {
        auto cipher = SegmentCipher::make(method_of(file.at("method")),
                                          reference::from_hex(text_of(vector, file, "key")),
                                          reference::iv_from_hex(text_of(vector, file, "iv")));
        REQUIRE(cipher);
        bytes = decrypt_segment(*cipher, bytes);
      }
      CHECK(bytes.size() == file.at("bytes").get<std::size_t>());
      CHECK(sha256(bytes) == file.at("sha256").get<std::string>());
      ++files;
    }
  }
  MESSAGE(files << " files");
}

// What the PMT calls encrypted; none: clear.
std::optional<SampleScheme> scheme_of(uint8_t stream_type) {
  switch (stream_type) {
    case 0xDB:
      return SampleScheme::kHlsAvc;
    case 0xCF:
      return SampleScheme::kHlsAac;
    case 0xC1:
    case 0xC2:
      return SampleScheme::kHlsAc3;
    default:
      return std::nullopt;
  }
}

struct Opener {
  explicit Opener(const json& vector) {
    auto made = SampleAesDecryptor::make(
        reference::from_hex(vector.at("keys").at(0).at("key").get<std::string>()));
    REQUIRE(made);
    decryptor.emplace(*std::move(made));
    info.iv = reference::iv_from_hex(vector.at("iv").get<std::string>());
  }

  void open(SampleScheme scheme, Bytes& sample) {
    info.scheme = scheme;
    const auto length = decryptor->decrypt(info, sample);
    if (!length) FAIL(length.error().context);
    sample.resize(*length);
  }

  CryptoInfo info;
  std::optional<SampleAesDecryptor> decryptor;
};

void check_track(const json& vector, const Bytes& plain) {
  const json& track = vector.at("expected").at("tracks").at(0);
  CHECK(plain.size() == track.at("bytes").get<std::size_t>());
  CHECK(sha256(plain) == track.at("sha256").get<std::string>());
}

TEST_CASE("media vectors: SAMPLE-AES in transport streams") {
  for (const json& vector : vectors_of("ts")) {
    const std::string id = vector.at("id");
    CAPTURE(id);
    Opener opener(vector);
    Bytes plain;
    std::size_t encrypted_files = 0;
    for (const std::string name : vector.at("files")) {
      CAPTURE(name);
      auto stream = reference::read_transport_stream(read_file(name));
      CHECK(stream.pid == vector.at("expected").at("tracks").at(0).at("pid").get<int>());
      const auto scheme = scheme_of(stream.stream_type);
      encrypted_files += scheme ? 1 : 0;
      for (Bytes& payload : stream.payloads) {
        if (scheme) opener.open(*scheme, payload);
        plain.insert(plain.end(), payload.begin(), payload.end());
      }
    }
    CHECK(encrypted_files == vector.at("files").size() - 1);  // the first is clear
    check_track(vector, plain);
  }
}

TEST_CASE("media vectors: SAMPLE-AES in packed audio") {
  for (const json& vector : vectors_of("packed")) {
    const std::string id = vector.at("id");
    CAPTURE(id);
    Opener opener(vector);
    Bytes plain;
    for (std::size_t n = 0; n < vector.at("files").size(); ++n) {
      const Bytes file = read_file(vector.at("files")[n]);
      const ByteView frames = reference::skip_id3(file);
      Bytes sample(frames.begin(), frames.end());
      const bool is_clear = n == 0 && vector.value("first_segment_clear", false);
      if (!is_clear) opener.open(SampleScheme::kHlsAac, sample);
      plain.insert(plain.end(), sample.begin(), sample.end());
    }
    check_track(vector, plain);
  }
}

// The files of one track whose `senc` tells all; sample groups, PIFF and the rest of MP4 are the
// demuxer's to read.
constexpr const char* kFragmented[] = {"cenc-av-clearlead-audio",
                                       "cenc-av-clearlead-video",
                                       "cens-audio",
                                       "cens-video",
                                       "cbc1-audio",
                                       "cbc1-video",
                                       "cbcs-audio",
                                       "cbcs-video",
                                       "cenc-senc-video",
                                       "cenc-opus",
                                       "cenc-vp9",
                                       "cenc-hevc",
                                       "cenc-multidrm-audio"};

const json* find(const std::vector<json>& vectors, const std::string& id) {
  const auto found = std::find_if(vectors.begin(), vectors.end(),
                                  [&id](const json& vector) { return vector.at("id") == id; });
  return found != vectors.end() ? &*found : nullptr;
}

TEST_CASE("media vectors: Common Encryption in fragmented MP4") {
  const std::vector<json> vectors = vectors_of("mp4");
  if (vectors.empty()) return;
  for (const std::string id : kFragmented) {
    CAPTURE(id);
    const json* vector = find(vectors, id);
    REQUIRE(vector != nullptr);
    auto cipher = SampleCipher::make(
        reference::from_hex(vector->at("keys").at(0).at("key").get<std::string>()));
    REQUIRE(cipher);
    Bytes file;
    for (const std::string name : vector->at("files")) {
      const Bytes part = read_file(name);
      file.insert(file.end(), part.begin(), part.end());
    }
    Bytes plain;
    int encrypted = 0;
    for (reference::FragmentSample& sample : reference::read_fragments(file)) {
      if (sample.crypto) {
        const auto length = cipher->decrypt(*sample.crypto, sample.data);
        if (!length) FAIL(length.error().context);
        CHECK(*length == sample.data.size());
        ++encrypted;
      }
      plain.insert(plain.end(), sample.data.begin(), sample.data.end());
    }
    CHECK(encrypted ==
          vector->at("expected").at("tracks").at(0).at("encrypted_samples").get<int>());
    check_track(*vector, plain);
  }
}

}  // namespace
}  // namespace playhead
