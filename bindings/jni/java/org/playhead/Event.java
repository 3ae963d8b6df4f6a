// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_event of the C interface, whose comments say what each member means. */
public final class Event {
  public int type;
  public long timeUs;
  public long positionUs;
  public String titleId;
  public String url;
  public String id;
  public long targetUs;
  public long elapsedUs;
  public long durationUs;
  public long bitrateBps;
  public long bytes;
  public long count;
  public long number;
  public long userTag;
  public boolean hasDuration;
  public int videoRepresentations;
  public int audioTracks;
  public int textTracks;
  public int width;
  public int height;
  public int fromState;
  public int toState;
  public int reason;
  public int track;
  public int errorCode;
  public int errorSeverity;
  public int errorDetail;
  public String errorName;
  public String errorContext;
  public String message;
  public Qoe qoe;
  public long fromUs;
  public Metadata metadata;
  public int fromRate;
  public int toRate;
  public Thumbnail thumbnail;
  public boolean isNext;
  public boolean goesOn;
  /** The text on screen, in a CUES_CHANGED. */
  public Cue[] cues;
}
