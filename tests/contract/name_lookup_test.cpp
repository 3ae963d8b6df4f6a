// SPDX-License-Identifier: Apache-2.0
// Names that cannot be looked up: the system's resolver fails when the test says so.
#include <atomic>
#include <cstring>
#include <string>

#include <curl/curl.h>
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <netdb.h>

#include "contract/transport_world.h"

namespace {

constexpr const char* kFlaky = "flaky.test";
std::atomic<int> failures_left = 0;
std::atomic<int> lookups = 0;

}  // namespace

// Takes the place of the C library's for the whole program; only that name is another one.
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* name,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** result) {
  using Lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto lookup = reinterpret_cast<Lookup>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name == nullptr || std::strcmp(name, kFlaky) != 0) {
    return lookup(name, service, hints, result);
  }
  ++lookups;
  if (failures_left > 0 && failures_left-- > 0) return EAI_AGAIN;
  return lookup("127.0.0.1", service, hints, result);
}

namespace playhead::test {
namespace {

struct Flaky {
  explicit Flaky(int failures) {
    failures_left = failures;
    lookups = 0;
    world.serve("/a", text_answer("a"));
    url = world.url("/a");
    url.replace(url.find("127.0.0.1"), 9, kFlaky);
  }
  CurlWorld world;
  std::string url;
};

// Whether libcurl asks the function above.
bool asks_the_system() {
#ifdef __linux__
  if (curl_version_info(CURLVERSION_NOW)->ares == nullptr) return true;
#endif
  MESSAGE("skipped: libcurl's questions for names cannot be answered here");
  return false;
}

TEST_CASE("N22 a name that could not be looked up is looked up again by the next request") {
  if (!asks_the_system()) return;
  Flaky flaky(1);
  Exchange first(flaky.world);
  REQUIRE(first.start(flaky.url).wait());
  CHECK(first.error() == ErrorCode::kNetworkUnreachable);
  CHECK(lookups == 1);
  Exchange second(flaky.world);  // at once: the failure is not kept
  REQUIRE(second.start(flaky.url).wait());
  CHECK(second.ok());
  CHECK(lookups == 2);
  Exchange third(flaky.world);  // the answer is
  REQUIRE(third.start(flaky.url).wait());
  CHECK(third.ok());
  CHECK(lookups == 2);
}

TEST_CASE("N22 a fetch outlasts a name that cannot be looked up for a while") {
  if (!asks_the_system()) return;
  Flaky flaky(3);
  Request request;
  request.url = flaky.url;
  RetryConfig soon;
  soon.first_delay = soon.max_delay = soon.least_interval = 1ms;
  const auto fetched = fetch_whole(flaky.world, request, soon);
  REQUIRE(fetched.has_value());
  CHECK(as_text(fetched->body.view()) == "a");
  CHECK(lookups == 4);
}

}  // namespace
}  // namespace playhead::test
