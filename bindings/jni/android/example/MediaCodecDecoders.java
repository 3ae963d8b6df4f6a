// SPDX-License-Identifier: Apache-2.0
package org.playhead.android;

import android.media.MediaCodec;
import android.media.MediaCrypto;
import android.media.MediaFormat;
import android.os.Handler;
import android.os.HandlerThread;
import android.view.Surface;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.playhead.Constants;
import org.playhead.DecoderOutput;
import org.playhead.Frame;
import org.playhead.PlayheadException;
import org.playhead.Sample;
import org.playhead.SampleCrypto;
import org.playhead.SampleDecoder;
import org.playhead.SampleDecoders;
import org.playhead.SampleInfo;
import org.playhead.StreamInfo;
import org.playhead.VideoSink;

/**
 * H.264 and HEVC by MediaCodec onto a Surface: the player says when a picture is due, and the output buffer is rendered
 * then; nothing is copied. With a MediaCrypto of the app's DrmSystem also of what is encrypted. Written, not run: there
 * is no Android device, nor its SDK, where this was made. API 23 and later.
 */
public final class MediaCodecDecoders implements SampleDecoders {
  /** Of the session that has a key; null: none, the pictures are clear. */
  public interface Cryptos {
    MediaCrypto cryptoOf(byte[] keyId);
  }

  private final Surface surface;
  private final Cryptos cryptos;

  public MediaCodecDecoders(Surface surface, Cryptos cryptos) {
    this.surface = surface;
    this.cryptos = cryptos;
  }

  @Override
  public SampleDecoder open(StreamInfo stream, byte[] codecConfig, DecoderOutput output) {
    String type = "h264".equals(stream.codec) ? "video/avc" : "hevc".equals(stream.codec) ? "video/hevc" : null;
    if (type == null || stream.width <= 0) return null;
    // One Surface has one codec at a time: trick play and what comes next use the built-in decoder until it is free.
    return isTaken ? null : new Decoder(type, stream, codecConfig, output);
  }

  @Override
  public void releaseFrame(Object appFrame) {
    ((Buffer) appFrame).release(false);
  }

  private volatile boolean isTaken;

  /** To be given to the Player: renders what is due. */
  public static final class Screen implements VideoSink {
    @Override
    public void show(Frame frame) {
      Object buffer = frame.appFrame();
      if (buffer instanceof Buffer) ((Buffer) buffer).release(true);
      frame.close();
    }

    @Override
    public void clear() {}
  }

  /** An output buffer: ours until it is rendered, dropped, or its codec flushed. */
  private static final class Buffer {
    private final Decoder decoder;
    private final int generation;
    private int index;

    Buffer(Decoder decoder, int generation, int index) {
      this.decoder = decoder;
      this.generation = generation;
      this.index = index;
    }

    void release(boolean isShown) {
      synchronized (decoder) {
        if (index < 0 || generation != decoder.generation || decoder.codec == null) return;
        try {
          decoder.codec.releaseOutputBuffer(index, isShown);
        } catch (IllegalStateException failed) {
          decoder.fail();
        }
        index = -1;
      }
    }
  }

  private final class Decoder extends MediaCodec.Callback implements SampleDecoder {
    private final String type;
    private final StreamInfo stream;
    private final byte[] config;
    private final DecoderOutput output;
    private final HandlerThread thread = new HandlerThread("playhead-codec");
    private final Handler handler;
    // Under this.
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private final ArrayDeque<Integer> inputs = new ArrayDeque<>();
    private MediaCodec codec;
    private int generation;
    private boolean isDraining;
    private boolean hasEnded;

    Decoder(String type, StreamInfo stream, byte[] config, DecoderOutput output) {
      this.type = type;
      this.stream = stream;
      this.config = config;
      this.output = output;
      isTaken = true;
      thread.start();
      handler = new Handler(thread.getLooper());
    }

    @Override
    public void decode(Sample sample) {
      synchronized (this) {
        samples.add(sample);
      }
      handler.post(this::feed);
    }

    @Override
    public void drain() {
      synchronized (this) {
        isDraining = true;
      }
      handler.post(this::feed);
    }

    @Override
    public synchronized void flush() {
      ++generation;
      while (!samples.isEmpty()) samples.poll().close();
      inputs.clear();
      isDraining = false;
      hasEnded = false;
      if (codec == null) return;
      try {
        codec.flush();
        codec.start(); // asynchronous codecs have to be told
      } catch (IllegalStateException failed) {
        fail();
      }
    }

    // The codec is in no state to go on, and what it throws then would end the process. Under this, before close().
    private void fail() {
      output.failed(Constants.ERROR_DECODE_FAILED, true);
    }

    // Pictures that are not on screen yet go with their codec: at most five, where one stream follows another.
    @Override
    public void close() {
      synchronized (this) {
        ++generation;
        while (!samples.isEmpty()) samples.poll().close();
        if (codec != null) codec.release();
        codec = null;
      }
      thread.quit();
      isTaken = false;
    }

