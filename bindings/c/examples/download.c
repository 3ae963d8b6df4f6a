/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "playhead/playhead.h"

static void print_error(void* user, int32_t level, const char* module, const char* message) {
  (void)user;
  if (level == PLAYHEAD_LOG_ERROR) fprintf(stderr, "%s: %s\n", module, message);
}

/* Prints how the download stands; 1 when it is complete. */
static int print_progress(playhead_downloads* downloads, const char* id) {
  playhead_download_list* list = NULL;
  playhead_download download = PLAYHEAD_DOWNLOAD_INIT;
  int is_complete = 0;
  if (playhead_downloads_find(downloads, id, &list) != PLAYHEAD_OK) return 0;
  if (playhead_download_list_get(list, 0, &download) == PLAYHEAD_OK) {
    is_complete = download.state == PLAYHEAD_DOWNLOAD_COMPLETED;
    printf("%s: %ld of %ld kB %s%s\n", download.id, (long)(download.bytes_done / 1000),
           (long)(download.bytes_total / 1000), is_complete ? "completed" : "", download.message);
  }
  playhead_download_list_release(list);
  return is_complete;
}

/* Downloads the manifest or file named first on the command line into the folder named second. */
int main(int argc, char** argv) {
  playhead_log_sink log = PLAYHEAD_LOG_SINK_INIT;
  playhead_client_config client_config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_downloads_config config = PLAYHEAD_DOWNLOADS_CONFIG_INIT;
  playhead_download_request request = PLAYHEAD_DOWNLOAD_REQUEST_INIT;
  playhead_client* client = NULL;
  playhead_downloads* downloads = NULL;
  char id[PLAYHEAD_DOWNLOAD_ID_BYTES] = "";
  int32_t has_more = 1;
  int is_complete = 0;
  playhead_status status = PLAYHEAD_OK;
  if (argc != 3) {
    fprintf(stderr, "usage: download URL FOLDER\n");
    return 2;
  }
  log.log = print_error;
  client_config.log_sink = &log;
  config.path = argv[2];
  config.is_pumped = 1;
  request.url = argv[1];
  status = playhead_client_create(&client_config, &client);
  if (status == PLAYHEAD_OK) status = playhead_downloads_open(client, &config, &downloads);
  if (status == PLAYHEAD_OK)
    status = playhead_downloads_add(downloads, &request, id, sizeof id, NULL);
  while (status == PLAYHEAD_OK && has_more) {
    status = playhead_downloads_pump(downloads, 1000000, &has_more);
    is_complete = print_progress(downloads, id);
  }
  playhead_downloads_close(downloads);
  playhead_client_destroy(client);
  return is_complete ? 0 : 1;
}
