// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_limits of the C interface, whose comments say what each member means. */
public final class Limits {
  public int maxHeight;
  public long maxBitrateBps;
  public int viewportWidth;
  public int viewportHeight;
  public double pixelRatio;
  public boolean savesData;
  public int hdcpTenths;
  public long dataSaverBitrateBps;
}
