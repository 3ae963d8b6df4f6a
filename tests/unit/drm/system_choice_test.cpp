// SPDX-License-Identifier: Apache-2.0
#include "system_choice.h"

#include <string>

#include <doctest/doctest.h>

#include "drm_bytes.h"
#include "drm_system_ids.h"
#include "key_ids.h"
#include "pssh.h"

namespace playhead::drm {
namespace {

using test::bytes_of;
using test::hex;
using test::kid;

const KeyId kFirst = kid("ad13f9ea2be698b875f504a8e3ccea64");
const KeyId kSecond = kid("558ee541b90ab2f3950d00ade3760d45");
const std::string kUuid = "urn:uuid:";
const std::string kWidevineScheme = kUuid + "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed";
const std::string kPlayReadyScheme = kUuid + "9a04f079-9840-4286-ab92-e65be0885f95";
const std::string kClearKeyScheme = kUuid + "e2719d58-a985-b3c9-781a-b030af78d30e";
const std::string kCommonScheme = kUuid + "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b";
const std::string kMp4Protection = "urn:mpeg:dash:mp4protection:2011";

const std::vector<RegisteredSystem> kSystems = {
    {"clearkey", {system_ids::kClearKey, system_ids::kW3cCommon}, {"org.w3.clearkey"}},
    {"widevine", {system_ids::kWidevine}, {kWidevineScheme, "com.widevine"}},
    {"playready", {system_ids::kPlayReady}, {"com.microsoft.playready"}},
    {"fairplay", {system_ids::kFairPlay}, {"com.apple.streamingkeydelivery"}}};

ContentProtection element(const std::string& scheme, std::vector<KeyId> kids = {}) {
  ContentProtection protection;
  protection.scheme = scheme;
  protection.default_kids = std::move(kids);
  return protection;
}
ContentProtection mp4(const std::string& value, std::vector<KeyId> kids) {
  ContentProtection protection = element(kMp4Protection, std::move(kids));
  protection.value = value;
  return protection;
}
ContentProtection with_pssh(ContentProtection protection, std::vector<uint8_t> pssh) {
  protection.pssh = SharedBytes(std::move(pssh));
  return protection;
}
ContentProtection with_url(ContentProtection protection, const std::string& url) {
  protection.license_url = url;
  return protection;
}
ContentProtection hls(const std::string& format, const std::string& uri) {
  ContentProtection protection = element(format);
  protection.value = "SAMPLE-AES";
  protection.key_uri = uri;
  return protection;
}
std::vector<uint8_t> joined(std::vector<uint8_t> a, const std::vector<uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const std::vector<uint8_t> kWidevineBox =
    write_pssh(system_ids::kWidevine, {}, hex("1210ad13f9ea2be698b875f504a8e3ccea64"));
const std::vector<uint8_t> kWidevineBox2 =
    write_pssh(system_ids::kWidevine, {}, hex("1210558ee541b90ab2f3950d00ade3760d45"));
const std::vector<uint8_t> kCommonBox = write_pssh(system_ids::kW3cCommon, {kFirst}, {});
const std::vector<uint8_t> kEmptyCommonBox = write_pssh(system_ids::kW3cCommon, {}, {});
const std::vector<uint8_t> kObject = test::playready_object(
    "<WRMHEADER version=\"4.0.0.0\"><DATA><KID>6vkTreYruJh19QSo48zqZA==</KID>"
    "<LA_URL>https://pr.example/?a=1&amp;b=2</LA_URL></DATA></WRMHEADER>");
const std::vector<uint8_t> kPlayReadyBox = write_pssh(system_ids::kPlayReady, {}, kObject);

// "widevine:pssh", in order.
std::vector<std::string> summary(const std::vector<DrmChoice>& choices) {
  std::vector<std::string> out;
  for (const DrmChoice& choice : choices) {
    constexpr const char* kTypes[] = {"pssh", "keyids", "playready", "uri"};
    const bool has_init = !choice.init.bytes.empty();
    out.push_back(kSystems[choice.system].name + ":" +
                  (has_init ? kTypes[static_cast<int>(choice.init.type)] : "media") +
                  (choice.is_announced ? "" : ":unannounced"));
  }
  return out;
}

using Names = std::vector<std::string>;

TEST_CASE("system_choice: what manifests say, and who can open it") {
  struct Case {
    const char* name;
    std::vector<ContentProtection> protections;
    Names preference;
    Names expected;
  };
  ContentProtection object = element(kPlayReadyScheme);
  object.playready_object = SharedBytes(kObject);
  const Case cases[] = {
      {"clear", {}, {}, {}},
      {"a system nobody has", {element(kUuid + "5e629af5-38da-4063-8977-97ffbd9902d4")}, {}, {}},
      {"only the scheme", {mp4("cenc", {})}, {}, {}},
      {"only key ids", {mp4("cenc", {kFirst})}, {}, {"clearkey:keyids:unannounced"}},
      {"scheme first", {mp4("cenc", {kFirst}), element(kClearKeyScheme)}, {}, {"clearkey:keyids"}},
      {"scheme last", {element(kClearKeyScheme), mp4("cenc", {kFirst})}, {}, {"clearkey:keyids"}},
      {"Clear Key without key ids",
       {element(kClearKeyScheme), mp4("cenc", {})},
       {},
       {"clearkey:media"}},
      {"Clear Key by the W3C's id",
       {with_pssh(element(kCommonScheme), kCommonBox)},
       {},
       {"clearkey:pssh"}},
      {"an empty box of the W3C",
       {with_pssh(element(kCommonScheme), kEmptyCommonBox), mp4("cenc", {kFirst})},
       {},
       {"clearkey:keyids"}},
      {"key ids on the system's element",
       {element(kClearKeyScheme, {kFirst})},
       {},
       {"clearkey:keyids"}},
      {"Widevine with its box",
       {with_pssh(element(kWidevineScheme), kWidevineBox)},
       {},
       {"widevine:pssh"}},
      {"Widevine without", {element(kWidevineScheme)}, {}, {"widevine:media"}},
      {"a box that is damaged",
       {with_pssh(element(kWidevineScheme), hex("000000"))},
       {},
       {"widevine:media"}},
      {"capitals",
       {element("URN:UUID:EDEF8BA9-79D6-4ACE-A3C8-27DCD51D21ED")},
       {},
       {"widevine:media"}},
      {"PlayReady by its object", {object}, {}, {"playready:playready"}},
      {"PlayReady by its box", {with_pssh(object, kPlayReadyBox)}, {}, {"playready:pssh"}},
      {"PlayReady, bytes exchanged",
       {element(kUuid + "79f0049a-4098-8642-ab92-e65be0885f95")},
       {},
       {"playready:media"}},
      {"several, no preference: as registered",
       {mp4("cenc", {kFirst}), object, with_pssh(element(kWidevineScheme), kWidevineBox)},
       {},
       {"widevine:pssh", "playready:playready", "clearkey:keyids:unannounced"}},
      {"several, PlayReady first",
       {mp4("cenc", {kFirst}), with_pssh(element(kWidevineScheme), kWidevineBox), object},
       {"fairplay", "playready"},
       {"playready:playready", "widevine:pssh", "clearkey:keyids:unannounced"}},
      {"not announced comes last even when preferred",
       {mp4("cenc", {kFirst}), with_pssh(element(kWidevineScheme), kWidevineBox)},
       {"clearkey"},
       {"widevine:pssh", "clearkey:keyids:unannounced"}},
      {"announced and preferred",
       {with_pssh(element(kWidevineScheme), kWidevineBox), mp4("cenc", {kFirst}),
        element(kClearKeyScheme)},
       {"clearkey", "widevine"},
       {"clearkey:keyids", "widevine:pssh"}},
      {"a box of another system on the element",
       {with_pssh(element(kWidevineScheme), kCommonBox)},
       {},
       {"widevine:media"}},
      {"HLS Clear Key by a URL, with a key id",
       {hls("org.w3.clearkey", "https://l.example/"), element(kClearKeyScheme, {kFirst})},
       {},
       {"clearkey:keyids"}},
      {"and without: the media names it",
       {hls("org.w3.clearkey", "https://l.example/")},
       {},
       {"clearkey:media"}},
      {"a URI that is neither data nor a URL, beside a key id",
       {hls("org.w3.clearkey", "key:1"), mp4("cbcs", {kFirst})},
       {},
       {"clearkey:keyids"}},
      {"and alone", {hls("org.w3.clearkey", "key:1")}, {}, {"clearkey:uri"}},
      {"HLS identity is no system", {hls("identity", "https://k.example/key")}, {}, {}},
      {"FairPlay", {hls("com.apple.streamingkeydelivery", "skd://1")}, {}, {"fairplay:uri"}},
      {"HLS Widevine",
       {hls(kWidevineScheme, "data:text/plain;base64," + to_base64(kWidevineBox))},
       {},
       {"widevine:pssh"}},
      {"HLS PlayReady",
       {hls("com.microsoft.playready",
            "data:text/plain;charset=UTF-16;base64," + to_base64(kObject))},
       {},
       {"playready:playready"}},
      {"HLS with three systems",
       {hls("com.apple.streamingkeydelivery", "skd://1"),
        hls("com.microsoft.playready",
            "data:text/plain;charset=UTF-16;base64," + to_base64(kObject)),
        hls(kWidevineScheme, "data:text/plain;base64," + to_base64(kWidevineBox))},
       {"playready", "fairplay"},
       {"playready:playready", "fairplay:uri", "widevine:pssh"}},
      {"a URI nobody reads here",
       {hls("com.widevine", "data:text/plain;base64,e30=")},
       {},
       {"widevine:uri"}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(summary(choose_systems(c.protections, kSystems, c.preference)) == c.expected);
  }
}

TEST_CASE("system_choice: the key's URL is where Clear Key licences are asked for") {
  struct Case {
    const char* name;
    std::string format;
    std::string uri;
    std::string laurl;
    std::string expected;
  };
  const Case cases[] = {
      {"by its name", "org.w3.clearkey", "https://l.example/?a", "", "https://l.example/?a"},
      {"by its id", kClearKeyScheme, "HTTP://l.example/", "", "HTTP://l.example/"},
      {"what is called so comes first", kClearKeyScheme, "https://l.example/", "https://la.example/",
       "https://la.example/"},
      {"data", "org.w3.clearkey", "data:text/plain;base64," + to_base64(kCommonBox), "", ""},
      {"something else", "org.w3.clearkey", "key:1", "", ""},
      {"another system's", "com.widevine", "https://l.example/", "", ""}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto choices = choose_systems({{with_url(hls(c.format, c.uri), c.laurl)}}, kSystems, {});
    REQUIRE(choices.size() == 1);
    CHECK(choices[0].license_url == c.expected);
  }
}

TEST_CASE("system_choice: order in the manifest does not matter") {
  std::vector<ContentProtection> protections = {
      mp4("cenc", {kFirst}), with_url(element(kClearKeyScheme), "https://ck.example/"),
      with_pssh(element(kWidevineScheme), kWidevineBox)};
  const Names preference = {"widevine", "clearkey"};
  const std::vector<DrmChoice> first = choose_systems(protections, kSystems, preference);
  for (int turn = 0; turn < 3; ++turn) {
    std::rotate(protections.begin(), protections.begin() + 1, protections.end());
    const std::vector<DrmChoice> again = choose_systems(protections, kSystems, preference);
    CHECK(summary(again) == summary(first));
    CHECK(again[1].license_url == "https://ck.example/");
    CHECK(again[1].kids == std::vector<KeyId>{kFirst});
  }
}

TEST_CASE("system_choice: sound and picture of one title go together") {
  const std::vector<ContentProtection> protections = {
      mp4("cenc", {kFirst}),
      with_pssh(element(kWidevineScheme), kWidevineBox),
      element(kClearKeyScheme),
      mp4("cenc", {kSecond}),
      element(kClearKeyScheme),
      with_pssh(element(kWidevineScheme), joined(kWidevineBox2, kCommonBox)),
      with_pssh(element(kWidevineScheme), kWidevineBox)};
  const std::vector<DrmChoice> choices = choose_systems(protections, kSystems, {});
  REQUIRE(choices.size() == 2);
  const auto kids = parse_key_ids(choices[0].init.bytes.view());
  REQUIRE(kids.has_value());
  CHECK(*kids == std::vector<KeyId>{kFirst, kSecond});
  const std::vector<uint8_t> both = joined(kWidevineBox, kWidevineBox2);
  const ByteView init = choices[1].init.bytes.view();
  CHECK(std::vector<uint8_t>(init.begin(), init.end()) == both);
}

TEST_CASE("system_choice: where the licence is asked for") {
  ContentProtection object = element(kPlayReadyScheme);
  object.playready_object = SharedBytes(kObject);
  struct Case {
    const char* name;
    ContentProtection protection;
    const char* url;
  };
  const Case cases[] = {
      {"of the element", with_url(element(kClearKeyScheme, {kFirst}), "https://a.example/"),
       "https://a.example/"},
      {"nowhere", element(kClearKeyScheme, {kFirst}), ""},
      {"of the object", object, "https://pr.example/?a=1&b=2"},
      {"of the box", with_pssh(element(kPlayReadyScheme), kPlayReadyBox),
       "https://pr.example/?a=1&b=2"},
      {"of the element before the object", with_url(object, "https://a.example/"),
       "https://a.example/"},
      {"a Widevine box has none", with_pssh(element(kWidevineScheme), kWidevineBox), ""}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const std::vector<DrmChoice> choices = choose_systems({&c.protection, 1}, kSystems, {});
    REQUIRE(choices.size() == 1);
    CHECK(choices[0].license_url == c.url);
  }
}

TEST_CASE("system_choice: the scheme") {
  struct Case {
    const char* name;
    std::vector<const char*> values;
    std::optional<SampleScheme> scheme;
  };
  const Case cases[] = {{"nothing", {}, std::nullopt},
                        {"cenc", {"cenc", ""}, SampleScheme::kCenc},
                        {"cbcs behind a system", {"Widevine", "CBCS"}, SampleScheme::kCbcs},
                        {"cens", {"cens"}, SampleScheme::kCens},
                        {"cbc1", {"cbc1"}, SampleScheme::kCbc1},
                        {"HLS", {"SAMPLE-AES"}, SampleScheme::kCbcs},
                        {"HLS, counter", {"SAMPLE-AES-CTR"}, SampleScheme::kCenc},
                        {"a contradiction", {"cenc", "cbcs"}, std::nullopt}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    std::vector<ContentProtection> protections;
    for (const char* value : c.values) protections.push_back(mp4(value, {}));
    CHECK(scheme_of(protections) == c.scheme);
  }
}

}  // namespace
TEST_CASE("system choice: whole encrypted segments (ISO/IEC 23009-4) are for no system") {
  CHECK(choose_systems(std::vector{mp4("cenc", {kFirst})}, kSystems, {}).size() == 1);
  for (const char* scheme : {"urn:mpeg:dash:sea:2012", "URN:MPEG:DASH:SEA:2012"}) {
    CAPTURE(scheme);
    const std::vector<ContentProtection> both{mp4("cenc", {kFirst}), element(scheme)};
    CHECK(is_segment_encrypted(both));
    CHECK(choose_systems(both, kSystems, {}).empty());
    CHECK(choose_systems(std::vector{element(scheme)}, kSystems, {}).empty());
  }
  CHECK_FALSE(is_segment_encrypted({}));
}

}  // namespace playhead::drm
