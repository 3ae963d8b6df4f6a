// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_thumbnail of the C interface, whose comments say what each member means. */
public final class Thumbnail {
  public long imageId;
  public int x;
  public int y;
  public int width;
  public int height;
  public int column;
  public int row;
  public int columns;
  public int rows;
  public long startUs;
  public long durationUs;
  /** A whole file: JPEG, PNG … */
  public byte[] image;
}
