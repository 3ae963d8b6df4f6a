// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** One licence. What a call throws is its failure: PlayheadException with its code, others as DRM_MODULE. */
public interface DrmSession extends AutoCloseable {
  int INIT_PSSH = 0;
  int INIT_KEY_IDS = 1;
  int INIT_PLAYREADY = 2;
  int INIT_KEY_URI = 3;

  /** Once, first: asks for a licence; DrmSessionHost.message() follows. */
  void request(int initType, byte[] init);

  /** The service's answer; DrmSessionHost.keys() inside. */
  void update(byte[] response);

  /** Once, last; wipes its keys. */
  @Override
  void close();
}
