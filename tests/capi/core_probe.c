/* SPDX-License-Identifier: Apache-2.0 */
/* What an app has loaded that browses and downloads with the core, and plays nothing: the shared libraries of the
   process, one a line. Status 1: more than argv[1], or FFmpeg's among them. */
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "playhead/playhead.h"

struct loaded {
  int count;
  int decoders;
};

static int note(struct dl_phdr_info* info, size_t size, void* user) {
  struct loaded* all = user;
  (void)size;
  /* The program itself and the kernel's page have no file; sanitizers are not there in a release. */
  if (strchr(info->dlpi_name, '/') == NULL) return 0;
  if (strstr(info->dlpi_name, "san.so") != NULL) return 0;
  printf("%s\n", info->dlpi_name);
  ++all->count;
  if (strstr(info->dlpi_name, "/libav") != NULL || strstr(info->dlpi_name, "/libsw") != NULL) {
    ++all->decoders;
  }
  return 0;
}

int main(int argc, char** argv) {
  playhead_client_config config = PLAYHEAD_CLIENT_CONFIG_INIT;
  playhead_client* client = NULL;
  struct loaded all = {0, 0};
  if (argc != 2 || playhead_client_create(&config, &client) != PLAYHEAD_OK) return 2;
  dl_iterate_phdr(note, &all);
  playhead_client_destroy(client);
  printf("%d shared libraries, %d of decoders\n", all.count, all.decoders);
  return all.count > atoi(argv[1]) || all.decoders > 0 ? 1 : 0;
}
