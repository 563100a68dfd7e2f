// swift-tools-version: 6.1
import PackageDescription

/// The fuzzers, with the sources they test compiled into this package (the links in `Sources`): coverage has to be built
/// in, and what is `package` to flowd has to be seen. `run` builds and runs them.
let instrumented: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"]),
]

func fuzzer(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["FlowdWire", "FlowdModel", "CFuzzDriver"], swiftSettings: instrumented,
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])])
}

let package = Package(
  name: "flowd-fuzz",
  targets: [
    .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .target(
      name: "CFlowdProto", dependencies: ["CProtobufC"],
      cSettings: [.unsafeFlags(["-fsanitize=address,fuzzer-no-link"])]),
    .target(name: "CFuzzDriver"),
    .target(name: "FlowdModel", swiftSettings: instrumented),
    .target(name: "FlowdWire", dependencies: ["FlowdModel", "CFlowdProto"], swiftSettings: instrumented),
    fuzzer("Frames"),
    fuzzer("Messages"),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
