// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.concurrent.Executor;

/** Takes questions for the token to the app's executor. */
final class TokenDesk {
  private final TokenProvider provider;
  private final Executor executor;

  TokenDesk(TokenProvider provider, Executor executor) {
    this.provider = provider;
    this.executor = executor;
  }

  /** Called by the library; who throws, provider or executor, has answered that there is no token. */
  void requestToken(boolean refresh, long handle) {
    TokenRequest request = new TokenRequest(handle);
    orNone(request, () -> executor.execute(() -> orNone(request, () -> provider.requestToken(refresh, request))));
  }

  private static void orNone(TokenRequest request, Runnable asks) {
    try {
      asks.run();
    } catch (RuntimeException failed) {
      request.answer(null);
      throw failed;
    }
  }
}
