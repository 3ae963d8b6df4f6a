// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.concurrent.Executor;

/** What the players of one app share: connections, positions, the service. Any thread. Close its players first. */
public final class Client implements AutoCloseable {
  private final Handle handle;

  /** Without a service and without a log. */
  public Client(ClientConfig config) {
    this(config, null, null, null);
  }

  /**
   * @param log may be null
   * @param tokens asked on `executor`; may be null
   */
  public Client(ClientConfig config, LogSink log, TokenProvider tokens, Executor executor) {
    handle = new Handle(
        Native.clientCreate(config, log, tokens == null ? null : new TokenDesk(tokens, executor)), Native::clientDestroy);
  }

  /** The version of the library, "0.1.0". */
  public static String libraryVersion() {
    return Native.version();
  }

  long handle() {
    return handle.get();
  }

  /** Blocks until all positions are delivered, or throws TIMED_OUT. For an app that goes to the background. */
  public void flush(int timeoutMs) {
    Native.clientFlush(handle(), timeoutMs);
  }

  public void networkChanged(boolean isOnline) {
    Native.clientNetworkChanged(handle(), isOnline);
  }

  public void setNetwork(String id) {
    Native.clientSetNetwork(handle(), id);
  }

  public void lowMemory() {
    Native.clientLowMemory(handle());
  }

  @Override
  public void close() {
    handle.close();
  }
}
