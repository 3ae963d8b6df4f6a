// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.playhead.*;

/** Of JniTest: HTTP, storage and a clock in Java. */
final class JniWorld {
  /** A thread for each request, by what the virtual machine has. */
  static class Web implements Http {
    final Set<Integer> kinds = ConcurrentHashMap.newKeySet();
    final Set<Transfer> open = ConcurrentHashMap.newKeySet();
    final ExecutorService threads = Executors.newCachedThreadPool();

    public void start(TransferRequest request, Transfer transfer) {
      kinds.add(request.kind);
      open.add(transfer);
      threads.execute(() -> {
        try {
          exchange(request, transfer);
        } catch (PlayheadException unwanted) {
          JniTest.same(unwanted.code, Constants.ERROR_INVALID_HANDLE);
        } catch (IOException failed) {
          transfer.fail(Constants.ERROR_CONNECTION_LOST, 0);
        } finally {
          open.remove(transfer);
        }
      });
    }

    void exchange(TransferRequest request, Transfer transfer) throws IOException {
      HttpURLConnection connection = (HttpURLConnection) new URL(request.url).openConnection();
      connection.setInstanceFollowRedirects(false);
      connection.setRequestMethod(request.method);
      for (int i = 0; i < request.headers.length; i += 2) {
        connection.setRequestProperty(request.headers[i], request.headers[i + 1]);
      }
      if (request.body != null) {
        connection.setDoOutput(true);
        connection.getOutputStream().write(request.body);
      }
      transfer.sent();
      int status = connection.getResponseCode();
      List<String> headers = new ArrayList<>();
      connection.getHeaderFields().forEach((name, values) -> values.forEach(value -> {
        if (name != null) headers.addAll(List.of(name, value));
      }));
      transfer.head(status, headers.toArray(new String[0])); // what there is no room for waits in memory
      try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
        byte[] piece = new byte[8192];
        for (int size; body != null && (size = body.read(piece)) >= 0;) transfer.body(piece, 0, size);
      }
      transfer.finish();
    }

    public void cancel(Transfer transfer) {
      open.remove(transfer);
    }
  }

  /** As long as it lives. */
  static class Memory implements Storage {
    final Map<String, TreeMap<byte[], Storage.Record>> records = new HashMap<>();
    final BlockingQueue<Storage.Record> read = new LinkedBlockingQueue<>();
    long version;

    public synchronized long write(List<Write> writes) {
      ++version;
      for (Write one : writes) {
        TreeMap<byte[], Storage.Record> kept = of(one.collection);
        Storage.Record there = kept.get(one.key);
        boolean isErased = one.kind == Constants.STORE_ERASE || there != null && there.version == one.version;
        if (one.kind == Constants.STORE_PUT) kept.put(one.key, new Storage.Record(one.key, one.value, version));
        else if (isErased) kept.remove(one.key);
      }
      return version;
    }

    public synchronized List<Storage.Record> list(String collection, byte[] after, int limit) {
      List<Storage.Record> found = of(collection).tailMap(after, false).values().stream().limit(limit).toList();
      read.addAll(found);
      return found;
    }

    TreeMap<byte[], Storage.Record> of(String collection) {
      return records.computeIfAbsent(collection, name -> new TreeMap<>(Arrays::compareUnsigned));
    }
  }

  static void plays() throws Exception {
    Web web = new Web();
    Memory memory = new Memory();
    AtomicInteger asked = new AtomicInteger();
    ClientConfig config = new ClientConfig();
    config.apiUrl = JniTest.origin;
    config.http = web;
    config.storage = memory;
    config.clock = () -> 4_102_444_800_000_000L + asked.incrementAndGet(); // 2100
    try (JniTest.Stage stage = new JniTest.Stage(new JniTest.Screen(), null, config, new Decoding())) {
      stage.load("/title.m3u8", false);
      List<Event> events = stage.until(Constants.EVENT_SUMMARY);
      Qoe qoe = events.get(events.size() - 1).qoe;
      JniTest.same(qoe.shownFrames + qoe.droppedFrames, (long) JniTest.FRAMES);
    }
    List<Integer> needed = List.of(Constants.RESOURCE_MANIFEST, Constants.RESOURCE_INIT, Constants.RESOURCE_MEDIA);
    JniTest.check(web.kinds.containsAll(needed), web.kinds);
    JniTest.check(asked.get() > 0, "the clock was not asked");
    memory.read.clear();
    ClientConfig again = new ClientConfig();
    again.storage = memory;
    try (Client client = new Client(again)) {
      JniTest.check(memory.read.poll(JniTest.PATIENCE_S, TimeUnit.SECONDS) != null, "nothing was kept");
    }
    web.threads.shutdown();
    JniTest.same(JniTest.uncaught.size(), 0);
  }

  static void httpEnds() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    ClientConfig config = new ClientConfig();
    config.http = new Http() {
      public void start(TransferRequest request, Transfer transfer) {
        if (request.url.endsWith("/fails.m3u8")) transfer.fail(Constants.ERROR_TLS_FAILURE, 7);
        else told.add("start");
      }

      public void cancel(Transfer transfer) {
        try {
          transfer.sent();
        } catch (PlayheadException ended) {
          told.add(ended.name);
        }
      }
    };
    try (JniTest.Stage stage = new JniTest.Stage(null, null, config, new Decoding())) {
      stage.load("/fails.m3u8", false);
      Event failed = stage.last(Constants.EVENT_FAILED);
      JniTest.same(failed.errorName, "TLS_FAILURE");
      JniTest.same(failed.errorDetail, 7);
      stage.load("/waits.m3u8", false);
      JniTest.same(told.poll(JniTest.PATIENCE_S, TimeUnit.SECONDS), "start");
      stage.player.stop();
      JniTest.same(told.poll(JniTest.PATIENCE_S, TimeUnit.SECONDS), "INVALID_HANDLE");
    }
  }
}
