// SPDX-License-Identifier: Apache-2.0
#include "playready_object.h"

#include <string>

#include <doctest/doctest.h>

#include "drm_bytes.h"

namespace playhead::drm {
namespace {

using test::hex;
using test::kid;
using test::playready_object;

const KeyId kFirst = kid("ad13f9ea2be698b875f504a8e3ccea64");
const KeyId kSecond = kid("558ee541b90ab2f3950d00ade3760d45");

std::string header(const std::string& version, const std::string& data) {
  return "<WRMHEADER xmlns=\"http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader\" "
         "version=\"" +
         version + "\"><DATA>" + data + "</DATA></WRMHEADER>";
}

TEST_CASE("playready_object: the versions of its header") {
  struct Case {
    const char* name;
    std::string header;
    std::vector<KeyId> kids;
    const char* algorithm;
    bool has_checksum;
  };
  const Case cases[] = {
      {"4.0",
       header("4.0.0.0",
              "<PROTECTINFO><KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID></PROTECTINFO>"
              "<KID> 6vkTreYruJh19QSo48zqZA== </KID><CHECKSUM>jYFNf0yf4is=</CHECKSUM>"),
       {kFirst},
       "AESCTR",
       true},
      {"4.1",
       header("4.1.0.0",
              "<PROTECTINFO><KID ALGID=\"AESCTR\" CHECKSUM=\"jYFNf0yf4is=\" "
              "VALUE=\"6vkTreYruJh19QSo48zqZA==\"></KID></PROTECTINFO>"),
       {kFirst},
       "AESCTR",
       true},
      {"4.2",
       header("4.2.0.0",
              "<PROTECTINFO><KIDS><KID ALGID=\"AESCTR\" VALUE=\"6vkTreYruJh19QSo48zqZA==\"></KID>"
              "<KID ALGID=\"AESCTR\" VALUE=\"QeWOVQq587KVDQCt43YNRQ==\"/></KIDS></PROTECTINFO>"),
       {kFirst, kSecond},
       "AESCTR",
       false},
      {"4.3",
       header("4.3.0.0",
              "<PROTECTINFO LICENSEREQUESTED=\"true\"><KIDS><KID ALGID=\"AESCBC\" "
              "VALUE=\"6vkTreYruJh19QSo48zqZA==\"></KID></KIDS></PROTECTINFO>"),
       {kFirst},
       "AESCBC",
       false},
      {"4.3 without keys",
       header("4.3.0.0", "<PROTECTINFO/><DECRYPTORSETUP>ONDEMAND</DECRYPTORSETUP>"),
       {},
       "",
       false},
      {"a checksum nobody can read",
       header("4.1.0.0",
              "<PROTECTINFO><KID ALGID=\"AESCTR\" CHECKSUM=\"**\" "
              "VALUE=\"6vkTreYruJh19QSo48zqZA==\"></KID></PROTECTINFO>"),
       {kFirst},
       "AESCTR",
       false}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const std::vector<uint8_t> bytes = playready_object(c.header);
    const Result<PlayReadyObject> object = parse_playready_object(bytes);
    REQUIRE(object.has_value());
    REQUIRE(object->header.has_value());
    REQUIRE(object->header->keys.size() == c.kids.size());
    CHECK(object->header->is_license_requested == (c.algorithm == std::string("AESCBC")));
    for (std::size_t i = 0; i < c.kids.size(); ++i) {
      CHECK(object->header->keys[i].id == c.kids[i]);
      CHECK(object->header->keys[i].algorithm == c.algorithm);
      CHECK(object->header->keys[i].checksum.empty() != c.has_checksum);
    }
  }
}

TEST_CASE("playready_object: addresses are unescaped") {
  const std::vector<uint8_t> bytes = playready_object(
      header("4.1.0.0",
             "<LA_URL>https://l.example/?a=1&amp;b=%26&#x41;</LA_URL><LUI_URL>https://u.example/"
             "</LUI_URL><DS_ID>AAAA</DS_ID><CUSTOMATTRIBUTES><X><KID>no</KID></X>"
             "</CUSTOMATTRIBUTES>"));
  const Result<PlayReadyObject> object = parse_playready_object(bytes);
  REQUIRE(object.has_value());
  CHECK(object->header->la_url == "https://l.example/?a=1&b=%26A");
  CHECK(object->header->lui_url == "https://u.example/");
  CHECK(object->header->ds_id == "AAAA");
  CHECK(object->header->keys.empty());
}

TEST_CASE("playready_object: records of other types stand beside the header") {
  const std::vector<uint8_t> bytes =
      hex("14000000"
          "0300"
          "0300"
          "0200"
          "abcd"
          "0900"
          "0000"
          "0300"
          "0000");
  const Result<PlayReadyObject> object = parse_playready_object(bytes);
  REQUIRE(object.has_value());
  CHECK(object->length == 20);
  REQUIRE(object->records.size() == 3);
  CHECK(object->records[0].type == 3);
  CHECK(to_hex(object->records[0].bytes) == "abcd");
  CHECK_FALSE(object->header.has_value());
}

TEST_CASE("playready_object: damage") {
  struct Case {
    const char* name;
    std::vector<uint8_t> bytes;
    const char* says;
  };
  const std::string kid_2 = "<PROTECTINFO><KID VALUE=\"6vkTrQ==\"/></PROTECTINFO>";
  const Case cases[] = {
      {"nothing", {}, "within its head"},
      {"half a head", hex("0600000001"), "within its head"},
      {"longer than its bytes", hex("070000000000"), "not that of its bytes"},
      {"shorter than its head", hex("050000000000"), "not that of its bytes"},
      {"a record is missing", hex("060000000100"), "fewer records"},
      {"half a record head",
       hex("09000000"
           "0100"
           "0100"
           "00"),
       "fewer records"},
      {"a record behind the end",
       hex("0a000000"
           "0100"
           "0300"
           "0100"),
       "behind the end"},
      {"too long", std::vector<uint8_t>(kPlayReadyBytes + 1), "more than 64 kB"},
      {"no XML", playready_object("WRMHEADER"), "no XML"},
      {"an element left open", playready_object("<WRMHEADER version=\"4.0.0.0\"><DATA>"), "no XML"},
      {"another element", playready_object("<OTHER/>"), "no WRMHEADER"},
      {"version 5", playready_object(header("5.0.0.0", "")), "version \"5.0.0.0\""},
      {"no version", playready_object("<WRMHEADER/>"), "version \"\""},
      {"a document type",
       playready_object("<!DOCTYPE WRMHEADER [<!ENTITY a \"b\">]>" + header("4.0.0.0", "")),
       "document type"},
      {"a short key id", playready_object(header("4.1.0.0", kid_2)), "not 16 bytes"},
      {"a key id that is none", playready_object(header("4.0.0.0", "<KID>***</KID>")),
       "not 16 bytes"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Result<PlayReadyObject> object = parse_playready_object(c.bytes);
    REQUIRE_FALSE(object.has_value());
    CHECK(object.error().code == ErrorCode::kDrmInitData);
    CHECK(object.error().context.find(c.says) != std::string::npos);
  }
}

TEST_CASE("playready_object: GUIDs turn round and back") {
  CHECK(turn_guid(kFirst) == kid("eaf913ade62bb89875f504a8e3ccea64"));
  CHECK(turn_guid(turn_guid(kFirst)) == kFirst);
}

}  // namespace
}  // namespace playhead::drm
