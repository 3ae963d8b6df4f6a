// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.concurrent.atomic.AtomicLong;

/** One question for the token. */
public final class TokenRequest {
  private final AtomicLong handle;

  TokenRequest(long handle) {
    this.handle = new AtomicLong(handle);
  }

  /** Of several answers the first counts. Null or empty: there is no token. Any thread. */
  public void answer(String token) {
    long asked = handle.getAndSet(0);
    if (asked != 0) Native.answerToken(asked, token);
  }
}
