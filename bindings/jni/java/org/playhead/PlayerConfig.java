// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_player_config of the C interface, whose comments say what each member means. */
public final class PlayerConfig {
  public int maxHeight;
  public long progressIntervalUs;
  public long maxBitrateBps;
  public String audioLanguage;
  public long bufferStartUs;
  public long bufferAfterRebufferUs;
  public long bufferTargetUs;
  public long bufferBackUs;
  public long bufferMaxBytes;
  public int preset;
  public int behindWindow;
  public long liveOffsetUs;
  public double liveMinSpeed;
  public double liveMaxSpeed;
  public boolean noLowLatency;
  public int audioChannels;
  public String audioRole;
  public String audioCodec;
  public String audioLabel;
  public String textLanguage;
  public boolean textOff;
  public int cmcd;
  public String cmcdEventsUrl;
  public long cmcdEventsIntervalUs;
  public boolean cmcdTellsResponses;
}
