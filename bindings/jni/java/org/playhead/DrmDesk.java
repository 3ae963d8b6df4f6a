// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.IdentityHashMap;
import java.util.Map;

/** Between the library and a DRM system of the app: its factory, one system, and one session of it. */
final class DrmDesk {
  private final DrmSystem.Factory factory;
  private final DrmSystem system;
  private final DrmSession session;
  private final DrmSessionHost host;

  // The library's functions that make systems have no place for who they are for: there is one for each of these.
  private static final Map<DrmSystem.Factory, DrmDesk> KNOWN = new IdentityHashMap<>();

  static DrmDesk of(DrmSystem.Factory factory) {
    synchronized (KNOWN) {
      return KNOWN.computeIfAbsent(factory, made -> new DrmDesk(made, null, null, null));
    }
  }

  private DrmDesk(DrmSystem.Factory factory, DrmSystem system, DrmSession session, DrmSessionHost host) {
    this.factory = factory;
    this.system = system;
    this.session = session;
    this.host = host;
  }

  DrmDesk make() {
    return new DrmDesk(factory, factory.make(), null, null);
  }

  String name() {
    return system.name();
  }

  byte[] systemIds() {
    byte[][] ids = system.systemIds();
    byte[] all = new byte[16 * ids.length];
    for (int i = 0; i < ids.length; ++i) System.arraycopy(ids[i], 0, all, 16 * i, 16);
    return all;
  }

  String[] keyFormats() {
    return system.keyFormats();
  }

  /** Level, schemes, sessions. */
  int[] query(int track) {
    return new int[] {system.level(track), system.schemes(), system.maxSessions()};
  }

  DrmDesk openSession(long hostPointer, long number) {
    DrmSessionHost told = new DrmSessionHost(hostPointer, number);
    DrmSession opened = null;
    try {
      opened = system.openSession(told);
    } finally {
      // The library knows of no such session: what the app still tells of it must not reach it.
      if (opened == null) told.end();
    }
    return opened == null ? null : new DrmDesk(factory, system, opened, told);
  }

  /** 0, or the number of what failed. */
  int request(int initType, byte[] init) {
    return codeOf(() -> session.request(initType, init));
  }

  int update(byte[] response) {
    return codeOf(() -> session.update(response));
  }

  void closeSession() {
    host.end();
    session.close();
  }

  void close() {
    system.close();
  }

  private static int codeOf(Runnable call) {
    try {
      call.run();
      return 0;
    } catch (PlayheadException failed) {
      return failed.code;
    }
  }
}
