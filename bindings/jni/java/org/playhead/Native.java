// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.nio.ByteBuffer;

/**
 * The library's functions (src/*_jni.cpp). Numbers are handles of the C interface; one that is closed is refused. What
 * fails throws PlayheadException.
 */
final class Native {
  static final int LOAD = 0;
  static final int PREPARE = 1;
  static final int SET_NEXT = 2;

  static {
    // A whole path, for apps that do not keep it where the virtual machine looks.
    String file = System.getProperty("org.playhead.library");
    if (file == null) System.loadLibrary("playhead-jni");
    else System.load(file);
  }

  private Native() {}

  /** Called by the library when a callback has thrown. */
  static void uncaught(Throwable thrown) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
  }

  /** Called by the library. */
  static void onRequest(RequestInterceptor interceptor, long request) {
    interceptor.onRequest(new Request(request));
  }

  static void onResponse(RequestInterceptor interceptor, long request, int status) {
    interceptor.onResponse(new Request(request), status);
  }

  static native String version();

  static native String errorName(int code);

  static native long clientCreate(
      ClientConfig config, LogSink log, TokenDesk tokens, DrmDesk[] systems, DecoderDesk decoders, int secureTracks,
      HttpDesk http, StorageDesk storage, WallClock clock);

  static native void clientDestroy(long client);

  static native void clientFlush(long client, int timeoutMs);

  static native void clientNetworkChanged(long client, boolean isOnline);

  static native void clientSetNetwork(long client, String id);

  static native void clientLowMemory(long client);

  static native void answerToken(long request, String token);

  static native void transferSent(long transfer);

  static native boolean transferHead(long transfer, int status, String[] headers);

  static native boolean transferBody(long transfer, byte[] bytes, int offset, int length);

  static native void transferFinish(long transfer, int status, int detail);

  static native void storePageAdd(long page, byte[] key, byte[] value, long version);

  static native int requestKind(long request);

  static native String requestUrl(long request);

  static native void requestSetUrl(long request, String url);

  static native void requestAddHeader(long request, String name, String value, boolean isSecret);

  static native String requestResponseHeader(long request, String name);

  static native long serviceOpen(long client, ServiceDesk desk);

  static native void serviceClose(long service);

  static native void serviceHome(long service, String cursor, int limit, long tag);

  static native void serviceSearch(long service, String words, int limit, long tag);

  static native void serviceTitle(long service, String titleId, long tag);

  static native void serviceContinueWatching(long service, int limit, long tag);

  static native void serviceRecommendations(long service, int limit, int device, int utcOffsetMinutes, long tag);

  static native void serviceRate(long service, String titleId, int stars, long tag);

  static native void serviceProfiles(long service, long tag);

  static native void servicePutProfile(long service, ProfileChange change, long tag);

  static native void serviceChooseProfile(long service, String profileId, String pin, long tag);

  static native long playerCreate(long client, PlayerConfig config, FrameDesk video, AudioSink audio);

  static native void playerDestroy(long player);

  static native void playerSetWakeup(long player, Runnable wakeup);

  static native Event playerNextEvent(long player);

  static native void playerSource(long player, int what, Source source);

  static native void playerPlay(long player);

  static native void playerPause(long player);

  static native void playerStop(long player);

  static native void playerPlayNext(long player);

  static native void playerGoLive(long player);

  static native void playerSeek(long player, long positionUs, long userTag, boolean isFast);

  static native void playerSetSpeed(long player, double speed);

  static native void playerTrickPlay(long player, int rate);

  static native void playerScrub(long player, long positionUs);

  static native void playerSetSurface(long player, boolean isThere);

  static native void playerSetVolume(long player, double volume);

  static native void playerSetLimits(long player, Limits limits);

  static native void playerSelectRepresentation(long player, String id);

  static native void playerSelectAudio(long player, String id);

  static native void playerSelectText(long player, String id);

  static native void playerRequestThumbnail(long player, long positionUs, long userTag);

  static native long playerNowUs(long player);

  static native String playerDecisionLog(long player);

  static native long snapshotTake(long player);

  static native void snapshotRelease(long snapshot);

  static native PlayerStatus snapshotStatus(long snapshot);

  static native Qoe snapshotQoe(long snapshot);

  static native LiveStatus snapshotLive(long snapshot);

  static native Representation snapshotRepresentation(long snapshot, int index);

  static native Track snapshotTrack(long snapshot, int index);

  static native void releaseFrame(long frame);

  static native ByteBuffer planeOf(long frame, int plane);

  static native int strideOf(long frame, int plane);

  static native Object appFrameOf(long frame);

  static native SampleInfo sampleInfo(long sample);

  static native ByteBuffer sampleData(long sample);

  static native SampleCrypto sampleCrypto(long sample);

  static native void sampleRelease(long sample);

  static native void decoderGiveFrame(
      long decoder, DecodedFrame frame, Object appFrame, ByteBuffer[] planes, int[] strides);

  static native void decoderGiveSound(long decoder, DecodedSound sound, ByteBuffer pcm);

  static native void decoderDrained(long decoder);

  static native void decoderFailed(long decoder, int errorCode, boolean isFatal);

  static native void drmMessage(long host, long session, int type, byte[] challenge, String url);

  static native void drmKeys(long host, long session, byte[][] ids, int[] statuses);

  static native void drmExpiration(long host, long session, long wallUs);

  static native void drmFailed(long host, long session, int errorCode);

  static native long downloadsOpen(long client, DownloadsConfig config, DownloadDesk desk);

  static native void downloadsClose(long downloads);

  static native String downloadsAdd(long downloads, DownloadRequest request);

  static native void downloadsPause(long downloads, String id);

  static native void downloadsResume(long downloads, String id);

  static native void downloadsRemove(long downloads, String id);

  static native void downloadsRenew(long downloads, String id);

  static native void downloadsVerify(long downloads, String id);

  static native void downloadsSetPriority(long downloads, String id, int priority);

  static native void downloadsSetConditions(long downloads, DownloadConditions conditions);

  static native Download[] downloadsList(long downloads);

  static native Download downloadsFind(long downloads, String id);
}
