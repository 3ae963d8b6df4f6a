// SPDX-License-Identifier: Apache-2.0
package org.playhead.android;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What MP4 has with lengths in front, MediaCodec wants with start codes: parameter sets out of avcC and hvcC (ISO/IEC
 * 14496-15 §5.3.3.1, §8.3.3.1), and NAL units in place. Those of protected samples, too: the lengths are never encrypted.
 */
final class CodecConfig {
  private static final byte[] START = {0, 0, 0, 1};

  private CodecConfig() {}

  static int countOf(String type, byte[] config) {
    return config.length == 0 ? 0 : "video/avc".equals(type) ? 2 : 1;
  }

  /** csd-0 and csd-1 of AVC: sequence, then picture parameter sets; csd-0 of HEVC: all. */
  static ByteBuffer startCoded(String type, byte[] config, int index) {
    List<byte[]> sets = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(config);
    if ("video/avc".equals(type)) {
      in.position(5);
      List<byte[]> sequence = units(in, in.get() & 31);
      sets.addAll(index == 0 ? sequence : units(in, in.get()));
    } else {
      in.position(22);
      for (int arrays = in.get(); arrays > 0; --arrays) {
        in.get();
        sets.addAll(units(in, in.getShort()));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] set : sets) {
      out.write(START, 0, START.length);
      out.write(set, 0, set.length);
    }
    return ByteBuffer.wrap(out.toByteArray());
  }

  private static List<byte[]> units(ByteBuffer in, int count) {
    List<byte[]> found = new ArrayList<>();
    for (int i = 0; i < count; ++i) {
      byte[] unit = new byte[in.getShort() & 0xffff];
      in.get(unit);
      found.add(unit);
    }
    return found;
  }

  /** Lengths of four bytes become start codes. Without a config they are start codes already. */
  static void toStartCodes(byte[] config, ByteBuffer sample) {
    if (config.length == 0) return;
    sample.order(ByteOrder.BIG_ENDIAN); // those of MediaCodec have the machine's
    int end = sample.limit();
    for (int at = 0; at + 4 <= end;) {
      int length = sample.getInt(at);
      if (length < 0 || length > end - at - 4) return;
      sample.putInt(at, 1);
      at += 4 + length;
    }
  }
}
