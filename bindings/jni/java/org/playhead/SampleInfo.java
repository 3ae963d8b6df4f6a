// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_sample_info of the C interface, whose comments say what each member means. */
public final class SampleInfo {
  public boolean isKeyFrame;
  public long bytes;
  public long timeUs;
  public long decodeTimeUs;
  public long durationUs;
  public boolean isShown;
}
