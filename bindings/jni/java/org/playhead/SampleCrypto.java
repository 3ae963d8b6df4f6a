// SPDX-License-Identifier: Apache-2.0
package org.playhead;

/**
 * How a sample is encrypted, member by member what android.media.MediaCodec.CryptoInfo.set() and setPattern() take.
 * Where the container names no subsamples there is one that is encrypted as a whole.
 */
public final class SampleCrypto {
  /** Bits of schemes (ISO/IEC 23001-7 §10). */
  public static final int CENC = 1;
  public static final int CENS = 2;
  public static final int CBC1 = 4;
  public static final int CBCS = 8;

  public static final int MODE_AES_CTR = 1;
  public static final int MODE_AES_CBC = 2;

  public final int numSubSamples;
  public final int[] numBytesOfClearData;
  public final int[] numBytesOfEncryptedData;
  /** The key's id, 16 bytes. */
  public final byte[] key;
  /** 16 bytes. */
  public final byte[] iv;
  public final int mode;
  /** Pattern, in blocks of 16 bytes; 0 and 0: all. */
  public final int encryptBlocks;
  public final int skipBlocks;

  /** Called by the library; `scheme` is one bit. */
  SampleCrypto(int scheme, byte[] key, byte[] iv, int encryptBlocks, int skipBlocks, int[] clear, int[] encrypted) {
    this.mode = scheme <= CENS ? MODE_AES_CTR : MODE_AES_CBC;
    this.key = key;
    this.iv = iv;
    this.encryptBlocks = encryptBlocks;
    this.skipBlocks = skipBlocks;
    numSubSamples = clear.length;
    numBytesOfClearData = clear;
    numBytesOfEncryptedData = encrypted;
  }
}
