// SPDX-License-Identifier: Apache-2.0
#include "player/decoder_library.h"

#include <filesystem>
#include <utility>

#if defined(__has_include)
#if __has_include(<dlfcn.h>)
#define PLAYHEAD_HAS_DLOPEN 1
#include <dlfcn.h>
#endif
#endif


namespace playhead {
namespace {

Error unavailable(const std::string& why) {
  return make_error(ErrorCode::kCodecUnsupported, "the library of decoders: " + why);
}

// Says why nothing is taken apart, once all of it is there or at once.
class NoDemuxer final : public SegmentDemuxer {
 public:
  NoDemuxer(Executor& executor, DemuxerCallbacks callbacks, Error why)
      : on_end_(std::move(callbacks.on_end)),
        told_(executor.post_at(executor.now(),
                               [this, why = std::move(why)] { on_end_(why); })) {}
  void append(SharedBytes) override {}
  void finish() override {}

 private:
  UniqueFunction<void(Result<void>)> on_end_;
  CancelHandle told_;
};

#ifdef PLAYHEAD_HAS_DLOPEN
std::string folder_of_this_code() {
  Dl_info info{};
  const auto here = reinterpret_cast<void*>(&DecoderLibrary::file_name);
  if (dladdr(here, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code failed;
  const auto file = std::filesystem::canonical(info.dli_fname, failed);
  return failed ? std::string() : file.parent_path().string();
}

Result<std::shared_ptr<MediaBackend>> load(const std::string& folder) {
  const std::filesystem::path file =
      std::filesystem::path(folder.empty() ? folder_of_this_code() : folder) /
      DecoderLibrary::file_name();
  // Names without a folder are looked up in places others may write to.
  if (!file.is_absolute()) return unavailable("its folder is not known");
  // Never unloaded: FFmpeg keeps threads and tables.
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* why = dlerror();
    return unavailable(why == nullptr ? "it cannot be loaded" : why);
  }
  const auto make = reinterpret_cast<DecoderEntry>(dlsym(library, kDecoderEntry));
  MediaBackend* const made = make == nullptr ? nullptr : make(PLAYHEAD_DECODERS_VERSION);
  if (made == nullptr) {
    return unavailable(DecoderLibrary::file_name() + " is not of version " +
                       PLAYHEAD_DECODERS_VERSION);
  }
  return std::shared_ptr<MediaBackend>(made);
}
#else
Result<std::shared_ptr<MediaBackend>> load(const std::string&) {
  return unavailable("none can be loaded on this platform: the app brings a MediaBackend");
}
#endif

}  // namespace

std::string DecoderLibrary::file_name() {
#ifdef __APPLE__
  return "libplayhead-decoders." PLAYHEAD_DECODERS_MAJOR ".dylib";
#else
  return "libplayhead-decoders.so." PLAYHEAD_DECODERS_MAJOR;
#endif
}

const Result<std::shared_ptr<MediaBackend>>& DecoderLibrary::backend() const {
  std::call_once(loaded_, [this] { backend_ = load(folder_); });
  return backend_;
}

std::unique_ptr<SegmentDemuxer> DecoderLibrary::open_demuxer(DemuxerInput input,
                                                             Executor& executor,
                                                             DemuxerCallbacks callbacks) {
  const auto& loaded = backend();
  if (loaded) return (*loaded)->open_demuxer(std::move(input), executor, std::move(callbacks));
  return std::make_unique<NoDemuxer>(executor, std::move(callbacks), loaded.error());
}

Result<std::unique_ptr<VideoDecoder>> DecoderLibrary::open_video_decoder(
    const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
    VideoDecoderCallbacks callbacks) {
  const auto& loaded = backend();
  if (!loaded) return loaded.error();
  return (*loaded)->open_video_decoder(stream, std::move(decryptor), executor,
                                       std::move(callbacks));
}

Result<std::unique_ptr<AudioDecoder>> DecoderLibrary::open_audio_decoder(
    const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
    Executor& executor, AudioDecoderCallbacks callbacks) {
  const auto& loaded = backend();
  if (!loaded) return loaded.error();
  return (*loaded)->open_audio_decoder(stream, output, std::move(decryptor), executor,
                                       std::move(callbacks));
}

Result<std::unique_ptr<CaptionDecoder>> DecoderLibrary::open_caption_decoder() {
  const auto& loaded = backend();
  if (!loaded) return loaded.error();
  return (*loaded)->open_caption_decoder();
}

bool DecoderLibrary::supports(const std::string& rfc6381_codec) const {
  const auto& loaded = backend();
  return !loaded || (*loaded)->supports(rfc6381_codec);
}

}  // namespace playhead
