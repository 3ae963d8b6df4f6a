// SPDX-License-Identifier: Apache-2.0
#include "net/delivery.h"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/virtual_executor.h"
#include "support/web.h"

namespace playhead {
namespace {

struct Heard {
  std::string order;
  std::vector<std::size_t> sizes;
  std::vector<MonotonicTime> received;
  std::vector<uint8_t> body;
};

FetchCallbacks callbacks_into(Heard& heard) {
  FetchCallbacks callbacks;
  callbacks.on_head = [&](const ResponseHead&) { heard.order += 'h'; };
  callbacks.on_body = [&](const SharedBytes& bytes, MonotonicTime at) {
    heard.order += 'b';
    heard.sizes.push_back(bytes.size());
    heard.received.push_back(at);
    heard.body.insert(heard.body.end(), bytes.view().begin(), bytes.view().end());
  };
  callbacks.on_done = [&](Result<TransferStats>) { heard.order += 'd'; };
  return callbacks;
}

TEST_CASE("delivery: pieces for a busy executor come together in large chunks") {
  test::VirtualExecutor executor;
  Heard heard;
  const auto delivery = std::make_shared<Delivery>(executor, callbacks_into(heard));
  const std::vector<uint8_t> bytes = test::pattern_bytes(200'000);
  delivery->add_head({});
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min<std::size_t>(16'384, bytes.size() - at);
    REQUIRE(delivery->add_body(ByteView(bytes).subspan(at, size),
                               static_cast<int64_t>(bytes.size() - at)));
    at += size;
    executor.run_for(0s);
  }
  delivery->add_done(TransferStats{});
  CHECK(heard.order.empty());  // nothing is heard before flush()
  delivery->flush();
  delivery->flush();
  executor.run_ready();
  CHECK(heard.order == "hbbbbd");
  CHECK(heard.body == bytes);
}

TEST_CASE("delivery: small pieces go out as they are, with the time of their last byte") {
  test::VirtualExecutor executor;
  Heard heard;
  const auto delivery = std::make_shared<Delivery>(executor, callbacks_into(heard));
  const std::vector<uint8_t> bytes = test::pattern_bytes(3'000);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(
        delivery->add_body(ByteView(bytes).subspan(static_cast<std::size_t>(i) * 1000, 1000), -1));
    delivery->flush();
    executor.run_for(10ms);
  }
  CHECK(heard.sizes == std::vector<std::size_t>{1000, 1000, 1000});
  CHECK(heard.received[1] - heard.received[0] == 10ms);
  CHECK(heard.body == bytes);
}

TEST_CASE("delivery: cancelled, it takes nothing and lets go of what it owns") {
  test::VirtualExecutor executor;
  Heard heard;
  const auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  FetchCallbacks callbacks = callbacks_into(heard);
  callbacks.on_done = [owned](Result<TransferStats>) {};
  const auto delivery = std::make_shared<Delivery>(executor, std::move(callbacks));
  delivery->add_head({});
  delivery->flush();
  const long before = watch.use_count();
  delivery->cancel();
  CHECK(watch.use_count() == before - 1);
  CHECK_FALSE(delivery->now());
  CHECK_FALSE(delivery->add_head({}));
  const std::vector<uint8_t> bytes(10);
  CHECK_FALSE(delivery->add_body(bytes, -1));
  CHECK_FALSE(delivery->add_done(TransferStats{}));
  delivery->flush();
  executor.run_ready();
  CHECK(heard.order.empty());
}

TEST_CASE("delivery: after the end the callbacks are gone") {
  test::VirtualExecutor executor;
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  FetchCallbacks callbacks;
  callbacks.on_body = [kept = std::move(owned)](const SharedBytes&, MonotonicTime) {};
  const auto delivery = std::make_shared<Delivery>(executor, std::move(callbacks));
  delivery->add_done(TransferStats{});
  delivery->flush();
  executor.run_ready();
  CHECK(watch.expired());
}

}  // namespace
}  // namespace playhead
