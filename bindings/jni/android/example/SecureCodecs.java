// SPDX-License-Identifier: Apache-2.0
package org.playhead.android;

import android.media.MediaCodecInfo;
import android.media.MediaCodecList;
import java.io.IOException;

/** Names of decoders that open encrypted samples into protected memory. */
final class SecureCodecs {
  private SecureCodecs() {}

  static String nameOf(String type) throws IOException {
    for (MediaCodecInfo info : new MediaCodecList(MediaCodecList.ALL_CODECS).getCodecInfos()) {
      if (info.isEncoder()) continue;
      for (String known : info.getSupportedTypes()) {
        if (!known.equalsIgnoreCase(type)) continue;
        boolean isSecure = info.getCapabilitiesForType(known).isFeatureSupported(
            MediaCodecInfo.CodecCapabilities.FEATURE_SecurePlayback);
        if (isSecure) return info.getName();
      }
    }
    throw new IOException("no secure decoder of " + type);
  }
}
