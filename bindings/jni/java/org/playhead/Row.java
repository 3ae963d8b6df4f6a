// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_row of the C interface, whose comments say what each member means. */
public final class Row {
  public String id;
  public String name;
  public Item[] items;
}
