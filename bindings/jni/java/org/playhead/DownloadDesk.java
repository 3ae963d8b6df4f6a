// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.concurrent.Executor;

/** Takes what changed to the app's executor. */
final class DownloadDesk {
  private final DownloadListener listener;
  private final Executor executor;

  DownloadDesk(DownloadListener listener, Executor executor) {
    this.listener = listener;
    this.executor = executor;
  }

  void changed(Download download) {
    if (listener != null) executor.execute(() -> listener.changed(download));
  }

  void removed(String id) {
    if (listener != null) executor.execute(() -> listener.removed(id));
  }
}
