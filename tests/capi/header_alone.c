/* SPDX-License-Identifier: Apache-2.0 */
#include "playhead/playhead.h"

/* Every initialiser as C reads it. */
uint32_t header_alone_sizes(void);
uint32_t header_alone_sizes(void) {
  playhead_client_config client = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_token_provider token = PLAYHEAD_TOKEN_PROVIDER_INIT;
  playhead_log_sink log = PLAYHEAD_LOG_SINK_INIT;
  playhead_frame_info frame = PLAYHEAD_FRAME_INFO_INIT;
  playhead_video_sink video = PLAYHEAD_VIDEO_SINK_INIT;
  playhead_audio_format format = PLAYHEAD_AUDIO_FORMAT_INIT;
  playhead_audio_sink audio = PLAYHEAD_AUDIO_SINK_INIT;
  playhead_qoe qoe = PLAYHEAD_QOE_INIT;
  playhead_event event = PLAYHEAD_EVENT_INIT;
  playhead_wakeup wakeup = PLAYHEAD_WAKEUP_INIT;
  playhead_player_config player = PLAYHEAD_PLAYER_CONFIG_INIT;
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  playhead_player_status status = PLAYHEAD_PLAYER_STATUS_INIT;
  playhead_representation representation = PLAYHEAD_REPRESENTATION_INIT;
  playhead_track track = PLAYHEAD_TRACK_INIT;
  playhead_device_keys keys = PLAYHEAD_DEVICE_KEYS_INIT;
  playhead_video_offer offer = PLAYHEAD_VIDEO_OFFER_INIT;
  playhead_video_question question = PLAYHEAD_VIDEO_QUESTION_INIT;
  playhead_video_chooser chooser = PLAYHEAD_VIDEO_CHOOSER_INIT;
  playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  playhead_download download = PLAYHEAD_DOWNLOAD_INIT;
  playhead_download_listener listener = PLAYHEAD_DOWNLOAD_LISTENER_INIT;
  playhead_downloads_config downloads = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
  playhead_download_conditions conditions = PLAYHEAD_DOWNLOAD_CONDITIONS_INIT;
  playhead_decoders decoders = PLAYHEAD_DECODERS_INIT;
  playhead_stream_info stream = PLAYHEAD_STREAM_INFO_INIT;
  playhead_sample_info sample = PLAYHEAD_SAMPLE_INFO_INIT;
  playhead_decoded_frame picture = PLAYHEAD_DECODED_FRAME_INIT;
  playhead_decoded_sound sound = PLAYHEAD_DECODED_SOUND_INIT;
  playhead_transport transport = PLAYHEAD_TRANSPORT_INIT;
  playhead_transfer_request asked = PLAYHEAD_TRANSFER_REQUEST_INIT;
  playhead_transfer_facts facts = PLAYHEAD_TRANSFER_FACTS_INIT;
  playhead_store store = PLAYHEAD_STORE_INIT;
  playhead_store_write write = PLAYHEAD_STORE_WRITE_INIT;
  playhead_clock clock = PLAYHEAD_CLOCK_INIT;
  return client.struct_size + token.struct_size + log.struct_size + frame.struct_size +
         video.struct_size + format.struct_size + audio.struct_size + qoe.struct_size +
         event.struct_size + wakeup.struct_size + player.struct_size + source.struct_size +
         status.struct_size + representation.struct_size + track.struct_size + keys.struct_size +
         offer.struct_size + question.struct_size + chooser.struct_size + request.struct_size +
         download.struct_size + listener.struct_size + downloads.struct_size +
         conditions.struct_size + decoders.struct_size + stream.struct_size + sample.struct_size +
         picture.struct_size + sound.struct_size + transport.struct_size + asked.struct_size +
         facts.struct_size + store.struct_size + write.struct_size + clock.struct_size;
}
