// swift-tools-version:5.9
// SPDX-License-Identifier: Apache-2.0
// The library is found by pkg-config (`cmake --install` of a shared build, PKG_CONFIG_PATH where it went). For an app on
// iOS the XCFramework of README.md takes the place of CPlayhead.
import PackageDescription

let package = Package(
  name: "Playhead",
  platforms: [.iOS(.v16), .macOS(.v13), .tvOS(.v16)],
  products: [.library(name: "Playhead", targets: ["Playhead"])],
  targets: [
    .systemLibrary(name: "CPlayhead", path: "Sources/CPlayhead", pkgConfig: "playhead-core"),
    .target(name: "Playhead", dependencies: ["CPlayhead"]),
  ])
