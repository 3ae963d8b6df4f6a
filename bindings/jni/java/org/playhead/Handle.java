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

  Handle(long number, End end) {
    this.number = number;
    this.end = end;
  }

  /** 0 once it is closed, which the library refuses. */
  synchronized long get() {
    return number;
  }

  private synchronized long exchange(long other) {
    long before = number;
    number = other;
    return before;
  }

  /** Once; what is refused can be closed later. */
  void close() {
    long closed = exchange(0);
    if (closed == 0) return;
    try {
      end.end(closed);
    } catch (PlayheadException refused) {
      exchange(closed);
      throw refused;
    }
  }
}
