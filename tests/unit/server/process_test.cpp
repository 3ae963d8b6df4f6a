// SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <chrono>
#include <csignal>

#include <doctest/doctest.h>
#include <pthread.h>

using namespace playhead::server;

TEST_CASE("process: every day has its work, a hang-up is no end, and a signal to end is") {
  sigset_t before;
  REQUIRE(pthread_sigmask(SIG_SETMASK, nullptr, &before) == 0);
  take_signals();
  const auto send_self = [](int signal) { REQUIRE(pthread_kill(pthread_self(), signal) == 0); };
  int reloads = 0;
  int days = 0;
  const auto daily = [&] {
    ++days;
    send_self(days < 3 ? SIGHUP : SIGTERM);
  };
  wait_for_end([&] { ++reloads; }, daily, std::chrono::milliseconds(1));
  CHECK(days == 3);
  CHECK(reloads == 2);
  // An ordinary day is not over yet.
  send_self(SIGHUP);
  wait_for_end([&] { send_self(SIGINT); }, [&] { ++days; });
  CHECK(days == 3);
  CHECK(pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);
}
