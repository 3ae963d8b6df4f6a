// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.playhead.*;

/** SCENARIOS ORIGIN FOLDER SERVICE TOKEN: plays them through the Java classes; see README.md. */
final class Runner implements AutoCloseable {
  static final long PATIENCE_S = 60;

  private final String origin;
  private final Client client;
  private final Downloads downloads;
  private final Semaphore told = new Semaphore(0);
  private BlockingQueue<Event> events;
  private Player player;
  private String kept = "";
  private long hash = 0xcbf29ce484222325L;

  Runner(String origin, String folder, String service, String token) {
    this.origin = origin;
    ClientConfig world = new ClientConfig();
    world.apiUrl = service;
    client = new Client(world, null, (refresh, request) -> request.answer(token), Runnable::run);
    DownloadsConfig config = new DownloadsConfig();
    config.path = folder;
    config.freeSpaceFloorBytes = -1;
    downloads = new Downloads(client, config, Runnable::run, new DownloadListener() {
      @Override
      public void changed(Download download) {
        told.release();
      }

      @Override
      public void removed(String id) {
        told.release();
      }
    });
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (Runner run = new Runner(arguments[1], arguments[2], arguments[3], arguments[4])) {
      for (String line : Files.readAllLines(Path.of(arguments[0]))) {
        int end = line.indexOf(' ');
        if (!line.isEmpty()) run.obey(end < 0 ? line : line.substring(0, end), end < 0 ? "" : line.substring(end + 1));
      }
      System.out.printf("hash %016x%n", run.hash);
    }
  }

  private void write(String line) {
    for (byte one : (line + "\n").getBytes(StandardCharsets.UTF_8)) hash = (hash ^ (one & 0xff)) * 1099511628211L;
    System.out.println(line);
  }

  private void obey(String word, String rest) throws InterruptedException {
    switch (word) {
      case "scenario": begin(rest); break;
      case "load": load(rest, false); break;
      case "load_paused": load(rest, true); break;
      case "load_title": loadTitle(rest); break;
      case "load_download": load("", false); break;
      case "play": player.play(); break;
      case "pause": player.pause(); break;
      case "stop": player.stop(); break;
      case "seek":
        String[] words = rest.split(" ");
        player.seek(Long.parseLong(words[0]) * 1000, Long.parseLong(words[1]));
        break;
      case "representation":
        for (Representation one : player.snapshot().representations) {
          if (one.height == Integer.parseInt(rest)) player.selectRepresentation(one.id);
        }
        break;
      case "until": until(rest); break;
      case "download": download(null, origin + "/" + rest); break;
      case "download_title": download(rest, null); break;
      case "renew": renew(); break;
      case "remove": remove(); break;
      default: throw new IllegalArgumentException(word);
    }
  }

  private void begin(String name) {
    if (player != null) player.close();
    write("scenario " + name);
    BlockingQueue<Event> queue = new LinkedBlockingQueue<>();
    events = queue;
    player = new Player(client, null, Runnable::run, (from, event) -> queue.add(event), null, null);
  }

  private void load(String path, boolean paused) {
    Source source = new Source();
    if (path.isEmpty()) source.downloadId = kept;
    else source.url = origin + "/" + path;
    source.startPaused = paused;
    player.load(source);
  }

  private void loadTitle(String id) {
    Source source = new Source();
    source.titleId = id;
    source.startPaused = true;
    player.load(source);
  }

  private void until(String wanted) throws InterruptedException {
    String name;
    do {
      Event event = events.poll(PATIENCE_S, TimeUnit.SECONDS);
      if (event == null) throw new IllegalStateException(wanted + " did not come");
      name = take(event);
    } while (!name.equals(wanted));
  }

  private String take(Event event) {
    switch (event.type) {
      case Constants.EVENT_MANIFEST_LOADED:
        return told("MANIFEST_LOADED", " " + (event.durationUs + 50_000) / 100_000 + " " + event.videoRepresentations
            + " " + event.audioTracks);
      case Constants.EVENT_FIRST_FRAME: return told("FIRST_FRAME", "");
      case Constants.EVENT_REPRESENTATION_CHANGED:
        if (event.reason != Constants.SWITCH_MANUAL) return "REPRESENTATION_CHANGED";
        return told("REPRESENTATION_CHANGED", " " + event.width + "x" + event.height);
      case Constants.EVENT_SEEK_DONE: return told("SEEK_DONE", " " + event.userTag + " " + event.targetUs / 40_000);
      case Constants.EVENT_ENDED: return told("ENDED", "");
      case Constants.EVENT_FAILED: return told("FAILED", " " + event.errorName + " " + event.errorDetail);
      case Constants.EVENT_SUMMARY:
        return told("SUMMARY", " " + (event.qoe.shownFrames + event.qoe.droppedFrames) + (event.qoe.isOffline ? " 1" : " 0"));
      default: return "";
    }
  }

  private String told(String name, String what) {
    write(name + what);
    return name;
  }

  private void download(String title, String url) throws InterruptedException {
    DownloadRequest request = new DownloadRequest();
    request.titleId = title;
    request.url = url;
    kept = downloads.add(request);
    Download one = downloads.find(kept);
    while (one.state != Constants.DOWNLOAD_COMPLETED && one.state != Constants.DOWNLOAD_FAILED) {
      told.tryAcquire(PATIENCE_S, TimeUnit.SECONDS);
      one = downloads.find(kept);
    }
    write("DOWNLOAD " + (one.errorName.isEmpty() ? "COMPLETED" : one.errorName));
  }

  private void renew() throws InterruptedException {
    downloads.renew(kept);
    while (downloads.find(kept).rights != Constants.RIGHTS_EXPIRED) told.tryAcquire(PATIENCE_S, TimeUnit.SECONDS);
    write("DOWNLOAD EXPIRED");
  }

  private void remove() throws InterruptedException {
    downloads.remove(kept);
    while (downloads.find(kept) != null) told.tryAcquire(PATIENCE_S, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    player.close();
    downloads.close();
    client.close();
  }
}
