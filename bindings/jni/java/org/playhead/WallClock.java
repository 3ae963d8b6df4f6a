// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** What time it is, for devices whose own clock cannot be trusted: ClientConfig.clock, playhead/c/storage.h. */
public interface WallClock {
  /** Microseconds since 1970. Any thread, several at once, often: must not block, throw, nor call the library. */
  long nowUs();
}
