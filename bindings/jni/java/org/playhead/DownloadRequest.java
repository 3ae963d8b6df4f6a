// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_download_request of the C interface, whose comments say what each member means. */
public final class DownloadRequest {
  public int priority;
  public String titleId;
  public String url;
  public String profileId;
  public String audioLanguages;
  public String textLanguages;
  public String videoCodecs;
  public String appData;
  public long maxBitrateBps;
  public long fromUs;
  public long toUs;
  public int maxHeight;
  public boolean noThumbnails;
}
