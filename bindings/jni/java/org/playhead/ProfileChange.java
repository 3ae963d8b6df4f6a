// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_profile_change of the C interface, whose comments say what each member means. */
public final class ProfileChange {
  public int maturity;
  public String profileId;
  public String name;
  public String pin;
  public String defaultPin;
}
