// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decode/ffmpeg_handles.h"
#include "decode/picture_marks.h"
#include "playhead/media.h"
#include "playhead/result.h"

// Included by this module's .cpp files only.
namespace playhead {

// FFmpeg's preferred decoder for StreamInfo::codec, or null.
[[nodiscard]] const AVCodec* find_decoder(const StreamInfo& stream);

// A decoder ready for packets whose times are microseconds. `reorder_frames` is how many pictures
// may have to wait for an earlier one, 0 when not known.
// `marks`: of its pictures; may be null.
// Errors: kCodecUnsupported, kDecodeFailed (FFmpeg refuses the stream's configuration).
[[nodiscard]] Result<FfmpegPtr<AVCodecContext>> open_decoder(const StreamInfo& stream,
                                                             int reorder_frames,
                                                             PictureMarks* marks);

// Fills `packet` with a copy of the sample, padded as FFmpeg's parsers want it.
[[nodiscard]] bool fill_packet(AVPacket& packet, const EncodedSample& sample, MediaTime time);

}  // namespace playhead
