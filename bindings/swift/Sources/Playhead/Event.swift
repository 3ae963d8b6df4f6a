// SPDX-License-Identifier: Apache-2.0
import CPlayhead

/// What happened to a player. Values, copied out of the library.
public struct Event: Sendable {
  public enum State: Int32, Sendable {
    case idle, loading, buffering, playing, paused, rebuffering, ended, failed, trickPlay, scrubbing
  }

  /// The types of <playhead/c/events.h>, which says when each comes.
  public enum Kind: Sendable {
    case loadStarted(title: String, url: String, isNext: Bool)
    case sessionStarted(resumesAt: Duration, goesOn: Bool, otherDevice: String)
    case manifestLoaded(duration: Duration?, representations: Int, audioTracks: Int, textTracks: Int)
    case firstFrame(after: Duration, width: Int, height: Int)
    case stateChanged(from: State, to: State)
    case representationChanged(id: String, bitrate: Int64, width: Int, height: Int, reason: Int32)
    case segmentLoaded(track: Int32, bytes: Int64, elapsed: Duration)
    case seekStarted(to: Duration, tag: UInt64)
    case seekDone(at: Duration, tag: UInt64)
    case progressSent(title: String, position: Duration)
    case ended(goesOn: Bool)
    /// Recovered from, or being retried.
    case warning(PlayheadError)
    /// Ends the play.
    case failed(PlayheadError)
    case summary(Quality)
    /// So many were lost, because they were left unread.
    case eventsDropped(Int64)
    case positionJumped(from: Duration, to: Duration)
    /// The text on screen from now on, all of it.
    case cuesChanged([Cue])
    case rateChanged(from: Int32, to: Int32)
    case drmFellBack(to: String, why: PlayheadError)
    case securityLevel(Int64, maxHeight: Int)
    /// One that has no case here: a PLAYHEAD_EVENT_… number.
    case other(Int32)
  }

  public let kind: Kind
  /// On the player's monotonic clock.
  public let time: Duration
  /// Where playback stood.
  public let position: Duration

  /// `raw` is borrowed, as its strings are.
  init(_ raw: playhead_event) {
    kind = Kind(raw)
    time = .microseconds(raw.time_us)
    position = .microseconds(raw.position_us)
  }
}

