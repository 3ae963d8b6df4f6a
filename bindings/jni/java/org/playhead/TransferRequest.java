// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_transfer_request of the C interface, whose comments say what each member means. */
public final class TransferRequest {
  public int kind;
  public String url;
  public String method;
  public long rangeFirst;
  public long rangeLast;
  public long connectTimeoutUs;
  public long firstByteTimeoutUs;
  public long stallTimeoutUs;
  /** Name, value, name, value … */
  public String[] headers;
  /** Null: none. */
  public byte[] body;
}
