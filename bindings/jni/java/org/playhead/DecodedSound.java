// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_decoded_sound of the C interface, whose comments say what each member means. */
public final class DecodedSound {
  public int format;
  public long timeUs;
  public int sampleRate;
  public int channels;
  public long frames;
}
