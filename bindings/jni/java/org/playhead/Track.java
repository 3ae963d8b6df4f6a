// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_track of the C interface, whose comments say what each member means. */
public final class Track {
  public int kind;
  public String id;
  public String language;
  public String label;
  public String codecs;
  public long bitrateBps;
  public int channels;
  public boolean isSelected;
  public boolean isForced;
  public boolean isCaption;
}
