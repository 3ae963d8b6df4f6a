// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.Objects;

/**
 * Where the app's HTTP tells what became of a request. Any thread, one call at a time; nothing here waits. After its end,
 * by finish(), fail() or Http.cancel(), everything throws INVALID_HANDLE.
 */
public final class Transfer {
  private final HttpDesk desk;
  private final long handle;

  Transfer(HttpDesk desk, long handle) {
    this.desk = desk;
    this.handle = handle;
  }

  /** The request is on its way: from here on the head is waited for. */
  public void sent() {
    Native.transferSent(handle);
  }

  /**
   * The head of the answer, redirects and errors too.
   *
   * @param headers name, value, name, value …
   * @return whether there is room for more; false: not until Http.resume(), which may come before this returns
   */
  public boolean head(int status, String... headers) {
    for (String word : headers) Objects.requireNonNull(word);
    return Native.transferHead(handle, status, headers);
  }

  /** The next bytes of the body, copied; returns as head(). */
  public boolean body(byte[] bytes, int offset, int length) {
    if (offset < 0 || length < 0 || length > bytes.length - offset) throw new IndexOutOfBoundsException();
    return Native.transferBody(handle, bytes, offset, length);
  }

  /** The answer is complete. */
  public void finish() {
    end(0, 0);
  }

  /** It is not: Constants.ERROR_CONNECTION_LOST, _NETWORK_TIMEOUT, _TLS_FAILURE …; `detail` is for logs. */
  public void fail(int errorCode, int detail) {
    end(-(errorCode > 0 ? errorCode : Constants.ERROR_CONNECTION_LOST), detail);
  }

  private void end(int status, int detail) {
    desk.forget(handle);
    Native.transferFinish(handle, status, detail);
  }
}