extension Event.Kind {
  // A table of one line for each type; it has no branch but that.
  init(_ raw: playhead_event) {
    let target = Duration.microseconds(raw.target_us), elapsed = Duration.microseconds(raw.elapsed_us)
    let width = Int(raw.width), height = Int(raw.height)
    let error = PlayheadError(code: raw.error_code, description: text(raw.message))
    switch Int(raw.type) {
    case Int(PLAYHEAD_EVENT_LOAD_STARTED):
      self = .loadStarted(title: text(raw.title_id), url: text(raw.url), isNext: raw.is_next != 0)
    case Int(PLAYHEAD_EVENT_SESSION_STARTED):
      self = .sessionStarted(resumesAt: target, goesOn: raw.goes_on != 0, otherDevice: text(raw.id))
    case Int(PLAYHEAD_EVENT_MANIFEST_LOADED):
      self = .manifestLoaded(
        duration: raw.has_duration != 0 ? .microseconds(raw.duration_us) : nil,
        representations: Int(raw.video_representations), audioTracks: Int(raw.audio_tracks),
        textTracks: Int(raw.text_tracks))
    case Int(PLAYHEAD_EVENT_FIRST_FRAME): self = .firstFrame(after: elapsed, width: width, height: height)
    case Int(PLAYHEAD_EVENT_STATE_CHANGED):
      self = .stateChanged(
        from: .init(rawValue: raw.from_state) ?? .idle, to: .init(rawValue: raw.to_state) ?? .idle)
    case Int(PLAYHEAD_EVENT_REPRESENTATION_CHANGED):
      self = .representationChanged(
        id: text(raw.id), bitrate: raw.bitrate_bps, width: width, height: height, reason: raw.reason)
    case Int(PLAYHEAD_EVENT_SEGMENT_LOADED):
      self = .segmentLoaded(track: raw.track, bytes: raw.bytes, elapsed: elapsed)
    case Int(PLAYHEAD_EVENT_SEEK_STARTED): self = .seekStarted(to: target, tag: raw.user_tag)
    case Int(PLAYHEAD_EVENT_SEEK_DONE): self = .seekDone(at: target, tag: raw.user_tag)
    case Int(PLAYHEAD_EVENT_PROGRESS_SENT): self = .progressSent(title: text(raw.title_id), position: target)
    case Int(PLAYHEAD_EVENT_ENDED): self = .ended(goesOn: raw.goes_on != 0)
    case Int(PLAYHEAD_EVENT_WARNING): self = .warning(error)
    case Int(PLAYHEAD_EVENT_FAILED): self = .failed(error)
    case Int(PLAYHEAD_EVENT_SUMMARY): self = .summary(Quality(raw.qoe?.pointee ?? .sized()))
    case Int(PLAYHEAD_EVENT_EVENTS_DROPPED): self = .eventsDropped(raw.count)
    case Int(PLAYHEAD_EVENT_POSITION_JUMPED):
      self = .positionJumped(from: .microseconds(raw.from_us), to: target)
    case Int(PLAYHEAD_EVENT_CUES_CHANGED): self = .cuesChanged(Cue.all(raw.cues))
    case Int(PLAYHEAD_EVENT_RATE_CHANGED): self = .rateChanged(from: raw.from_rate, to: raw.to_rate)
    case Int(PLAYHEAD_EVENT_DRM_FELL_BACK): self = .drmFellBack(to: text(raw.id), why: error)
    case Int(PLAYHEAD_EVENT_SECURITY_LEVEL): self = .securityLevel(raw.count, maxHeight: height)
    default: self = .other(raw.type)
    }
  }
}

/// Quality of experience of one play.
public struct Quality: Sendable {
  /// Load to first frame; `nil`: none was shown.
  public let startup: Duration?
  public let playTime: Duration
  public let rebufferTime: Duration
  public let rebufferCount: Int
  /// Of the time playback was wanted once it had begun; 0 to 1.
  public let rebufferRatio: Double
  /// Warnings and failures.
  public let errors: Int
  /// Bits a second, weighted by play time.
  public let meanBitrate: Int64
  public let switches: Int
  public let shownFrames: Int64
  public let droppedFrames: Int64
  public let bytes: Int64

  init(_ raw: playhead_qoe) {
    startup = raw.has_startup != 0 ? .microseconds(raw.startup_us) : nil
    playTime = .microseconds(raw.play_time_us)
    rebufferTime = .microseconds(raw.rebuffer_time_us)
    rebufferCount = Int(raw.rebuffer_count)
    rebufferRatio = raw.rebuffer_ratio
    errors = Int(raw.errors)
    meanBitrate = raw.mean_bitrate_bps
    switches = Int(raw.switches)
    shownFrames = raw.shown_frames
    droppedFrames = raw.dropped_frames
    bytes = raw.bytes
  }
}

/// A subtitle or caption, without its looks: those are in the C interface.
public struct Cue: Sendable {
  public let text: String
  public let language: String
  public let start: Duration
  /// `nil`: nobody knows yet.
  public let end: Duration?
  public let isForced: Bool

  static func all(_ cues: OpaquePointer?) -> [Cue] {
    (0..<playhead_cues_count(cues)).compactMap { index in
      var raw = playhead_cue.sized()
      return playhead_cues_get(cues, index, &raw) == 0 ? Cue(raw) : nil
    }
  }

  private init(_ raw: playhead_cue) {
    text = Playhead.text(raw.text)
    language = Playhead.text(raw.language)
    start = .microseconds(raw.start_us)
    end = raw.end_us == .max ? nil : .microseconds(raw.end_us)
    isForced = raw.is_forced != 0
  }
}
