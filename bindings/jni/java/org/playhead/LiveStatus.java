// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_live of the C interface, whose comments say what each member means. */
public final class LiveStatus {
  public boolean isLive;
  public long windowStartUs;
  public long windowEndUs;
  public long offsetUs;
  public long targetOffsetUs;
  public double correction;
  public long dateUs;
  public boolean hasDate;
}
