// SPDX-License-Identifier: Apache-2.0
import CPlayhead

/// A decoded picture. Holds a reference to the library's memory: keep it as long as you like.
public final class Frame: @unchecked Sendable {
  public enum Format: Int32, Sendable {
    /// Y, U, V; chroma halved both ways, rounded up.
    case i420
    /// Y, then U and V interleaved.
    case nv12
  }

  private let handle: OpaquePointer?
  private let info: playhead_frame_info

  /// `borrowed` is retained.
  init?(_ borrowed: OpaquePointer?) {
    var info = playhead_frame_info.sized()
    guard playhead_frame_get_info(borrowed, &info) == 0 else { return nil }
    handle = playhead_frame_retain(borrowed)
    self.info = info
  }

  deinit { playhead_frame_release(handle) }

  public var format: Format? { Format(rawValue: info.format) }
  public var time: Duration { .microseconds(info.time_us) }
  public var width: Int { Int(info.width) }
  public var height: Int { Int(info.height) }
  /// Width of a pixel over its height.
  public var sampleAspectRatio: (Int, Int) { (Int(info.sar_num), Int(info.sar_den)) }

  /// Rows of `stride` bytes, `rows` of them; valid as long as the frame. `index` is at most 2 for i420, 1 for nv12.
  public func plane(_ index: Int) -> (bytes: UnsafePointer<UInt8>?, stride: Int, rows: Int) {
    let rows = index == 0 ? height : (height + 1) / 2
    switch index {
    case 0: return (info.planes.0, Int(info.strides.0), rows)
    case 1: return (info.planes.1, Int(info.strides.1), rows)
    default: return (info.planes.2, Int(info.strides.2), rows)
    }
  }
}

/// Where pictures go. Called on the player's engine thread: hand over and go.
public protocol VideoSink: AnyObject {
  /// To be shown now; it stays until the next one.
  func show(_ frame: Frame)
  /// The picture on screen no longer belongs to the title.
  func clear()
}

/// Where sound goes: interleaved 32-bit floats. Called on the player's engine thread: hand over and go.
public protocol AudioSink: AnyObject {
  /// Opens near this; answers what it takes.
  func open(sampleRate: Int, channels: Int) throws -> (sampleRate: Int, channels: Int)
  func close()
  /// `samples` is borrowed until return.
  func write(_ samples: UnsafePointer<Float>, frames: Int)
  /// Heard since `open` or the last `flush`, the device's latency taken off; never decreases between flushes.
  func framesPlayed() -> Int64
  /// A sink is paused after `open` and after `flush`.
  func pause()
  func resume()
  /// Drops what is queued, and counts from 0 again.
  func flush()
  /// 0 to 1
  func setVolume(_ volume: Double)
}

private final class VideoBox {
  let sink: VideoSink
  init(_ sink: VideoSink) { self.sink = sink }
}
private final class AudioBox {
  let sink: AudioSink
  init(_ sink: AudioSink) { self.sink = sink }
}

func videoTable(_ sink: VideoSink) -> playhead_video_sink {
  var table = playhead_video_sink.sized()
  table.user = retainedUser(VideoBox(sink))
  table.destroy = releaseUser
  table.show = { pointer, frame in
    if let frame = Frame(frame) { user(pointer, as: VideoBox.self).sink.show(frame) }
  }
  table.clear = { user($0, as: VideoBox.self).sink.clear() }
  return table
}

func audioTable(_ sink: AudioSink) -> playhead_audio_sink {
  var table = playhead_audio_sink.sized()
  table.user = retainedUser(AudioBox(sink))
  table.destroy = releaseUser
  table.open = { pointer, wanted, opened in
    guard let wanted = wanted?.pointee, let opened else { return -Int32(PLAYHEAD_ERROR_INVALID_ARGUMENT) }
    do {
      let taken = try user(pointer, as: AudioBox.self).sink.open(
        sampleRate: Int(wanted.sample_rate), channels: Int(wanted.channels))
      opened.pointee.sample_rate = Int32(clamping: taken.sampleRate)
      opened.pointee.channels = Int32(clamping: taken.channels)
      return 0
    } catch {
      return -Int32(PLAYHEAD_ERROR_AUDIO_OUTPUT)
    }
  }
  table.close = { user($0, as: AudioBox.self).sink.close() }
  table.write = { pointer, samples, frames in
    if let samples { user(pointer, as: AudioBox.self).sink.write(samples, frames: Int(frames)) }
  }
  table.frames_played = { pointer, _ in user(pointer, as: AudioBox.self).sink.framesPlayed() }
  table.pause = { user($0, as: AudioBox.self).sink.pause() }
  table.resume = { user($0, as: AudioBox.self).sink.resume() }
  table.flush = { user($0, as: AudioBox.self).sink.flush() }
  table.set_volume = { user($0, as: AudioBox.self).sink.setVolume($1) }
  return table
}
