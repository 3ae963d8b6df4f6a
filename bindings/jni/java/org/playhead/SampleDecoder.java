// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** One decoder of the app. Called on its player's engine thread: within a millisecond or two, so hand over and go. */
public interface SampleDecoder {
  /** In the order of decoding. The sample is yours: close it once it was read, which makes room for another. */
  void decode(Sample sample);

  /** All that is inside has to come out, then DecoderOutput.drained(). More may come afterwards. */
  void drain();

  /** Forgets everything: once it has returned nothing of before is given back, by no thread. */
  void flush();

  /** Once, last. */
  void close();
}
