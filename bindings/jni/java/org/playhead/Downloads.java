// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.concurrent.Executor;

/** Titles kept on the device: playhead/c/downloads.h. Any thread. Close it before its client. */
public final class Downloads implements AutoCloseable {
  private final Handle handle;

  /**
   * Opens the folder config.path; what was under way goes on.
   *
   * @param executor where the listener is called; may be null without one
   * @param listener may be null
   */
  public Downloads(Client client, DownloadsConfig config, Executor executor, DownloadListener listener) {
    handle = new Handle(
        Native.downloadsOpen(client.handle(), config, new DownloadDesk(listener, executor)), Native::downloadsClose);
  }

  /** Adds a download and returns its id; the same request again: that of the one that is there. */
  public String add(DownloadRequest request) {
    return Native.downloadsAdd(handle.get(), request);
  }

  public void pause(String id) {
    Native.downloadsPause(handle.get(), id);
  }

  public void resume(String id) {
    Native.downloadsResume(handle.get(), id);
  }

  public void remove(String id) {
    Native.downloadsRemove(handle.get(), id);
  }

  public void renew(String id) {
    Native.downloadsRenew(handle.get(), id);
  }

  public void verify(String id) {
    Native.downloadsVerify(handle.get(), id);
  }

  public void setPriority(String id, int priority) {
    Native.downloadsSetPriority(handle.get(), id, priority);
  }

  public void setConditions(DownloadConditions conditions) {
    Native.downloadsSetConditions(handle.get(), conditions);
  }

  /** All, by priority and order, as they stand now. */
  public Download[] list() {
    return Native.downloadsList(handle.get());
  }

  /** Null: there is none of that id. */
  public Download find(String id) {
    return Native.downloadsFind(handle.get(), id);
  }

  /** Throws INVALID_STATE inside the listener, when the executor runs that at once; the folder stays open then. */
  @Override
  public void close() {
    handle.close();
  }
}
