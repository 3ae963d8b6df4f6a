// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_metadata of the C interface, whose comments say what each member means. */
public final class Metadata {
  public String scheme;
  public String value;
  public String id;
  public long startUs;
  public long durationUs;
  public long dateUs;
  public boolean hasDuration;
  public boolean hasDate;
  /** Null when there is none. */
  public byte[] message;
  public String[] attributeNames;
  public String[] attributeValues;
}
