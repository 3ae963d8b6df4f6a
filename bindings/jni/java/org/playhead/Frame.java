// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.nio.ByteBuffer;

/** A decoded picture. Its pixels never change, and are there until it is closed; it may outlive its player. */
public final class Frame implements AutoCloseable {
  /** Format, size and times. */
  public final FrameInfo info;
  private long handle;

  Frame(long handle, FrameInfo info) {
    this.handle = handle;
    this.info = info;
  }

  /**
   * Rows of stride(index) bytes: 0 is Y, then U and V (I420), or both interleaved (NV12); null for others. Read only, and
   * not to be touched once the frame is closed: the memory is somebody else's then.
   */
  public synchronized ByteBuffer plane(int index) {
    if (handle == 0) throw new IllegalStateException("the frame is closed");
    ByteBuffer plane = Native.planeOf(handle, index);
    return plane == null ? null : plane.asReadOnlyBuffer();
  }

  /** Bytes from one row to the next. */
  public synchronized int stride(int index) {
    if (handle == 0) throw new IllegalStateException("the frame is closed");
    return Native.strideOf(handle, index);
  }

  /** What the app's own decoder gave (DecoderOutput.giveFrame()); null of the library's pictures. */
  public synchronized Object appFrame() {
    if (handle == 0) throw new IllegalStateException("the frame is closed");
    return Native.appFrameOf(handle);
  }

  @Override
  public synchronized void close() {
    Native.releaseFrame(handle);
    handle = 0;
  }
}
