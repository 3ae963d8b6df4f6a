// SPDX-License-Identifier: Apache-2.0
import CPlayhead
import Foundation

/// What a client is made with; `nil` and zero are the library's defaults.
public struct ClientConfiguration: Sendable {
  public enum LogLevel: Int32, Sendable { case error, warning, info, debug }

  /// Folder for unsent positions and remembered facts; without one nothing is remembered.
  public var storageFolder: URL?
  /// Origin of the service; without one only URLs can be played.
  public var api: URL?
  public var userAgent: String?
  /// "http://host:port"
  public var proxy: String?
  /// Whose positions and reports wait in the folder: any stable name of the account.
  public var accountID: String?
  /// Supplies the bearer token of the service; `refresh`: the last one was refused. `nil`: there is none.
  public var token: (@Sendable (_ refresh: Bool) async -> String?)?
  /// From any thread, several at once; must not call the library.
  public var log: (@Sendable (_ level: LogLevel, _ module: String, _ message: String) -> Void)?

  public init() {}
}

/// What the players of an app share: network, saved positions, remembered facts. Any thread.
public final class Client: @unchecked Sendable {
  let handle: OpaquePointer

  /// Blocks while the store is opened.
  public init(_ configuration: ClientConfiguration = .init()) throws {
    let lent = LentStrings()
    var config = playhead_client_config.sized()
    config.header_version = UInt32(
      PLAYHEAD_VERSION_MAJOR << 16 | PLAYHEAD_VERSION_MINOR << 8 | PLAYHEAD_VERSION_PATCH)
    config.storage_path = lent.lend(configuration.storageFolder?.path)
    config.api_url = lent.lend(configuration.api?.absoluteString)
    config.user_agent = lent.lend(configuration.userAgent)
    config.proxy = lent.lend(configuration.proxy)
    config.account_id = lent.lend(configuration.accountID)

    var tokens = configuration.token.map(TokenProvider.init)?.table() ?? .sized()
    var log = configuration.log.map(LogSink.init)?.table() ?? .sized()
    handle = try withUnsafePointer(to: &tokens) { tokens in
      try withUnsafePointer(to: &log) { log in
        config.token_provider = configuration.token == nil ? nil : tokens
        config.log_sink = configuration.log == nil ? nil : log
        var made: OpaquePointer?
        try withExtendedLifetime(lent) { try check(playhead_client_create(&config, &made)) }
        return made!
      }
    }
  }

  deinit { playhead_client_destroy(handle) }

  /// To be called when the app goes to the background: saves where the players are and delivers what is unsent. False
  /// when something is left after `timeout`; it stays in the folder.
  @discardableResult
  public func flush(timeout: Duration) async -> Bool {
    let milliseconds = Int32(clamping: timeout.inMicroseconds / 1000)
    return await withCheckedContinuation { done in
      DispatchQueue.global(qos: .userInitiated).async {  // it blocks, which the threads of tasks must not
        done.resume(returning: playhead_client_flush(self.handle, milliseconds) == 0)
      }
    }
  }

  /// The device is on another network, or (`isOnline` false) on none.
  public func networkChanged(isOnline: Bool) { playhead_client_network_changed(handle, isOnline ? 1 : 0) }
  /// What is measured is remembered for each network by itself.
  public func setNetwork(_ name: String?) { playhead_client_set_network(handle, name) }
  /// The system runs out of memory.
  public func lowMemory() { playhead_client_low_memory(handle) }
}

private final class TokenProvider {
  /// A question may be answered from any thread.
  private struct Question: @unchecked Sendable { let handle: OpaquePointer? }
  private let ask: @Sendable (Bool) async -> String?

  init(_ ask: @escaping @Sendable (Bool) async -> String?) { self.ask = ask }

  func table() -> playhead_token_provider {
    var table = playhead_token_provider.sized()
    table.user = retainedUser(self)
    table.destroy = releaseUser
    table.request_token = { pointer, refresh, request in
      let ask = user(pointer, as: TokenProvider.self).ask
      let question = Question(handle: request)
      Task { playhead_token_request_answer(question.handle, await ask(refresh != 0)) }
    }
    return table
  }
}

private final class LogSink {
  private let write: @Sendable (ClientConfiguration.LogLevel, String, String) -> Void

  init(_ write: @escaping @Sendable (ClientConfiguration.LogLevel, String, String) -> Void) { self.write = write }

  func table() -> playhead_log_sink {
    var table = playhead_log_sink.sized()
    table.user = retainedUser(self)
    table.destroy = releaseUser
    table.log = { pointer, level, module, message in
      user(pointer, as: LogSink.self).write(.init(rawValue: level) ?? .debug, text(module), text(message))
    }
    return table
  }
}
