// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** Hears of changes of downloads, in their order, on the executor given with it. */
public interface DownloadListener {
  void changed(Download download);

  /** It is gone, and everything of it. */
  void removed(String id);
}
