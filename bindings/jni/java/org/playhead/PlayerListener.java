// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** Hears what a player reports, in order, one at a time, on the player's executor. */
public interface PlayerListener {
  /** @param event of the type Constants.EVENT_… */
  void onEvent(Player player, Event event);
}
