// SPDX-License-Identifier: Apache-2.0
import CPlayhead

/// What to play: a title of the service, the URL of any manifest, or a download.
public struct Source: Sendable {
  public enum Content: Sendable { case title(String), url(String), download(String) }
  public var content: Content
  /// `nil`: the saved position.
  public var start: Duration?
  /// Shows the first frame and waits for `play()`.
  public var startsPaused = false
  public var profile: String?

  public init(_ content: Content, start: Duration? = nil) {
    self.content = content
    self.start = start
  }

  func withRaw<Result>(_ body: (UnsafePointer<playhead_source>) throws -> Result) rethrows -> Result {
    let lent = LentStrings()
    var raw = playhead_source.sized()
    switch content {
    case .title(let id): raw.title_id = lent.lend(id)
    case .url(let url): raw.url = lent.lend(url)
    case .download(let id): raw.download_id = lent.lend(id)
    }
    if let start { (raw.has_start, raw.start_us) = (1, start.inMicroseconds) }
    raw.start_paused = startsPaused ? 1 : 0
    raw.profile_id = lent.lend(profile)
    return try withExtendedLifetime(lent) { try body(&raw) }
  }
}

/// What a player is made with; `nil` and zero are the library's defaults.
public struct PlayerConfiguration: Sendable {
  public enum Preset: Int32, Sendable { case vod, live, lowLatency, dataSaver, maxQuality }
  public var preset = Preset.vod
  /// They cap the automatic choice of the picture.
  public var maxHeight = 0
  public var maxBitrate: Int64 = 0
  /// BCP 47
  public var audioLanguage: String?
  public var textLanguage: String?
  public var bufferTarget = Duration.zero

  public init() {}
}

/// What the picture may not exceed; zero is no such limit.
public struct Limits: Sendable {
  public var maxHeight = 0
  public var maxBitrate: Int64 = 0
  /// The view in points, and pixels in one of them.
  public var viewport: (width: Int, height: Int) = (0, 0)
  public var pixelRatio = 0.0
  public var savesData = false

  public init() {}
}

/// Plays one title at a time. Commands return at once, from any thread; what becomes of them comes as `events`. They
/// throw what the C functions of their names return (`<playhead/c/player.h>`, which is the manual).
public final class Player: @unchecked Sendable {
  private let handle: OpaquePointer
  private let client: Client
  private let hub = EventHub()

  /// Without a `video` pictures are decoded and timed, and shown nowhere; without an `audio` there is silence.
  public init(
    _ client: Client, _ configuration: PlayerConfiguration = .init(), video: VideoSink? = nil, audio: AudioSink? = nil
  ) throws {
    let lent = LentStrings()
    var config = playhead_player_config.sized()
    config.preset = configuration.preset.rawValue
    config.max_height = Int32(clamping: configuration.maxHeight)
    config.max_bitrate_bps = configuration.maxBitrate
    config.audio_language = lent.lend(configuration.audioLanguage)
    config.text_language = lent.lend(configuration.textLanguage)
    config.buffer_target_us = configuration.bufferTarget.inMicroseconds

    var picture = video.map(videoTable) ?? .sized()
    var sound = audio.map(audioTable) ?? .sized()
    self.client = client
    handle = try withUnsafePointer(to: &picture) { picture in
      try withUnsafePointer(to: &sound) { sound in
        config.video = video == nil ? nil : picture
        config.audio = audio == nil ? nil : sound
        var made: OpaquePointer?
        try withExtendedLifetime(lent) { try check(playhead_player_create(client.handle, &config, &made)) }
        return made!
      }
    }
    hub.attach(to: handle)
  }

  deinit { close() }

  /// Ends the play and saves the position; `events` end. Once more does nothing.
  public func close() {
    hub.close()
    playhead_player_destroy(handle)  // a handle that was destroyed is known as such
  }

  /// What happens from now on. Each call is a listener of its own; the oldest of 1,024 that one leaves unread go.
  public var events: AsyncStream<Event> { hub.stream() }

  public func load(_ source: Source) throws { try source.withRaw { try check(playhead_player_load(handle, $0)) } }
  /// Gets ready what `load` of the same source will need.
  public func prepare(_ source: Source) throws { try source.withRaw { try check(playhead_player_prepare(handle, $0)) } }
  /// What follows without a gap; `nil`: nothing.
  public func setNext(_ source: Source?) throws {
    guard let source else { return try check(playhead_player_set_next(handle, nil)) }
    try source.withRaw { try check(playhead_player_set_next(handle, $0)) }
  }
  public func playNext() throws { try check(playhead_player_play_next(handle)) }
  public func play() throws { try check(playhead_player_play(handle)) }
  public func pause() throws { try check(playhead_player_pause(handle)) }
  public func stop() throws { try check(playhead_player_stop(handle)) }

  /// Returns where playback stands once it has landed, by this seek or a later one. `exactly` false: at the key frame
  /// before it, sooner. Throws what the play failed by, or CancellationError when its title has gone. Where nothing is
  /// loaded it waits until its task is cancelled.
  @discardableResult
  public func seek(to position: Duration, exactly: Bool = true) async throws -> Duration {
    try await hub.seek { tag in
      let target = position.inMicroseconds
      try check(exactly ? playhead_player_seek(handle, target, tag) : playhead_player_seek_fast(handle, target, tag))
    }
  }

  public func goLive() throws { try check(playhead_player_go_live(handle)) }
  /// 0.5 to 2; the pitch is kept.
  public func setSpeed(_ speed: Double) throws { try check(playhead_player_set_speed(handle, speed)) }
  /// Key frames at 2, 4, 8, 16 or 32 times the speed, or so many times backwards; 0 ends it.
  public func trickPlay(rate: Int32) throws { try check(playhead_player_trick_play(handle, rate)) }
  /// Shows the key frame there while the viewer is still looking for a place; `seek` ends it.
  public func scrub(to position: Duration) throws { try check(playhead_player_scrub(handle, position.inMicroseconds)) }
  /// 0 to 1
  public func setVolume(_ volume: Double) throws { try check(playhead_player_set_volume(handle, volume)) }
  /// False when an app goes to the background and its layer shows nothing; sound goes on.
  public func setSurface(isThere: Bool) throws { try check(playhead_player_set_surface(handle, isThere ? 1 : 0)) }

  public func setLimits(_ limits: Limits) throws {
    var raw = playhead_limits.sized()
    raw.max_height = Int32(clamping: limits.maxHeight)
    raw.max_bitrate_bps = limits.maxBitrate
    raw.viewport_width = Int32(clamping: limits.viewport.width)
    raw.viewport_height = Int32(clamping: limits.viewport.height)
    raw.pixel_ratio = limits.pixelRatio
    raw.saves_data = limits.savesData ? 1 : 0
    try check(playhead_player_set_limits(handle, &raw))
  }

  /// `id` of a `Representation`; `nil`: the library chooses.
  public func select(representation id: String?) throws {
    try check(playhead_player_select_representation(handle, id))
  }
  /// `id` of a `Track`; `nil`: as configured.
  public func select(audio id: String?) throws { try check(playhead_player_select_audio(handle, id ?? "")) }
  /// `id` of a `Track`; `nil`: none but forced text.
  public func select(text id: String?) throws { try check(playhead_player_select_text(handle, id)) }

  /// How things stand right now.
  public func snapshot() throws -> Snapshot {
    var raw: OpaquePointer?
    try check(playhead_player_snapshot(handle, &raw))
    defer { playhead_snapshot_release(raw) }
    return Snapshot(raw)
  }
}
