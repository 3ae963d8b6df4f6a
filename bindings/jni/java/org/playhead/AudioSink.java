// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.nio.ByteBuffer;

/** Where sound goes. Called on the player's engine thread: every call must return within a millisecond or two. */
public interface AudioSink {
  /** Opens the device near what is wanted and tells what it takes; null: there is no sound device. */
  AudioFormat open(int sampleRate, int channels);

  void close();

  /** Queues interleaved frames of 32-bit floats in native order; the buffer is borrowed until return. */
  void write(ByteBuffer samples, long frames);

  /** Frames heard since open or the last flush, by the device's own clock. */
  long framesPlayed(long nowUs);

  void pause();

  void resume();

  /** Drops what is queued and restarts the count at 0. */
  void flush();

  /** @param volume 0..1, linear */
  void setVolume(double volume);
}
