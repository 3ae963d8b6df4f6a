// SPDX-License-Identifier: Apache-2.0
// Every MP4 and WebM vector of the media corpus through the demuxer, opened by the library's
// ciphers, by a plain reference decryptor (OpenSSL, block by block) and, where it can, by FFmpeg,
// against the hashes its manifest gives.
#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

extern "C" {
#include <libavformat/avformat.h>
}
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "base/base64.h"
#include "container/box_reader.h"
#include "container/fragment_samples.h"
#include "playhead/drm/identity_keys.h"
#include "playhead/drm/segment_decryptor.h"
#include "support/media_samples.h"
#include "support/reference_decryptor.h"
#include "unit/decode/decode_rig.h"

namespace playhead::test {
namespace {

using nlohmann::json;

const std::string kFolder = std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/media/";

std::vector<uint8_t> corpus_file(const std::string& name) { return read_file(kFolder + name); }

std::vector<json> vectors_in(const std::string& container) {
  std::ifstream in(kFolder + "manifest.json");
  std::vector<json> found;
  if (!in) {
    MESSAGE("skipped: ../shared/media/manifest.json is not beside the project");
    return found;
  }
  const json manifest = json::parse(in, nullptr, false);
  REQUIRE(manifest.is_object());
  for (const json& vector : manifest.at("vectors")) {
    if (vector.at("container") == container) found.push_back(vector);
  }
  return found;
}

// The one of that name, when there are any.
std::vector<json> vectors_of(const std::string& container, const std::string& id) {
  std::vector<json> found = vectors_in(container);
  const bool has_corpus = !found.empty();
  std::erase_if(found, [&](const json& vector) { return vector.at("id") != id; });
  CHECK(found.size() == (has_corpus ? 1 : 0));
  return found;
}

std::vector<uint8_t> bytes_of(const json& vector) {
  std::vector<uint8_t> bytes;
  for (const std::string name : vector.at("files")) {
    const std::vector<uint8_t> file = corpus_file(name);
    REQUIRE_FALSE(file.empty());
    bytes.insert(bytes.end(), file.begin(), file.end());
  }
  return bytes;
}

KeyRing keys_of(const json& vector) {
  KeyRing keys;
  for (const json& pair : vector.value("keys", json::array())) {
    keys[from_hex(pair.at("kid"))] = from_hex(pair.at("key"));
  }
  return keys;
}

TrackKind kind_of(const json& track) {
  const std::string handler = track.value("handler", "");
  const std::string codec = track.at("codec");
  if (handler == "vide" || codec.starts_with("V_")) return TrackKind::kVideo;
  if (handler == "soun" || codec.starts_with("A_")) return TrackKind::kAudio;
  return TrackKind::kText;
}

std::size_t find(const std::vector<uint8_t>& bytes, const std::string& type) {
  const auto at = std::search(bytes.begin(), bytes.end(), type.begin(), type.end());
  REQUIRE(at != bytes.end());
  return static_cast<std::size_t>(at - bytes.begin());
}

// How often.
std::size_t replace_all(std::vector<uint8_t>& bytes, const std::string& from,
                        const std::string& to) {
  std::size_t count = 0;
  auto at = bytes.begin();
  while ((at = std::search(at, bytes.end(), from.begin(), from.end())) != bytes.end()) {
    at = std::copy(to.begin(), to.end(), at);
    ++count;
  }
  return count;
}

uint32_t number_at(const std::vector<uint8_t>& bytes, std::size_t at) {
  return static_cast<uint32_t>(ByteReader(ByteView(bytes).subspan(at)).read(4));
}
void put_number(std::vector<uint8_t>& bytes, std::size_t at, std::size_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes.at(at + i) = static_cast<uint8_t>(value >> (24 - 8 * i) & 0xff);
  }
}

// By the library, and as the reference has it.
void open_sample(IdentityKeys& opener, const CryptoInfo& info, const KeyRing& keys,
                 std::vector<uint8_t>& bytes) {
  REQUIRE(keys.count(info.kid) == 1);
  std::vector<uint8_t> expected = bytes;
  decrypt_by_reference(info, keys.at(info.kid), expected);
  const Result<std::size_t> opened = opener.decrypt(info, bytes);
  REQUIRE(opened.has_value());
  CHECK(*opened == expected.size());
  CHECK(bytes == expected);
}

void check_track(const json& track, const Demuxed& demuxed, const KeyRing& keys) {
  IdentityKeys opener;
  for (const auto& [kid, key] : keys) REQUIRE(opener.put(kid, key));
  std::vector<uint8_t> all;
  std::size_t samples = 0, encrypted = 0;
  for (const EncodedSample& sample : samples_of(demuxed, kind_of(track))) {
    std::vector<uint8_t> bytes(sample.data.view().begin(), sample.data.view().end());
    ++samples;
    encrypted += sample.crypto ? 1 : 0;
    if (sample.crypto && !keys.empty()) open_sample(opener, *sample.crypto, keys, bytes);
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  CHECK(samples == track.at("samples").get<std::size_t>());
  if (track.contains("encrypted_samples")) {
    CHECK(encrypted == track["encrypted_samples"].get<std::size_t>());
  }
  CHECK(all.size() == track.at("bytes").get<std::size_t>());
  CHECK(sha256_hex(all) == track.at("sha256").get<std::string>());
}

// libavformat has no samples of WebVTT, and makes others of captions: the library's own reader.
void check_text(const json& track, const std::vector<uint8_t>& file) {
  TrackHeader header;
  header.track_id = track.at("track");
  const Result<TrackHeader> first = parse_track_header(file);
  if (first && first->track_id == header.track_id) header = *first;
  const Result<FragmentSamples> read = parse_fragments(file, header);
  REQUIRE(read);
  std::vector<uint8_t> all;
  for (const FragmentSample& sample : read->samples) {
    all.insert(all.end(), sample.data.begin(), sample.data.end());
  }
  CHECK(read->samples.size() == track.at("samples").get<std::size_t>());
  CHECK(sha256_hex(all) == track.at("sha256").get<std::string>());
}

// Of samples that libavformat is to deliver.
std::size_t media_tracks(const json& tracks) {
  std::size_t count = 0;
  for (const json& track : tracks) count += kind_of(track) != TrackKind::kText ? 1 : 0;
  return count;
}

void check_vectors(const std::string& container, std::size_t least) {
  const std::vector<json> vectors = vectors_in(container);
  if (vectors.empty()) return;
  CHECK(vectors.size() >= least);
  DecodeRig rig;
  for (const json& vector : vectors) {
    const std::string id = vector.at("id");
    CAPTURE(id);
    const std::vector<uint8_t> bytes = bytes_of(vector);
    const Demuxed demuxed = demux(rig, bytes, 1000);
    const json tracks = vector.at("expected").value("tracks", json::array());
    // A sidx alone, media without moov, subtitles alone: nothing to deliver.
    CHECK(demuxed.error.has_value() == (media_tracks(tracks) == 0));
    for (const json& track : tracks) {
      CAPTURE(track.at("track").get<int>());
      if (kind_of(track) == TrackKind::kText) {
        check_text(track, bytes);
      } else {
        check_track(track, demuxed, keys_of(vector));
      }
    }
  }
}

// libavformat 59 leaks its cipher where a track has two sample entries.
class LeakyLibrary {
 public:
#ifdef __SANITIZE_ADDRESS__
  LeakyLibrary() { __lsan_disable(); }
  ~LeakyLibrary() { __lsan_enable(); }
#else
  LeakyLibrary() = default;
  ~LeakyLibrary() = default;
#endif
  LeakyLibrary(const LeakyLibrary&) = delete;
  LeakyLibrary& operator=(const LeakyLibrary&) = delete;
};

std::string joined_url(const json& vector) {
  std::string url = "concat:";
  for (const std::string name : vector.at("files")) {
    url += (url.back() == ':' ? "" : "|") + kFolder + name;
  }
  return url;
}

// The packets libavformat makes of what lies there, one after the other.
std::vector<uint8_t> packets_by_ffmpeg(const std::string& url, AVMediaType type,
                                       const std::map<std::string, std::string>& said = {}) {
  const LeakyLibrary leaky;
  AVDictionary* options = nullptr;
  for (const auto& [name, value] : said) av_dict_set(&options, name.c_str(), value.c_str(), 0);
  AVFormatContext* format = nullptr;
  const int opened = avformat_open_input(&format, url.c_str(), nullptr, &options);
  av_dict_free(&options);
  REQUIRE(opened == 0);
  std::vector<uint8_t> all;
  AVPacket* packet = av_packet_alloc();
  while (av_read_frame(format, packet) == 0) {
    const AVStream* stream = format->streams[packet->stream_index];
    if (stream->codecpar->codec_type == type) {
      all.insert(all.end(), packet->data, packet->data + packet->size);
    }
    av_packet_unref(packet);
  }
  av_packet_free(&packet);
  avformat_close_input(&format);
  return all;
}

// Of a local list, with keys of any name or in the list itself.
const std::map<std::string, std::string> kAnyPlaylist = {
    {"allowed_extensions", "ALL"}, {"protocol_whitelist", "file,crypto,data"}};

std::string data_url(const std::string& type, ByteView bytes) {
  return "data:" + type + ";base64," + encode_base64(bytes);
}

// All but the first segment, which is clear. The playlist of the corpus has the key's id where
// FFmpeg looks for the key.
std::string sample_aes_list(const json& vector) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:5\n#EXT-X-TARGETDURATION:2\n";
  text += "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"" +
          data_url("text/plain", from_hex(vector.at("keys").at(0).at("key"))) + "\",IV=0x" +
          vector.at("iv").get<std::string>() + "\n";
  for (std::size_t i = 1; i < vector.at("files").size(); ++i) {
    text += "#EXTINF:1,\nfile:" + kFolder + vector.at("files")[i].get<std::string>() + "\n";
  }
  text += "#EXT-X-ENDLIST\n";
  return data_url("application/x-mpegurl", as_bytes(text));
}

// By the library.
std::vector<uint8_t> open_segment(const json& said, std::vector<uint8_t> bytes) {
  if (said.at("method") == "NONE") return bytes;
  REQUIRE(said.at("method") == "AES-128");
  auto decryptor = make_segment_decryptor(EncryptionMethod::kAes128, from_hex(said.at("key")),
                                          from_hex(said.at("iv")));
  REQUIRE(decryptor);
  auto opened = (*decryptor)->update(bytes);
  REQUIRE(opened);
  const auto rest = (*decryptor)->finish();
  REQUIRE(rest);
  opened->insert(opened->end(), rest->begin(), rest->end());
  return *std::move(opened);
}

}  // namespace

