// SPDX-License-Identifier: Apache-2.0
// What guards accounts: PINs, refresh tokens, how often may be asked; and what is counted.
#include <doctest/doctest.h>
#include <unistd.h>

#include "jwt.h"
#include "log.h"
#include "metrics.h"
#include "pin_guard.h"
#include "profile_book.h"
#include "rate_limiter.h"
#include "server_fixture.h"
#include "sqlite_store.h"
#include "token_service.h"

using namespace playhead::server;
using playhead::server::test::FixedClock;
using playhead::server::test::TempDir;

namespace {

std::unique_ptr<SqliteStore> open_accounts(const TempDir& dir) {
  auto store = SqliteStore::open(dir.path() / "playhead.db");
  REQUIRE(store.ok());
  return std::move(store.value());
}

std::string code_of(const Status& status) { return status.ok() ? "ok" : status.error().code; }

}  // namespace

TEST_CASE("pin: a hash opens with its PIN only, and no two are alike") {
  const auto hash = hash_pin("1234", 10);
  REQUIRE(hash.ok());
  CHECK(hash.value().find("1234") == std::string::npos);
  CHECK(hash_pin("1234", 10).value() != hash.value());
  CHECK(pin_matches("1234", hash.value()));
  CHECK_FALSE(pin_matches("1235", hash.value()));
  for (const char* bad :
       {"", "pbkdf2-sha256$", "pbkdf2-sha256$0$AAAA$AAAA", "pbkdf2-sha256$10$",
        "pbkdf2-sha256$99999999999$AA$AA", "plain$1234", "pbkdf2-sha256$10$*$*"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(pin_matches("1234", bad));
  }
  for (const char* pin : {"", "123", "123456789", "12a4", "１２３４"}) CHECK_FALSE(is_pin(pin));
}

TEST_CASE("pin_guard: wrong PINs are counted, the right one afterwards is as late") {
  FixedClock clock(1'000'000);
  PinGuard guard(clock, {.max_failures = 3, .window_s = 60, .iterations = 10});
  Profile open;
  CHECK(guard.check(open, "").ok());
  Profile profile;
  profile.user_id = "a";
  profile.pin_hash = guard.hash("1234").value();
  Profile other = profile;
  other.user_id = "b";
  CHECK(code_of(guard.check(profile, "")) == "pin_required");
  CHECK(code_of(guard.check(profile, "1111")) == "pin_wrong");
  CHECK(code_of(guard.check(profile, "1234")) == "ok");  // begins anew
  for (int i = 0; i < 3; ++i) CHECK(code_of(guard.check(profile, "1111")) == "pin_wrong");
  const Status locked = guard.check(profile, "1234");
  CHECK(code_of(locked) == "pin_locked");
  CHECK(locked.error().http_status == 429);
  CHECK(locked.error().retry_after_s == 60);
  CHECK(code_of(guard.check(other, "1234")) == "ok");
  clock.set_ms(1'000'000 + 59'999);
  CHECK(code_of(guard.check(profile, "1234")) == "pin_locked");
  clock.set_ms(1'000'000 + 60'000);
  CHECK(code_of(guard.check(profile, "1234")) == "ok");
  profile.pin_hash = guard.hash("9999").value();  // changed: what was proven no longer counts
  CHECK(code_of(guard.check(profile, "1234")) == "pin_wrong");
}

TEST_CASE("token_service: each refresh token is good once, and theft ends the login") {
  const TempDir dir;
  const auto store = open_accounts(dir);
  FixedClock clock(1'000'000'000);
  const JwtCodec codec(std::string(32, 'k'));
  TokenService tokens(*store, codec, clock, {.access_s = 60, .refresh_s = 1000});
  const auto in_store = [&](const std::function<Result<TokenPair>()>& call) {
    Result<TokenPair> result = Error{};
    REQUIRE(store
                ->transact([&]() -> Status {
                  result = call();
                  return Done{};
                })
                .ok());
    return result;
  };
  const auto refresh = [&](const std::string& token) {
    return in_store([&] { return tokens.refresh(token); });
  };
  const auto first = in_store([&] { return tokens.log_in("alice"); });
  REQUIRE(first.ok());
  CHECK(codec.verify(first.value().access_token, clock.now_s() + 59).value().user_id == "alice");
  CHECK_FALSE(codec.verify(first.value().access_token, clock.now_s() + 60).ok());
  const auto second = refresh(first.value().refresh_token);
  REQUIRE(second.ok());
  CHECK(codec.verify(second.value().access_token, clock.now_s()).value().user_id == "alice");
  const auto other = in_store([&] { return tokens.log_in("alice"); });

  CHECK(refresh(first.value().refresh_token).error().code == "refresh_reused");
  CHECK(refresh(second.value().refresh_token).error().code == "refresh_invalid");  // revoked
  CHECK(refresh("made up").error().code == "refresh_invalid");
  const auto third = refresh(other.value().refresh_token);  // another login goes on
  REQUIRE(third.ok());
  clock.set_ms(1'000'000'000 + 1'000'000);
  CHECK(refresh(third.value().refresh_token).error().code == "refresh_expired");
}

TEST_CASE("profile_book: the default profile is always there; ids are known once there are any") {
  const TempDir dir;
  const auto store = open_accounts(dir);
  ProfileBook book(*store);
  const auto put = [&](const Profile& profile, std::size_t max = 2) {
    bool is_put = false;
    REQUIRE(store
                ->transact([&]() -> Status {
                  is_put = store->put_profile(profile, max).value();
                  return Done{};
                })
                .ok());
    book.forget("a");
    return is_put;
  };
  CHECK(book.list("a").value().size() == 1);
  CHECK(book.find("a", "whatever").value().profile_id.empty());
  CHECK(put({"a", "kid", "Kid", Maturity::kG, "", 5}));
  CHECK(book.find("a", "kid").value().maturity == Maturity::kG);
  CHECK(book.find("a", "default").value().profile_id.empty());
  CHECK(book.find("a", "whatever").error().code == "unknown_profile");
  CHECK(book.find("b", "kid").value().profile_id.empty());  // another account's
  CHECK(put({"a", "p2", "Two", Maturity::kR, "", 6}));
  CHECK_FALSE(put({"a", "p3", "Three", Maturity::kR, "", 7}));
  CHECK(put({"a", "", "Me", Maturity::kTvMa, "", 8}));      // the default one does not count
  CHECK(put({"a", "kid", "Child", Maturity::kPg, "", 9}));  // nor a change
  const auto all = book.list("a").value();
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "Me");
  CHECK(all[1].name == "Child");
}

TEST_CASE("ratings: the newest counts, peers are those who rated the same") {
  const TempDir dir;
  const auto store = open_accounts(dir);
  const std::vector<Rating> all = {{"a", "", "m1", 2, 1}, {"a", "", "m1", 5, 2},
                                   {"b", "", "m1", 4, 3}, {"b", "", "m2", 3, 4},
                                   {"c", "", "m3", 5, 5}, {"a", "kid", "m2", 1, 6}};
  REQUIRE(store
              ->transact([&]() -> Status {
                for (const Rating& rating : all) {
                  if (Status put = store->put_rating(rating); !put.ok()) return put;
                }
                return Done{};
              })
              .ok());
  REQUIRE(store->ratings("a", 9).value().size() == 1);
  CHECK(store->ratings("a", 9).value()[0].stars == 5);
  const auto peers = store->ratings_of_peers("a", 9).value();
  REQUIRE(peers.size() == 2);
  CHECK(peers[0].movie_id == "m2");
  CHECK(peers[1].user_id == "b");
  CHECK(store->rating_sum("m1").value().count == 2);
  CHECK(store->rating_sum("m1").value().stars == 9);
  CHECK(store->rating_sum("m9").value().count == 0);
}

TEST_CASE("rate_limiter: a burst, then the rate, per caller") {
  FixedClock clock(0);
  RateLimiter limiter(clock, {.per_second = 2, .burst = 3});
  for (int i = 0; i < 3; ++i) CHECK(limiter.seconds_to_wait("a") == 0);
  CHECK(limiter.seconds_to_wait("a") == 1);
  CHECK(limiter.seconds_to_wait("b") == 0);
  clock.set_ms(499);
  CHECK(limiter.seconds_to_wait("a") == 1);
  clock.set_ms(500);
  CHECK(limiter.seconds_to_wait("a") == 0);
  CHECK(limiter.seconds_to_wait("a") == 1);
  clock.set_ms(400);  // set back: nothing is given
  CHECK(limiter.seconds_to_wait("a") == 1);
  clock.set_ms(INT64_C(1) << 50);
  for (int i = 0; i < 3; ++i) CHECK(limiter.seconds_to_wait("a") == 0);
  CHECK(limiter.seconds_to_wait("a") == 1);
  RateLimiter none(clock, {});
  for (int i = 0; i < 1000; ++i) REQUIRE(none.seconds_to_wait("a") == 0);
}

TEST_CASE("metrics: the text Prometheus reads") {
  Metrics metrics;
  metrics.note_answer("/a", 200, 700);
  metrics.note_answer("/a", 200, 1'000);
  metrics.note_answer("/a", 404, 9'000'000);
  metrics.note_commit(1);
  metrics.note_commit(5'000);
  const std::string text = metrics.text({[] { return std::size_t{7}; }, {}, {}});
  for (const char* line : {"playhead_requests_total{route=\"/a\",status=\"200\"} 2\n",
                           "playhead_requests_total{route=\"/a\",status=\"404\"} 1\n",
                           "playhead_request_seconds_bucket{route=\"/a\",le=\"0.0005\"} 0\n",
                           "playhead_request_seconds_bucket{route=\"/a\",le=\"0.001\"} 2\n",
                           "playhead_request_seconds_bucket{route=\"/a\",le=\"2.5\"} 2\n",
                           "playhead_request_seconds_bucket{route=\"/a\",le=\"+Inf\"} 3\n",
                           "playhead_request_seconds_sum{route=\"/a\"} 9.0017\n",
                           "playhead_request_seconds_count{route=\"/a\"} 3\n",
                           "playhead_commit_writes_bucket{le=\"1\"} 1\n",
                           "playhead_commit_writes_bucket{le=\"+Inf\"} 2\n",
                           "playhead_commit_writes_sum 5001\n", "playhead_write_queue 7\n"}) {
    CAPTURE(std::string(line));
    CHECK(text.find(line) != std::string::npos);
  }
  CHECK(text.find("playhead_connections ") == std::string::npos);
}

TEST_CASE("log: JSON lines, whatever is in the values") {
  int ends[2] = {-1, -1};
  REQUIRE(::pipe(ends) == 0);
  const FixedClock clock(1'700'000'000'000);
  const Log log(clock, ends[1], Log::Format::kJson);
  log.warn("what", {{"why", "a \"quote\"\n\xff"}});
  char text[256] = {};
  CHECK(::read(ends[0], text, sizeof text - 1) > 0);
  CHECK(std::string(text) ==
        "{\"time\":\"2023-11-14T22:13:20Z\",\"level\":\"warn\",\"event\":\"what\","
        "\"why\":\"a \\\"quote\\\"\\n\xef\xbf\xbd\"}\n");
  ::close(ends[0]);
  ::close(ends[1]);
}
