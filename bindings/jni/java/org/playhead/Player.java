// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Plays what load() names. Commands return at once, from any thread; what becomes of them comes to the listener. The C
 * interface (playhead/c/player.h) says what each does. Close it before its client.
 */
public final class Player implements AutoCloseable {
  private final Executor executor;
  private final PlayerListener listener;
  // Wake-ups that the run on the executor has not yet seen: 0 means that there is no such run.
  private final AtomicInteger wakes = new AtomicInteger();
  private final Handle handle;

  /**
   * @param executor where listener and video are called; runs one task after the other
   * @param listener may be null
   * @param video null: pictures are decoded and timed, and shown nowhere
   * @param audio null: silence
   */
  public Player(Client client, PlayerConfig config, Executor executor, PlayerListener listener, VideoSink video,
      AudioSink audio) {
    this.executor = executor;
    this.listener = listener;
    handle = new Handle(
        Native.playerCreate(client.handle(), config, video == null ? null : new FrameDesk(video, executor), audio),
        Native::playerDestroy);
    if (listener != null) {
      Native.playerSetWakeup(handle.get(), this::wake);
      wake();
    }
  }

  private void wake() {
    if (wakes.getAndIncrement() == 0) executor.execute(this::drain);
  }

  private void drain() {
    int seen;
    do {
      seen = wakes.get();
      Event event;
      while ((event = Native.playerNextEvent(handle.get())) != null) listener.onEvent(this, event);
    } while (!wakes.compareAndSet(seen, 0));
  }

  public void load(Source source) {
    Native.playerSource(handle.get(), Native.LOAD, source);
  }

  public void prepare(Source source) {
    Native.playerSource(handle.get(), Native.PREPARE, source);
  }

  /** Null: nothing follows. */
  public void setNext(Source source) {
    Native.playerSource(handle.get(), Native.SET_NEXT, source);
  }

  public void playNext() {
    Native.playerPlayNext(handle.get());
  }

  public void play() {
    Native.playerPlay(handle.get());
  }

  public void pause() {
    Native.playerPause(handle.get());
  }

  public void stop() {
    Native.playerStop(handle.get());
  }

  /** Shows exactly the frame there; userTag comes back in SEEK_DONE. */
  public void seek(long positionUs, long userTag) {
    Native.playerSeek(handle.get(), positionUs, userTag, false);
  }

  public void seekFast(long positionUs, long userTag) {
    Native.playerSeek(handle.get(), positionUs, userTag, true);
  }

  public void goLive() {
    Native.playerGoLive(handle.get());
  }

  public void setSpeed(double speed) {
    Native.playerSetSpeed(handle.get(), speed);
  }

  public void trickPlay(int rate) {
    Native.playerTrickPlay(handle.get(), rate);
  }

  public void scrub(long positionUs) {
    Native.playerScrub(handle.get(), positionUs);
  }

  /** Answered by a THUMBNAIL with userTag. */
  public void requestThumbnail(long positionUs, long userTag) {
    Native.playerRequestThumbnail(handle.get(), positionUs, userTag);
  }

  public void setSurface(boolean isThere) {
    Native.playerSetSurface(handle.get(), isThere);
  }

  public void setVolume(double volume) {
    Native.playerSetVolume(handle.get(), volume);
  }

  public void setLimits(Limits limits) {
    Native.playerSetLimits(handle.get(), limits);
  }

  /** Null: the library chooses; so below. */
  public void selectRepresentation(String id) {
    Native.playerSelectRepresentation(handle.get(), id);
  }

  public void selectAudio(String id) {
    Native.playerSelectAudio(handle.get(), id);
  }

  public void selectText(String id) {
    Native.playerSelectText(handle.get(), id);
  }

  /** The monotonic clock of events, microseconds. */
  public long nowUs() {
    return Native.playerNowUs(handle.get());
  }

  public Snapshot snapshot() {
    return new Snapshot(handle.get());
  }

  /** Why the pictures are what they are. */
  public String decisionLog() {
    return Native.playerDecisionLog(handle.get());
  }

  /** Ends the play and saves the position. An event that is being told elsewhere may still end after it. */
  @Override
  public void close() {
    handle.close();
  }
}
