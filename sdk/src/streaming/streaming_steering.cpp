// SPDX-License-Identifier: Apache-2.0
// StreamingEngine and the server that orders its places.
#include <algorithm>
#include <utility>

#include "streaming/streaming_engine.h"

namespace playhead {

void StreamingEngine::start_steering() {
  steering_.reset();
  const auto& announced = presentation_->content_steering;
  if (!announced) return;
  SteeringClient::Context context{
      [this](Request request, UniqueFunction<void(Result<FetchedManifest>)> done) {
        return fetcher_.fetch(
            std::move(request), [done = std::move(done)](Result<FetchedResource> result) mutable {
              if (!result) return done(std::move(result).error());
              done(FetchedManifest{std::move(result->head), std::move(result->body)});
            });
      },
      executor_, [this] { return steering_report(); }, [this] { on_steered(); }};
  steering_ =
      std::make_unique<SteeringClient>(std::move(context), *announced, presentation_->format);
  indexes_.set_priority(steering_->priority(), *presentation_);
  steering_->start();
}

SteeringReport StreamingEngine::steering_report() const {
  SteeringReport report;
  report.throughput = selector_.chooser().throughput();
  for (const Track& track : tracks_) {
    const Representation* r = representation_of(track, track.last_id);
    if (!r) continue;
    std::string name = indexes_.best_place(*r);
    const bool is_new = !name.empty() && std::find(report.pathways.begin(), report.pathways.end(),
                                                   name) == report.pathways.end();
    if (is_new) report.pathways.push_back(std::move(name));
  }
  if (report.pathways.empty() && steering_) report.pathways = steering_->priority();
  return report;
}

void StreamingEngine::on_steered() {
  auto extended = with_clones(presentation_, steering_->clones());
  if (extended != presentation_) {
    presentation_ = std::move(extended);
    choose_tracks();
  }
  indexes_.set_priority(steering_->priority(), *presentation_);
  listener_.on_streaming_progress();
}

}  // namespace playhead
