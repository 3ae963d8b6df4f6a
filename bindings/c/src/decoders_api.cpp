// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "decoder_port.h"
#include "guard.h"
#include "handle.h"
#include "sized_struct.h"

namespace playhead::capi {
namespace {

Error error_of(int32_t said, bool is_fatal) {
  const auto code = static_cast<ErrorCode>(said < 0 && said != INT32_MIN ? -said : said);
  const Severity severity = is_fatal ? Severity::kFatal : Severity::kRecoverable;
  switch (code) {
    case ErrorCode::kDrmSample:
    case ErrorCode::kDrmNoKey:
    case ErrorCode::kDrmExpired:
    case ErrorCode::kDrmOutputRestricted:
    case ErrorCode::kDrmModule:
      return make_error(code, "the app's decoder says so", 0, severity);
    default:
      return make_error(ErrorCode::kDecodeFailed, "the app's decoder says so", said, severity);
  }
}

}  // namespace
}  // namespace playhead::capi

using playhead::ErrorCode;
using playhead::capi::guard;
using playhead::capi::guard_void;
using playhead::capi::Pinned;
using playhead::capi::read_struct;
using playhead::capi::status_of;

playhead_status playhead_sample_get_info(playhead_sample* sample,
                                         playhead_sample_info* info) noexcept {
  return guard([&] {
    const Pinned pinned(sample);
    if (!pinned) return pinned.status();
    if (!playhead::capi::has_valid_size(info)) return status_of(ErrorCode::kInvalidArgument);
    playhead_sample_info to = PLAYHEAD_SAMPLE_INFO_INIT;
    const playhead_status status = pinned->describe(to);
    if (status == PLAYHEAD_OK) static_cast<void>(playhead::capi::write_struct(to, info));
    return status;
  });
}

void playhead_sample_release(playhead_sample* sample) noexcept {
  guard_void([&] { static_cast<void>(Pinned<playhead_sample>::take(sample)); });
}

playhead_status playhead_decoder_give_frame(playhead_decoder* decoder,
                                            const playhead_decoded_frame* frame) noexcept {
  return guard([&] {
    const Pinned pinned(decoder);
    if (!pinned) return pinned.status();
    playhead_decoded_frame from{};
    if (!read_struct(frame, from)) return status_of(ErrorCode::kInvalidArgument);
    return pinned->port->give_frame(from);
  });
}

playhead_status playhead_decoder_give_sound(playhead_decoder* decoder,
                                            const playhead_decoded_sound* sound) noexcept {
  return guard([&] {
    const Pinned pinned(decoder);
    if (!pinned) return pinned.status();
    playhead_decoded_sound from{};
    if (!read_struct(sound, from)) return status_of(ErrorCode::kInvalidArgument);
    return pinned->port->give_sound(from);
  });
}

playhead_status playhead_decoder_drained(playhead_decoder* decoder) noexcept {
  return guard([&] {
    const Pinned pinned(decoder);
    if (pinned) pinned->port->tell_drained();
    return pinned.status();
  });
}

playhead_status playhead_decoder_failed(playhead_decoder* decoder, int32_t error_code,
                                        int32_t is_fatal) noexcept {
  return guard([&] {
    const Pinned pinned(decoder);
    if (!pinned) return pinned.status();
    if (is_fatal != 0 && is_fatal != 1) return status_of(ErrorCode::kInvalidArgument);
    pinned->port->fail(playhead::capi::error_of(error_code, is_fatal == 1));
    return playhead_status{PLAYHEAD_OK};
  });
}
