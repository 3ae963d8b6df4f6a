// SPDX-License-Identifier: Apache-2.0
#include "c_calls_app.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "c_calls_title.h"

namespace playhead::test {

namespace {

constexpr uint8_t kGrey[32 * 32] = {};
constexpr playhead_status kOk = PLAYHEAD_OK;

App& app_of(void* user) { return *static_cast<App*>(user); }

void hold(bool is_kept) {
  if (!is_kept) std::abort();
}

// Every letter is there.
void read_text(const char* text) { hold(text != nullptr && std::strlen(text) < SIZE_MAX); }

}  // namespace

void Shelf::lend(void* handle) {
  give_back(lent[next_lent++ % lent.size()].exchange(handle));
}

void Shelf::give_back(void* handle) {
  playhead_sample_release(static_cast<playhead_sample*>(handle));
  playhead_answer_release(static_cast<playhead_answer*>(handle));
  playhead_frame_release(static_cast<playhead_frame*>(handle));
  playhead_token_request_answer(static_cast<playhead_token_request*>(handle), "token");
  playhead_url_request_answer(static_cast<playhead_url_request*>(handle), nullptr);
}

// A decoder of the app's that is open.
struct App::Opened {
  App& app;
  playhead_decoder* const decoder;
  const int32_t kind;
};

template <typename Table>
Table App::table(Table made) {
  made.user = this;
  made.destroy = [](void* user) { hold(--app_of(user).tables_ >= 0); };
  ++tables_;
  return made;
}

unsigned App::choose(unsigned end) {
  if (seed_ == 0) return end - 1;
  uint32_t mixed = (chosen_++ + 1) * 0x9e3779b9U + seed_ * 0x85ebca6bU;
  mixed = (mixed ^ mixed >> 15) * 0x2c1b3c6dU;
  return (mixed ^ mixed >> 16) % end;
}

int64_t App::odd_number() {
  constexpr int64_t kOdd[] = {0, 1, -1, 48'000, INT32_MAX, INT64_MAX, INT64_MIN};
  return kOdd[choose(std::size(kOdd))];
}

// What apps do inside of any callback that is not the log's.
void App::called() {
  void* const handle = shelf_.made[choose(static_cast<unsigned>(shelf_.made.size()))];
  auto* const player = static_cast<playhead_player*>(handle);
  switch (choose(40)) {
    case 0: return playhead_player_destroy(player);
    case 1: return playhead_client_destroy(static_cast<playhead_client*>(handle));
    case 2: return static_cast<void>(playhead_player_seek(player, odd_number(), 1));
    case 3: return static_cast<void>(playhead_player_stop(player));
    case 4: return static_cast<void>(playhead_player_set_wakeup(player, nullptr));
    case 5: return static_cast<void>(playhead_player_pause(player));
    case 6: return static_cast<void>(playhead_client_low_memory(static_cast<playhead_client*>(handle)));
    default: return;
  }
}

void App::bring(playhead_client_config& config, uint8_t which) {
  log_ = table(log_);
  log_.log = [](void* user, int32_t, const char* module, const char* message) {
    read_text(module);
    read_text(message);
    app_of(user).called();  // refused
  };
  tokens_ = table(tokens_);
  tokens_.request_token = [](void* user, int32_t, playhead_token_request* request) {
    App& self = app_of(user);
    self.called();
    if (self.choose(3) == 0) return self.shelf_.lend(request);
    playhead_token_request_answer(request, self.choose(3) == 0 ? nullptr : "token");
  };
  hooks_ = table(hooks_);
  hooks_.on_request = [](void*, playhead_license_message* message) {
    read_text(playhead_license_message_scheme(message));
    return playhead_license_message_set_header(message, "X-App", "1");
  };
  drm_.hooks = &hooks_;
  interceptor_ = interceptor();
  decoders_ = decoders();
  config.log_sink = &log_;
  config.token_provider = &tokens_;
  config.drm = &drm_;
  config.interceptor = &interceptor_;
  config.decoders = &decoders_;
  service_.start = which % 2;
  service_.reports_events = which / 2 % 2;
  service_.heartbeat_us = 1'000'000;
  config.service = &service_;
  if (which % 4 < 3) config.transport = &(transport_ = transport());
  if (which % 8 < 5) config.store = &(store_ = store());
  if (which % 16 < 5) {
    clock_ = table(clock_);
    clock_.now_us = [](void* user) {
      App& self = app_of(user);
      return self.choose(50) == 0 ? self.odd_number() : int64_t{1'800'000'000'000'000};
    };
    config.clock = &clock_;
  }
}

void App::bring(playhead_player_config& config) {
  video_ = video();
  audio_ = audio();
  config.video = &video_;
  config.audio = &audio_;
}

void App::bring(playhead_downloads_config& config) {
  keys_ = table(keys_);
  keys_.get_key = [](void* user, uint8_t* key) {
    std::memset(key, 7, PLAYHEAD_DEVICE_KEY_BYTES);
    return app_of(user).choose(20) == 0 ? -PLAYHEAD_ERROR_OFFLINE_OTHER_DEVICE : kOk;
  };
  chooser_ = table(chooser_);
  chooser_.choose = [](void* user, const playhead_video_question* question) {
    App& self = app_of(user);
    return self.choose(8) == 0 ? static_cast<int32_t>(self.odd_number()) : playhead_choose_download_video(question);
  };
  download_listener_ = table(download_listener_);
  download_listener_.changed = [](void* user, const playhead_download* download) {
    read_text(download->id);
    read_text(download->message);
    app_of(user).called();
  };
  download_listener_.removed = [](void*, const char* id) { read_text(id); };
  resolver_ = table(resolver_);
  resolver_.resolve = [](void* user, const char*, const char* url, playhead_url_request* request) {
    App& self = app_of(user);
    hold(playhead_url_request_get(request) != nullptr);
    if (self.choose(3) == 0) return self.shelf_.lend(request);
    playhead_url_request_answer(request, self.choose(2) == 0 ? nullptr : url);
  };
  config.device_keys = &keys_;
  config.video_chooser = &chooser_;
  config.listener = &download_listener_;
  config.url_resolver = &resolver_;
}

playhead_service_listener App::service_listener() {
  playhead_service_listener listener = table(playhead_service_listener(PLAYHEAD_SERVICE_LISTENER_INIT));
  listener.answered = [](void* user, uint64_t, playhead_answer* answer) {
    App& self = app_of(user);
    self.read(answer);
    self.called();
    if (self.choose(3) == 0) return self.shelf_.lend(answer);
    playhead_answer_release(answer);
  };
  return listener;
}

playhead_wakeup App::wakeup() {
  playhead_wakeup wakeup = table(playhead_wakeup(PLAYHEAD_WAKEUP_INIT));
  wakeup.wake = [](void* user) { app_of(user).called(); };
  return wakeup;
}

void App::read(const playhead_answer* answer) {
  playhead_answer_info info = PLAYHEAD_ANSWER_INFO_INIT;
  playhead_row row = PLAYHEAD_ROW_INIT;
  playhead_item item = PLAYHEAD_ITEM_INIT;
  playhead_title title = PLAYHEAD_TITLE_INIT;
  playhead_chapter chapter = PLAYHEAD_CHAPTER_INIT;
  playhead_profile profile = PLAYHEAD_PROFILE_INIT;
  hold(playhead_answer_get(answer, &info) == kOk);
  hold((playhead_answer_row(answer, 0, &row) == kOk) == (info.row_count > 0));
  hold((playhead_answer_title(answer, &title) == kOk) == (info.has_title != 0));
  hold((playhead_answer_profile(answer, 0, &profile) == kOk) == (info.profile_count > 0));
  if (playhead_answer_item(answer, 0, 0, &item) == kOk) read_text(item.name);
  if (playhead_answer_chapter(answer, 0, &chapter) == kOk) read_text(chapter.name);
  read_text(info.message);
}

playhead_transport App::transport() {
  playhead_transport made = table(playhead_transport(PLAYHEAD_TRANSPORT_INIT));
  made.start = [](void* user, playhead_transfer* transfer, const playhead_transfer_request* request) {
    app_of(user).start(transfer, request);
  };
  made.cancel = [](void* user, playhead_transfer*) { app_of(user).called(); };
  made.resume = [](void* user, playhead_transfer*) { app_of(user).called(); };
  made.preconnect = [](void*, const char* url) { read_text(url); };
  made.network_changed = [](void* user) { app_of(user).called(); };
  return made;
}

// Here and now, or not at all.
void App::start(playhead_transfer* transfer, const playhead_transfer_request* request) {
  static constexpr const char* kElsewhere[] = {"Location", "http://127.0.0.1:2/a.m3u8", nullptr};
  read_text(request->url);
  const TitleAnswer answer = title_answer(request->url);
  called();
  const unsigned kind = choose(12);
  if (kind == 0) return shelf_.lend(transfer);  // who makes calls may go on with it
  (void)playhead_transfer_sent(transfer);
  if (kind == 1) {
    (void)playhead_transfer_head(transfer, 302, kElsewhere);
  } else if (kind == 2) {
    (void)playhead_transfer_head(transfer, static_cast<int32_t>(choose(700)), nullptr);
  } else {
    (void)playhead_transfer_head(transfer, answer.status, nullptr);
  }
  const std::size_t half = kind == 3 ? answer.body.size() / 2 : answer.body.size();
  (void)playhead_transfer_body(transfer, answer.body.data(), half);
  called();
  (void)playhead_transfer_finish(transfer, kind == 4 ? static_cast<int32_t>(odd_number()) : kOk, nullptr, 7);
  if (kind == 5) (void)playhead_transfer_body(transfer, "more", 4);
}

playhead_store App::store() {
  playhead_store made = table(playhead_store(PLAYHEAD_STORE_INIT));
  made.write = [](void* user, const playhead_store_write* const* writes, uint64_t count, uint64_t* out_version) {
    App& self = app_of(user);
    for (uint64_t i = 0; i < count; ++i) read_text(writes[i]->collection);
    *out_version = self.choose(10) == 0 ? 0 : ++self.version_;
    self.called();  // refused
    return self.choose(8) == 0 ? static_cast<playhead_status>(self.odd_number()) : kOk;
  };
  made.list = [](void* user, const char*, const void*, uint64_t, int32_t, playhead_store_page* page) {
    App& self = app_of(user);
    for (unsigned left = self.choose(4); left > 0 && self.seed_ != 0; --left) {
      (void)playhead_store_page_add(page, "key", self.choose(4), "value", self.choose(6), self.choose(3));
    }
    self.shelf_.lend(page);
    return self.choose(8) == 0 ? static_cast<playhead_status>(self.odd_number()) : kOk;
  };
  return made;
}

playhead_request_interceptor App::interceptor() {
  playhead_request_interceptor made = table(playhead_request_interceptor(PLAYHEAD_REQUEST_INTERCEPTOR_INIT));
  made.on_request = [](void* user, playhead_request* request) {
    App& self = app_of(user);
    read_text(playhead_request_url(request));
    const unsigned kind = self.choose(12);
    if (kind == 0) (void)playhead_request_set_url(request, "http://127.0.0.1:3/else.m3u8");
    if (kind == 1) (void)playhead_request_add_header(request, "X-App", "a\r\nb", 1);
    if (kind == 2) (void)playhead_request_set_url(request, "ftp://127.0.0.1/");
    if (kind == 3) self.shelf_.lend(request);
  };
  made.on_response = [](void* user, const playhead_request* request, int32_t) {
    read_text(playhead_request_response_header(request, "date"));
    (void)app_of(user).choose(1);
  };
  return made;
}

playhead_decoders App::decoders() {
  playhead_decoders made = table(playhead_decoders(PLAYHEAD_DECODERS_INIT));
  made.samples_at_once = static_cast<int32_t>(choose(4));
  made.open = [](void* user, const playhead_stream_info* stream, playhead_decoder* decoder, void** own) {
    App& self = app_of(user);
    read_text(stream->codec);
    self.called();
    if (stream->kind == PLAYHEAD_TRACK_AUDIO && self.choose(3) > 0) return -PLAYHEAD_ERROR_DECODE_FAILED;
    *own = new Opened{self, decoder, stream->kind};
    return kOk;
  };
  made.decode = [](void* own, playhead_sample* sample) {
    auto& opened = *static_cast<Opened*>(own);
    opened.app.decode(opened, sample);
  };
  made.drain = [](void* own) {
    auto& opened = *static_cast<Opened*>(own);
    if (opened.app.choose(4) > 0) (void)playhead_decoder_drained(opened.decoder);
  };
  made.flush = [](void* own) { static_cast<Opened*>(own)->app.called(); };
  made.close = [](void* own) {
    auto* const opened = static_cast<Opened*>(own);
    opened->app.shelf_.lend(opened->decoder);  // it is closed
    delete opened;
  };
  made.release_frame = [](void* user, void*) { hold(--app_of(user).frames_ >= 0); };
  made.supports = [](void* user, const char*) { return static_cast<int32_t>(app_of(user).choose(2)); };
  return made;
}

void App::decode(Opened& opened, playhead_sample* sample) {
  playhead_sample_info info = PLAYHEAD_SAMPLE_INFO_INIT;
  const bool is_read = playhead_sample_get_info(sample, &info) == kOk;
  called();
  const unsigned kind = choose(16);
  if (kind == 0) return shelf_.lend(sample);
  if (is_read && opened.kind == PLAYHEAD_TRACK_VIDEO && kind > 1) {
    playhead_decoded_frame frame = PLAYHEAD_DECODED_FRAME_INIT;
    frame.format = kind < 4 ? PLAYHEAD_PIXEL_FORMAT_OPAQUE : PLAYHEAD_PIXEL_FORMAT_I420;
    frame.time_us = kind == 2 ? odd_number() : info.time_us;
    frame.width = kind == 5 ? static_cast<int32_t>(odd_number()) : 32;
    frame.height = 32;
    std::fill(frame.planes, frame.planes + 3, kGrey);
    std::fill(frame.strides, frame.strides + 3, 32);
    ++frames_;
    if (playhead_decoder_give_frame(opened.decoder, &frame) != kOk) --frames_;
  } else if (is_read && kind > 1) {
    const std::vector<float> silence(2048);
    playhead_decoded_sound sound = PLAYHEAD_DECODED_SOUND_INIT;
    sound.time_us = kind == 2 ? odd_number() : info.time_us;
    sound.sample_rate = kind == 3 ? static_cast<int32_t>(odd_number()) : 48'000;
    sound.channels = 1;
    sound.samples = silence.data();
    sound.frames = kind == 5 ? 0 : 1024;
    (void)playhead_decoder_give_sound(opened.decoder, &sound);
  }
  if (kind == 1) (void)playhead_decoder_failed(opened.decoder, static_cast<int32_t>(odd_number()), kind % 2);
  playhead_sample_release(sample);
}

playhead_video_sink App::video() {
  playhead_video_sink made = table(playhead_video_sink(PLAYHEAD_VIDEO_SINK_INIT));
  made.show = [](void* user, playhead_frame* frame) {
    App& self = app_of(user);
    playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
    hold(playhead_frame_get_info(frame, &info) == kOk);
    self.shelf_.lend(playhead_frame_retain(frame));
    self.called();
  };
  made.clear = [](void* user) { app_of(user).called(); };
  return made;
}

// A device that has played whatever it was given, or counts as it likes.
playhead_audio_sink App::audio() {
  playhead_audio_sink made = table(playhead_audio_sink(PLAYHEAD_AUDIO_SINK_INIT));
  made.open = [](void* user, const playhead_audio_format*, playhead_audio_format* opened) {
    App& self = app_of(user);
    self.called();
    self.heard_ = 0;
    const unsigned kind = self.choose(10);
    if (kind == 0) opened->sample_rate = static_cast<int32_t>(self.odd_number());
    if (kind == 1) opened->channels = static_cast<int32_t>(self.odd_number());
    return kind == 2 ? -PLAYHEAD_ERROR_AUDIO_OUTPUT : kOk;
  };
  made.close = [](void* user) { app_of(user).called(); };
  made.write = [](void* user, const float*, int64_t frames) {
    app_of(user).heard_ += frames;
    app_of(user).called();
  };
  made.frames_played = [](void* user, int64_t) {
    App& self = app_of(user);
    return self.choose(20) == 0 ? self.odd_number() : self.heard_.load();
  };
  made.pause = made.resume = made.close;
  made.flush = [](void* user) { app_of(user).heard_ = 0; };
  made.set_volume = [](void* user, double) { app_of(user).called(); };
  return made;
}

}  // namespace playhead::test
