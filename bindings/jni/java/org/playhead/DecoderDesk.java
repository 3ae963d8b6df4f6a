// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/** Between the library and the app's decoders: the table of them, and each that was opened. */
final class DecoderDesk {
  private final SampleDecoders all;
  private final SampleDecoder one;
  private final DecoderOutput output;

  DecoderDesk(SampleDecoders all) {
    this(all, null, null);
  }

  private DecoderDesk(SampleDecoders all, SampleDecoder one, DecoderOutput output) {
    this.all = all;
    this.one = one;
    this.output = output;
  }

  DecoderDesk open(StreamInfo stream, byte[] codecConfig, long handle) {
    DecoderOutput told = new DecoderOutput(handle);
    SampleDecoder opened = all.open(stream, codecConfig, told);
    return opened == null ? null : new DecoderDesk(all, opened, told);
  }

  boolean supports(String codec) {
    return all.supports(codec);
  }

  void releaseFrame(Object appFrame) {
    all.releaseFrame(appFrame);
  }

  void decode(long handle) {
    Sample sample = new Sample(handle);
    try {
      one.decode(sample);
    } catch (RuntimeException | Error thrown) {
      sample.close();
      output.failed(Constants.ERROR_DECODE_FAILED, false);
      throw thrown;
    }
  }

  void drain() {
    one.drain();
  }

  void flush() {
    one.flush();
  }

  void close() {
    one.close();
  }
}
