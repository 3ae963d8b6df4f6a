// SPDX-License-Identifier: Apache-2.0
// Encrypted samples of the media corpus through the decoders, which open them themselves.
#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "playhead/drm/drm_system.h"
#include "support/media_samples.h"
#include "support/reference_decryptor.h"
#include "unit/decode/decode_rig.h"

namespace playhead::test {
namespace {

using nlohmann::json;

const std::string kFolder = std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/media/";
constexpr uint8_t kWrongKeys = 4;
constexpr std::size_t kClearLead = 30;  // pictures of the corpus that are not encrypted

std::vector<uint8_t> corpus_files(const json& names) {
  std::vector<uint8_t> bytes;
  for (const std::string name : names) {
    const std::vector<uint8_t> file = read_file(kFolder + name);
    bytes.insert(bytes.end(), file.begin(), file.end());
  }
  return bytes;
}

// Keys as the corpus has them; or what somebody makes of them.
class TestDecryptor final : public SampleDecryptor {
 public:
  explicit TestDecryptor(const json& vector) {
    for (const json& pair : vector.at("keys")) {
      keys_[from_hex(pair.at("kid"))] = from_hex(pair.at("key"));
    }
  }
  Result<std::size_t> decrypt(const CryptoInfo& info, std::span<uint8_t> sample) override {
    ++calls;
    const bool is_bad = calls > good && calls <= good + bad;
    if (fails && is_bad) return make_error(*fails, "as the test says");
    const auto key = keys_.find(info.kid);
    if (key == keys_.end()) return make_error(ErrorCode::kDrmNoKey, "");
    CipherKey used = key->second;
    used[0] ^= wrong_bits;
    std::vector<uint8_t> bytes(sample.begin(), sample.end());
    decrypt_by_reference(info, used, bytes);
    std::copy(bytes.begin(), bytes.end(), sample.begin());
    return sample.size();
  }

  std::optional<ErrorCode> fails;
  int good = 0, bad = 1'000'000;  // samples that open before those that do not
  uint8_t wrong_bits = 0;
  int calls = 0;

 private:
  std::map<KeyId, CipherKey> keys_;
};

// For samples that are said to be encrypted, and are not.
class NoDecryptor final : public SampleDecryptor {
 public:
  // Noise in place of what stands behind so many bytes.
  explicit NoDecryptor(std::optional<std::size_t> clear = std::nullopt) : clear_(clear) {}
  Result<std::size_t> decrypt(const CryptoInfo&, std::span<uint8_t> sample) override {
    if (clear_) {
      for (uint8_t& byte : sample.subspan(std::min(*clear_, sample.size()))) {
        byte = static_cast<uint8_t>(noise_());
      }
    }
    return sample.size();
  }

