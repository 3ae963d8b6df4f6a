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
    // priority(), clones() or is_awaited() is another; never in start()
    std::function<void()> on_change;
  };

  SteeringClient(Context context, ContentSteering steering, ManifestFormat format);

  void start();

  // Pathways by preference; empty: the manifest's order.
  [[nodiscard]] const std::vector<std::string>& priority() const { return priority_; }
  // All made so far; they stay while the server does not answer.
  [[nodiscard]] const std::vector<PathwayClone>& clones() const { return clones_; }
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }
  // Nothing is to be fetched yet: the manifest wants the server's word first (DASH
  // @queryBeforeStart), and it may still come in time.
  [[nodiscard]] bool is_awaited() const { return is_awaited_; }

 private:
  void ask();
  void on_answer(Result<FetchedManifest> answer);
  // Answers whether that is news.
  bool take(SteeringManifest manifest);
  void ask_again(const SteeringInputs& in);

  Context context_;
  const ManifestFormat format_;
  std::string url_;
  std::vector<std::string> priority_;
  std::vector<PathwayClone> clones_;
  Duration last_ttl_ = 300s;
  bool is_stopped_ = false;
  bool is_awaited_ = false;
  CancelHandle request_, timer_, patience_;
};

}  // namespace playhead
