// SPDX-License-Identifier: Apache-2.0
#include "streaming/reload_policy.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "unit/streaming/listed_index.h"

namespace playhead {
namespace {

constexpr MonotonicTime kAsked{7'000'000};

TEST_CASE("next_reload: a period, half of it without news, then less and less often") {
  struct Case {
    const char* name;
    Duration period;
    bool can_block;
    int unchanged, failures;
    uint64_t random;
    Duration expected;  // after it was asked for
  };
  const Case cases[] = {{"news", 4s, false, 0, 0, 0, 4s},
                        {"none: half", 4s, false, 1, 0, 0, 2s},
                        {"none for long: still half", 4s, false, 6, 0, 0, 2s},
                        {"M14 then backing off", 4s, false, 7, 0, 0, 4s},
                        {"M14 up to four periods", 4s, false, 60, 0, 0, 16s},
                        {"never more often than every half second", 0s, false, 0, 0, 0, 500ms},
                        {"a server that holds back is asked soon", 4s, true, 0, 0, 0, 2s},
                        {"unless it does not", 4s, true, 1, 0, 0, 2s},
                        {"a failure: at least half of the bound", 4s, true, 0, 1, 0, 250ms},
                        {"with jitter", 4s, true, 0, 1, 100'000, 350ms},
                        {"failures: up to eight seconds", 4s, false, 0, 40, 0, 4s},
                        {"failures count before silence", 4s, false, 9, 1, 0, 250ms}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const ReloadInputs in{c.period, c.can_block, c.unchanged, c.failures, kAsked, c.random};
    CHECK(next_reload(in) - kAsked == c.expected);
  }
}

TEST_CASE("next_reload: M28 a server that says it holds back and does not is asked twice a part") {
  ReloadInputs in{4s, true, 0, 0, kAsked, 0};
  in.part = 1s;
  CHECK(next_reload(in) - kAsked == 500ms);
}

TEST_CASE(
    "next_reload: N15 the delay after a failure begins when it is known, however long it took") {
  const ReloadInputs in{4s, false, 0, 3, kAsked, 0, kAsked + 8s};
  CHECK(next_reload(in) - kAsked == 9s);
}

TEST_CASE("next_reload: the delay after failures stays within its bound for any jitter") {
  for (const uint64_t random : {uint64_t{0}, uint64_t{1} << 40, ~uint64_t{0}}) {
    for (int failures = 1; failures < 100; ++failures) {
      const Duration delay = next_reload({4s, false, 0, failures, kAsked, random}) - kAsked;
      REQUIRE(delay >= 250ms);
      REQUIRE(delay <= 8s);
    }
  }
}

TEST_CASE("reload_directives: what comes next is asked for, where the server can wait for it") {
  LoadedIndex index;
  auto segments = std::make_shared<test::ListedIndex>(test::ListedIndex::regular(10, 3, 4s));
  segments->add_parts(3, MediaTime{12'000'000}, 2, 1s, 1);
  index.segments = segments;
  SUBCASE("an ordinary server is asked for nothing") {
    const ReloadDirectives directives = reload_directives(index, true, true);
    CHECK_FALSE(directives.media_sequence);
    CHECK_FALSE(directives.part);
    CHECK_FALSE(directives.skip);
  }
  SUBCASE("delta updates alone") {
    index.server_control = ServerControl{};
    index.server_control->can_skip_until = 24s;
    CHECK(reload_directives(index, true, true).skip);
    CHECK_FALSE(reload_directives(index, false, true).skip);
    CHECK_FALSE(reload_directives(index, true, true).media_sequence);
  }
  SUBCASE("whole segments") {
    index.server_control = ServerControl{};
    index.server_control->can_block_reload = true;
    CHECK(reload_directives(index, true, true).media_sequence == 13);
    CHECK_FALSE(reload_directives(index, true, true).part);
  }
  SUBCASE("parts: the one after those that are listed") {
    index.server_control = ServerControl{};
    index.server_control->can_block_reload = true;
    index.part_target = 1s;
    CHECK(reload_directives(index, true, true).media_sequence == 13);
    CHECK(reload_directives(index, true, true).part == 2);
    // Whoever fetches whole segments does not want to be told of each part.
    CHECK(reload_directives(index, true, false).media_sequence == 13);
    CHECK_FALSE(reload_directives(index, true, false).part);
  }
  SUBCASE("a playlist that has only begun does not say what comes next") {
    index.server_control = ServerControl{};
    index.server_control->can_block_reload = true;
    index.segments = std::make_shared<test::ListedIndex>(test::ListedIndex::regular(0, 0, 4s));
    CHECK_FALSE(reload_directives(index, true, true).media_sequence);
  }
}

TEST_CASE("patience_with_refusal: N10 N17 none with a host that was waited for, some with others") {
  const auto denies = [](ErrorCode code, int status = 0) {
    return is_denied(make_error(code, "", status));
  };
  CHECK(denies(ErrorCode::kServerBusy, 503));
  CHECK(denies(ErrorCode::kNotFound, 404));
  CHECK(denies(ErrorCode::kHttpStatus, 451));
  CHECK_FALSE(denies(ErrorCode::kHttpStatus, 500));
  CHECK_FALSE(denies(ErrorCode::kNetworkTimeout));
  CHECK_FALSE(denies(ErrorCode::kManifestSyntax));
  CHECK(patience_with_refusal(ErrorCode::kServerBusy) == 0s);
  CHECK(patience_with_refusal(ErrorCode::kNotFound) == 10s);
}

}  // namespace
}  // namespace playhead
