// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.List;

/**
 * The app's own place for unsent positions and remembered facts, in the place of a file: ClientConfig.storage,
 * playhead/c/storage.h. One thread asks, one call at a time; it may take as long as a disk does, and must not call the
 * library. What throws counts as STORE_IO.
 */
public interface Storage {
  /** A record as it lies there. */
  final class Record {
    public final byte[] key;
    public final byte[] value;
    public final long version;

    public Record(byte[] key, byte[] value, long version) {
      this.key = key;
      this.value = value;
      this.version = version;
    }
  }

  /** What becomes of a record. */
  final class Write {
    /** Constants.STORE_PUT, STORE_ERASE, or STORE_ERASE_IF_VERSION: if it still has `version`. */
    public final int kind;
    public final String collection;
    public final byte[] key;
    /** Of STORE_PUT. */
    public final byte[] value;
    public final long version;

    Write(int kind, String collection, byte[] key, byte[] value, long version) {
      this.kind = kind;
      this.collection = collection;
      this.key = key;
      this.value = value;
      this.version = version;
    }
  }

  /**
   * All of them, in this order, or nothing: on disk when it returns.
   *
   * @return the version of what was put: greater than all before it, also of earlier processes
   */
  long write(List<Write> writes);

  /** Records of a collection whose keys are greater than `after`, as unsigned bytes are compared, in their order. */
  List<Record> list(String collection, byte[] after, int limit);
}
