// SPDX-License-Identifier: Apache-2.0
#include "recorder/event_text.h"

#include <type_traits>

#include "recorder/fields.h"

namespace playhead::recorder {

namespace {

template <typename Enum>
int64_t number_of(Enum value) {
  return static_cast<int64_t>(value);
}

std::optional<Duration> since_start(const std::optional<MediaTime>& time) {
  if (!time) return std::nullopt;
  return Duration{time->us};
}

void add(Fields& out, const StartupPhases& phases) {
  out.maybe(phases.session)
      .maybe(phases.manifest)
      .maybe(phases.license)
      .maybe(phases.first_byte)
      .number(phases.bytes);
}

}  // namespace

struct EventText::Words {
  EventText& names;

  Fields operator()(const LoadStarted& e) const {
    return Fields("load")
        .number(names.titles_.number(e.title_id))
        .number(names.urls_.number(e.url))
        .flag(e.is_next);
  }
  Fields operator()(const SessionStarted& e) const {
    return Fields("session").number(names.urls_.number(e.url)).number(e.resume_position.count());
  }
  Fields operator()(const ManifestLoaded& e) const {
    return Fields("manifest")
        .number(names.urls_.number(e.url))
        .number(e.elapsed.count())
        .maybe(e.duration)
        .number(e.video_representations)
        .number(e.audio_tracks)
        .number(e.text_tracks);
  }
  Fields operator()(const FirstFrame& e) const {
    Fields out("first-frame");
    out.number(e.startup.count()).number(e.width).number(e.height);
    add(out, e.phases);
    return out;
  }
  Fields operator()(const StateChanged& e) const {
    return Fields("state").number(number_of(e.from)).number(number_of(e.to));
  }
  Fields operator()(const RepresentationChanged& e) const {
    return Fields("shown")
        .number(names.ids_.number(e.id))
        .number(e.bitrate.bps)
        .number(e.width)
        .number(e.height)
        .number(number_of(e.reason));
  }
  Fields operator()(const SegmentLoaded& e) const {
    return Fields("segment")
        .number(number_of(e.track))
        .number(names.urls_.number(e.url))
        .number(e.bytes)
        .number(e.elapsed.count())
        .number(static_cast<int64_t>(e.number))
        .number(e.start.us);
  }
  Fields operator()(const SeekStarted& e) const {
    return Fields("seek").number(e.target.us).number(static_cast<int64_t>(e.user_tag));
  }
  Fields operator()(const SeekDone& e) const {
    return Fields("seek-done")
        .number(e.position.us)
        .number(static_cast<int64_t>(e.user_tag))
        .number(e.elapsed.count());
  }
  Fields operator()(const ProgressSent& e) const {
    return Fields("progress").number(names.titles_.number(e.title_id)).number(e.position.count());
  }
  Fields operator()(const PositionJumped& e) const {
    return Fields("jump").number(e.from.us).number(e.to.us).number(number_of(e.reason));
  }
  Fields operator()(const CuesChanged& e) const {
    Fields out("cues");
    out.number(static_cast<int64_t>(e.cues.size()));
    for (const auto& cue : e.cues) out.number(cue->start.us).number(cue->end.us);
    return out;
  }
  Fields operator()(const TimedMetadata& e) const {
    return Fields("metadata")
        .number(names.ids_.number(e.event.scheme))
        .maybe(since_start(e.event.start))
        .maybe(e.event.duration);
  }
  Fields operator()(const RateChanged& e) const {
    return Fields("rate").number(e.from).number(e.to);
  }
  Fields operator()(const ThumbnailReady& e) const {
    return Fields("thumbnail")
        .number(static_cast<int64_t>(e.user_tag))
        .number(e.start.us)
        .number(e.duration.count())
        .number(e.error ? number_of(e.error->code) : 0);
  }
  Fields operator()(const DrmFellBack& e) const {
    return Fields("drm-fell-back").text(e.from).text(e.to).error(e.reason);
  }
  Fields operator()(const SecurityLevelChanged& e) const {
    return Fields("security-level")
        .number(e.from)
        .number(e.to)
        .number(e.max_height)
        .number(number_of(e.rule));
  }
  Fields operator()(const Ended& e) const { return Fields("ended").flag(e.goes_on); }
  Fields operator()(const Warning& e) const { return Fields("warning").error(e.error); }
  Fields operator()(const Failed& e) const { return Fields("failed").error(e.error); }
  Fields operator()(const Summary& e) const {
    const QoeSummary& qoe = e.qoe;
    Fields out("summary");
    out.maybe(qoe.startup)
        .number(qoe.start_wait.count())
        .number(qoe.play_time.count())
        .number(qoe.rebuffer_count)
        .number(qoe.rebuffer_time.count())
        .number(qoe.mean_bitrate.bps)
        .number(qoe.switches)
        .number(qoe.dropped_frames)
        .number(qoe.shown_frames)
        .number(qoe.bytes)
        .number(qoe.wasted_bytes);
    add(out, qoe.phases);
    return out;
  }
  // Says how the app reads, not how the title played.
  Fields operator()(const EventsDropped&) const { return Fields("dropped"); }
};

std::string EventText::line(int player, const Event& event, MonotonicTime now) {
  Fields place;
  place.number(player).number((event.time - now).count()).number(event.position.us);
  return place.take() + ',' + std::visit(Words{*this}, event.payload).take();
}

}  // namespace playhead::recorder
