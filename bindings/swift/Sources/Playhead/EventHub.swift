// SPDX-License-Identifier: Apache-2.0
import CPlayhead

/// Takes a player's events when the library says that there are some, and gives them to whoever listens and to whoever
/// waits for the end of a seek. The library holds it by the wake-up's table.
final class EventHub: @unchecked Sendable {
  private struct Seek {
    let waiter: CheckedContinuation<Duration, Error>
    var hasStarted = false
  }
  private struct State {
    var listeners: [UInt64: AsyncStream<Event>.Continuation] = [:]
    var seeks: [UInt64: Seek] = [:]  // by user_tag
    var lastNumber: UInt64 = 0
    var player: OpaquePointer?

    mutating func nextNumber() -> UInt64 {
      lastNumber += 1
      return lastNumber
    }
    mutating func removeSeeks(where isOver: (UInt64, Seek) -> Bool) -> [CheckedContinuation<Duration, Error>] {
      let over = seeks.filter { isOver($0.key, $0.value) }
      over.keys.forEach { seeks[$0] = nil }
      return over.values.map(\.waiter)
    }
  }
  private let state = Locked(State())

  /// What a listener may leave unread: as many as the library itself would keep.
  private static let backlog = 1024

  /// Before the first command: from now on each event wakes.
  func attach(to player: OpaquePointer) {
    state.withLock { $0.player = player }
    var table = playhead_wakeup.sized()
    table.user = retainedUser(self)
    table.destroy = releaseUser
    table.wake = { user($0, as: EventHub.self).drain() }
    playhead_player_set_wakeup(player, &table)
  }

  /// No event follows; whoever waits is told.
  func close() {
    let (listeners, seeks) = state.withLock { state in
      defer { state.listeners = [:] }
      state.player = nil
      return (Array(state.listeners.values), state.removeSeeks { _, _ in true })
    }
    listeners.forEach { $0.finish() }
    seeks.forEach { $0.resume(throwing: PlayheadError(code: Int32(PLAYHEAD_ERROR_CLOSED))) }
  }

  func stream() -> AsyncStream<Event> {
    AsyncStream(bufferingPolicy: .bufferingNewest(Self.backlog)) { continuation in
      let number: UInt64? = state.withLock { state in
        guard state.player != nil else { return nil }
        let number = state.nextNumber()
        state.listeners[number] = continuation
        return number
      }
      guard let number else { return continuation.finish() }
      continuation.onTermination = { [weak self] _ in
        self?.state.withLock { $0.listeners[number] = nil }
      }
    }
  }

  /// Starts a seek by `start(user_tag)` and returns where it landed.
  func seek(_ start: (UInt64) throws -> Void) async throws -> Duration {
    let tag = state.withLock { $0.nextNumber() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { waiter in
        state.withLock { $0.seeks[tag] = Seek(waiter: waiter) }
        do {
          try Task.checkCancellation()
          try start(tag)
        } catch {
          end(tag, error)
        }
      }
    } onCancel: {
      end(tag, CancellationError())
    }
  }

  private func end(_ tag: UInt64, _ error: Error) {
    state.withLock { $0.seeks.removeValue(forKey: tag) }?.waiter.resume(throwing: error)
  }

  /// The library calls it on one thread.
  private func drain() {
    while let player = state.withLock({ $0.player }) {
      var raw = playhead_event.sized()
      guard playhead_player_next_event(player, 0, &raw) == 0 else { return }
      let event = Event(raw)
      settleSeeks(event.kind)
      let listeners = state.withLock { Array($0.listeners.values) }
      listeners.forEach { $0.yield(event) }
    }
  }

  /// A seek that has started is answered, unless its title goes first. Those of one title are answered together.
  private func settleSeeks(_ kind: Event.Kind) {
    switch kind {
    case .seekStarted(_, let tag):
      // An earlier one that has not started was made while nothing was loaded.
      let ignored = state.withLock { state in
        state.seeks[tag]?.hasStarted = true
        return state.removeSeeks { $0 < tag && !$1.hasStarted }
      }
      ignored.forEach { $0.resume(throwing: PlayheadError(code: Int32(PLAYHEAD_ERROR_INVALID_STATE))) }
    case .seekDone(let position, let tag):
      state.withLock { $0.seeks.removeValue(forKey: tag) }?.waiter.resume(returning: position)
    case .failed(let error):
      state.withLock { $0.removeSeeks { $1.hasStarted } }.forEach { $0.resume(throwing: error) }
    case .summary, .loadStarted:
      state.withLock { $0.removeSeeks { $1.hasStarted } }.forEach { $0.resume(throwing: CancellationError()) }
    default: break
    }
  }
}
