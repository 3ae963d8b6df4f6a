// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_downloads_config of the C interface, whose comments say what each member means. */
public final class DownloadsConfig {
  public boolean isPumped;
  public String path;
  public int parallelTitles;
  public int parallelSegments;
  public boolean allowMetered;
  public boolean onlyCharging;
  public long quotaBytes;
  public long freeSpaceFloorBytes;
  public long keepExpiredUs;
  public long maxWithoutContactUs;
  public boolean startOverWhenCorrupt;
}
