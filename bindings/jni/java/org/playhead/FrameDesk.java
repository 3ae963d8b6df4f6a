// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.concurrent.Executor;

/**
 * Takes pictures from the engine to the app's executor. Of those that wait there only the newest is kept: an app that is
 * late drops frames and holds no memory.
 */
final class FrameDesk {
  private final VideoSink sink;
  private final Executor executor;
  private Frame waiting;
  private boolean clears;
  private boolean isAsked;

  FrameDesk(VideoSink sink, Executor executor) {
    this.sink = sink;
    this.executor = executor;
  }

  /** Called by the library on its engine thread; `handle` is ours. */
  void show(long handle, FrameInfo info) {
    Frame late = put(new Frame(handle, info), false);
    if (late != null) late.close();
  }

  void clear() {
    Frame late = put(null, true);
    if (late != null) late.close();
  }

  private Frame put(Frame frame, boolean clear) {
    Frame late;
    boolean asks;
    synchronized (this) {
      late = waiting;
      waiting = frame;
      clears |= clear;
      asks = !isAsked;
      isAsked = true;
    }
    if (asks) executor.execute(this::hand);
    return late;
  }

  private void hand() {
    Frame frame;
    boolean clear;
    synchronized (this) {
      frame = waiting;
      clear = clears;
      waiting = null;
      clears = false;
      isAsked = false;
    }
    if (clear) sink.clear();
    if (frame != null) sink.show(frame);
  }
}
