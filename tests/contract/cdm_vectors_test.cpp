// SPDX-License-Identifier: Apache-2.0
// Published encrypted media through the Clear Key module, beside the built-in system: the same
// bytes. Which vectors there are is for tests/unit/drm/media_vectors_test.cpp to know.
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "cipher_reference.h"
#include "contract/clear_key_rig.h"
#include "contract/drm_world.h"
#include "elementary_reader.h"
#include "fragment_reader.h"
#include "playhead/drm/cdm_module.h"

namespace playhead::test {
namespace {

using nlohmann::json;
using reference::Bytes;

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
  return reference::to_hex(digest);
}

// A system with a licence for the first key of a vector.
class Opener {
 public:
  Opener(std::unique_ptr<DrmSystem> system, const json& key) : system_(std::move(system)) {
    const Bytes value = reference::from_hex(key.at("key").get<std::string>());
    Bytes kid(16);  // of media that does not name its key
    if (key.at("kid").is_string()) kid = reference::from_hex(key.at("kid").get<std::string>());
    auto opened = system_->open_session(SessionKind::kTemporary, executor_, told_);
    REQUIRE(opened.has_value());
    session_ = *std::move(opened);
    const std::string id = drm::to_base64url(kid);
    const std::string init = "{\"kids\":[\"" + id + "\"]}";
    REQUIRE(session_->request({InitDataType::kKeyIds, bytes_of(init)}).has_value());
    const std::string license = "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"" + id + "\",\"k\":\"" +
                                drm::to_base64url(value) + "\"}],\"type\":\"temporary\"}";
    bool is_done = false;
    session_->update(bytes_of(license),
                     [&](const Result<void>& result) { is_done = result.has_value(); });
    executor_.run_ready();
    REQUIRE(is_done);
    decryptor_ = system_->decryptor();
  }
  void open(const CryptoInfo& info, Bytes& sample) {
    const auto size = decryptor_->decrypt(info, sample);
    if (!size) FAIL(size.error().context);
    sample.resize(*size);
  }

 private:
  VirtualExecutor executor_;
  DrmRecorder told_;
  std::unique_ptr<DrmSystem> system_;
  std::unique_ptr<DrmSession> session_;
  std::shared_ptr<SampleDecryptor> decryptor_;
};

// Both ways, to compare.
struct Pair {
  explicit Pair(const json& vector)
      : built_in(BuiltIn::make(nullptr), vector.at("keys").at(0)),
        loaded(*load_cdm_module(PLAYHEAD_CLEARKEY_MODULE, {}), vector.at("keys").at(0)) {}
  void open(const CryptoInfo& info, Bytes& sample) {
    Bytes directly = sample;
    built_in.open(info, directly);
    loaded.open(info, sample);
    REQUIRE(sample == directly);
    ++samples;
  }

  Opener built_in;
  Opener loaded;
  int samples = 0;
};

void check_track(const json& vector, const Bytes& plain) {
  CHECK(sha256(plain) == vector.at("expected").at("tracks").at(0).at("sha256").get<std::string>());
}

void open_mp4(const json& vector) {
  Pair pair(vector);
  Bytes file;
  for (const std::string name : vector.at("files")) {
    const Bytes part = read_file(name);
    file.insert(file.end(), part.begin(), part.end());
  }
  Bytes plain;
  for (reference::FragmentSample& sample : reference::read_fragments(file)) {
    if (sample.crypto) pair.open(*sample.crypto, sample.data);
    plain.insert(plain.end(), sample.data.begin(), sample.data.end());
  }
  CHECK(pair.samples > 0);
  check_track(vector, plain);
}

void open_ts(const json& vector) {
  Pair pair(vector);
  CryptoInfo info;
  info.iv = reference::iv_from_hex(vector.at("iv").get<std::string>());
  Bytes plain;
  for (const std::string name : vector.at("files")) {
    auto stream = reference::read_transport_stream(read_file(name));
    const bool is_encrypted = stream.stream_type >= 0xC1;
    info.scheme = stream.stream_type == 0xDB   ? SampleScheme::kHlsAvc
                  : stream.stream_type == 0xCF ? SampleScheme::kHlsAac
                                               : SampleScheme::kHlsAc3;
    for (Bytes& payload : stream.payloads) {
      if (is_encrypted) pair.open(info, payload);
      plain.insert(plain.end(), payload.begin(), payload.end());
    }
  }
  CHECK(pair.samples > 0);
  check_track(vector, plain);
}

TEST_CASE("cdm module: media vectors open to the same bytes as without it") {
  std::ifstream in(kFolder + "manifest.json");
  if (!in) {
    MESSAGE("skipped: ../shared/media/manifest.json is not beside the project");
    return;
  }
  const json manifest = json::parse(in, nullptr, false);
  REQUIRE(manifest.is_object());
  // What a plain reader of fragments understands.
  const std::vector<std::string> fragmented = {"cenc-av-clearlead-audio",
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
  int count = 0;
  for (const json& vector : manifest.at("vectors")) {
    if (vector.at("class") != "encrypted") continue;
    const std::string id = vector.at("id");
    CAPTURE(id);
    const bool is_fragmented =
        std::find(fragmented.begin(), fragmented.end(), id) != fragmented.end();
    if (!is_fragmented && vector.at("container") != "ts") continue;
    is_fragmented ? open_mp4(vector) : open_ts(vector);
    ++count;
  }
  CHECK(count >= 15);
  MESSAGE(count << " vectors");
}

}  // namespace
}  // namespace playhead::test
