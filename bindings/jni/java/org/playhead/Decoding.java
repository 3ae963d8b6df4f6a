// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.ArrayList;
import java.util.List;

/** What an app brings for decoding and for protected titles. As made: nothing, the library's own and Clear Key. */
public final class Decoding {
  /** Null: the built-in ones alone. */
  public SampleDecoders decoders;
  /** Whether these decoders open encrypted samples of `systems` by themselves. */
  public boolean isSecureVideo;
  public boolean isSecureAudio;
  /** For secure decoders, best first; at most 16 in a process, which keeps them. */
  public List<DrmSystem.Factory> systems = new ArrayList<>();
}