    // Made with the first sample, which says whether it is encrypted and with which key.
    private boolean start(SampleCrypto first) {
      try {
        MediaCrypto crypto = cryptos == null ? null : cryptos.cryptoOf(first == null ? null : first.key);
        boolean isSecure = crypto != null && crypto.requiresSecureDecoderComponent(type);
        MediaFormat format = MediaFormat.createVideoFormat(type, stream.width, stream.height);
        for (int i = 0; i < CodecConfig.countOf(type, config); ++i) {
          format.setByteBuffer("csd-" + i, CodecConfig.startCoded(type, config, i));
        }
        codec = isSecure ? MediaCodec.createByCodecName(SecureCodecs.nameOf(type)) : MediaCodec.createDecoderByType(type);
        codec.setCallback(this, handler);
        codec.configure(format, surface, crypto, 0);
        codec.start();
        return true;
      } catch (java.io.IOException | RuntimeException failed) {
        // The next DRM system, or the end of the play.
        output.failed(first == null ? Constants.ERROR_DECODE_FAILED : Constants.ERROR_DRM_MODULE, true);
        return false;
      }
    }

    private synchronized void feed() {
      try {
        feedCodec();
      } catch (IllegalStateException failed) {
        fail();
      }
    }

    private void feedCodec() {
      while (codec == null && !samples.isEmpty()) {
        try {
          if (!start(samples.peek().crypto())) return;
        } catch (PlayheadException unopened) {
          samples.poll().close(); // the player knows of it
        }
      }
      if (hasEnded && !isDraining && !samples.isEmpty()) {
        // After its end a codec takes nothing more without this.
        ++generation;
        inputs.clear();
        hasEnded = false;
        codec.flush();
        codec.start();
      }
      while (!inputs.isEmpty() && !samples.isEmpty()) {
        try (Sample sample = samples.poll()) {
          SampleInfo info = sample.info();
          int index = inputs.poll();
          ByteBuffer into = codec.getInputBuffer(index);
          into.put(sample.data());
          into.flip();
          CodecConfig.toStartCodes(config, into);
          queue(index, info, sample.crypto());
        } catch (MediaCodec.CryptoException failed) {
          boolean isLost = failed.getErrorCode() == MediaCodec.CryptoException.ERROR_NO_KEY;
          output.failed(isLost ? Constants.ERROR_DRM_NO_KEY : Constants.ERROR_DRM_MODULE, true);
        } catch (PlayheadException unopened) {
          // By info(), before a buffer was taken for it. The player knows of it: on to the next one.
        }
      }
      if (!isDraining || !samples.isEmpty() || hasEnded) return;
      if (codec == null) {
        isDraining = false;
        output.drained();
      } else if (!inputs.isEmpty()) {
        hasEnded = true;
        codec.queueInputBuffer(inputs.poll(), 0, 0, 0, MediaCodec.BUFFER_FLAG_END_OF_STREAM);
      }
    }

    private void queue(int index, SampleInfo info, SampleCrypto crypto) {
      int flags = info.isKeyFrame ? MediaCodec.BUFFER_FLAG_KEY_FRAME : 0;
      if (crypto == null) {
        codec.queueInputBuffer(index, 0, (int) info.bytes, info.timeUs, flags);
        return;
      }
      MediaCodec.CryptoInfo how = new MediaCodec.CryptoInfo();
      how.set(crypto.numSubSamples, crypto.numBytesOfClearData, crypto.numBytesOfEncryptedData, crypto.key, crypto.iv,
          crypto.mode);
      if (crypto.mode == SampleCrypto.MODE_AES_CBC) {
        how.setPattern(new MediaCodec.CryptoInfo.Pattern(crypto.encryptBlocks, crypto.skipBlocks));
      }
      codec.queueSecureInputBuffer(index, 0, how, info.timeUs, flags);
    }

    @Override
    public void onInputBufferAvailable(MediaCodec from, int index) {
      synchronized (this) {
        if (from != codec) return;
        inputs.add(index);
      }
      feed();
    }

    @Override
    public synchronized void onOutputBufferAvailable(MediaCodec from, int index, MediaCodec.BufferInfo info) {
      if (from != codec) return;
      if ((info.flags & MediaCodec.BUFFER_FLAG_END_OF_STREAM) != 0) {
        try {
          codec.releaseOutputBuffer(index, false);
        } catch (IllegalStateException failed) {
          fail();
          return;
        }
        isDraining = false;
        output.drained();
        return;
      }
      output.giveFrame(info.presentationTimeUs, stream.width, stream.height, new Buffer(this, generation, index));
    }

    @Override
    public synchronized void onError(MediaCodec from, MediaCodec.CodecException failed) {
      if (from == codec) output.failed(Constants.ERROR_DECODE_FAILED, !failed.isTransient());
    }

    @Override
    public void onOutputFormatChanged(MediaCodec from, MediaFormat format) {}
  }
}
