// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "playhead/offline_title.h"
#include "support/sim_transport.h"
#include "support/virtual_executor.h"

namespace playhead::test {

// A library with one download, "d-1", that does and says what the test wants. Its disk is a web of
// its own.
class ScriptedLibrary final : public OfflineLibrary,
                              public std::enable_shared_from_this<ScriptedLibrary> {
 public:
  explicit ScriptedLibrary(VirtualExecutor& world)
      : executor(world), disk(world, SimLink::constant(1'000'000'000, 0ms)) {}

  CancelHandle open(const std::string& download_id, Executor&,
                    UniqueFunction<void(Result<std::unique_ptr<OfflineTitle>>)> done) override;

  // Why it may not be played at this moment; none: it may.
  [[nodiscard]] std::optional<Error> refusal() const;
  // Errors of requests with that text in their URL.
  void fail_reads(const std::string& url_contains, ErrorCode code) {
    failing.emplace_back(url_contains, code);
  }

  VirtualExecutor& executor;
  SimTransport disk;
  std::string manifest_url;  // on the disk
  std::string title_id = "m1";
  // Ids of Representations that are there; empty: all.
  std::function<bool(const std::string& id)> keeps;
  // What is kept to open it with.
  std::vector<KeptLicense> licenses;
  std::shared_ptr<LicenseStore> license_store;
  std::optional<Error> open_error, begin_error, refused;
  std::optional<MonotonicTime> ends_at;
  Duration opening{1ms}, beginning{1ms};  // how long they take
  std::vector<std::pair<std::string, ErrorCode>> failing;
  // What was done to it.
  int opened = 0, begun = 0, questions = 0, titles = 0;
};

}  // namespace playhead::test
