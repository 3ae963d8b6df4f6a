// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
package org.playhead;

/** playhead_answer_info of the C interface, whose comments say what each member means. */
public final class Answer {
  public int errorCode;
  public int errorDetail;
  public String nextCursor;
  public String errorName;
  public String errorContext;
  public String message;
  public Row[] rows;
  public Profile[] profiles;
  /** Null but in the answer to title(). */
  public Title title;
}
