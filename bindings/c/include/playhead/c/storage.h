/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* An app's own place for what has to outlive the process: unsent positions and reports, remembered
 * facts; in the place of a file below storage_path. A clock of the app's. Include
 * <playhead/playhead.h>.
 *
 * Records are small: names of up to 1 KiB, values of up to 1 MiB. Each lies in a collection under a
 * key, which is any bytes, and has the version of the write that put it. Downloads keep folders of
 * their own and are not kept here. */

#include "playhead/c/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of a record, PLAYHEAD_STORE_…: */
enum {
  PLAYHEAD_STORE_PUT = 0,             /* it is put there, or in the place of what is there */
  PLAYHEAD_STORE_ERASE = 1,           /* it is removed; it need not be there */
  PLAYHEAD_STORE_ERASE_IF_VERSION = 2 /* it is removed if it still has this version */
};

typedef struct playhead_store_write {
  uint32_t struct_size;
  int32_t kind; /* PLAYHEAD_STORE_… */
  const char* collection;
  const void* key;
  uint64_t key_bytes;
  const void* value; /* of PUT alone; NULL where it has no bytes */
  uint64_t value_bytes;
  uint64_t version; /* of ERASE_IF_VERSION alone */
} playhead_store_write;
#define PLAYHEAD_STORE_WRITE_INIT PLAYHEAD_SIZED(playhead_store_write)

/* Takes the records of one list call; lives during that call. */
typedef struct playhead_store_page playhead_store_page;

/* One thread of the client's asks, one call at a time, in the order in which they take effect; they
 * may take as long as a disk does, which holds up no playback, and must not call the library but
 * for playhead_store_page_add: what has an answer is refused (INVALID_STATE). Answers: 0,
 * -PLAYHEAD_ERROR_STORE_IO, -PLAYHEAD_ERROR_STORE_FULL or -PLAYHEAD_ERROR_STORE_CORRUPT; others
 * count as STORE_IO. What is there is trusted: keep it where no other app can write. */
typedef struct playhead_store {
  uint32_t struct_size;
  int32_t reserved;            /* 0 */
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL; after all that was asked for */
  /* Required. All of `writes`, in this order, or nothing: on disk when it returns 0. out_version
   * gets the version that what was put now has: greater than all before it, also those of earlier
   * processes and of records that are gone. Where nothing is put it is not looked at. All pointers:
   * borrowed until return. */
  playhead_status (*write)(void* user, const playhead_store_write* const* writes, uint64_t count,
                           uint64_t* out_version);
  /* Required. Adds the records of a collection whose keys are greater than after_key, as bytes are
   * compared (memcmp, shorter first), in this order, at most `limit` of them, by
   * playhead_store_page_add. No bytes: from the first on. A collection that is not there is empty.
   */
  playhead_status (*list)(void* user, const char* collection, const void* after_key,
                          uint64_t after_key_bytes, int32_t limit, playhead_store_page* page);
} playhead_store;
#define PLAYHEAD_STORE_INIT PLAYHEAD_SIZED(playhead_store)

/* Adds a record; key and value are copied. Thread: the callback's.
 * Returns 0, -PLAYHEAD_ERROR_INVALID_ARGUMENT (no key, a version of 0, not after the one before it,
 * more than was asked for: the list fails with STORE_CORRUPT), -PLAYHEAD_ERROR_INVALID_HANDLE. */
PLAYHEAD_API playhead_status playhead_store_page_add(playhead_store_page* page, const void* key,
                                                     uint64_t key_bytes, const void* value,
                                                     uint64_t value_bytes,
                                                     uint64_t version) PLAYHEAD_NOEXCEPT;

/* What time it is, for devices whose own clock cannot be trusted: when permissions end, what
 * reports are dated with, where a live title is before a server has said so. It counts as the
 * system's would: it may jump, what the service said of the time wins, and setting it back makes no
 * download play for longer. Deadlines and measurements are not by this clock, and threads are the
 * library's: what waits, waits by the system's monotonic time. */
typedef struct playhead_clock {
  uint32_t struct_size;
  int32_t reserved;            /* 0 */
  void* user;                  /* transferred; handed to every callback */
  void (*destroy)(void* user); /* may be NULL */
  /* Required. Microseconds since 1970-01-01T00:00:00Z; before it counts as it, after 9999 as the end of that year. Any
   * thread, several at once, at any moment, hundreds of times a second; must not block, nor call the library. */
  int64_t (*now_us)(void* user);
} playhead_clock;
#define PLAYHEAD_CLOCK_INIT PLAYHEAD_SIZED(playhead_clock)

#ifdef __cplusplus
} /* extern "C" */
#endif
