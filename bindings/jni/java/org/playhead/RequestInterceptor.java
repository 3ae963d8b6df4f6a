// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/**
 * Sees, and may change, every request of a client: ClientConfig.interceptor, playhead/c/interceptor.h. Called by any thread
 * of the library, several at once, on the way of what is asked for: must not block.
 */
public interface RequestInterceptor {
  /** Before every attempt. */
  void onRequest(Request request);

  /** Of every answer; `request` as it was sent. */
  default void onResponse(Request request, int status) {}
}
