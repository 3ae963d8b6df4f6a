// SPDX-License-Identifier: Apache-2.0
package org.playhead;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Questions that wait for their answers, by tag; takes answers to the app's executor. */
final class ServiceDesk {
  private final Executor executor;
  private final AtomicLong lastTag = new AtomicLong();
  private final Map<Long, CompletableFuture<Answer>> waiting = new ConcurrentHashMap<>();

  ServiceDesk(Executor executor) {
    this.executor = executor;
  }

  CompletableFuture<Answer> ask(LongConsumer question) {
    long tag = lastTag.incrementAndGet();
    CompletableFuture<Answer> answered = new CompletableFuture<>();
    waiting.put(tag, answered);
    try {
      question.accept(tag);
    } catch (PlayheadException refused) {
      waiting.remove(tag);
      throw refused;
    }
    return answered;
  }

  /** Called by the library. */
  void answered(long tag, Answer answer) {
    CompletableFuture<Answer> asked = waiting.remove(tag);
    if (asked == null) return;
    try {
      executor.execute(() -> {
        if (answer.errorCode == 0) asked.complete(answer);
        else asked.completeExceptionally(new PlayheadException(answer.errorCode, answer.errorName, answer.message));
      });
    } catch (RuntimeException | Error refused) {
      asked.completeExceptionally(refused); // an executor that was shut down, say: nobody must wait for ever
    }
  }

  void cancelAll() {
    for (Long tag : waiting.keySet()) {
      CompletableFuture<Answer> asked = waiting.remove(tag);
      if (asked != null) asked.cancel(false);
    }
  }
}
