// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/**
 * A DRM system of the app for its secure decoders (SampleDecoders), such as MediaDrm: it gets licences, its decoders open
 * the samples. One object for each title. playhead/drm/cdm.h says what each call is for. Sessions are opened and called
 * on a player's engine thread; all else comes from any thread: level(), schemes() and maxSessions() at any moment.
 */
public interface DrmSystem extends AutoCloseable {
  /** Makes a system for a title: called once to see whether it works, then for each title. */
  interface Factory {
    DrmSystem make();
  }

  /** "widevine", "clearkey" …: what the service calls it. */
  String name();

  /** 16 bytes for each: what manifests and pssh boxes call it. */
  byte[][] systemIds();

  /** HLS KEYFORMAT. */
  default String[] keyFormats() {
    return new String[0];
  }

  /** The security level for a kind of track: 1000, 2000 or 3000; 0: nothing for it. */
  int level(int track);

  /** Bits of schemes, SampleCrypto.CENC …: what its decoders open. */
  int schemes();

  /** At a time, at least 1. */
  default int maxSessions() {
    return 16;
  }

  /** Throws when there is none to be had. */
  DrmSession openSession(DrmSessionHost host);

  /** Once, last. */
  @Override
  void close();
}
