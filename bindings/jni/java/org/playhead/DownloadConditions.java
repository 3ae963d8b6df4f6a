// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_download_conditions of the C interface, whose comments say what each member means. */
public final class DownloadConditions {
  public boolean isOffline;
  public boolean isMetered;
  public boolean isOnBattery;
}