TEST_CASE("encrypted media: what FFmpeg opens, it opens to the same bytes") {
  std::size_t compared = 0;
  for (const json& vector : vectors_in("mp4")) {
    for (const std::string said : vector.value("ffmpeg_5_1", json::array())) {
      if (said.find("packet hash equals clear") == std::string::npos) continue;
      const std::string id = vector.at("id");
      CAPTURE(id);
      CAPTURE(said);
      const TrackKind kind = said.starts_with("video") ? TrackKind::kVideo : TrackKind::kAudio;
      const AVMediaType type = kind == TrackKind::kVideo ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
      for (const json& track : vector.at("expected").at("tracks")) {
        if (kind_of(track) != kind) continue;
        const auto packets = packets_by_ffmpeg(
            joined_url(vector), type, {{"decryption_key", vector.at("keys").at(0).at("key")}});
        CHECK(sha256_hex(packets) == track.at("sha256").get<std::string>());
        ++compared;
      }
    }
  }
  if (!vectors_in("mp4").empty()) CHECK(compared >= 15);
}

TEST_CASE("encrypted media: what FFmpeg plays of AES-128 playlists the library opens, too") {
  std::size_t compared = 0;
  for (const json& vector : vectors_in("file")) {
    if (vector.value("ffmpeg_5_1", json::array()).empty()) continue;
    const std::string id = vector.at("id");
    CAPTURE(id);
    std::vector<uint8_t> opened;
    for (std::size_t i = 0; i < vector.at("files").size(); ++i) {
      const auto file =
          open_segment(vector.at("expected").at("files")[i], corpus_file(vector.at("files")[i]));
      opened.insert(opened.end(), file.begin(), file.end());
    }
    DecodeRig rig;
    std::vector<uint8_t> ours;
    for (const EncodedSample& sample : samples_of(demux(rig, opened), TrackKind::kAudio)) {
      ours.insert(ours.end(), sample.data.view().begin(), sample.data.view().end());
    }
    CHECK_FALSE(ours.empty());
    CHECK(packets_by_ffmpeg(kFolder + vector.at("related")[0].get<std::string>(),
                            AVMEDIA_TYPE_AUDIO, kAnyPlaylist) == ours);
    ++compared;
  }
  if (!vectors_in("file").empty()) CHECK(compared == 3);
}

