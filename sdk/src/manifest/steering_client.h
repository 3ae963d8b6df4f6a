// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "manifest/manifest_source.h"
#include "manifest/steering_manifest.h"
#include "playhead/executor.h"

namespace playhead {

// When the steering server is asked again, after an answer or a failure. Pure.
struct SteeringInputs {
  std::optional<Duration> ttl;  // of this answer
  Duration last_ttl = 300s;     // of the last answer; the default before one
  int status = 0;               // HTTP status of a failure, 0 when there was none
  std::optional<Duration> retry_after;
};
// Nothing: never again in this play (410, RFC 8216bis §7.3).
[[nodiscard]] std::optional<Duration> decide_steering(const SteeringInputs& in);

// Asks a presentation's steering server for the order of its pathways, again and again as it says.
// While it does not answer, the last order holds; before the first, the manifest's own with the
// default pathway in front. One thread, that of `fetch` and `executor`; destroying it ends it.
class SteeringClient {
 public:
  struct Context {
    ManifestFetch fetch;
    Executor& executor;
    std::function<SteeringReport()> report;  // asked when a request is made
    std::function<void()> on_change;         // priority() or clones() is another; never in start()
  };

  SteeringClient(Context context, ContentSteering steering, ManifestFormat format);

  void start();

  // Pathways by preference; empty: the manifest's order.
  [[nodiscard]] const std::vector<std::string>& priority() const { return priority_; }
  // All made so far; they stay while the server does not answer.
  [[nodiscard]] const std::vector<PathwayClone>& clones() const { return clones_; }
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }

 private:
  void ask();
  void on_answer(Result<FetchedManifest> answer);
  void take(SteeringManifest manifest);
  void ask_again(const SteeringInputs& in);

  Context context_;
  const ManifestFormat format_;
  std::string url_;
  std::vector<std::string> priority_;
  std::vector<PathwayClone> clones_;
  Duration last_ttl_ = 300s;
  bool is_stopped_ = false;
  CancelHandle request_, timer_;
};

}  // namespace playhead