 private:
  const std::optional<std::size_t> clear_;
  std::mt19937 noise_{1};
};

std::vector<json> vectors_of_class(const char* name) {
  std::ifstream in(kFolder + "manifest.json");
  std::vector<json> found;
  if (!in) {
    MESSAGE("skipped: ../shared/media/manifest.json is not beside the project");
    return found;
  }
  const json manifest = json::parse(in, nullptr, false);
  REQUIRE(manifest.is_object());
  for (const json& vector : manifest.at("vectors")) {
    if (vector.at("class") == name) found.push_back(vector);
  }
  return found;
}

std::vector<json> encrypted_vectors() {
  std::vector<json> found = vectors_of_class("encrypted");
  std::erase_if(found, [](const json& vector) {
    const bool is_read = vector.at("container") == "mp4" || vector.at("container") == "webm";
    return !is_read || !vector.contains("keys");
  });
  return found;
}

// Samples of a track, said to be encrypted as a whole.
std::vector<EncodedSample> doubtful(const Demuxed& demuxed, TrackKind kind) {
  std::vector<EncodedSample> samples = samples_of(demuxed, kind);
  const auto crypto = std::make_shared<const CryptoInfo>();
  for (EncodedSample& sample : samples) sample.crypto = crypto;
  return samples;
}

std::optional<json> vector_called(const std::string& id) {
  for (const json& vector : encrypted_vectors()) {
    if (vector.at("id") == id) return vector;
  }
  return std::nullopt;
}

DecodedVideo pictures(DecodeRig& rig, const Demuxed& demuxed,
                      std::shared_ptr<SampleDecryptor> decryptor) {
  VideoOptions options;
  options.decryptor = std::move(decryptor);
  return decode_video(rig, *find_stream(demuxed, TrackKind::kVideo),
                      samples_of(demuxed, TrackKind::kVideo), options);
}
DecodedAudio sound(DecodeRig& rig, const Demuxed& demuxed,
                   std::shared_ptr<SampleDecryptor> decryptor) {
  return decode_audio(rig, *find_stream(demuxed, TrackKind::kAudio),
                      samples_of(demuxed, TrackKind::kAudio), {48'000, 2}, 1.0,
                      std::move(decryptor));
}

int64_t frames_of(const DecodedAudio& decoded) {
  int64_t frames = 0;
  for (const AudioChunk& chunk : decoded.chunks) frames += chunk.frames();
  return frames;
}

}  // namespace

TEST_CASE("encrypted decode: pictures and sound are those of the clear files") {
  DecodeRig rig;
  std::size_t checked = 0;
  for (const json& vector : encrypted_vectors()) {
    const json clear_files = vector.at("expected").value("clear_files", json::array());
    const std::string id = vector.at("id");
    CAPTURE(id);
    if (clear_files.empty()) continue;
    const Demuxed encrypted = demux(rig, corpus_files(vector.at("files")));
    const Demuxed clear = demux(rig, corpus_files(clear_files));
    if (find_stream(encrypted, TrackKind::kVideo) && find_stream(clear, TrackKind::kVideo)) {
      const DecodedVideo opened = pictures(rig, encrypted, std::make_shared<TestDecryptor>(vector));
      const DecodedVideo expected = pictures(rig, clear, nullptr);
      CHECK(opened.errors.size() == expected.errors.size());
      CHECK(opened.frames.size() == expected.frames.size());
      CHECK(opened.mean_luma == expected.mean_luma);
      ++checked;
    }
    if (find_stream(encrypted, TrackKind::kAudio) && find_stream(clear, TrackKind::kAudio)) {
      const DecodedAudio opened = sound(rig, encrypted, std::make_shared<TestDecryptor>(vector));
      const DecodedAudio expected = sound(rig, clear, nullptr);
      CHECK(opened.errors.size() == expected.errors.size());
      CHECK(frames_of(opened) == frames_of(expected));
      ++checked;
    }
  }
  MESSAGE("compared: " << checked);
  if (checked > 0) CHECK(checked >= 15);
}

// With a key that differs from the right one in that byte's bits.
void check_refused(DecodeRig& rig, const json& vector, const Demuxed& demuxed, uint8_t bits) {
  CAPTURE(int{bits});
  auto wrong = std::make_shared<TestDecryptor>(vector);
  wrong->wrong_bits = bits;
  const bool has_video = find_stream(demuxed, TrackKind::kVideo) != nullptr;
  std::size_t clear = 0;
  for (const EncodedSample& sample :
       samples_of(demuxed, has_video ? TrackKind::kVideo : TrackKind::kAudio)) {
    clear += sample.crypto ? 0 : 1;
  }
  std::vector<Error> errors;
  if (has_video) {
    const DecodedVideo decoded = pictures(rig, demuxed, wrong);
    errors = decoded.errors;
    CHECK(decoded.frames.size() <= clear);
  } else {
    const DecodedAudio decoded = sound(rig, demuxed, wrong);
    errors = decoded.errors;
    CHECK(decoded.chunks.size() <= clear);
  }
  REQUIRE_FALSE(errors.empty());
  CHECK(errors.back().code == ErrorCode::kDrmWrongKey);
  CHECK(errors.back().severity == Severity::kFatal);
  CHECK(errors.size() <= 3);  // not one for each sample
}

TEST_CASE("D01 encrypted decode: a wrong key is told as one, and nothing of it is shown") {
  DecodeRig rig;
  std::set<std::string> codecs;
  std::size_t checked = 0;
  for (const json& vector : encrypted_vectors()) {
    const std::string id = vector.at("id");
    CAPTURE(id);
    const Demuxed demuxed = demux(rig, corpus_files(vector.at("files")));
    const StreamInfo* stream = find_stream(demuxed, TrackKind::kVideo);
    if (!stream) stream = find_stream(demuxed, TrackKind::kAudio);
    if (!stream) continue;
    codecs.insert(stream->codec);
    // Decoders of the others take more of what is garbage for media.
    const bool is_strict = stream->codec == "h264" || stream->codec == "aac";
    for (uint8_t bits = 1; bits <= (is_strict ? 1 : kWrongKeys); ++bits) {
      check_refused(rig, vector, demuxed, bits);
      ++checked;
    }
  }
  MESSAGE("refused: " << checked);
  if (checked == 0) return;
  CHECK(checked >= 15);
  for (const char* codec : {"h264", "hevc", "vp9", "aac", "opus"}) {
    CAPTURE(std::string(codec));
    CHECK(codecs.count(codec) == 1);
  }
}

// Of AV1 headers stay clear and tiles do not ("AV1 Codec ISO Media File Format Binding", 1.3): tiles are the
// most of what is behind the first bytes.
TEST_CASE("D01 encrypted decode: a wrong key of AV1 is told as one, and nothing of it is shown") {
  constexpr std::size_t kHeaders = 64;
  const std::vector<uint8_t> bytes = media_sample("video_av1.mp4");
  if (bytes.empty()) {
    MESSAGE("skipped: this ffmpeg makes no AV1");
    return;
  }
  DecodeRig rig;
  const Demuxed demuxed = demux(rig, bytes);
  const StreamInfo* video = find_stream(demuxed, TrackKind::kVideo);
  REQUIRE(video != nullptr);
  REQUIRE(demuxed.samples.size() == 100);
  const std::size_t shown = pictures(rig, demuxed, nullptr).frames.size();
  for (const bool is_right : {true, false}) {
    CAPTURE(is_right);
    VideoOptions options;
    options.decryptor = is_right ? std::make_shared<NoDecryptor>()
                                 : std::make_shared<NoDecryptor>(kHeaders);
    const DecodedVideo decoded =
        decode_video(rig, *video, doubtful(demuxed, TrackKind::kVideo), options);
    if (is_right) {
      CHECK(decoded.errors.empty());
      CHECK(decoded.frames.size() == shown);
      continue;
    }
    CHECK(decoded.frames.empty());
    REQUIRE_FALSE(decoded.errors.empty());
    CHECK(decoded.errors.back().code == ErrorCode::kDrmWrongKey);
    CHECK(decoded.errors.back().severity == Severity::kFatal);
  }
}

TEST_CASE("encrypted decode: no right key of clear media is taken for a wrong one, noise is") {
  DecodeRig rig;
  std::set<std::string> codecs;  // one vector each: all of them take 20 s
  for (const json& vector : vectors_of_class("clear")) {
    const std::string id = vector.at("id");
    CAPTURE(id);
    const Demuxed demuxed = demux(rig, corpus_files(vector.at("files")));
    const StreamInfo* video = find_stream(demuxed, TrackKind::kVideo);
    const StreamInfo* audio = find_stream(demuxed, TrackKind::kAudio);
    const bool is_long = demuxed.samples.size() >= 10;
    if (is_long && video && codecs.insert(video->codec).second) {
      VideoOptions options;
      options.decryptor = std::make_shared<NoDecryptor>();
      const DecodedVideo opened =
          decode_video(rig, *video, doubtful(demuxed, TrackKind::kVideo), options);
      const DecodedVideo expected = pictures(rig, demuxed, nullptr);
      CHECK(opened.errors.size() == expected.errors.size());
      CHECK(opened.mean_luma == expected.mean_luma);
    }
    if (is_long && audio && codecs.insert(audio->codec).second) {
      const DecodedAudio opened = decode_audio(rig, *audio, doubtful(demuxed, TrackKind::kAudio),
                                               {48'000, 2}, 1.0, std::make_shared<NoDecryptor>());
      const DecodedAudio expected = sound(rig, demuxed, nullptr);
      CHECK(opened.errors.size() == expected.errors.size());
      CHECK(std::abs(frames_of(opened) - frames_of(expected)) < 10);  // times are rounded
      // Of AC-3 SAMPLE-AES leaves 16 bytes of a frame clear.
      const std::size_t clear = audio->codec == "ac3" ? 16 : 0;
      const DecodedAudio garbage =
          decode_audio(rig, *audio, doubtful(demuxed, TrackKind::kAudio), {48'000, 2}, 1.0,
                       std::make_shared<NoDecryptor>(clear));
      CHECK(garbage.chunks.empty());
      REQUIRE_FALSE(garbage.errors.empty());
      CHECK(garbage.errors.back().code == ErrorCode::kDrmWrongKey);
    }
  }
  std::string seen;
  for (const std::string& codec : codecs) seen += codec + ' ';
  MESSAGE("checked: " << seen);
  if (!codecs.empty()) CHECK(codecs.size() >= 6);
}

TEST_CASE("encrypted decode: what decryption fails with is told, and ends what must end") {
  const auto vector = vector_called("cenc-av-clearlead-video");
  if (!vector) return;
  struct Case {
    const char* name;
    ErrorCode code;
    int good, bad;
    bool is_fatal;
    std::size_t least, most;  // frames
  };
  const Case cases[] = {
      {"no key", ErrorCode::kDrmNoKey, 0, 1000, true, 1, kClearLead},
      {"expired on the way", ErrorCode::kDrmExpired, 10, 1000, true, 30, 42},
      {"the output", ErrorCode::kDrmOutputRestricted, 0, 1000, true, 1, kClearLead},
      {"one sample that contradicts itself", ErrorCode::kDrmSample, 10, 1, false, 80, 82},
  };
  DecodeRig rig;
  const Demuxed demuxed = demux(rig, corpus_files(vector->at("files")));
  for (const Case& c : cases) {
    CAPTURE(c.name);
    auto decryptor = std::make_shared<TestDecryptor>(*vector);
    decryptor->fails = c.code;
    decryptor->good = c.good;
    decryptor->bad = c.bad;
    const DecodedVideo decoded = pictures(rig, demuxed, decryptor);
    REQUIRE_FALSE(decoded.errors.empty());
    CHECK(decoded.errors[0].code == c.code);
    CHECK((decoded.errors[0].severity == Severity::kFatal) == c.is_fatal);
    if (c.is_fatal) CHECK(decryptor->calls == c.good + 1);
    CHECK(decoded.frames.size() >= c.least);
    CHECK(decoded.frames.size() <= c.most);
  }
}

}  // namespace playhead::test
