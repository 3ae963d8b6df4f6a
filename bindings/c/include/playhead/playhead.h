/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Playhead's C interface: the one binary contract. C99 or any C++; bindings for other languages
 * wrap this and nothing else.
 *
 * Objects. A client is what the players of an app share: network, saved positions, remembered
 *   facts. A player plays one title at a time. A service is asked what there is to watch.
 *   Downloads are the titles of one folder. All are opaque and die by their destroy or close
 * function, which accepts NULL, waits for the object's threads and lets no callback run afterwards.
 * Handles. What points to an opaque type is a number and points nowhere. Used after its end, or in
 *   the place of one of another kind, it is answered with -PLAYHEAD_ERROR_INVALID_HANDLE, or as
 *   NULL is by functions without a status; destroying it once more does nothing. An object that is
 *   destroyed while another thread is in a call with it stays until that call has returned.
 * Flow. Commands (load, play, seek …) return at once; what happens comes back as events, taken
 *   with playhead_player_next_event(), which can wait. How things stand right now is read from a
 *   snapshot.
 * Errors. A call that can fail returns playhead_status: 0, or a negated PLAYHEAD_ERROR_… number.
 *   Out-parameters are NULL or zero after a failure. Failures of the play itself are events.
 * Structs. Every struct begins with struct_size and has an …_INIT value; members are only ever
 *   appended, and zero always means "the default". Start from …_INIT, set what you need.
 * Strings are UTF-8, ended by a zero byte. Times are microseconds, bitrates bits per second.
 * Pointers. One of these words stands at every pointer:
 *   copied                    the library keeps a copy of its own
 *   borrowed until return     used during the call only
 *   borrowed until next call  yours to read until the next call of the same function
 *   transferred               belongs to the library from now on
 *   yours: free with …        you must end it with the named function
 * Callback tables are copied; `user` is transferred: `destroy(user)`, when set, runs exactly once,
 *   when the library needs the table no more (also when the call that took it fails).
 * Threads. Each function names the threads it may be called from. All of a player may be called
 *   from inside its callbacks, its destruction too. From inside a log callback calls are refused.
 * Exceptions. What a callback written in C++ throws ends at its return, and counts as the failure
 *   that it can answer; one that answers nothing is taken to have returned. Do not jump out of one.
 *   A library that was built without exceptions (PLAYHEAD_SMALL) is ended by it, process and all.
 */

#include "playhead/c/base.h"
#include "playhead/c/catalogue.h"
#include "playhead/c/client.h"
#include "playhead/c/cues.h"
#include "playhead/c/decoders.h"
#include "playhead/c/download.h"
#include "playhead/c/downloads.h"
#include "playhead/c/drm.h"
#include "playhead/c/events.h"
#include "playhead/c/interceptor.h"
#include "playhead/c/player.h"
#include "playhead/c/service.h"
#include "playhead/c/sinks.h"
#include "playhead/c/snapshot.h"
#include "playhead/c/storage.h"
#include "playhead/c/transport.h"
