// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_source of the C interface, whose comments say what each member means. */
public final class Source {
  public boolean hasStart;
  public String titleId;
  public String url;
  public long startUs;
  public boolean startPaused;
  public String downloadId;
  public String profileId;
}
