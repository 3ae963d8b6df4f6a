// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_download of the C interface, whose comments say what each member means. */
public final class Download {
  public int state;
  public String id;
  public DownloadRequest request;
  public int waitsFor;
  public int rights;
  public long bytesDone;
  public long bytesTotal;
  public long bytesPerSecond;
  public long timeLeftUs;
  public long durationUs;
  public long playableUntilUs;
  public boolean isTotalExact;
  public boolean hasTimeLeft;
  public int width;
  public int height;
  public String videoCodec;
  public long expiresAtUs;
  public long addedAtUs;
  public boolean hasExpiresAt;
  public int errorCode;
  public int errorSeverity;
  public int errorDetail;
  public boolean isRetryable;
  public int nextAction;
  public String errorName;
  public String errorContext;
  public String message;
}
