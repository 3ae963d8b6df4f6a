// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_item of the C interface, whose comments say what each member means. */
public final class Item {
  public int year;
  public String titleId;
  public String name;
  public String genre;
  public long durationUs;
  public long positionUs;
  public boolean hasPosition;
  public int maturity;
  public double score;
  public int because;
}
