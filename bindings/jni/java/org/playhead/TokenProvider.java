// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** Supplies the bearer token of the service. Called on the executor of the client. */
public interface TokenProvider {
  /**
   * Answer the request exactly once, at once or later, from any thread.
   *
   * @param refresh the last token was refused: get a new one
   */
  void requestToken(boolean refresh, TokenRequest request);
}