// To what the library's samples are compared with in identity_vectors_test.cpp.
TEST_CASE("encrypted media: what FFmpeg opens of SAMPLE-AES, it opens to the same bytes") {
  std::size_t compared = 0;
  for (const char* container : {"ts", "packed"}) {
    for (const json& vector : vectors_in(container)) {
      const std::string id = vector.at("id");
      if (id != "sample-aes-ts-audio" && id != "sample-aes-packed-aac") continue;
      CAPTURE(id);
      // FFmpeg takes a playlist for encrypted if its first segment is.
      const std::string first = kFolder + vector.at("files")[0].get<std::string>();
      std::vector<uint8_t> packets = packets_by_ffmpeg(first, AVMEDIA_TYPE_AUDIO);
      const auto rest =
          packets_by_ffmpeg(sample_aes_list(vector), AVMEDIA_TYPE_AUDIO, kAnyPlaylist);
      packets.insert(packets.end(), rest.begin(), rest.end());
      const json& track = vector.at("expected").at("tracks").at(0);
      CHECK(packets.size() == track.at("bytes").get<std::size_t>());
      CHECK(sha256_hex(packets) == track.at("sha256").get<std::string>());
      ++compared;
    }
  }
  if (!vectors_in("ts").empty()) CHECK(compared == 2);
}

