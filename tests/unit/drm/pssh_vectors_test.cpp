// SPDX-License-Identifier: Apache-2.0
// Boxes of other projects with what they mean (../shared/media/pssh-vectors.json), and what becomes
// of them when they are damaged.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "drm_bytes.h"
#include "drm_system_ids.h"
#include "key_ids.h"
#include "playready_object.h"
#include "pssh.h"
#include "widevine_pssh.h"

namespace playhead::drm {
namespace {

using Json = nlohmann::json;

struct Vector {
  std::string name;
  std::vector<uint8_t> bytes;
  Json boxes;
};

// Its data is the text "0123456789012345", no protocol buffer.
const char* const kNoProtocolBuffer = "bear-640x360-v_frag-cenc-senc.mp4";

// Empty when the file is not there.
std::vector<Vector> load() {
  const std::filesystem::path path =
      std::filesystem::path(PLAYHEAD_SOURCE_DIR) / "../shared/media/pssh-vectors.json";
  std::vector<Vector> vectors;
  std::ifstream file(path);
  if (!file) {
    MESSAGE("skipped: ../shared/media/pssh-vectors.json is not there");
    return vectors;
  }
  const Json all = Json::parse(file);
  std::map<std::string, int> seen;
  for (const Json& row : all["vectors"]) {
    std::string name = row["source"];
    if (!name.starts_with("derived")) name = std::filesystem::path(name).filename().string();
    const int number = ++seen[name];
    if (number > 1) name += " #" + std::to_string(number);
    auto bytes = from_base64(row["base64"].get<std::string>());
    REQUIRE(bytes.has_value());
    vectors.push_back({std::move(name), *std::move(bytes), row["boxes"]});
  }
  CHECK(vectors.size() == 29);
  return vectors;
}

std::vector<std::string> hex_of(const std::vector<KeyId>& kids) {
  std::vector<std::string> out;
  for (const KeyId& kid : kids) out.push_back(to_hex(kid));
  return out;
}

void check_widevine(const Json& expected, ByteView data) {
  const Result<WidevinePssh> pssh = parse_widevine_pssh(data);
  REQUIRE(pssh.has_value());
  CHECK(pssh->algorithm.value_or(0) == expected.value("algorithm", uint64_t{0}));
  CHECK(pssh->algorithm.has_value() == expected.contains("algorithm"));
  std::vector<std::string> ids;
  for (const auto& id : pssh->key_ids) ids.push_back(to_hex(id));
  CHECK(ids == expected.value("key_ids", std::vector<std::string>()));
  CHECK(pssh->provider == expected.value("provider", ""));
  const std::string content_id = expected.value("content_id", "hex:");
  CHECK("hex:" + to_hex(pssh->content_id) == content_id);
  CHECK(pssh->track_type == expected.value("field5", ""));
  CHECK(pssh->policy == expected.value("policy", ""));
  CHECK(pssh->protection_scheme == expected.value("protection_scheme", ""));
  CHECK(pssh->skipped == 0);
}

void check_playready(const Json& expected, ByteView data) {
  const Result<PlayReadyObject> object = parse_playready_object(data);
  REQUIRE(object.has_value());
  CHECK(object->length == expected["length"].get<uint32_t>());
  REQUIRE(object->records.size() == expected["records"].size());
  for (std::size_t i = 0; i < object->records.size(); ++i) {
    const Json& record = expected["records"][i];
    CHECK(object->records[i].type == record["type"].get<int>());
    CHECK(object->records[i].bytes.size() == record["length"].get<std::size_t>());
    if (!record.contains("wrmheader_version")) continue;
    REQUIRE(object->header.has_value());
    const PlayReadyHeader& header = *object->header;
    CHECK(header.version == record["wrmheader_version"].get<std::string>());
    std::vector<KeyId> kids;
    for (const PlayReadyKey& key : header.keys) kids.push_back(key.id);
    CHECK(hex_of(kids) == record["kids"].get<std::vector<std::string>>());
    REQUIRE_FALSE(header.keys.empty());
    const PlayReadyKey& key = header.keys.front();
    CHECK(key.algorithm == record.value("algid", ""));
    CHECK(to_base64(key.checksum) == record.value("checksum", ""));
    CHECK(header.la_url == record.value("la_url", ""));
    CHECK(header.lui_url == record.value("lui_url", ""));
  }
}

TEST_CASE("pssh_vectors: each is read as expected") {
  for (const Vector& vector : load()) {
    CAPTURE(vector.name);
    const Result<PsshList> list = parse_pssh(vector.bytes);
    REQUIRE(list.has_value());
    CHECK(list->skipped == 0);
    REQUIRE(list->boxes.size() == vector.boxes.size());
    for (std::size_t i = 0; i < list->boxes.size(); ++i) {
      const PsshBox& box = list->boxes[i];
      const Json& expected = vector.boxes[i];
      CHECK(box.version == expected["version"].get<int>());
      CHECK(to_hex(box.system_id) == expected["system_id"].get<std::string>());
      CHECK(system_name(box.system_id) == expected["system"].get<std::string>());
      CHECK(hex_of(box.kids) == expected["kids"].get<std::vector<std::string>>());
      CHECK(box.data.size() == expected["data_size"].get<std::size_t>());
      if (vector.name == kNoProtocolBuffer) {
        CHECK_FALSE(parse_widevine_pssh(box.data).has_value());
      } else if (expected.contains("widevine")) {
        check_widevine(expected["widevine"], box.data);
      }
      if (expected.contains("playready"))
        check_playready(expected["playready"], box.data);
    }
    std::vector<uint8_t> written;
    for (const PsshBox& box : list->boxes) {
      const std::vector<uint8_t> one = write_pssh(box.system_id, box.kids, box.data);
      written.insert(written.end(), one.begin(), one.end());
    }
    CHECK(written == vector.bytes);
  }
}

TEST_CASE("pssh_vectors: damaged ones are answered, not crashed on") {
  const auto read = [](ByteView bytes) {
    const Result<PsshList> list = parse_pssh(bytes);
    if (!list) {
      CHECK(list.error().code == ErrorCode::kDrmInitData);
      return;
    }
    for (const PsshBox& box : list->boxes) {
      (void)parse_widevine_pssh(box.data);
      (void)parse_playready_object(box.data);
    }
    const InitData init{InitDataType::kPssh,
                        SharedBytes(std::vector<uint8_t>(bytes.begin(), bytes.end()))};
    const Result<std::vector<KeyId>> kids = key_ids_of(init);
    if (!kids) CHECK(kids.error().code == ErrorCode::kDrmInitData);
  };
  for (const Vector& vector : load()) {
    CAPTURE(vector.name);
    test::damage(vector.bytes, read);
  }
}

TEST_CASE("pssh_vectors: the systems' own data, damaged") {
  for (const Vector& vector : load()) {
    CAPTURE(vector.name);
    const Result<PsshList> list = parse_pssh(vector.bytes);
    REQUIRE(list.has_value());
    for (const PsshBox& box : list->boxes) {
      const std::vector<uint8_t> data(box.data.begin(), box.data.end());
      test::damage(data, [](ByteView bytes) {
        const Result<WidevinePssh> widevine = parse_widevine_pssh(bytes);
        if (!widevine) CHECK(widevine.error().code == ErrorCode::kDrmInitData);
        const Result<PlayReadyObject> object = parse_playready_object(bytes);
        if (!object) CHECK(object.error().code == ErrorCode::kDrmInitData);
      });
    }
  }
}

}  // namespace
}  // namespace playhead::drm
