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
    this(config, log, tokens, executor, new Decoding());
  }

  /** The same, with decoders and DRM systems of the app's. */
  public Client(ClientConfig config, LogSink log, TokenProvider tokens, Executor executor, Decoding decoding) {
    DrmDesk[] systems = new DrmDesk[decoding.systems.size()];
    for (int i = 0; i < systems.length; ++i) systems[i] = DrmDesk.of(decoding.systems.get(i));
    int secure = (decoding.isSecureVideo ? 1 << Constants.TRACK_VIDEO : 0)
        | (decoding.isSecureAudio ? 1 << Constants.TRACK_AUDIO : 0);
    boolean hasHttp = config != null && config.http != null;
    boolean hasStorage = config != null && config.storage != null;
    handle = new Handle(
        Native.clientCreate(config, log, tokens == null ? null : new TokenDesk(tokens, executor), systems,
            decoding.decoders == null ? null : new DecoderDesk(decoding.decoders), secure,
            hasHttp ? new HttpDesk(config.http) : null, hasStorage ? new StorageDesk(config.storage) : null,
            config == null ? null : config.clock),
        Native::clientDestroy);
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
