// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_client_config of the C interface, whose comments say what each member means. */
public final class ClientConfig {
  public String storagePath;
  public String apiUrl;
  public String userAgent;
  public String proxy;
  public String pins;
  public String recordingPath;
  public long recordingMaxBytes;
  public DrmConfig drm;
  public String accountId;
  public long maxMediaBytes;
  /** Sees, and may change, every request; null: nobody does. */
  public RequestInterceptor interceptor;
  /** In the place of the library's; null: its own. */
  public Http http;
  /** In the place of storagePath; null: that. */
  public Storage storage;
  /** Null: the system's. */
  public WallClock clock;
}