TEST_CASE("encrypted media: every MP4 vector opens to the bytes its manifest says") {
  check_vectors("mp4", 40);
}

TEST_CASE("encrypted media: every WebM vector opens to the bytes its manifest says") {
  check_vectors("webm", 3);
}

TEST_CASE("encrypted media: descriptions of samples are found without senc, by saiz and saio") {
  std::size_t checked = 0;
  DecodeRig rig;
  for (const json& vector : vectors_in("mp4")) {
    const std::string id = vector.at("id");
    // Its offsets count from the moof although it gives a base: only senc is right.
    if (vector.at("class") != "encrypted" || id == "media3-clearkey") continue;
    CAPTURE(id);
    std::vector<uint8_t> bytes = bytes_of(vector);
    if (!replace_all(bytes, "saio", "saio") || !replace_all(bytes, "senc", "free")) continue;
    const Demuxed demuxed = demux(rig, bytes, 100'000);
    for (const json& track : vector.at("expected").at("tracks")) {
      if (kind_of(track) != TrackKind::kText) check_track(track, demuxed, keys_of(vector));
    }
    ++checked;
  }
  if (!vectors_in("mp4").empty()) CHECK(checked >= 18);
}

TEST_CASE("encrypted media: descriptions of samples behind the samples, in mdat") {
  for (const json& vector : vectors_of("mp4", "cenc-senc-video")) {
    std::vector<uint8_t> bytes = bytes_of(vector);
    // Of the one fragment; mdat is the last box of the file.
    const std::size_t moof = find(bytes, "moof") - 4, senc = find(bytes, "senc") - 4;
    const std::size_t mdat = find(bytes, "mdat") - 4, saio = find(bytes, "saio") - 4;
    const std::size_t size = number_at(bytes, senc), media = number_at(bytes, mdat);
    REQUIRE(mdat + media == bytes.size());
    const std::vector<uint8_t> entries(bytes.begin() + static_cast<std::ptrdiff_t>(senc + 16),
                                       bytes.begin() + static_cast<std::ptrdiff_t>(senc + size));
    put_number(bytes, saio + 16, bytes.size() - moof);
    put_number(bytes, mdat, media + entries.size());
    replace_all(bytes, "senc", "free");
    bytes.insert(bytes.end(), entries.begin(), entries.end());
    DecodeRig rig;
    check_track(vector.at("expected").at("tracks").at(0), demux(rig, bytes, 5000), keys_of(vector));
    bytes.resize(bytes.size() - 1);
    const Demuxed cut = demux(rig, bytes, 5000);
    REQUIRE(cut.error);
    CHECK(cut.error->code == ErrorCode::kDrmSample);
    CHECK(cut.samples.empty());
  }
}

TEST_CASE("encrypted media: a moov in the middle of the stream changes what is encrypted") {
  for (const json& vector : vectors_of("mp4", "cenc-av-clearlead-video")) {
    const std::vector<uint8_t> encrypted = bytes_of(vector);
    const std::vector<uint8_t> clear = corpus_file(vector.at("expected").at("clear_files").at(0));
    std::vector<uint8_t> bytes;
    for (const auto* file : {&encrypted, &clear, &encrypted}) {
      bytes.insert(bytes.end(), file->begin(), file->end());
    }
    DecodeRig rig;
    const Demuxed demuxed = demux(rig, bytes, 5000);
    CHECK_FALSE(demuxed.error);
    REQUIRE(demuxed.samples.size() == 3 * 82);
    const KeyRing keys = keys_of(vector);
    std::size_t opened = 0;
    std::array<std::vector<uint8_t>, 3> rounds;
    for (std::size_t i = 0; i < demuxed.samples.size(); ++i) {
      const EncodedSample& sample = demuxed.samples[i];
      std::vector<uint8_t> data(sample.data.view().begin(), sample.data.view().end());
      if (sample.crypto) {
        decrypt_by_reference(*sample.crypto, keys.at(sample.crypto->kid), data);
        ++opened;
      }
      rounds.at(i / 82).insert(rounds.at(i / 82).end(), data.begin(), data.end());
    }
    CHECK(opened == 2 * 52);
    CHECK(rounds[0] == rounds[1]);
    CHECK(rounds[0] == rounds[2]);
  }
}

TEST_CASE("encrypted media: a sample that contradicts its description ends the segment") {
  const std::vector<uint8_t> good = corpus_file("shaka-packager/encryption/bear-640x360-video.mp4");
  if (good.empty()) return;
  DecodeRig rig;
  std::vector<uint8_t> overrun = good;
  const std::size_t senc = find(overrun, "senc") - 4;
  // The first entry: 8 bytes of vector, 2 of count, 2 of clear bytes, 4 of encrypted ones.
  put_number(overrun, senc + 16 + 8 + 2 + 2, 0x7fffffff);
  const Demuxed refused = demux(rig, overrun, 5000);
  REQUIRE(refused.error);
  CHECK(refused.error->code == ErrorCode::kDrmSample);
  CHECK(refused.samples.size() == 30);  // the clear lead
  CHECK(describe(*refused.error).size() > 20);

  std::vector<uint8_t> vectors = good;
  vectors.at(find(vectors, "tenc") + 4 + 7) = 7;
  const Demuxed unreadable = demux(rig, vectors, 5000);
  REQUIRE(unreadable.error);
  CHECK(unreadable.error->code == ErrorCode::kDrmInitData);
  CHECK(unreadable.samples.empty());
}

TEST_CASE("encrypted media: what nobody opened never reaches a decoder") {
  const std::vector<uint8_t> bytes =
      corpus_file("shaka-packager/encryption/bear-640x360-video.mp4");
  if (bytes.empty()) return;
  DecodeRig rig;
  const Demuxed demuxed = demux(rig, bytes);
  REQUIRE(demuxed.streams.size() == 1);
  const DecodedVideo decoded = decode_video(rig, demuxed.streams[0], demuxed.samples);
  CHECK(decoded.frames.size() <= 30);  // the clear lead
  REQUIRE(decoded.errors.size() == 1);
  CHECK(decoded.errors[0].code == ErrorCode::kDrmNoSystem);
  CHECK(decoded.errors[0].severity == Severity::kFatal);
}

TEST_CASE("encrypted media: keys are told before the samples they are for") {
  struct Row {
    const char* file;
    std::vector<const char*> kids;
    std::size_t pssh_boxes;
  };
  const Row rows[] = {
      {"shaka-packager/encryption/bear-640x360-video.mp4", {"31323334353637383930313233343536"}, 1},
      {"wpt/video_512x288_h264-360k_clear_dashinit.mp4", {}, 0}};
  DecodeRig rig;
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const std::vector<uint8_t> bytes = corpus_file(row.file);
    if (bytes.empty()) {
      MESSAGE("skipped: not beside the project: " << std::string(row.file));
      continue;
    }
    const Demuxed demuxed = demux(rig, bytes);
    std::vector<KeyId> kids;
    std::size_t boxes = 0;
    for (const MediaProtection& protection : demuxed.protections) {
      kids.insert(kids.end(), protection.kids.begin(), protection.kids.end());
      BoxReader reader(protection.pssh.view());
      for (auto box = reader.next(); box && box.value(); box = reader.next()) {
        CHECK(box.value()->type == fourcc("pssh"));
        ++boxes;
      }
    }
    REQUIRE(kids.size() == row.kids.size());
    for (std::size_t i = 0; i < kids.size(); ++i) CHECK(kids[i] == from_hex(row.kids[i]));
    CHECK(boxes == row.pssh_boxes);
  }
}

}  // namespace playhead::test
