// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/**
 * The app's own HTTP in the place of the library's, OkHttp or Cronet say: ClientConfig.http, playhead/c/transport.h. It
 * makes one request at a time and hands over what comes; redirects, retries, ranges and time-outs are the library's. One
 * thread calls all of it: must not block.
 */
public interface Http {
  /**
   * Makes the request, elsewhere; must not follow redirects, nor retry. What comes is told to `transfer`, on any thread.
   * What this throws fails the request.
   */
  void start(TransferRequest request, Transfer transfer);

  /** Nothing of it is wanted any more; it has ended. Once for each that has not ended itself. */
  void cancel(Transfer transfer);

  /** There is room again, after head() or body() said that there is none. */
  default void resume(Transfer transfer) {}

  /** A connection to the URL's host is going to be needed. */
  default void preconnect(String url) {}

  /** Connections of before are not to be used again. */
  default void networkChanged() {}
}
