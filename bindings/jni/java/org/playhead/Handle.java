// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** A handle of the C interface, until its end. Any thread. */
final class Handle {
  /** Ends what a handle stands for, or throws and leaves it. */
  interface End {
    void end(long number);
  }

  private final End end;
  private long number;
  private boolean isEnding;

  Handle(long number, End end) {
    this.number = number;
    this.end = end;
  }

  /** 0 once it is closed, which the library refuses. */
  synchronized long get() {
    return number;
  }

  private synchronized boolean begin() {
    boolean begins = number != 0 && !isEnding;
    isEnding |= begins;
    return begins;
  }

  private synchronized void done(boolean isClosed) {
    if (isClosed) number = 0;
    isEnding = false;
  }

  /** Once; what is refused can be closed later, and was open for others all the time. */
  void close() {
    if (!begin()) return;
    boolean isClosed = false;
    try {
      end.end(get());
      isClosed = true;
    } finally {
      done(isClosed);
    }
  }
}
