// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What there is to watch, and for whom: playhead/c/service.h. Any thread. A question's future ends on the executor: with
 * the answer, or with the PlayheadException that the answer is. A limit of 0 is the usual one. Close it before its client.
 */
public final class Service implements AutoCloseable {
  private final ServiceDesk desk;
  private final Handle handle;

  /** Of a client with an apiUrl. */
  public Service(Client client, Executor executor) {
    desk = new ServiceDesk(executor);
    handle = new Handle(Native.serviceOpen(client.handle(), desk), Native::serviceClose);
  }

  /**
   * A page of rows.
   *
   * @param cursor the nextCursor of the page before; null: from the beginning
   */
  public CompletableFuture<Answer> home(String cursor, int limit) {
    return desk.ask(tag -> Native.serviceHome(handle.get(), cursor, limit, tag));
  }

  public CompletableFuture<Answer> search(String words, int limit) {
    return desk.ask(tag -> Native.serviceSearch(handle.get(), words, limit, tag));
  }

  public CompletableFuture<Answer> title(String titleId) {
    return desk.ask(tag -> Native.serviceTitle(handle.get(), titleId, tag));
  }

  public CompletableFuture<Answer> continueWatching(int limit) {
    return desk.ask(tag -> Native.serviceContinueWatching(handle.get(), limit, tag));
  }

  /** @param device Constants.DEVICE_… */
  public CompletableFuture<Answer> recommendations(int limit, int device, int utcOffsetMinutes) {
    return desk.ask(tag -> Native.serviceRecommendations(handle.get(), limit, device, utcOffsetMinutes, tag));
  }

  public CompletableFuture<Answer> rate(String titleId, int stars) {
    return desk.ask(tag -> Native.serviceRate(handle.get(), titleId, stars, tag));
  }

  public CompletableFuture<Answer> profiles() {
    return desk.ask(tag -> Native.serviceProfiles(handle.get(), tag));
  }

  public CompletableFuture<Answer> putProfile(ProfileChange change) {
    return desk.ask(tag -> Native.servicePutProfile(handle.get(), change, tag));
  }

  /** @param profileId null: the default one */
  public CompletableFuture<Answer> chooseProfile(String profileId, String pin) {
    return desk.ask(tag -> Native.serviceChooseProfile(handle.get(), profileId, pin, tag));
  }

  /** Cancels what has no answer yet. Not from inside an executor that runs at once. */
  @Override
  public void close() {
    handle.close();
    desk.cancelAll();
  }
}
