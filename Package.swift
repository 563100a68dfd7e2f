// swift-tools-version: 6.1
import PackageDescription

/// Import arrows point one way; `Tests/StructureTests` holds the list and the reasons.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// For what only the daemon links. Exclusive access is checked in debug builds, where every test runs; a release build
/// would pay for it on each call. (A package that depends on the client library may not depend on unsafe flags.)
let daemonOnly =
  strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

func library(_ name: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = strict) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func test(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func system(_ name: String, _ pkgConfig: String?, _ debianPackage: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debianPackage])])
}

let package = Package(
  name: "flowd",
  products: [
    .library(name: "FlowdClient", targets: ["FlowdClient", "FlowdWire", "FlowdModel"]),
    .executable(name: "flowd", targets: ["flowd"]),
    .executable(name: "flowctl", targets: ["flowctl"]),
    .executable(name: "flowd-launch", targets: ["flowd-launch"]),
  ],
  targets: [
    system("CSQLite", "sqlite3", "libsqlite3-dev"),
    system("CProtobufC", "libprotobuf-c", "libprotobuf-c-dev"),
    system("CYAML", "yaml-0.1", "libyaml-dev"),
    system("CMessageDigest", nil, "libmd-dev"),
    system("CLua", "lua5.4", "liblua5.4-dev"),
    system("CPCRE2", "libpcre2-8", "libpcre2-dev"),
    .target(name: "CLinux"),
    .target(
      name: "CLuaSandbox", dependencies: ["CLua", "CMessageDigest"], linkerSettings: [.linkedLibrary("md")]),
    .target(name: "CHTTP"),
    .target(name: "CFlowdProto", dependencies: ["CProtobufC"]),

    library("FlowdModel", []),
    library("FlowdWire", ["FlowdModel", "CFlowdProto"]),
    library("FlowdEngine", ["FlowdModel"], daemonOnly),
    library("FlowdStore", ["FlowdModel", "CSQLite"], daemonOnly),
    library("FlowdLua", ["FlowdModel", "CLuaSandbox"]),
    library("FlowdSchema", ["FlowdModel"]),
    library("FlowdFiles", ["FlowdModel", "FlowdLua", "FlowdChecks", "FlowdSchema", "CYAML", "CMessageDigest"]),
    library("FlowdChecks", ["FlowdModel", "CPCRE2"]),
    library("FlowdSteps", ["FlowdModel", "FlowdLua", "CLinux"]),
    library("FlowdHTTP", ["FlowdModel", "CHTTP", "CLinux"]),
    library("FlowdAgents", ["FlowdModel", "FlowdHTTP", "FlowdSteps", "CLinux"]),
    library(
      "FlowdServer",
      [
        "FlowdModel", "FlowdWire", "FlowdEngine", "FlowdStore", "FlowdFiles", "FlowdSteps", "FlowdHTTP", "FlowdAgents",
        "FlowdLua", "FlowdChecks", "CLinux",
      ], daemonOnly),
    library("FlowdClient", ["FlowdModel", "FlowdWire", "CLinux"]),
    library("FlowdCLI", ["FlowdModel", "FlowdWire", "FlowdClient", "FlowdSchema", "CLinux"]),

    .executableTarget(name: "flowd", dependencies: ["FlowdServer", "FlowdModel"], swiftSettings: strict),
    .executableTarget(name: "flowctl", dependencies: ["FlowdCLI"], swiftSettings: strict),
    .executableTarget(
      name: "flowd-launch",
      cSettings: [
        .unsafeFlags([
          "-O2", "-Wall", "-Wextra", "-Werror", "-fno-sanitize=all", "-fno-builtin", "-fno-stack-protector",
        ])
      ],
      linkerSettings: [
        .unsafeFlags([
          "-nostartfiles", "-static-executable", "-Xclang-linker", "-nostdlib", "-Xclang-linker", "-fno-sanitize=all",
        ])
      ]),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    test("FlowdModelTests", ["TestSupport", "FlowdModel"]),
    test("FlowdWireTests", ["TestSupport", "FlowdWire", "FlowdModel"], exclude: ["JSON/Fixtures"]),
    test("FlowdEngineTests", ["TestSupport", "FlowdEngine", "FlowdModel", "FlowdFiles", "FlowdLua", "FlowdChecks"]),
    test("FlowdStoreTests", ["FlowdStore", "FlowdModel"]),
    test("FlowdFilesTests", ["TestSupport", "FlowdFiles", "FlowdSchema", "FlowdModel"]),
    test("FlowdLuaTests", ["TestSupport", "FlowdLua", "FlowdModel"]),
    test("FlowdChecksTests", ["TestSupport", "FlowdChecks", "FlowdModel"]),
    test("FlowdStepsTests", ["TestSupport", "FlowdSteps", "FlowdLua", "FlowdModel", "CLinux"]),
    test("FlowdHTTPTests", ["FlowdHTTP", "FlowdModel", "CLinux"]),
    test("FlowdAgentsTests", ["TestSupport", "FlowdAgents", "FlowdHTTP", "FlowdSteps", "FlowdModel", "CLinux"]),
    test("FlowdServerTests", ["FlowdServer", "FlowdWire", "FlowdModel"]),
    test("FlowdClientTests", ["TestSupport", "FlowdClient", "FlowdWire", "FlowdModel"]),
    test("FlowdCLITests", ["TestSupport", "FlowdCLI", "FlowdClient", "FlowdWire", "FlowdModel"]),
    test("StructureTests", []),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
