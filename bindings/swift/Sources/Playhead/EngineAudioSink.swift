// SPDX-License-Identifier: Apache-2.0
#if canImport(AVFoundation)
import AVFoundation
import CPlayhead

/// Plays sound through an AVAudioEngine of its own. What a device takes is at most stereo here; the AVAudioSession, its
/// category and interruptions, is the app's.
public final class EngineAudioSink: AudioSink, @unchecked Sendable {
  /// What waits to be heard, and when the device took the last of it.
  private struct Queue {
    var samples: [Float] = []  // a ring
    var first = 0
    var count = 0
    var taken: Int64 = 0  // frames given to the device before the last piece
    var lastPiece: Int64 = 0
    var lastHostTime: UInt64 = 0  // at which its first frame is heard
    var told: Int64 = 0
  }
  private let queue = Locked(Queue())
  private let engine = AVAudioEngine()
  private var source: AVAudioSourceNode?
  private var channels = 2
  private var rate = 48000.0

  public init() {}

  public func open(sampleRate: Int, channels wanted: Int) throws -> (sampleRate: Int, channels: Int) {
    channels = min(wanted, 2)
    rate = Double(sampleRate)
    queue.withLock { $0 = Queue(samples: Array(repeating: 0, count: Int(rate) * channels * Self.ringSeconds)) }
    guard
      let format = AVAudioFormat(
        commonFormat: .pcmFormatFloat32, sampleRate: rate, channels: AVAudioChannelCount(channels), interleaved: false)
    else { throw PlayheadError(code: Int32(PLAYHEAD_ERROR_AUDIO_OUTPUT)) }
    let node = AVAudioSourceNode(format: format) { [weak self] _, time, frames, output in
      self?.render(time.pointee.mHostTime, Int(frames), UnsafeMutableAudioBufferListPointer(output))
      return noErr
    }
    engine.attach(node)
    engine.connect(node, to: engine.mainMixerNode, format: format)
    engine.prepare()
    source = node
    return (sampleRate, channels)
  }

  public func close() {
    engine.stop()
    if let source { engine.detach(source) }
    source = nil
  }

  /// More than the library ever queues ahead; what does not fit is dropped.
  private static let ringSeconds = 4

  public func write(_ samples: UnsafePointer<Float>, frames: Int) {
    queue.withLock { queue in
      let size = queue.samples.count
      guard size > 0 else { return }
      let count = min(frames * channels, size - queue.count)
      for index in 0..<count { queue.samples[(queue.first + queue.count + index) % size] = samples[index] }
      queue.count += count
    }
  }

  public func framesPlayed() -> Int64 {
    let now = AVAudioTime.seconds(forHostTime: mach_absolute_time())
    return queue.withLock { queue in
      guard queue.lastHostTime != 0 else { return 0 }
      let since = (now - AVAudioTime.seconds(forHostTime: queue.lastHostTime)) * rate
      let heard = queue.taken + min(Int64(since.rounded(.down)), queue.lastPiece)
      queue.told = max(queue.told, heard)
      return queue.told
    }
  }

  public func pause() { engine.pause() }
  public func resume() { try? engine.start() }  // a device that does not run is noticed by its clock

  public func flush() {
    engine.pause()
    queue.withLock { $0 = Queue(samples: $0.samples) }
  }

  public func setVolume(_ volume: Double) { engine.mainMixerNode.outputVolume = Float(volume) }

  /// On the device's thread.
  private func render(_ hostTime: UInt64, _ frames: Int, _ output: UnsafeMutableAudioBufferListPointer) {
    queue.withLock { queue in
      let size = queue.samples.count
      let there = min(frames, queue.count / channels)
      for (channel, buffer) in output.enumerated() {
        guard let target = buffer.mData?.assumingMemoryBound(to: Float.self) else { continue }
        for frame in 0..<frames {
          target[frame] = frame < there ? queue.samples[(queue.first + frame * channels + channel) % size] : 0
        }
      }
      queue.first = size > 0 ? (queue.first + there * channels) % size : 0
      queue.count -= there * channels
      queue.taken += queue.lastPiece
      queue.lastPiece = Int64(there)
      if there > 0 { queue.lastHostTime = hostTime }
    }
  }
}
#endif
