// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_cue of the C interface, whose comments say what each member means. */
public final class Cue {
  public String id;
  public String text;
  public String language;
  public long startUs;
  public long endUs;
  public boolean isForced;
  public int writing;
  public int textAlign;
  public boolean hasLineNumber;
  public int lineNumber;
  public boolean hasLine;
  public double line;
  public double position;
  public double size;
  public int lineAlign;
  public int positionAlign;
  public boolean hasPosition;
  public boolean hasRegion;
  public double regionX;
  public double regionY;
  public double regionWidth;
  public double regionHeight;
  public int regionAlign;
  public int regionScrollsUp;
  public boolean hasRegionBackground;
  public String regionId;
}
