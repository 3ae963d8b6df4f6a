// SPDX-License-Identifier: Apache-2.0
#include "streaming/previews.h"

#include <utility>
#include <vector>

#include "base/forever.h"

namespace playhead {

Previews::Previews(Context context)
    : context_(std::move(context)),
      thumbnails_({context_.key_ring, context_.indexes,
                   [this](ThumbnailReady thumbnail) {
                     context_.listener.on_thumbnail(std::move(thumbnail));
                   },
                   [this] { context_.listener.on_streaming_progress(); },
                   [this](int64_t bytes) { context_.listener.on_received(bytes); }}),
      trick_({context_.fetcher, context_.key_ring, context_.backend, context_.executor,
              context_.indexes, context_.mapper,
              [this] { context_.listener.on_streaming_progress(); },
              [this](int64_t bytes) { context_.listener.on_received(bytes); },
              [this](const Error& error) { return context_.renew(error); }, context_.keys}),
      // What cannot be had is told when it is asked for.
      refresher_(context_.manifests, context_.executor, context_.indexes,
                 {[](auto) {}, [this] { context_.listener.on_streaming_progress(); },
                  [](const Error&) {}}) {}

void Previews::begin_trick(Bitrate throughput) {
  is_trick_ = true;
  trick_.start(throughput);
}

void Previews::end_trick() {
  is_trick_ = false;
  trick_.stop();
}

bool Previews::is_hls() const { return context_.presentation->format == ManifestFormat::kHls; }

bool Previews::has_thumbnails(MediaTime position) const {
  if (!context_.presentation) return false;
  const Period& period = context_.played.period(context_.played.period_at(position));
  return select_thumbnails(period, is_hls()) != nullptr;
}

Duration Previews::turn(MonotonicTime now, WallTime wall, bool is_live) {
  trick_.collect();
  thumbnails_.turn(context_.played, is_hls());
  if (!is_hls() || !is_live) return kForever;
  std::vector<const Representation*> in_use;
  for (const Period& period : context_.presentation->periods) {
    for (const AdaptationSet& set : period.adaptation_sets) {
      for (const Representation& r : set.representations) {
        const bool is_shown = is_trick_ && r.id == trick_.representation_id();
        const bool is_asked = !thumbnails_.is_idle(now) && r.id == thumbnails_.representation_id();
        if ((is_shown || is_asked) && context_.indexes.find(r)) in_use.push_back(&r);
      }
    }
  }
  if (in_use.empty()) return kForever;
  refresher_.follow(context_.presentation);
  return refresher_.turn(now, wall, in_use);
}

}  // namespace playhead
