// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_representation of the C interface, whose comments say what each member means. */
public final class Representation {
  public boolean isSelected;
  public String id;
  public String codecs;
  public long bitrateBps;
  public int width;
  public int height;
  public int limit;
}
