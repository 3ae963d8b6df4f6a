// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.ArrayList;
import java.util.List;

/** Called by the library. */
final class StorageDesk {
  private final Storage storage;

  StorageDesk(Storage storage) {
    this.storage = storage;
  }

  long write(int[] kinds, String[] collections, byte[][] keys, byte[][] values, long[] versions) {
    List<Storage.Write> writes = new ArrayList<>();
    for (int i = 0; i < kinds.length; ++i) {
      writes.add(new Storage.Write(kinds[i], collections[i], keys[i], values[i], versions[i]));
    }
    return storage.write(writes);
  }

  void list(String collection, byte[] after, int limit, long page) {
    for (Storage.Record one : storage.list(collection, after, limit)) {
      Native.storePageAdd(page, one.key, one.value, one.version);
    }
  }
}
