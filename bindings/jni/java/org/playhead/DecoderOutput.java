// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.nio.ByteBuffer;

/** Where a decoder of the app tells what became of its samples. Any thread; nothing here waits. */
public final class DecoderOutput {
  private final long handle;

  DecoderOutput(long handle) {
    this.handle = handle;
  }

  /**
   * A picture that only the app's screen knows how to show (Frame.appFrame()): the index of an output buffer, a texture.
   * It is given back by SampleDecoders.releaseFrame(), once, unless this throws.
   */
  public void giveFrame(long timeUs, int width, int height, Object appFrame) {
    DecodedFrame frame = new DecodedFrame();
    frame.format = Constants.PIXEL_FORMAT_OPAQUE;
    frame.timeUs = timeUs;
    frame.width = width;
    frame.height = height;
    Native.decoderGiveFrame(handle, frame, appFrame, null, null);
  }

  /** A picture of I420 or NV12 in direct buffers from their beginnings, which stay as they are until releaseFrame(). */
  public void giveFrame(DecodedFrame frame, ByteBuffer[] planes, int[] strides, Object appFrame) {
    Native.decoderGiveFrame(handle, frame, appFrame, planes, strides);
  }

  /** Sound: what remains of a direct buffer, copied. */
  public void giveSound(DecodedSound sound, ByteBuffer pcm) {
    Native.decoderGiveSound(handle, sound, pcm.slice());
  }

  /** All that came before drain() has been given back. */
  public void drained() {
    Native.decoderDrained(handle);
  }

  /** Constants.ERROR_DECODE_FAILED, or of encrypted samples ERROR_DRM_…; fatal: the decoder is unusable. */
  public void failed(int errorCode, boolean isFatal) {
    Native.decoderFailed(handle, errorCode, isFatal);
  }
}
