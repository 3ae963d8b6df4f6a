// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_chapter of the C interface, whose comments say what each member means. */
public final class Chapter {
  public String name;
  public long startUs;
  public long endUs;
}
