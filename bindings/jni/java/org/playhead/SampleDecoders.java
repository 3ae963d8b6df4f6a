// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/**
 * Decoders of the app, such as MediaCodec: encoded samples out, pictures and sound back. playhead/c/decoders.h says in
 * which order what is called; open() on a player's engine thread, releaseFrame() and supports() on any.
 */
public interface SampleDecoders {
  /**
   * Takes a stream, whose first sample follows.
   *
   * @param codecConfig avcC, hvcC, AudioSpecificConfig …; empty: it is in the samples
   * @param output where what becomes of its samples is told, from any thread, until the decoder is closed
   * @return null: not this one, the built-in decoder is asked
   */
  SampleDecoder open(StreamInfo stream, byte[] codecConfig, DecoderOutput output);

  /** A picture that was given is no longer needed; also after its decoder was closed. */
  void releaseFrame(Object appFrame);

  /** Whether a codec (RFC 6381) can be decoded though the built-in decoders may not; always the same answer. */
  default boolean supports(String codec) {
    return false;
  }
}
