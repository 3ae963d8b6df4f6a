// SPDX-License-Identifier: Apache-2.0
#include "streaming/title_keys.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

// Opens what is of the scheme "good".
class TestKeys final : public TitleKeys {
 public:
  Result<void> can_open(TrackKind, std::span<const ContentProtection> protections) const override {
    const bool is_good = std::any_of(protections.begin(), protections.end(),
                                     [](const auto& p) { return p.scheme == "good"; });
    if (!is_good) return make_error(ErrorCode::kDrmNoSystem, "not good");
    return {};
  }
  void require(TrackKind, std::span<const ContentProtection> protections) override {
    for (const ContentProtection& protection : protections) asked += protection.value;
  }
  void require(TrackKind, const std::string&, std::span<const ContentProtection>,
               const MediaProtection&) override {}
  bool may_show(TrackKind, const Representation&,
                std::span<const ContentProtection>) const override {
    return true;
  }
  std::string asked;
};

ContentProtection protection(const char* scheme, const char* value) {
  ContentProtection made;
  made.scheme = scheme;
  made.value = value;
  return made;
}

}  // namespace

TEST_CASE("title_keys: a set can be opened when all of it can, as far as is told") {
  struct Case {
    const char* name;
    bool is_encrypted;
    std::vector<ContentProtection> of_set, of_first, of_second;
    bool opens, opens_without_keys;
  };
  const Case cases[] = {
      {"clear", false, {}, {}, {}, true, true},
      {"encrypted, the playlist tells how", true, {}, {}, {}, true, false},
      {"a known system", true, {protection("good", "1")}, {}, {}, true, false},
      {"one of two", true, {protection("bad", "1"), protection("good", "2")}, {}, {}, true, false},
      {"another system", true, {protection("bad", "1")}, {}, {}, false, false},
      {"one Representation for another system",
       true,
       {},
       {protection("good", "1")},
       {protection("bad", "2")},
       false,
       false},
      {"one Representation is clear", true, {}, {}, {protection("good", "2")}, true, false},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    AdaptationSet set;
    set.is_encrypted = c.is_encrypted;
    set.protections = c.of_set;
    set.representations.resize(2);
    set.representations[0].protections = c.of_first;
    set.representations[1].protections = c.of_second;
    const TestKeys keys;
    CHECK(can_open(&keys, set).has_value() == c.opens);
    const Result<void> without = can_open(nullptr, set);
    CHECK(without.has_value() == c.opens_without_keys);
    if (!without) CHECK(without.error().code == ErrorCode::kDrmNoSystem);
  }
}

TEST_CASE("title_keys: what is asked for is what all of the set needs, once") {
  AdaptationSet set;
  set.protections = {protection("a", "1")};
  set.representations.resize(2);
  set.representations[1].protections = {protection("b", "2")};
  TestKeys keys;
  require_set(keys, set);
  CHECK(keys.asked == "12");
  TestKeys nothing;
  require_set(nothing, AdaptationSet());
  CHECK(nothing.asked.empty());
}

TEST_CASE("title_keys: a segment of HLS is opened by any of the keys in force") {
  Segment segment;
  const TestKeys keys;
  CHECK(can_open(nullptr, TrackKind::kVideo, segment));
  SegmentKeys in_force(2);
  in_force[0].key_format = "bad";
  in_force[1].key_format = "good";
  in_force[1].method = EncryptionMethod::kSampleAesCtr;
  in_force[1].uri = "data:,x";
  in_force[1].kid = KeyId{7};
  segment.keys = std::make_shared<const SegmentKeys>(in_force);
  CHECK(can_open(&keys, TrackKind::kVideo, segment));
  CHECK_FALSE(can_open(nullptr, TrackKind::kVideo, segment));
  const auto said = protections_of(segment);
  REQUIRE(said.size() == 2);
  CHECK(said[1].value == "SAMPLE-AES-CTR");
  CHECK(said[1].key_uri == "data:,x");
  CHECK(said[0].default_kids.empty());
  CHECK(said[1].default_kids == std::vector<KeyId>{{7}});
  in_force.pop_back();
  segment.init_keys = std::make_shared<const SegmentKeys>(in_force);
  segment.keys = nullptr;
  CHECK_FALSE(can_open(&keys, TrackKind::kVideo, segment));
}

}  // namespace playhead
