// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Called by the library; knows the transfers that have not ended. */
final class HttpDesk {
  private final Http http;
  private final Map<Long, Transfer> transfers = new ConcurrentHashMap<>();

  HttpDesk(Http http) {
    this.http = http;
  }

  void start(TransferRequest request, long handle) {
    Transfer transfer = new Transfer(this, handle);
    transfers.put(handle, transfer);
    boolean isStarted = false;
    try {
      http.start(request, transfer);
      isStarted = true;
    } finally {
      if (!isStarted && forget(handle)) Native.transferFinish(handle, -Constants.ERROR_CONNECTION_LOST, 0);
    }
  }

  void cancel(long handle) {
    Transfer transfer = transfers.remove(handle);
    if (transfer != null) http.cancel(transfer);
  }

  void resume(long handle) {
    Transfer transfer = transfers.get(handle);
    if (transfer != null) http.resume(transfer);
  }

  void preconnect(String url) {
    http.preconnect(url);
  }

  void networkChanged() {
    http.networkChanged();
  }

  boolean forget(long handle) {
    return transfers.remove(handle) != null;
  }
}
