// SPDX-License-Identifier: Apache-2.0
#include "decoder_port.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "guard.h"

namespace playhead::capi {
namespace {

static_assert(1U << static_cast<unsigned>(SampleScheme::kCenc) == PLAYHEAD_CDM_CENC);
static_assert(1U << static_cast<unsigned>(SampleScheme::kCens) == PLAYHEAD_CDM_CENS);
static_assert(1U << static_cast<unsigned>(SampleScheme::kCbc1) == PLAYHEAD_CDM_CBC1);
static_assert(1U << static_cast<unsigned>(SampleScheme::kCbcs) == PLAYHEAD_CDM_CBCS);
static_assert(1U << static_cast<unsigned>(SampleScheme::kHlsAvc) == PLAYHEAD_CDM_HLS_AVC);
static_assert(1U << static_cast<unsigned>(SampleScheme::kHlsAac) == PLAYHEAD_CDM_HLS_AAC);
static_assert(1U << static_cast<unsigned>(SampleScheme::kHlsAc3) == PLAYHEAD_CDM_HLS_AC3);
static_assert(static_cast<int>(TrackKind::kVideo) == PLAYHEAD_TRACK_VIDEO);
static_assert(static_cast<int>(TrackKind::kAudio) == PLAYHEAD_TRACK_AUDIO);

// Places of a decoder unless the app says otherwise: 0.27 s at 60/s, as the built-in ones have.
constexpr int kUsualPlaces = 16, kMostPlaces = 64;
// Samples that nothing has come of; the oldest is forgotten then. Several times what a decoder and
// its queue hold.
constexpr std::size_t kMostPending = 256;
constexpr int kMostPixels = 16'384;  // in a row or column
constexpr int64_t kMostSoundFrames = 1 << 20;

bool is_picture(const playhead_decoded_frame& frame) {
  const bool is_sized = frame.width > 0 && frame.height > 0 && frame.width <= kMostPixels &&
                        frame.height <= kMostPixels && frame.sar_num >= 0 && frame.sar_den >= 0;
  if (!is_sized) return false;
  if (frame.format == PLAYHEAD_PIXEL_FORMAT_OPAQUE) return true;
  const int half = (frame.width + 1) / 2;
  if (frame.planes[0] == nullptr || frame.strides[0] < frame.width || frame.planes[1] == nullptr) {
    return false;
  }
  if (frame.format == PLAYHEAD_PIXEL_FORMAT_NV12) return frame.strides[1] >= 2 * half;
  return frame.format == PLAYHEAD_PIXEL_FORMAT_I420 && frame.strides[1] >= half &&
         frame.planes[2] != nullptr && frame.strides[2] >= half;
}

bool is_sound(const playhead_decoded_sound& sound) {
  return (sound.format == PLAYHEAD_SOUND_FLOAT || sound.format == PLAYHEAD_SOUND_INT16) &&
         sound.sample_rate >= 8'000 && sound.sample_rate <= 192'000 && sound.channels >= 1 &&
         sound.channels <= 8 && sound.samples != nullptr && sound.frames >= 1 &&
         sound.frames <= kMostSoundFrames;
}

playhead_stream_info describe(const StreamInfo& stream) {
  playhead_stream_info to = PLAYHEAD_STREAM_INFO_INIT;
  to.kind = static_cast<int32_t>(stream.kind);
  to.codec = stream.codec.c_str();
  to.codec_config = stream.codec_config.empty() ? nullptr : stream.codec_config.data();
  to.codec_config_bytes = stream.codec_config.size();
  to.width = stream.width;
  to.height = stream.height;
  to.sample_rate = stream.sample_rate;
  to.channels = stream.channels;
  return to;
}

Duration duration_of(const EncodedSample& sample, int64_t timescale) {
  const int64_t start = ticks_to_us(sample.pts_ticks, timescale);
  return Duration{ticks_to_us(sample.pts_ticks + sample.duration_ticks, timescale) - start};
}

}  // namespace

DecoderPort::DecoderPort(Decoders table, StreamInfo stream,
                         std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
                         std::shared_ptr<LogSink> log)
    : table_(std::move(table)),
      stream_(std::move(stream)),
      log_(std::move(log)),
      decryptor_(std::move(decryptor)),
      executor_(&executor) {}

DecoderPort::~DecoderPort() = default;

bool DecoderPort::open(DecoderOutput& output) {
  auto* const handle = make_handle(std::make_unique<playhead_decoder>(shared_from_this()));
  const playhead_stream_info stream = describe(stream_);
  const playhead_status status = ask_app(kThrew, [&] {
    return (*table_)->open((*table_)->user, &stream, handle, &own_);
  });
  if (status != PLAYHEAD_OK) {
    static_cast<void>(Pinned<playhead_decoder>::take(handle));
    const std::lock_guard lock(mutex_);
    executor_ = nullptr;
    return false;
  }
  handle_ = handle;
  output_ = std::make_shared<DecoderOutput>(std::move(output));
  return true;
}

void DecoderPort::close() {
  {
    const std::lock_guard lock(mutex_);
    executor_ = nullptr;
  }
  output_.reset();
  if (handle_ == nullptr) return;
  tell("close", [this] { (*table_)->close(own_); });
  static_cast<void>(Pinned<playhead_decoder>::take(std::exchange(handle_, nullptr)));
}

int DecoderPort::room() const {
  const int said = (*table_)->samples_at_once;
  const int places = said <= 0 ? kUsualPlaces : std::min(said, kMostPlaces);
  const std::lock_guard lock(mutex_);
  return std::max(0, places - held_);
}

void DecoderPort::decode(const EncodedSample& sample, MediaTime time, bool show) {
  if (pending_.size() >= kMostPending) pending_.erase(pending_.begin());
  pending_[time.us] = {duration_of(sample, stream_.timescale), show, sample.skip_start_samples,
                       sample.skip_end_samples};
  // Only flush() changes the generation, on this thread.
  auto made = std::make_unique<playhead_sample>(shared_from_this(), now(), sample, time, show);
  {
    // Not before there is a sample: its end, whatever comes of it, takes this back.
    const std::lock_guard lock(mutex_);
    ++held_;
  }
  auto* const handle = make_handle(std::move(made));
  if (tell_app([&] { (*table_)->decode(own_, handle); })) return;
  // Who throws has not taken it.
  static_cast<void>(Pinned<playhead_sample>::take(handle));
  fail(make_error(ErrorCode::kDecodeFailed, "the app's decode callback has thrown"));
}

void DecoderPort::drain() {
  tell("drain", [this] { (*table_)->drain(own_); });
}

void DecoderPort::flush() {
  // First the app, so that nothing of before is given a place in what comes.
  tell("flush", [this] { (*table_)->flush(own_); });
  pending_.clear();
  has_given_ = false;
  const std::lock_guard lock(mutex_);
  ++generation_;
  held_ = 0;
}

playhead_status DecoderPort::give_frame(const playhead_decoded_frame& from) {
  if (stream_.kind != TrackKind::kVideo || (*table_)->release_frame == nullptr || !is_picture(from)) {
    return status_of(ErrorCode::kInvalidArgument);
  }
  VideoFrame frame;
  frame.time = MediaTime{from.time_us};
  frame.width = from.width;
  frame.height = from.height;
  const bool has_ratio = from.sar_num > 0 && from.sar_den > 0;
  frame.sar_num = has_ratio ? from.sar_num : 1;
  frame.sar_den = has_ratio ? from.sar_den : 1;
  frame.format = static_cast<PixelFormat>(from.format);
  for (std::size_t plane = 0; plane < frame.planes.size(); ++plane) {
    const bool has_it = from.format != PLAYHEAD_PIXEL_FORMAT_OPAQUE &&
                        (plane < 2 || from.format == PLAYHEAD_PIXEL_FORMAT_I420);
    frame.planes[plane] = has_it ? from.planes[plane] : nullptr;
    frame.strides[plane] = has_it ? from.strides[plane] : 0;
  }
  const uint64_t generation = now();
  // From here on it is the library's: what fails drops the picture, which releases it. An error
  // would tell the app to do so as well.
  guard_void([&] {
    frame.owner = std::shared_ptr<const void>(
        static_cast<const void*>(from.app_frame),
        [table = table_, given = from.app_frame](const void*) {
          guard_void([&] { (*table)->release_frame((*table)->user, given); });
        });
    post(generation, [this, frame = std::move(frame)](DecoderOutput& output) mutable {
      take_frame(output, std::move(frame));
    });
  });
  return PLAYHEAD_OK;
}

void DecoderPort::take_frame(DecoderOutput& output, VideoFrame frame) {
  const auto found = pending_.find(frame.time.us);
  if (found == pending_.end()) {
    if (log_) log_->log(LogLevel::kDebug, "capi", "the app's decoder gave a picture of no sample");
    return;
  }
  const Pending given = found->second;
  pending_.erase(found);
  has_given_ = true;
  if (!given.show || !output.on_frame) return;
  frame.duration = given.duration;
  output.on_frame(std::move(frame));
}

playhead_status DecoderPort::give_sound(const playhead_decoded_sound& from) {
  if (stream_.kind != TrackKind::kAudio || !is_sound(from)) {
    return status_of(ErrorCode::kInvalidArgument);
  }
  DecodedSound sound;
  sound.time = MediaTime{from.time_us};
  sound.format = {from.sample_rate, from.channels};
  sound.is_float = from.format == PLAYHEAD_SOUND_FLOAT;
  const std::size_t bytes = static_cast<std::size_t>(from.frames) *
                            static_cast<std::size_t>(from.channels) * (sound.is_float ? 4 : 2);
  const auto* first = static_cast<const uint8_t*>(from.samples);
  sound.pcm = SharedBytes(std::vector<uint8_t>(first, first + bytes));
  post(now(), [this, sound = std::move(sound)](DecoderOutput& output) mutable {
    has_given_ = true;
    const auto found = pending_.find(sound.time.us);
    if (found != pending_.end()) {
      sound.skip_start_samples = found->second.skip_start_samples;
      sound.skip_end_samples = found->second.skip_end_samples;
      pending_.erase(found);
    }
    if (output.on_sound) output.on_sound(std::move(sound));
  });
  return PLAYHEAD_OK;
}

void DecoderPort::tell_drained() {
  post(now(), [this](DecoderOutput& output) {
    const bool owes = std::any_of(pending_.begin(), pending_.end(),
                                  [](const auto& pending) { return pending.second.show; });
    if (owes && !has_given_) {
      // Else the title would end as if there were nothing in it.
      Error nothing = make_error(ErrorCode::kDecodeFailed, "the app's decoder has given nothing back");
      if (output.on_error) output.on_error(std::move(nothing));
    } else if (output.on_drained) {
      output.on_drained();
    }
  });
}

void DecoderPort::fail(uint64_t generation, Error error) {
  post(generation, [error = std::move(error)](DecoderOutput& output) mutable {
    if (output.on_error) output.on_error(std::move(error));
  });
}

bool DecoderPort::is_secure(const KeyId& kid) const {
  const uint32_t track = 1U << static_cast<unsigned>(stream_.kind);
  return ((*table_)->secure_tracks & track) != 0 && decryptor_ && decryptor_->needs_secure_decoder(kid);
}

void DecoderPort::on_sample_released(uint64_t generation) {
  {
    const std::lock_guard lock(mutex_);
    if (generation != generation_ || executor_ == nullptr) return;
    --held_;
    if (std::exchange(is_room_told_, true)) return;
  }
  post(kAlways, [this](DecoderOutput& output) {
    {
      const std::lock_guard lock(mutex_);
      is_room_told_ = false;
    }
    if (output.on_room) output.on_room();
  });
}

uint64_t DecoderPort::now() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

template <typename Deliver>
void DecoderPort::post(uint64_t generation, Deliver deliver) {
  Task task = [self = shared_from_this(), generation, deliver = std::move(deliver)]() mutable {
    // It may be closed by what it delivers to.
    const auto output = self->output_;
    if (output && (generation == kAlways || generation == self->now())) deliver(*output);
  };
  const std::lock_guard lock(mutex_);
  if (executor_ != nullptr) executor_->post(std::move(task));
}

template <typename Call>
void DecoderPort::tell(const char* callback, Call call) {
  if (tell_app(call) || std::exchange(has_told_of_throw_, true) || !log_) return;
  log_->log(LogLevel::kError, "capi", std::string("the app's ") + callback + " callback has thrown");
}

}  // namespace playhead::capi

