// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_drm_config of the C interface, whose comments say what each member means. */
public final class DrmConfig {
  public boolean noClearKey;
  public String preference;
  public String licenseUrl;
  public boolean rawLicenses;
}
