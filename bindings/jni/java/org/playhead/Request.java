// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** A request on its way, during the callback it is given to; after it everything is refused. */
public final class Request {
  private final long handle;

  Request(long handle) {
    this.handle = handle;
  }

  /** Constants.RESOURCE_…. */
  public int kind() {
    return Native.requestKind(handle);
  }

  /** With its secrets: not for logs. */
  public String url() {
    return Native.requestUrl(handle);
  }

  public void setUrl(String url) {
    Native.requestSetUrl(handle, url);
  }

  /** @param isSecret a redirect to another origin leaves it behind */
  public void addHeader(String name, String value, boolean isSecret) {
    Native.requestAddHeader(handle, name, value, isSecret);
  }

  /** "" when the answer has none, and in onRequest. */
  public String responseHeader(String name) {
    return Native.requestResponseHeader(handle, name);
  }
}
