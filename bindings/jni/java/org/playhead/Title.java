// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_title of the C interface, whose comments say what each member means. */
public final class Title {
  public boolean isProtected;
  public String description;
  public String genres;
  public String cast;
  public String formats;
  public String thumbnailsUrl;
  public int ratingCount;
  public int ownRating;
  public double ratingAverage;
  public boolean hasIntro;
  public boolean hasCredits;
  public long introStartUs;
  public long introEndUs;
  public long creditsStartUs;
  public long creditsEndUs;
  public Chapter[] chapters;
}
