// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_demuxer.h"

#include <utility>
#include <vector>

#include "decode/segment_reader.h"

namespace playhead {

FfmpegDemuxer::FfmpegDemuxer(WorkerPool& pool, Executor& executor,
                             std::optional<SegmentProtection> protection,
                             DemuxerCallbacks callbacks)
    : session_(std::make_shared<Session>()) {
  session_->protection = protection;
  session_->outlet = std::make_shared<Outlet<DemuxerCallbacks>>(executor, std::move(callbacks));
  pool.run([session = session_] { demux(*session); });
}

FfmpegDemuxer::~FfmpegDemuxer() {
  session_->outlet->close();
  session_->stream.abort();
}

void FfmpegDemuxer::demux(Session& session) {
  auto& outlet = *session.outlet;
  SegmentReader reader(
      session.stream, session.protection,
      {.on_streams =
           [&outlet](std::vector<StreamInfo> streams) {
             outlet.post(0, [streams = std::move(streams)](DemuxerCallbacks& to) mutable {
               if (to.on_streams) to.on_streams(std::move(streams));
             });
           },
       .on_samples =
           [&outlet](std::vector<EncodedSample> samples) {
             outlet.post(0, [samples = std::move(samples)](DemuxerCallbacks& to) mutable {
               if (to.on_samples) to.on_samples(std::move(samples));
             });
           },
       .on_metadata =
           [&outlet](MetadataSample tag) {
             outlet.post(0, [tag = std::move(tag)](DemuxerCallbacks& to) mutable {
               if (to.on_metadata) to.on_metadata(std::move(tag));
             });
           },
       .on_protection =
           [&outlet](MediaProtection protection) {
             outlet.post(0, [protection = std::move(protection)](DemuxerCallbacks& to) mutable {
               if (to.on_protection) to.on_protection(std::move(protection));
             });
           }});
  outlet.post(0, [result = reader.run()](DemuxerCallbacks& to) mutable {
    if (to.on_end) to.on_end(std::move(result));
  });
}

}  // namespace playhead
