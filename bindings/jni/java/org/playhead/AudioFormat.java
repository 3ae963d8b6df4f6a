// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_audio_format of the C interface, whose comments say what each member means. */
public final class AudioFormat {
  public int sampleRate;
  public int channels;
}
