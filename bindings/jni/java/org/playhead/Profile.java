// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_profile of the C interface, whose comments say what each member means. */
public final class Profile {
  public int maturity;
  public String profileId;
  public String name;
  public boolean isProtected;
  public boolean isDefault;
}
