// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** How a player stood at one moment. */
public final class Snapshot {
  public final PlayerStatus status;
  public final Qoe qoe;
  public final LiveStatus live;
  public final Representation[] representations;
  public final Track[] tracks;

  Snapshot(long player) {
    long taken = Native.snapshotTake(player);
    try {
      status = Native.snapshotStatus(taken);
      qoe = Native.snapshotQoe(taken);
      live = Native.snapshotLive(taken);
      representations = new Representation[status.representationCount];
      for (int i = 0; i < representations.length; ++i) representations[i] = Native.snapshotRepresentation(taken, i);
      tracks = new Track[status.trackCount];
      for (int i = 0; i < tracks.length; ++i) tracks[i] = Native.snapshotTrack(taken, i);
    } finally {
      Native.snapshotRelease(taken);
    }
  }
}
