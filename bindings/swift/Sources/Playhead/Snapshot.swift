// SPDX-License-Identifier: Apache-2.0
import CPlayhead

/// How a player stood at one moment.
public struct Snapshot: Sendable {
  public let state: Event.State
  /// The viewer wants a pause, also while buffering.
  public let isPaused: Bool
  public let position: Duration
  public let duration: Duration?
  public let videoBuffer: Duration
  public let audioBuffer: Duration
  /// Bits a second; 0: unknown.
  public let throughput: Int64
  public let representations: [Representation]
  public let tracks: [Track]
  /// Of a live title.
  public let live: Live?

  /// A quality of the picture.
  public struct Representation: Sendable, Identifiable {
    public let id: String
    public let codecs: String
    public let bitrate: Int64
    public let width: Int
    public let height: Int
    /// Is being fetched.
    public let isSelected: Bool
  }

  public struct Track: Sendable, Identifiable {
    public enum Kind: Int32, Sendable { case video, audio, text }
    public let kind: Kind
    public let id: String
    /// BCP 47
    public let language: String
    public let label: String
    public let isSelected: Bool
    public let isForced: Bool
  }

  public struct Live: Sendable {
    /// What can be seeked to.
    public let window: ClosedRange<Duration>
    /// How far the position is behind the live edge.
    public let offset: Duration
  }

  init(_ raw: OpaquePointer?) {
    var status = playhead_player_status.sized()
    playhead_snapshot_get_status(raw, &status)
    state = .init(rawValue: status.state) ?? .idle
    isPaused = status.is_paused != 0
    position = .microseconds(status.position_us)
    duration = status.has_duration != 0 ? .microseconds(status.duration_us) : nil
    videoBuffer = .microseconds(status.video_buffer_us)
    audioBuffer = .microseconds(status.audio_buffer_us)
    throughput = status.throughput_bps
    representations = (0..<status.representation_count).compactMap { index in
      var one = playhead_representation.sized()
      return playhead_snapshot_get_representation(raw, index, &one) == 0 ? Representation(one) : nil
    }
    tracks = (0..<status.track_count).compactMap { index in
      var one = playhead_track.sized()
      return playhead_snapshot_get_track(raw, index, &one) == 0 ? Track(one) : nil
    }
    var live = playhead_live.sized()
    playhead_snapshot_get_live(raw, &live)
    self.live = live.is_live != 0 ? Live(live) : nil
  }
}

extension Snapshot.Representation {
  init(_ raw: playhead_representation) {
    id = text(raw.id)
    codecs = text(raw.codecs)
    bitrate = raw.bitrate_bps
    width = Int(raw.width)
    height = Int(raw.height)
    isSelected = raw.is_selected != 0
  }
}

extension Snapshot.Track {
  init(_ raw: playhead_track) {
    kind = Kind(rawValue: raw.kind) ?? .video
    id = text(raw.id)
    language = text(raw.language)
    label = text(raw.label)
    isSelected = raw.is_selected != 0
    isForced = raw.is_forced != 0
  }
}

extension Snapshot.Live {
  init(_ raw: playhead_live) {
    let start = Duration.microseconds(raw.window_start_us)
    window = start...max(start, .microseconds(raw.window_end_us))
    offset = .microseconds(raw.offset_us)
  }
}
