// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.nio.ByteBuffer;

/** One encoded picture or piece of sound. Any thread; may outlive its decoder. */
public final class Sample implements AutoCloseable {
  private long handle;

  Sample(long handle) {
    this.handle = handle;
  }

  private long open() {
    if (handle == 0) throw new IllegalStateException("the sample is closed");
    return handle;
  }

  /**
   * Times and flags. What is encrypted and not for a secure decoder is opened by the first of these three calls: on the
   * thread that decodes. Throws what keeps it from being opened, of which the player knows: close it then.
   */
  public synchronized SampleInfo info() {
    return Native.sampleInfo(open());
  }

  /** Its bytes, in a direct buffer; not to be touched once the sample is closed. */
  public synchronized ByteBuffer data() {
    return Native.sampleData(open()).asReadOnlyBuffer();
  }

  /** How it is encrypted; null: it is not, or was opened. */
  public synchronized SampleCrypto crypto() {
    return Native.sampleCrypto(open());
  }

  @Override
  public synchronized void close() {
    Native.sampleRelease(handle);
    handle = 0;
  }
}
