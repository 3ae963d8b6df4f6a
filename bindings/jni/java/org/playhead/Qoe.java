// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_qoe of the C interface, whose comments say what each member means. */
public final class Qoe {
  public boolean hasStartup;
  public long startupUs;
  public long playTimeUs;
  public long rebufferTimeUs;
  public long meanBitrateBps;
  public int rebufferCount;
  public int switches;
  public long droppedFrames;
  public long shownFrames;
  public long bytes;
  public long startWaitUs;
  public long sessionUs;
  public long manifestUs;
  public long licenseUs;
  public long firstByteUs;
  public long startupBytes;
  public long wastedBytes;
  public boolean isOffline;
  public int errors;
  public double rebufferRatio;
}
