// SPDX-License-Identifier: Apache-2.0
#include "drm_system_ids.h"

#include <string>

#include <doctest/doctest.h>

#include "drm_bytes.h"

namespace playhead::drm {
namespace {

TEST_CASE("drm_system_ids: names, and other spellings of the same system") {
  struct Case {
    const char* uuid;
    const char* name;
    const char* registered;
  };
  const Case cases[] = {
      {"1077efec-c0b2-4d02-ace3-3c1e52e2fb4b", "w3c-common", nullptr},
      {"e2719d58-a985-b3c9-781a-b030af78d30e", "clearkey-dashif", nullptr},
      {"edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", "widevine", nullptr},
      {"9a04f079-9840-4286-ab92-e65be0885f95", "playready", nullptr},
      {"79f0049a-4098-8642-ab92-e65be0885f95", "playready", "9a04f079-9840-4286-ab92-e65be0885f95"},
      {"94ce86fb-07ff-4f43-adb8-93d2fa968ca2", "fairplay", nullptr},
      {"29701fe4-3cc7-4a34-8c5b-ae90c7439a47", "fairplay", "94ce86fb-07ff-4f43-adb8-93d2fa968ca2"},
      {"5e629af5-38da-4063-8977-97ffbd9902d4", "marlin", nullptr},
      {"3d5e6d35-9b9a-41e8-b843-dd3c6e72c42c", "wiseplay", nullptr},
      {"00000000-0000-0000-0000-000000000001", "", nullptr}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.uuid));
    const std::optional<KeyId> id = parse_uuid(c.uuid);
    REQUIRE(id.has_value());
    CHECK(system_name(*id) == c.name);
    CHECK(format_uuid(registered_system_id(*id)) == (c.registered ? c.registered : c.uuid));
    CHECK(format_uuid(*id) == c.uuid);
  }
  CHECK(system_id_of("playready") == system_ids::kPlayReady);
  CHECK(system_id_of("w3c-common") == system_ids::kW3cCommon);
  CHECK(system_id_of("clearkey-dashif") == system_ids::kClearKey);
  CHECK(system_id_of("widevine") == system_ids::kWidevine);
  CHECK(system_id_of("fairplay") == system_ids::kFairPlay);
  CHECK_FALSE(system_id_of("nobody").has_value());
}

TEST_CASE("drm_system_ids: what MPDs and playlists call them") {
  struct Case {
    const char* key_format;
    std::optional<KeyId> id;
  };
  const Case cases[] = {{"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", system_ids::kWidevine},
                        {"URN:UUID:EDEF8BA9-79D6-4ACE-A3C8-27DCD51D21ED", system_ids::kWidevine},
                        {"edef8ba979d64acea3c827dcd51d21ed", system_ids::kWidevine},
                        {"com.widevine", system_ids::kWidevine},
                        {"com.microsoft.playready", system_ids::kPlayReady},
                        {"com.apple.streamingkeydelivery", system_ids::kFairPlay},
                        {"org.w3.clearkey", system_ids::kClearKey},
                        {"identity", std::nullopt},
                        {"urn:mpeg:dash:mp4protection:2011", std::nullopt},
                        {"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21e", std::nullopt},
                        {"urn:uuid:edef8ba9+79d6+4ace+a3c8+27dcd51d21ed", std::nullopt},
                        {"", std::nullopt}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.key_format));
    CHECK(system_id_of_key_format(c.key_format) == c.id);
  }
}

}  // namespace
}  // namespace playhead::drm
