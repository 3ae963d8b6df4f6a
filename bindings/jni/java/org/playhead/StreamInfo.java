// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_stream_info of the C interface, whose comments say what each member means. */
public final class StreamInfo {
  public int kind;
  public String codec;
  public int width;
  public int height;
  public int sampleRate;
  public int channels;
}
