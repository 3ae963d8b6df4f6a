// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** Where pictures go, on the executor of the player. */
public interface VideoSink {
  /** Show this frame now; it stays until the next one. It is yours: close it when it is no longer shown. */
  void show(Frame frame);

  /** The picture on screen no longer belongs to the title. */
  void clear();
}
