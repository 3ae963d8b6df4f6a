// SPDX-License-Identifier: Apache-2.0
#include "player/host_memory.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/memory_store.h"
#include "support/virtual_executor.h"

namespace playhead::test {
namespace {

class Connections final : public Transport {
 public:
  CancelHandle start(Request, Executor&, FetchCallbacks) override { return {}; }
  void preconnect(const std::string& url) override { opened.push_back(url); }
  std::vector<std::string> opened;
};

struct Fixture {
  VirtualExecutor executor;
  MemoryStore store{executor};

  std::vector<std::string> opened_by(const HostMemory& memory, const std::string& asked = {}) {
    Connections transport;
    memory.preconnect(transport, asked);
    return transport.opened;
  }
};

TEST_CASE("host memory: the hosts used last are connected to, but not the one that is asked") {
  Fixture f;
  HostMemory memory(f.store, f.executor);
  CHECK(f.opened_by(memory).empty());
  memory.remember("https://manifests.test/a/master.m3u8?token=secret");
  memory.remember("http://cdn.test:8080/a/1.seg");
  memory.remember("file:///etc/passwd");
  memory.remember("no URL");
  const std::vector<std::string> both = {"http://cdn.test:8080/", "https://manifests.test:443/"};
  CHECK(f.opened_by(memory) == both);
  CHECK(f.opened_by(memory, "https://manifests.test/b.mpd") ==
        std::vector<std::string>{"http://cdn.test:8080/"});
  CHECK(f.opened_by(memory, "http://manifests.test/b.mpd") == both);
  // A third takes the place of the one not used for longest.
  f.executor.run_for(1s);
  memory.remember("https://manifests.test/b.mpd");
  f.executor.run_for(2h);
  memory.remember("http://cdn.test:8080/a/1.seg");
  memory.remember("http://cdn2.test/a/1.seg");
  CHECK(f.opened_by(memory) == std::vector<std::string>{"http://cdn.test:8080/",
                                                        "http://cdn2.test:80/"});
}

TEST_CASE("host memory: lasts a day, beyond the process, and keeps origins alone") {
  Fixture f;
  {
    HostMemory memory(f.store, f.executor);
    memory.remember("https://cdn.test/secret-title/1.seg?sig=secret");
    f.executor.run_for(1s);
  }
  const auto kept = f.store.committed("hosts");
  REQUIRE(kept.size() == 1);
  CHECK(kept.front().key == "https://cdn.test:443");
  const HostMemory memory(f.store, f.executor);
  f.executor.run_for(1s);
  CHECK(f.opened_by(memory).size() == 1);
  f.executor.run_for(25h);
  CHECK(f.opened_by(memory).empty());
}

TEST_CASE("host memory: what is known is not written again for an hour") {
  Fixture f;
  HostMemory memory(f.store, f.executor);
  memory.remember("http://cdn.test/1.seg");
  f.executor.run_for(1s);
  const auto first = f.store.committed("hosts").front().value;
  f.executor.run_for(30min);
  memory.remember("http://cdn.test/2.seg");
  f.executor.run_for(1s);
  CHECK(f.store.committed("hosts").front().value == first);
  f.executor.run_for(31min);
  memory.remember("http://cdn.test/3.seg");
  f.executor.run_for(1s);
  CHECK(f.store.committed("hosts").front().value != first);
}

TEST_CASE("host memory: what somebody else wrote there is no host") {
  Fixture f;
  f.store.write({{StoreWrite::Kind::kPut, "hosts", "not a URL", "1700000000", 0},
                 {StoreWrite::Kind::kPut, "hosts", "http://cdn.test:80", "soon", 0},
                 {StoreWrite::Kind::kPut, "hosts", "ftp://cdn.test:21", "1700000000", 0}},
                f.executor, [](const Result<uint64_t>&) {});
  f.executor.run_for(1s);
  const HostMemory memory(f.store, f.executor);
  f.executor.run_for(1s);
  CHECK(f.opened_by(memory).empty());
}

}  // namespace
}  // namespace playhead::test
