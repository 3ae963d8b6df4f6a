// SPDX-License-Identifier: Apache-2.0
// How structs, strings, times and statuses cross to the C interface and back.
import CPlayhead
import Foundation

/// A struct of the C interface that says how large it is.
protocol SizedStruct {
  init()
  var struct_size: UInt32 { get set }
}

extension SizedStruct {
  /// What its …_INIT is in C: all members zero, which stands for their defaults, and the size filled in.
  static func sized() -> Self {
    var value = Self()
    value.struct_size = UInt32(MemoryLayout<Self>.stride)
    return value
  }
}

extension playhead_audio_format: SizedStruct {}
extension playhead_audio_sink: SizedStruct {}
extension playhead_client_config: SizedStruct {}
extension playhead_cue: SizedStruct {}
extension playhead_event: SizedStruct {}
extension playhead_frame_info: SizedStruct {}
extension playhead_limits: SizedStruct {}
extension playhead_live: SizedStruct {}
extension playhead_log_sink: SizedStruct {}
extension playhead_player_config: SizedStruct {}
extension playhead_player_status: SizedStruct {}
extension playhead_qoe: SizedStruct {}
extension playhead_representation: SizedStruct {}
extension playhead_source: SizedStruct {}
extension playhead_token_provider: SizedStruct {}
extension playhead_track: SizedStruct {}
extension playhead_video_sink: SizedStruct {}
extension playhead_wakeup: SizedStruct {}

/// Strings lent to one call; they end with this.
final class LentStrings {
  private var copies: [UnsafeMutablePointer<CChar>] = []

  func lend(_ text: String?) -> UnsafePointer<CChar>? {
    guard let text, let copy = strdup(text) else { return nil }
    copies.append(copy)
    return UnsafePointer(copy)
  }

  deinit { copies.forEach { free($0) } }
}

func text(_ borrowed: UnsafePointer<CChar>?) -> String { borrowed.map { String(cString: $0) } ?? "" }

/// Of a callback table: the library holds the object until it calls `destroy`, which is `releaseUser`.
func retainedUser(_ object: AnyObject) -> UnsafeMutableRawPointer { Unmanaged.passRetained(object).toOpaque() }
let releaseUser: @convention(c) (UnsafeMutableRawPointer?) -> Void = { user in
  if let user { Unmanaged<AnyObject>.fromOpaque(user).release() }
}
func user<Object: AnyObject>(_ pointer: UnsafeMutableRawPointer?, as _: Object.Type) -> Object {
  Unmanaged<Object>.fromOpaque(pointer!).takeUnretainedValue()
}

extension Duration {
  /// Microseconds, as the C interface counts; what does not fit is the nearest that does.
  var inMicroseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
    if overflows { return seconds < 0 ? .min : .max }
    let (sum, exceeds) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    return exceeds ? (seconds < 0 ? .min : .max) : sum
  }
}

/// What the library answers, and what ends a play.
public struct PlayheadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A PLAYHEAD_ERROR_… number.
  public let code: Int32
  /// One sentence for a person.
  public let description: String

  /// "HTTP_STATUS"
  public var name: String { text(playhead_error_name(code)) }

  init(code: Int32, description: String? = nil) {
    self.code = code
    self.description = description ?? text(playhead_error_meaning(code))
  }
}

func check(_ status: playhead_status) throws {
  if status != 0 { throw PlayheadError(code: -status) }
}

/// A value that several threads change.
final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) { self.value = value }

  func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
