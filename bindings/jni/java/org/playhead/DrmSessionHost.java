// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** What a session tells the player. Any thread, also inside a call; nothing of a session that is closed. */
public final class DrmSessionHost {
  public static final int KEY_USABLE = 1;
  public static final int KEY_EXPIRED = 3;
  public static final int KEY_OUTPUT_RESTRICTED = 4;
  public static final int KEY_ERROR = 7;

  public static final int LICENSE_REQUEST = 0;
  public static final int RENEWAL = 1;
  public static final int RELEASE = 2;

  private long host;
  private final long session;

  DrmSessionHost(long host, long session) {
    this.host = host;
    this.session = session;
  }

  /** What goes to the licence service; url: where the system wants it sent, or null. */
  public synchronized void message(int type, byte[] challenge, String url) {
    if (host != 0) Native.drmMessage(host, session, type, challenge, url);
  }

  /** All keys of the session, whenever a status changes: ids of 16 bytes, KEY_… */
  public synchronized void keys(byte[][] ids, int[] statuses) {
    if (ids == null || statuses == null || ids.length != statuses.length) {
      throw new IllegalArgumentException("a status for each key");
    }
    for (byte[] id : ids) {
      if (id == null || id.length != 16) throw new IllegalArgumentException("a key id has 16 bytes");
    }
    if (host != 0) Native.drmKeys(host, session, ids, statuses);
  }

  /** When the keys run out, microseconds since 1970; Long.MAX_VALUE: never. */
  public synchronized void expiration(long wallUs) {
    if (host != 0) Native.drmExpiration(host, session, wallUs);
  }

  /** The session is over though nobody closed it. */
  public synchronized void failed(int errorCode) {
    if (host != 0) Native.drmFailed(host, session, errorCode);
  }

  synchronized void end() {
    host = 0;
  }
}
