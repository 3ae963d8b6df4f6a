// SPDX-License-Identifier: Apache-2.0
#if canImport(AVFoundation)
import AVFoundation
import CoreMedia
import CoreVideo

/// Shows pictures in an AVSampleBufferDisplayLayer, which is yours to put into a view. When each is due the library
/// knows: what comes is shown at once. Pictures are copied into IOSurfaces on a queue of their own; one that comes while
/// another waits there takes its place.
public final class DisplayLayerSink: VideoSink, @unchecked Sendable {
  public let layer: AVSampleBufferDisplayLayer
  private let queue = DispatchQueue(label: "org.playhead.display", qos: .userInteractive)
  private let waiting = Locked<Frame?>(nil)
  private var pool: CVPixelBufferPool?  // the queue's alone
  private var poolSize = (width: 0, height: 0)

  public init(layer: AVSampleBufferDisplayLayer = .init()) {
    self.layer = layer
    layer.videoGravity = .resizeAspect
  }

  public func show(_ frame: Frame) {
    let isFirst = waiting.withLock { waiting in
      defer { waiting = frame }
      return waiting == nil
    }
    if isFirst { queue.async { self.present() } }
  }

  public func clear() {
    waiting.withLock { $0 = nil }
    queue.async { self.layer.flushAndRemoveImage() }
  }

  private func present() {
    let taken = waiting.withLock { waiting in
      defer { waiting = nil }
      return waiting
    }
    guard let frame = taken, let picture = pixelBuffer(frame), let sample = sampleBuffer(picture, frame) else { return }
    if layer.status == .failed { layer.flush() }  // the app was in the background
    layer.enqueue(sample)
  }

  private func pixelBuffer(_ frame: Frame) -> CVPixelBuffer? {
    if pool == nil || poolSize != (frame.width, frame.height) {
      let wanted: [CFString: Any] = [
        kCVPixelBufferPixelFormatTypeKey: kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange,
        kCVPixelBufferWidthKey: frame.width, kCVPixelBufferHeightKey: frame.height,
        kCVPixelBufferIOSurfacePropertiesKey: [CFString: Any](),  // without one nothing is shown on iOS
      ]
      pool = nil
      CVPixelBufferPoolCreate(nil, nil, wanted as CFDictionary, &pool)
      poolSize = (frame.width, frame.height)
    }
    var made: CVPixelBuffer?
    guard let pool, CVPixelBufferPoolCreatePixelBuffer(nil, pool, &made) == kCVReturnSuccess, let made
    else { return nil }
    copy(frame, into: made)
    let (across, down) = frame.sampleAspectRatio
    CVBufferSetAttachment(
      made, kCVImageBufferPixelAspectRatioKey,
      [
        kCVImageBufferPixelAspectRatioHorizontalSpacingKey: across,
        kCVImageBufferPixelAspectRatioVerticalSpacingKey: down,
      ] as CFDictionary, .shouldPropagate)
    return made
  }

  private func copy(_ frame: Frame, into picture: CVPixelBuffer) {
    CVPixelBufferLockBaseAddress(picture, [])
    defer { CVPixelBufferUnlockBaseAddress(picture, []) }
    let chromaBytes = (frame.width + 1) / 2 * 2
    copyRows(of: frame, plane: 0, into: picture, bytes: frame.width)
    if frame.format == .nv12 {
      copyRows(of: frame, plane: 1, into: picture, bytes: chromaBytes)
    } else {
      interleaveChroma(of: frame, into: picture)
    }
  }

  private func copyRows(of frame: Frame, plane: Int, into picture: CVPixelBuffer, bytes: Int) {
    let (source, stride, rows) = frame.plane(plane)
    guard let source, let target = CVPixelBufferGetBaseAddressOfPlane(picture, plane) else { return }
    let targetStride = CVPixelBufferGetBytesPerRowOfPlane(picture, plane)
    for row in 0..<rows { memcpy(target + row * targetStride, source + row * stride, bytes) }
  }

  private func interleaveChroma(of frame: Frame, into picture: CVPixelBuffer) {
    let (blue, blueStride, rows) = frame.plane(1)
    let (red, redStride, _) = frame.plane(2)
    guard let blue, let red, let base = CVPixelBufferGetBaseAddressOfPlane(picture, 1) else { return }
    let targetStride = CVPixelBufferGetBytesPerRowOfPlane(picture, 1)
    let columns = (frame.width + 1) / 2
    for row in 0..<rows {
      let target = (base + row * targetStride).assumingMemoryBound(to: UInt8.self)
      let blueRow = blue + row * blueStride, redRow = red + row * redStride
      for column in 0..<columns {
        target[2 * column] = blueRow[column]
        target[2 * column + 1] = redRow[column]
      }
    }
  }

  private func sampleBuffer(_ picture: CVPixelBuffer, _ frame: Frame) -> CMSampleBuffer? {
    var format: CMVideoFormatDescription?
    CMVideoFormatDescriptionCreateForImageBuffer(
      allocator: nil, imageBuffer: picture, formatDescriptionOut: &format)
    var timing = CMSampleTimingInfo(
      duration: .invalid, presentationTimeStamp: CMTime(value: frame.time.inMicroseconds, timescale: 1_000_000),
      decodeTimeStamp: .invalid)
    var made: CMSampleBuffer?
    guard let format else { return nil }
    CMSampleBufferCreateReadyWithImageBuffer(
      allocator: nil, imageBuffer: picture, formatDescription: format, sampleTiming: &timing, sampleBufferOut: &made)
    guard let made, let all = CMSampleBufferGetSampleAttachmentsArray(made, createIfNecessary: true) else { return nil }
    let attachments = unsafeBitCast(CFArrayGetValueAtIndex(all, 0), to: CFMutableDictionary.self)
    CFDictionarySetValue(
      attachments, Unmanaged.passUnretained(kCMSampleAttachmentKey_DisplayImmediately).toOpaque(),
      Unmanaged.passUnretained(kCFBooleanTrue).toOpaque())
    return made
  }
}
#endif