using playhead::CryptoInfo;
using playhead::ErrorCode;
using playhead::make_error;
using playhead::Severity;
using playhead::ticks_to_us;
using playhead::capi::status_of;

playhead_sample::playhead_sample(std::shared_ptr<playhead::capi::DecoderPort> its,
                                 uint64_t its_generation, const playhead::EncodedSample& from,
                                 playhead::MediaTime at, bool is_shown)
    : port_(std::move(its)), generation_(its_generation), sample_(from), time_(at), show_(is_shown) {}

playhead_sample::~playhead_sample() { port_->on_sample_released(generation_); }

playhead_status playhead_sample::open() {
  data_ = sample_.data;
  if (!sample_.crypto) return PLAYHEAD_OK;
  const CryptoInfo& info = *sample_.crypto;
  if (port_->is_secure(info.kid)) {
    for (const playhead::Subsample& part : info.subsamples) {
      subsamples_.push_back({part.clear, part.encrypted});
    }
    crypto_.struct_size = sizeof crypto_;
    crypto_.scheme = 1U << static_cast<unsigned>(info.scheme);
    std::copy(info.kid.begin(), info.kid.end(), crypto_.kid);
    std::copy(info.iv.begin(), info.iv.end(), crypto_.iv);
    crypto_.crypt_blocks = info.crypt_blocks;
    crypto_.skip_blocks = info.skip_blocks;
    crypto_.subsamples = subsamples_.data();
    crypto_.subsample_count = subsamples_.size();
    return PLAYHEAD_OK;
  }
  data_ = {};
  const auto refuse = [this](playhead::Error error) {
    const bool is_of_sample = error.code == ErrorCode::kDrmSample;
    error.severity = is_of_sample ? Severity::kRecoverable : Severity::kFatal;
    const playhead_status status = status_of(error.code);
    port_->fail(generation_, std::move(error));
    return status;
  };
  if (port_->decryptor() == nullptr) {
    return refuse(make_error(ErrorCode::kDrmNoSystem, "the samples are encrypted"));
  }
  std::vector<uint8_t> bytes(sample_.data.view().begin(), sample_.data.view().end());
  const auto opened = port_->decryptor()->decrypt(info, bytes);
  if (!opened) return refuse(opened.error());
  bytes.resize(std::min(*opened, bytes.size()));
  data_ = playhead::SharedBytes(std::move(bytes));
  return PLAYHEAD_OK;
}

playhead_status playhead_sample::describe(playhead_sample_info& to) {
  const std::lock_guard lock(mutex_);
  if (!is_open_) {
    status_ = open();
    is_open_ = true;
  }
  if (status_ != PLAYHEAD_OK) return status_;
  const int64_t timescale = port_->stream().timescale;
  const int64_t pts = sample_.pts_ticks;
  to.is_key_frame = sample_.is_key_frame ? 1 : 0;
  to.data = data_.data();
  to.bytes = data_.size();
  to.time_us = time_.us;
  to.decode_time_us = time_.us - ticks_to_us(pts, timescale) + ticks_to_us(sample_.dts_ticks, timescale);
  to.duration_us = ticks_to_us(pts + sample_.duration_ticks, timescale) - ticks_to_us(pts, timescale);
  to.is_shown = show_ ? 1 : 0;
  to.crypto = crypto_.struct_size != 0 ? &crypto_ : nullptr;
  return PLAYHEAD_OK;
}
