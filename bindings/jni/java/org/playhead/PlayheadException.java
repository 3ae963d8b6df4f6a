// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** A call that failed. The number is one of Constants.ERROR_…. */
public final class PlayheadException extends RuntimeException {
  private static final long serialVersionUID = 1;
  public final int code;
  /** "HTTP_STATUS". */
  public final String name;

  /** For callbacks that fail for a reason of the library's: Constants.ERROR_…. */
  public PlayheadException(int code) {
    this(code, Native.errorName(code), "said by the app");
  }

  PlayheadException(int code, String name, String meaning) {
    super(name + ": " + meaning);
    this.code = code;
    this.name = name;
  }
}
