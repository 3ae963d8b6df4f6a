// SPDX-License-Identifier: Apache-2.0
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.playhead.*;

/**
 * The Java binding over real sockets, every callback. Arguments: a folder with title.m3u8, 1 s at 25 frames a second; the
 * reference server.
 */
final class JniTest {
  static final long PATIENCE_S = 60; // of a machine that does other things
  static final int FRAMES = 25;

  static final List<String> logged = Collections.synchronizedList(new ArrayList<>());
  static final List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
  static final List<String> tokens = Collections.synchronizedList(new ArrayList<>());
  static final Map<String, byte[]> pages = new ConcurrentHashMap<>();
  static String origin;
  static Path protectedMedia; // of the corpus: encryption/

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> serve(exchange, folder));
    ExecutorService web = Executors.newCachedThreadPool();
    server.setExecutor(web);
    server.start();
    origin = "http://127.0.0.1:" + server.getAddress().getPort();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
    try {
      run("a title is played to its end", JniTest::playsToTheEnd);
      run("events come one at a time on the executor", JniTest::eventsOnTheExecutor);
      run("seek and snapshot", JniTest::seekAndSnapshot);
      run("what cannot be played says why", JniTest::failureSaysWhy);
      run("mistakes are exceptions", JniTest::mistakesAreExceptions);
      run("a callback that throws is told and nothing more", JniTest::callbackThatThrows);
      run("a late screen drops frames", JniTest::lateScreen);
      run("every character survives", JniTest::charactersSurvive);
      run("downloads", JniTest::downloads);
      run("downloads are not closed inside their listener", JniTest::closeInsideListener);
      run("a token is asked for on the executor", JniTest::token);
      run("thumbnails and timed metadata", () -> thumbnailAndMetadata(folder));
      run("the service's catalogue and profiles, and an interceptor", () -> service(arguments[1], folder));
      run("decoders of the app", JniTest::appDecoders);
      run("HTTP, storage and a clock of the app", JniWorld::plays);
      run("HTTP of the app that fails, and one that is left", JniWorld::httpEnds);
      if (arguments.length > 2) protectedMedia = Path.of(arguments[2]);
      if (protectedMedia != null) run("a secure decoder and its DRM system", JniTest::secureDecoder);
    } finally {
      server.stop(0);
      web.shutdownNow();
    }
  }

  interface Case {
    void run() throws Exception;
  }

  static void run(String name, Case test) {
    uncaught.clear();
    logged.clear();
    try {
      test.run();
      System.out.println("ok: " + name);
    } catch (Throwable failed) {
      System.out.println("FAILED: " + name);
      failed.printStackTrace(System.out);
      System.exit(1); // whatever threads are left
    }
  }

  static void check(boolean holds, Object said) {
    if (!holds) throw new AssertionError(said);
  }

  static void same(Object found, Object expected) {
    check(expected.equals(found), found + " is not " + expected);
  }

  static void serve(HttpExchange exchange, Path folder) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Path file = folder.resolve(path.substring(1));
    byte[] body = new byte[0];
    int status = 404;
    if (path.startsWith("/api/")) {
      tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      status = 401;
      body = "{\"error\":{\"code\":\"unauthorized\",\"message\":\"no\"}}".getBytes();
    } else if (pages.containsKey(path)) {
      status = 200;
      body = pages.get(path);
    } else if (path.equals("/license")) {
      status = 200;
      body = exchange.getRequestBody().readAllBytes(); // what was asked is the licence
    } else if (path.equals("/protected.mpd")) {
      status = 200;
      body = PROTECTED_MPD.getBytes();
    } else if (path.startsWith("/protected/")) {
      file = protectedMedia.resolve(path.substring("/protected/".length()));
      body = Files.readAllBytes(file);
      String[] range = exchange.getRequestHeaders().getFirst("Range").split("[=-]");
      int first = Integer.parseInt(range[1]);
      int last = range.length > 2 ? Integer.parseInt(range[2]) : body.length - 1;
      exchange.getResponseHeaders().set("Content-Range", "bytes " + first + "-" + last + "/" + body.length);
      body = Arrays.copyOfRange(body, first, last + 1);
      status = 206;
    } else if (Files.isRegularFile(file)) {
      status = 200;
      body = Files.readAllBytes(file);
    }
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  static final class Screen implements VideoSink {
    final List<Long> times = new ArrayList<>();
    int bytes;

    @Override
    public void show(Frame frame) {
      times.add(frame.info.timeUs);
      bytes = frame.plane(0).capacity();
      same(frame.stride(0) * frame.info.height, bytes);
      check(frame.plane(0).isReadOnly() && frame.plane(7) == null, "planes");
      frame.close();
    }

    @Override
    public void clear() {}
  }

  /** Plays at once whatever it gets. */
  static final class Speaker implements AudioSink {
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    AudioFormat format;
    long written;
    long heard;
    float loudest;

    @Override
    public AudioFormat open(int sampleRate, int channels) {
      format = new AudioFormat();
      format.sampleRate = sampleRate;
      format.channels = channels;
      return format;
    }

    @Override
    public void write(ByteBuffer samples, long frames) {
      same((long) samples.capacity(), frames * format.channels * 4);
      samples.order(ByteOrder.nativeOrder());
      while (samples.hasRemaining()) loudest = Math.max(loudest, Math.abs(samples.getFloat()));
      written += frames;
      heard += frames;
    }

    @Override
    public long framesPlayed(long nowUs) {
      return written;
    }

    @Override
    public void flush() {
      written = 0;
    }

    @Override
    public void close() {
      calls.add("close");
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {
      calls.add("resume");
    }

    @Override
    public void setVolume(double volume) {
      calls.add("volume " + volume);
    }
  }

  /** A player, what it reports, and all that has to be closed, in this order. */
  static final class Stage implements AutoCloseable {
    final ExecutorService executor = Executors.newSingleThreadExecutor(work -> new Thread(work, "stage"));
    final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    final Client client;
    final Player player;

    Stage(VideoSink video, AudioSink audio) {
      this(video, audio, new ClientConfig(), new Decoding());
    }

    Stage(VideoSink video, AudioSink audio, ClientConfig config, Decoding decoding) {
      client = new Client(config, (level, module, message) -> logged.add(module), null, null, decoding);
      player = new Player(client, new PlayerConfig(), executor, (from, event) -> events.add(event), video, audio);
    }

    void load(String path, boolean paused) {
      Source source = new Source();
      source.url = origin + path;
      source.startPaused = paused;
      player.load(source);
    }

    List<Event> until(int... types) throws InterruptedException {
      List<Event> seen = new ArrayList<>();
      for (;;) {
        Event event = events.poll(PATIENCE_S, TimeUnit.SECONDS);
        check(event != null, "nothing came after " + seen.size() + " events");
        seen.add(event);
        for (int type : types) if (event.type == type) return seen;
      }
    }

    Event last(int... types) throws InterruptedException {
      List<Event> seen = until(types);
      return seen.get(seen.size() - 1);
    }

    @Override
    public void close() throws Exception {
      player.close();
      client.close();
      executor.shutdown();
      check(executor.awaitTermination(PATIENCE_S, TimeUnit.SECONDS), "the executor still runs");
    }
  }

  static void playsToTheEnd() throws Exception {
    Screen screen = new Screen();
    Speaker speaker = new Speaker();
    Qoe qoe;
    try (Stage stage = new Stage(screen, speaker)) {
      stage.player.setVolume(0.5);
      stage.load("/title.m3u8", false);
      List<Event> events = stage.until(Constants.EVENT_SUMMARY);
      qoe = events.get(events.size() - 1).qoe;
      check(events.stream().anyMatch(event -> event.type == Constants.EVENT_ENDED), "it did not end");
      check(events.stream().anyMatch(event -> event.type == Constants.EVENT_MANIFEST_LOADED && event.hasDuration
          && event.url.endsWith("/title.m3u8")), "no manifest");
    }
    check(screen.times.size() <= FRAMES && screen.times.size() > 1, screen.times);
    check(screen.times.stream().sorted(Comparator.naturalOrder()).toList().equals(screen.times), screen.times);
    same(qoe.shownFrames + qoe.droppedFrames, (long) FRAMES);
    check(Math.abs(speaker.heard - speaker.format.sampleRate) < speaker.format.sampleRate / 5, speaker.heard);
    check(speaker.loudest > 0.01, speaker.loudest);
    check(speaker.calls.containsAll(List.of("resume", "volume 0.5", "close")), speaker.calls);
    same(uncaught.size(), 0);
  }

  static void eventsOnTheExecutor() throws Exception {
    List<String> threads = Collections.synchronizedList(new ArrayList<>());
    ExecutorService executor = Executors.newSingleThreadExecutor(work -> new Thread(work, "mine"));
    BlockingQueue<Integer> done = new LinkedBlockingQueue<>();
    try (Client client = new Client(new ClientConfig());
        Player player = new Player(client, null, executor, (from, event) -> {
          threads.add(Thread.currentThread().getName());
          if (event.type == Constants.EVENT_FAILED) done.add(event.errorCode);
        }, null, null)) {
      Source source = new Source();
      source.url = "ftp://127.0.0.1/film.m3u8";
      player.load(source);
      same(done.poll(PATIENCE_S, TimeUnit.SECONDS), Constants.ERROR_FORBIDDEN_SCHEME);
    }
    executor.shutdown();
    check(threads.stream().allMatch("mine"::equals), threads);
  }

  static void seekAndSnapshot() throws Exception {
    try (Stage stage = new Stage(new Screen(), null)) {
      stage.load("/title.m3u8", true);
      same(stage.last(Constants.EVENT_FIRST_FRAME).width, 160);
      stage.player.seek(600_000, 7);
      Event done = stage.last(Constants.EVENT_SEEK_DONE);
      same(done.userTag, 7L);
      same(done.targetUs / 40_000, 15L);
      Snapshot snapshot = stage.player.snapshot();
      same(snapshot.status.isPaused, true);
      same(snapshot.status.durationUs / 100_000, 10L);
      same(snapshot.representations.length, 1);
      same(snapshot.representations[0].isSelected, true);
      same(snapshot.live.isLive, false);
      check(stage.player.decisionLog().contains("\n"), "no decisions");
    }
  }

  static void failureSaysWhy() throws Exception {
    try (Stage stage = new Stage(null, null)) {
      stage.load("/none.m3u8", false);
      Event failed = stage.last(Constants.EVENT_FAILED);
      same(failed.errorName, "NOT_FOUND");
      same(failed.errorDetail, 404);
      check(failed.message.length() > 10, failed.message);
    }
  }

  static void mistakesAreExceptions() throws Exception {
    Player closed;
    try (Stage stage = new Stage(null, null)) {
      closed = stage.player;
      same(codeOf(() -> stage.player.setSpeed(Double.NaN)), Constants.ERROR_INVALID_ARGUMENT);
      PlayerConfig config = new PlayerConfig();
      config.preset = 99;
      same(codeOf(() -> new Player(stage.client, config, Runnable::run, null, null, null)),
          Constants.ERROR_INVALID_ARGUMENT);
      same(logged, List.of("capi"));
    }
    same(codeOf(closed::play), Constants.ERROR_INVALID_ARGUMENT);
    closed.close();
  }

  static int codeOf(Runnable call) {
    try {
      call.run();
    } catch (PlayheadException thrown) {
      return thrown.code;
    }
    return 0;
  }

  static void callbackThatThrows() throws Exception {
    VideoSink broken = new VideoSink() {
      @Override
      public void show(Frame frame) {
        frame.close();
        throw new IllegalStateException("on purpose");
      }

      @Override
      public void clear() {}
    };
    BlockingQueue<Integer> done = new LinkedBlockingQueue<>();
    // Executed where it is asked for: what it throws reaches the library's threads.
    try (Client client = new Client(new ClientConfig());
        Player player = new Player(client, null, Runnable::run, (from, event) -> {
          if (event.type == Constants.EVENT_SEEK_DONE || event.type == Constants.EVENT_FAILED) done.add(event.type);
        }, broken, null)) {
      Source source = new Source();
      source.url = origin + "/title.m3u8";
      source.startPaused = true;
      player.load(source);
      player.seek(500_000, 1);
      same(done.poll(PATIENCE_S, TimeUnit.SECONDS), Constants.EVENT_SEEK_DONE);
    }
    check(!uncaught.isEmpty() && uncaught.stream().allMatch(one -> one instanceof IllegalStateException), uncaught);
  }

  static void lateScreen() throws Exception {
    List<Runnable> asked = Collections.synchronizedList(new ArrayList<>());
    Screen screen = new Screen();
    try (Client client = new Client(new ClientConfig());
        Player player = new Player(client, null, asked::add, null, screen, null)) {
      Source source = new Source();
      source.url = origin + "/title.m3u8";
      source.startPaused = true;
      player.load(source);
      // Nobody takes pictures: of three one waits.
      for (long shown = 0; shown < 3; ++shown) {
        if (shown > 0) player.seek(shown * 200_000, shown);
        while (player.snapshot().qoe.shownFrames <= shown) Thread.onSpinWait();
      }
    }
    same(asked.size(), 1);
    asked.get(0).run();
    same(screen.times.size(), 1);
  }

  static void charactersSurvive() throws Exception {
    String name = "f\u00ebli \u05d0 \u20ac \ud83c\udfac \ud83c."; // the last one is half a pair
    try (Stage stage = new Stage(null, null)) {
      DownloadsConfig config = new DownloadsConfig();
      Path folder = Files.createTempDirectory("playhead-jni-");
      config.path = folder.toString();
      config.freeSpaceFloorBytes = -1;
      try (Downloads downloads = new Downloads(stage.client, config, null, null)) {
        DownloadRequest request = new DownloadRequest();
        request.url = origin + "/none.m3u8";
        request.appData = name;
        String id = downloads.add(request);
        same(downloads.find(id).request.appData, name.replace("\ud83c.", "\ufffd."));
        same(downloads.find("nobody") == null, true);
      }
      remove(folder);
    }
  }

  static void downloads() throws Exception {
    Path folder = Files.createTempDirectory("playhead-jni-");
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    DownloadListener listener = new DownloadListener() {
      @Override
      public void changed(Download download) {
        if (download.state == Constants.DOWNLOAD_COMPLETED) told.add("completed");
        if (download.state == Constants.DOWNLOAD_FAILED) told.add(download.message);
      }

      @Override
      public void removed(String id) {
        told.add("removed " + id);
      }
    };
    DownloadsConfig config = new DownloadsConfig();
    config.path = folder.toString();
    config.freeSpaceFloorBytes = -1;
    try (Stage stage = new Stage(null, null);
        Downloads downloads = new Downloads(stage.client, config, stage.executor, listener)) {
      DownloadRequest request = new DownloadRequest();
      request.url = origin + "/title.m3u8";
      String id = downloads.add(request);
      same(told.poll(PATIENCE_S, TimeUnit.SECONDS), "completed");
      same(downloads.list()[0].request.url, request.url);
      Source source = new Source();
      source.downloadId = id;
      source.startPaused = true;
      stage.player.load(source);
      stage.until(Constants.EVENT_FIRST_FRAME);
      stage.player.stop();
      same(stage.last(Constants.EVENT_SUMMARY).qoe.isOffline, true);
      downloads.remove(id);
      String last = told.poll(PATIENCE_S, TimeUnit.SECONDS);
      while ("completed".equals(last)) last = told.poll(PATIENCE_S, TimeUnit.SECONDS);
      same(last, "removed " + id);
    }
    remove(folder);
  }

  static void closeInsideListener() throws Exception {
    Path folder = Files.createTempDirectory("playhead-jni-");
    BlockingQueue<Integer> refused = new LinkedBlockingQueue<>();
    Downloads[] opened = new Downloads[1];
    DownloadListener listener = new DownloadListener() {
      @Override
      public void changed(Download download) {
        if (refused.isEmpty()) refused.add(codeOf(opened[0]::close));
      }

      @Override
      public void removed(String id) {}
    };
    DownloadsConfig config = new DownloadsConfig();
    config.path = folder.toString();
    config.freeSpaceFloorBytes = -1;
    try (Client client = new Client(new ClientConfig());
        Downloads downloads = new Downloads(client, config, Runnable::run, listener)) {
      opened[0] = downloads;
      DownloadRequest request = new DownloadRequest();
      request.url = origin + "/none.m3u8";
      String id = downloads.add(request);
      same(refused.poll(PATIENCE_S, TimeUnit.SECONDS), Constants.ERROR_INVALID_STATE);
      same(downloads.find(id).id, id);
      downloads.close();
      same(codeOf(() -> downloads.find(id)), Constants.ERROR_INVALID_ARGUMENT);
      new Downloads(client, config, null, null).close();
    }
    remove(folder);
  }

  static void token() throws Exception {
    BlockingQueue<Boolean> asked = new LinkedBlockingQueue<>();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    ClientConfig config = new ClientConfig();
    config.apiUrl = origin;
    try (Client client = new Client(config, null, (refresh, request) -> {
      asked.add(refresh);
      request.answer(refresh ? null : "first");
      request.answer("too late");
    }, executor);
        Player player = new Player(client, null, executor, null, null, null)) {
      Source source = new Source();
      source.titleId = "film";
      player.load(source);
      same(asked.poll(PATIENCE_S, TimeUnit.SECONDS), false);
      same(asked.poll(PATIENCE_S, TimeUnit.SECONDS), true);
    }
    executor.shutdown();
    same(tokens.get(0), "Bearer first");
  }

  static void thumbnailAndMetadata(Path folder) throws Exception {
    byte[] image = {1, 2, 3};
    String title = new String(Files.readAllBytes(folder.resolve("title.m3u8")));
    pages.put("/thumb.jpg", image);
    pages.put("/thumbs.m3u8", ("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-IMAGES-ONLY\n#EXTINF:1,\n"
        + "#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=1x1,DURATION=1\nthumb.jpg\n#EXT-X-ENDLIST\n").getBytes());
    pages.put("/dated.m3u8", title.replaceFirst("#EXTINF", "#EXT-X-PROGRAM-DATE-TIME:2024-01-01T00:00:00Z\n"
        + "#EXT-X-DATERANGE:ID=\"one\",CLASS=\"ad\",START-DATE=\"2024-01-01T00:00:00.2Z\",DURATION=0.3,X-COLOUR=\"red\"\n"
        + "#EXTINF").getBytes());
    pages.put("/both.m3u8", ("#EXTM3U\n#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=999,RESOLUTION=160x90,CODECS=\"jpeg\","
        + "URI=\"thumbs.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=99999\ndated.m3u8\n").getBytes());
    try (Stage stage = new Stage(null, null)) {
      stage.load("/both.m3u8", true);
      stage.until(Constants.EVENT_FIRST_FRAME);
      stage.player.requestThumbnail(300_000, 5);
      Event shown = stage.last(Constants.EVENT_THUMBNAIL);
      same(shown.userTag, 5L);
      check(shown.thumbnail != null, shown.message);
      check(Arrays.equals(shown.thumbnail.image, image), "another image");
      same(shown.thumbnail.columns, 1);
      stage.player.play();
      Metadata told = stage.last(Constants.EVENT_TIMED_METADATA).metadata;
      same(told.scheme + " " + told.value + " " + told.id, "hls:daterange ad one");
      same(told.startUs, 200_000L);
      int colour = Arrays.asList(told.attributeNames).indexOf("X-COLOUR");
      same(told.attributeValues[colour], "red");
      same(told.message == null, true);
    }
  }

  static final class Watcher implements RequestInterceptor {
    final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    volatile Request last;

    @Override
    public void onRequest(Request request) {
      request.addHeader("X-App", "java", false);
      last = request;
    }

    @Override
    public void onResponse(Request request, int status) {
      seen.add(request.kind() + " " + status + " " + request.responseHeader("content-type"));
    }
  }

  static Answer wait(CompletableFuture<Answer> asked) throws Exception {
    return asked.get(PATIENCE_S, TimeUnit.SECONDS);
  }

  static int refusal(CompletableFuture<Answer> asked) throws Exception {
    try {
      wait(asked);
    } catch (ExecutionException failed) {
      return ((PlayheadException) failed.getCause()).code;
    }
    return 0;
  }

  static void service(String server, Path folder) throws Exception {
    Path home = Files.createTempDirectory("playhead-jni-");
    Path film = Files.createDirectories(home.resolve("media").resolve("film"));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) Files.copy(file, film.resolve(file.getFileName()));
    }
    Files.writeString(film.resolve("title.json"), "{\"id\": \"film\", \"name\": \"A film\", \"genre\": \"Samples\","
        + "\"year\": 2024, \"duration_seconds\": 1, \"maturity_rating\": \"PG\", \"description\": \"Of one second.\","
        + "\"chapters\": [{\"name\": \"Only\", \"start_seconds\": 0, \"end_seconds\": 1}],"
        + "\"manifests\": {\"hls\": \"title.m3u8\"}}");
    String data = home.resolve("data").toString();
    Process running = new ProcessBuilder(server, "serve", "--data", data, "--media", home.resolve("media").toString(),
        "--port", "0").redirectErrorStream(true).start();
    ExecutorService executor = Executors.newSingleThreadExecutor(work -> new Thread(work, "mine"));
    try (BufferedReader said = running.inputReader()) {
      String line;
      do line = said.readLine();
      while (line != null && !line.contains("http://"));
      check(line != null, "the server did not start");
      Process token = new ProcessBuilder(server, "token", "--data", data, "--user", "viewer").start();
      String bearer = token.inputReader().readLine();
      Watcher watcher = new Watcher();
      ClientConfig config = new ClientConfig();
      config.apiUrl = line.substring(line.indexOf("http://")).trim();
      config.interceptor = watcher;
      try (Client client = new Client(config, null, (refresh, request) -> request.answer(bearer), executor);
          Service service = new Service(client, executor)) {
        Item item = wait(service.home(null, 0)).rows[0].items[0];
        same(item.titleId + " " + item.name + " " + item.durationUs, "film A film 1000000");
        same(watcher.seen.get(0), Constants.RESOURCE_API + " 200 application/json");
        same(codeOf(() -> watcher.last.setUrl("http://127.0.0.1/")), Constants.ERROR_INVALID_HANDLE);
        same(wait(service.search("film", 0)).rows[0].items.length, 1);
        same(wait(service.continueWatching(0)).rows[0].items.length, 0);
        Title title = wait(service.title("film")).title;
        same(title.description + " " + title.chapters[0].name, "Of one second. Only");
        same(refusal(service.title("none")), Constants.ERROR_NOT_FOUND);
        same(refusal(service.rate("film", 9)), Constants.ERROR_INVALID_ARGUMENT);
        ProfileChange change = new ProfileChange();
        change.name = "Small";
        change.maturity = Constants.MATURITY_G;
        change.pin = "1234";
        String made = wait(service.putProfile(change)).profiles[0].profileId;
        Profile[] all = wait(service.profiles()).profiles;
        same(all.length + " " + all[0].isDefault + " " + all[1].isProtected + " " + all[1].name, "2 true true Small");
        same(refusal(service.chooseProfile(made, "4321")), Constants.ERROR_PIN_WRONG);
        same(wait(service.chooseProfile(made, "1234")).errorCode, 0);
        same(wait(service.home(null, 0)).rows.length, 0); // nothing there is for it
        String[] where = new String[1];
        service.profiles().thenAccept(answer -> where[0] = Thread.currentThread().getName()).get(PATIENCE_S, TimeUnit.SECONDS);
        check("mine".equals(where[0]) || "main".equals(where[0]), where[0]); // the second: it had come before
      }
    } finally {
      running.destroy();
      running.waitFor();
      executor.shutdown();
    }
    remove(home);
    same(uncaught.size(), 0);
  }

  /** Shows nothing: it looks at what its decoder gave, in time. */
  static final class AppScreen implements VideoSink {
    final List<Long> times = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void show(Frame frame) {
      same(frame.info.format, Constants.PIXEL_FORMAT_OPAQUE);
      same(frame.plane(0) == null, true);
      same(frame.appFrame(), frame.info.timeUs);
      times.add(frame.info.timeUs);
      frame.close();
    }

    @Override
    public void clear() {}
  }

  /** Takes samples as MediaCodec does, on a thread of its own; pictures are their times, sound is loud. */
  static final class Codecs implements SampleDecoders {
    final AtomicInteger samples = new AtomicInteger();
    final AtomicInteger sounds = new AtomicInteger();
    final AtomicInteger pictures = new AtomicInteger();
    final AtomicInteger released = new AtomicInteger();
    final List<String> names = Collections.synchronizedList(new ArrayList<>());
    final List<SampleCrypto> cryptos = Collections.synchronizedList(new ArrayList<>());
    final List<byte[]> opened = Collections.synchronizedList(new ArrayList<>());
    final byte[] key;

    Codecs(byte[] key) {
      this.key = key;
    }

    @Override
    public SampleDecoder open(StreamInfo stream, byte[] codecConfig, DecoderOutput output) {
      check(codecConfig.length > 0, "no codec config");
      names.add(stream.codec);
      return new Codec(this, stream, output);
    }

    @Override
    public void releaseFrame(Object appFrame) {
      check(appFrame instanceof Long, appFrame);
      released.incrementAndGet();
    }
  }

  static final class Codec implements SampleDecoder {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Codecs all;
    private final StreamInfo stream;
    private final DecoderOutput output;
    // Under this:
    private final TreeSet<Long> reordered = new TreeSet<>();
    private int generation;

    Codec(Codecs all, StreamInfo stream, DecoderOutput output) {
      this.all = all;
      this.stream = stream;
      this.output = output;
    }

    private synchronized void later(Runnable work) {
      int now = generation;
      thread.execute(() -> {
        synchronized (this) {
          if (now == generation) work.run();
        }
      });
    }

    @Override
    public void decode(Sample sample) {
      int now;
      synchronized (this) {
        now = generation;
      }
      thread.execute(() -> {
        synchronized (this) {
          try (Sample mine = sample) {
            if (now == generation) take(mine);
          }
        }
      });
    }

    private void take(Sample sample) {
      SampleInfo info = sample.info();
      same((long) sample.data().remaining(), info.bytes);
      check(sample.data().isDirect() && sample.data().isReadOnly(), "a buffer");
      if (stream.kind == Constants.TRACK_AUDIO) {
        all.sounds.incrementAndGet();
        give(info.timeUs);
        return;
      }
      all.samples.incrementAndGet();
      if (all.key != null) all.opened.add(open(sample));
      reordered.add(info.timeUs);
      if (reordered.size() > 4) show(reordered.pollFirst());
    }

    private byte[] open(Sample sample) {
      byte[] bytes = new byte[sample.data().remaining()];
      sample.data().get(bytes);
      SampleCrypto crypto = sample.crypto();
      if (crypto == null) return bytes;
      all.cryptos.add(crypto);
      try {
        Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(all.key, "AES"), new IvParameterSpec(crypto.iv));
        int at = 0;
        for (int i = 0; i < crypto.numSubSamples; ++i) {
          at += crypto.numBytesOfClearData[i];
          cipher.update(bytes, at, crypto.numBytesOfEncryptedData[i], bytes, at);
          at += crypto.numBytesOfEncryptedData[i];
        }
        same(at, bytes.length);
      } catch (java.security.GeneralSecurityException failed) {
        throw new IllegalStateException(failed);
      }
      return bytes;
    }

    private void show(Long time) {
      output.giveFrame(time, 640, 360, time);
      all.pictures.incrementAndGet();
    }

    private void give(long timeUs) {
      DecodedSound sound = new DecodedSound();
      sound.format = Constants.SOUND_INT16;
      sound.timeUs = timeUs;
      sound.sampleRate = stream.sampleRate;
      sound.channels = stream.channels;
      sound.frames = 1024;
      ByteBuffer pcm = ByteBuffer.allocateDirect(1024 * 2 * stream.channels).order(ByteOrder.nativeOrder());
      while (pcm.hasRemaining()) pcm.putShort((short) 16384);
      pcm.flip();
      output.giveSound(sound, pcm);
      sound.frames = 1025;
      same(codeOf(() -> output.giveSound(sound, pcm)), Constants.ERROR_INVALID_ARGUMENT);
    }

    @Override
    public void drain() {
      later(() -> {
        while (!reordered.isEmpty()) show(reordered.pollFirst());
        output.drained();
      });
    }

    @Override
    public synchronized void flush() {
      ++generation;
      reordered.clear();
    }

    @Override
    public void close() {
      flush();
      thread.shutdown(); // what waits still closes its samples
    }
  }

  static void appDecoders() throws Exception {
    AppScreen screen = new AppScreen();
    Speaker speaker = new Speaker();
    Decoding decoding = new Decoding();
    Codecs codecs = new Codecs(null);
    decoding.decoders = codecs;
    Qoe qoe;
    try (Stage stage = new Stage(screen, speaker, new ClientConfig(), decoding)) {
      stage.load("/title.m3u8", false);
      List<Event> events = stage.until(Constants.EVENT_SUMMARY);
      qoe = events.get(events.size() - 1).qoe;
      check(events.stream().anyMatch(event -> event.type == Constants.EVENT_ENDED), "it did not end");
    }
    same(new TreeSet<>(codecs.names), new TreeSet<>(List.of("aac", "h264")));
    same(codecs.samples.get(), FRAMES);
    same(codecs.pictures.get(), FRAMES);
    same(codecs.released.get(), FRAMES);
    same(qoe.shownFrames + qoe.droppedFrames, (long) FRAMES);
    check(screen.times.stream().sorted().toList().equals(screen.times) && screen.times.size() > 1, screen.times);
    check(codecs.sounds.get() > 40, codecs.sounds);
    check(Math.abs(speaker.heard - speaker.format.sampleRate) < speaker.format.sampleRate / 5, speaker.heard);
    check(speaker.loudest > 0.3 && speaker.loudest < 0.51, speaker.loudest); // mono, on two speakers
    same(uncaught.size(), 0);
  }

  static final String KID = "31323334353637383930313233343536";
  static final byte[] KEY = bytesOf("32333435363738393021323334353637");
  static final String PROTECTED_MPD = "<MPD xmlns='urn:mpeg:dash:schema:mpd:2011' xmlns:cenc='urn:mpeg:cenc:2013' "
      + "mediaPresentationDuration='PT2.736067S'><Period><AdaptationSet mimeType='video/mp4'><ContentProtection "
      + "schemeIdUri='urn:mpeg:dash:mp4protection:2011' value='cenc' "
      + "cenc:default_KID='31323334-3536-3738-3930-313233343536'/><ContentProtection "
      + "schemeIdUri='urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b'><cenc:pssh>AAAANHBzc2gBAAAAEHfv7MCyTQKs4zweUuL7SwAA"
      + "AAExMjM0NTY3ODkwMTIzNDU2AAAAAA==</cenc:pssh></ContentProtection><Representation id='1' bandwidth='1000000' "
      + "codecs='avc1.64001e'><BaseURL>protected/bear-640x360-video.mp4</BaseURL><SegmentBase indexRange='1138-1205'>"
      + "<Initialization range='0-1137'/></SegmentBase></Representation></AdaptationSet></Period></MPD>";

  static byte[] bytesOf(String hex) {
    byte[] bytes = new byte[hex.length() / 2];
    for (int i = 0; i < bytes.length; ++i) bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
    return bytes;
  }

  /** Its licence is what it asked; the key it has from elsewhere. */
  static final class Vault implements DrmSystem {
    static final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    @Override
    public String name() {
      return "vault";
    }

    @Override
    public byte[][] systemIds() {
      return new byte[][] {bytesOf("1077efecc0b24d02ace33c1e52e2fb4b")};
    }

    @Override
    public int level(int track) {
      return 1000;
    }

    @Override
    public int schemes() {
      return SampleCrypto.CENC | SampleCrypto.CBCS;
    }

    @Override
    public DrmSession openSession(DrmSessionHost host) {
      calls.add("open");
      return new DrmSession() {
        @Override
        public void request(int initType, byte[] init) {
          same(initType, INIT_PSSH);
          same(new String(init, 32, 16, java.nio.charset.StandardCharsets.ISO_8859_1), "1234567890123456");
          calls.add("request");
          host.message(DrmSessionHost.LICENSE_REQUEST, init, null);
        }

        @Override
        public void update(byte[] response) {
          same(response.length, 52);
          calls.add("update");
          host.keys(new byte[][] {bytesOf(KID)}, new int[] {DrmSessionHost.KEY_USABLE});
        }

        @Override
        public void close() {
          calls.add("close session");
          host.failed(Constants.ERROR_DRM_MODULE); // nobody is told
        }
      };
    }

    @Override
    public void close() {
      calls.add("close");
    }
  }

  static void secureDecoder() throws Exception {
    AppScreen screen = new AppScreen();
    Decoding decoding = new Decoding();
    Codecs codecs = new Codecs(KEY);
    decoding.decoders = codecs;
    decoding.isSecureVideo = true;
    decoding.systems.add(Vault::new);
    ClientConfig config = new ClientConfig();
    config.drm = new DrmConfig();
    config.drm.noClearKey = true;
    config.drm.licenseUrl = origin + "/license";
    try (Stage stage = new Stage(screen, null, config, decoding)) {
      stage.player.setSpeed(2);
      stage.load("/protected.mpd", false);
      Event last = stage.last(Constants.EVENT_ENDED, Constants.EVENT_FAILED);
      check(last.type == Constants.EVENT_ENDED, last.message);
    }
    same(codecs.samples.get(), 82); // as the corpus says
    same(codecs.cryptos.size(), 52);
    same(codecs.pictures.get(), 82);
    same(codecs.released.get(), 82);
    check(codecs.cryptos.stream().allMatch(crypto -> crypto.mode == SampleCrypto.MODE_AES_CTR
        && Arrays.equals(crypto.key, bytesOf(KID)) && crypto.encryptBlocks == 0 && crypto.skipBlocks == 0), "crypto");
    // What was opened lies in the clear file, one sample behind the other.
    String clear = latin(Files.readAllBytes(protectedMedia.resolve("decrypted-bear-640x360-video-0.mp4")));
    int at = 0;
    for (byte[] sample : codecs.opened) {
      int found = clear.indexOf(latin(sample), at);
      check(found >= 0, "a sample was opened wrongly");
      at = found + sample.length;
    }
    List<String> calls = Vault.calls;
    check(calls.containsAll(List.of("open", "request", "update", "close session")), calls);
    same(calls.get(calls.size() - 1), "close");
    same(uncaught.size(), 0);
  }

  static String latin(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }

  private JniTest() {}
}
