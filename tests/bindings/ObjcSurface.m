// SPDX-License-Identifier: Apache-2.0
// The C interface as an Objective-C app uses it: through its module, under ARC, with objects as the `user` of callback
// tables. Compiled, not linked.
@import CPlayhead;

__attribute__((objc_root_class)) @interface Screen
- (void)show:(playhead_frame *)frame;
@end

@implementation Screen
- (void)show:(playhead_frame *)frame {
  playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
  if (playhead_frame_get_info(frame, &info) != PLAYHEAD_OK) return;
}
@end

static void show(void *user, playhead_frame *frame) { [(__bridge Screen *)user show:frame]; }
static void destroy(void *user) { (void)(__bridge_transfer Screen *)user; }

playhead_status play(Screen *screen, const char *url) {
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_player_config player_config = PLAYHEAD_PLAYER_CONFIG_INIT;
  playhead_video_sink video = PLAYHEAD_VIDEO_SINK_INIT;
  playhead_source source = PLAYHEAD_SOURCE_INIT;
  playhead_client *client = NULL;
  playhead_player *player = NULL;
  video.user = (__bridge_retained void *)screen;
  video.destroy = destroy;
  video.show = show;
  player_config.video = &video;
  source.url = url;
  playhead_status status = playhead_client_create(&config, &client);
  if (status == PLAYHEAD_OK) status = playhead_player_create(client, &player_config, &player);
  if (status == PLAYHEAD_OK) status = playhead_player_load(player, &source);
  playhead_player_destroy(player);
  playhead_client_destroy(client);
  return status;
}
