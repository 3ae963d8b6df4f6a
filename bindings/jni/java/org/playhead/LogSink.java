// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** Hears what the library has to say, from any of its threads, possibly several at once; must not call the library. */
public interface LogSink {
  /** @param level Constants.LOG_… */
  void log(int level, String module, String message);
}
