// SPDX-License-Identifier: Apache-2.0
#include "licences/licence_note.h"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "licences/licence_json.h"
#include "licences/staged_licenses.h"
#include "unit/offline/vault_world.h"

namespace playhead::offline::test {
namespace {

using Bytes = std::vector<uint8_t>;

KeyId filled(uint8_t value) {
  KeyId kid{};
  kid.fill(value);
  return kid;
}

LicenceNote a_note() {
  LicenceNote note;
  note.license.system = "clearkey";
  note.license.persistent_id = "clearkey-1";
  note.license.kids = {filled(1), filled(0xff)};
  note.license.terms = {WallTime{5'000'000}, WallTime{4'000'000}, 720};
  note.license.expires_at = WallTime{5'000'000};
  note.origin = {true, "clearkey", "https://host/license?sig=s", {}};
  ContentProtection protection;
  protection.scheme = "urn:mpeg:dash:mp4protection:2011";
  protection.value = "cenc";
  protection.default_kids = {filled(1)};
  protection.pssh = SharedBytes(Bytes{1, 2, 3});
  note.origin.wishes = {{TrackKind::kAudio, {protection}, std::nullopt}};
  return note;
}

const Bytes kRecord = {'k', 'e', 'y', 's'};

std::string code_of(const Error& error) { return std::string(error_name(error.code)); }

TEST_CASE("licence_note: what is sealed comes back") {
  const auto sealer = sealer_of(1);
  const LicenceNote note = a_note();
  const auto sealed = seal_licence(*sealer, "d-1", note, kRecord);
  REQUIRE(sealed.has_value());
  const auto opened = open_licence_note(*sealer, "d-1", *sealed);
  REQUIRE(opened.has_value());
  CHECK(opened->license == note.license);
  CHECK(opened->origin.is_of_service);
  CHECK(opened->origin.license_url == note.origin.license_url);
  REQUIRE(opened->origin.wishes.size() == 1);
  const LicenseWish& wish = opened->origin.wishes.front();
  CHECK(wish.track == TrackKind::kAudio);
  REQUIRE(wish.protections.size() == 1);
  CHECK(wish.protections[0].default_kids == std::vector<KeyId>{filled(1)});
  CHECK(wish.protections[0].value == "cenc");
  CHECK(wish.protections[0].pssh.size() == 3);
  const auto record = open_licence_record(*sealer, "d-1", "clearkey-1", *sealed);
  REQUIRE(record.has_value());
  CHECK(*record == kRecord);
}

TEST_CASE(
    "licence_note: D12 D13 what is bound to one download and one licence opens for no other") {
  const auto sealer = sealer_of(1);
  const auto other_device = sealer_of(2);
  const Bytes sealed = *seal_licence(*sealer, "d-1", a_note(), kRecord);
  Bytes changed = sealed;
  changed.back() ^= 1;
  Bytes longer = sealed;
  longer[3] = 0x7f;
  struct Case {
    const char* name;
    Sealer& sealer;
    const char* download;
    const char* licence;
    const Bytes& sealed;
    const char* note;
    const char* record;
  };
  const Case cases[] = {
      {"as it was", *sealer, "d-1", "clearkey-1", sealed, "", ""},
      {"of another download", *sealer, "d-2", "clearkey-1", sealed, "OFFLINE_TAMPERED",
       "OFFLINE_TAMPERED"},
      {"under another licence's name", *sealer, "d-1", "clearkey-2", sealed, "",
       "OFFLINE_TAMPERED"},
      {"changed", *sealer, "d-1", "clearkey-1", changed, "", "OFFLINE_TAMPERED"},
      {"a size that is a lie", *sealer, "d-1", "clearkey-1", longer, "OFFLINE_TAMPERED",
       "OFFLINE_TAMPERED"},
      {"of another device", *other_device, "d-1", "clearkey-1", sealed, "OFFLINE_OTHER_DEVICE",
       "OFFLINE_OTHER_DEVICE"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto note = open_licence_note(c.sealer, c.download, c.sealed);
    CHECK((note ? "" : code_of(note.error())) == c.note);
    const auto record = open_licence_record(c.sealer, c.download, c.licence, c.sealed);
    CHECK((record ? "" : code_of(record.error())) == c.record);
  }
}

TEST_CASE("licence_note: what is told when the licence is gone has no keys in it") {
  const auto sealer = sealer_of(1);
  const Bytes sealed = *seal_licence(*sealer, "d-1", a_note(), kRecord);
  const auto message = without_record(sealed);
  REQUIRE(message.has_value());
  CHECK(open_licence_note(*sealer, "d-1", *message).has_value());
  const auto record = open_licence_record(*sealer, "d-1", "clearkey-1", *message);
  REQUIRE_FALSE(record.has_value());
  CHECK(record.error().code == ErrorCode::kDrmNoLicense);
}

TEST_CASE("licence_note: notes that are no notes are refused") {
  for (const char* text : {"", "[]", "{}", "{\"system\":1}", "{\"system\":\"clearkey\"}"}) {
    CAPTURE(std::string(text));
    const auto note = read_licence_note(text);
    REQUIRE_FALSE(note.has_value());
    CHECK(note.error().code == ErrorCode::kStoreCorrupt);
  }
}

// W3C Encrypted Media Extensions §9.1.4: base64url without padding.
TEST_CASE("licence_note: key ids as Clear Key keeps them of what is given back") {
  CHECK(write_clear_key_ids({filled(0xff)}) == R"({"kids":["_____________________w"]})");
}

TEST_CASE("licence_note: the end goes out of what Clear Key keeps, and nothing else does") {
  struct Case {
    const char* name;
    std::string record, left;
  };
  const Case cases[] = {
      {"the last member", R"({"keys":[],"type":"x","expires_at":1790000000})",
       R"({"keys":[],"type":"x"})"},
      {"one before others", R"({"keys":[],"expires_at":1,"b":2})", R"({"keys":[],"b":2})"},
      {"none", R"({"keys":[],"type":"x"})", R"({"keys":[],"type":"x"})"},
      {"of another system", "\x01\x02", "\x01\x02"},
      {"nothing", "", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    std::vector<uint8_t> record(c.record.begin(), c.record.end());
    drop_clear_key_end(record);
    CHECK(std::string(as_text(record)) == c.left);
  }
}

TEST_CASE("staged_licenses: records while they are on their way") {
  StagedLicenses store;
  CHECK(store.view("a").empty());
  REQUIRE(store.put("a", kRecord).has_value());
  CHECK(store.view("a").size() == kRecord.size());
  CHECK(*store.get("a") == kRecord);
  REQUIRE(store.remove("a").has_value());
  REQUIRE(store.remove("a").has_value());
  const auto gone = store.get("a");
  REQUIRE_FALSE(gone.has_value());
  CHECK(gone.error().code == ErrorCode::kDrmNoLicense);
}

}  // namespace
}  // namespace playhead::offline::test
