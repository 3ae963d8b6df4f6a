// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_player_status of the C interface, whose comments say what each member means. */
public final class PlayerStatus {
  public int state;
  public boolean isPaused;
  public boolean hasDuration;
  public long positionUs;
  public long durationUs;
  public double speed;
  public double volume;
  public long videoBufferUs;
  public long audioBufferUs;
  public long bufferedBytes;
  public long throughputBps;
  public long shownBitrateBps;
  public int shownWidth;
  public int shownHeight;
  public String shownId;
  public boolean isAutoBitrate;
  public int representationCount;
  public int trackCount;
  public int trickRate;
  public boolean hasThumbnails;
}
