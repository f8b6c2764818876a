// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error)
]

/// What runs the fuzz targets under libFuzzer, which is there only where `-sanitize=fuzzer` is (`.ci/fuzz`).
let fuzzing: [Target] =
    Context.environment["NOVATRACE_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "novatrace-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Driver",
            swiftSettings: settings)
    ]

/// One row a target, in the order in which data flows; a target imports only what stands above it.
let package = Package(
    name: "novatrace",
    products: [
        .executable(name: "novatrace", targets: ["novatrace"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .target(name: "CGzipStream", dependencies: ["CZlib"]),

        .target(name: "Bytes", swiftSettings: settings),
        .target(name: "Trace", swiftSettings: settings),
        .target(name: "Services", swiftSettings: settings),
        .target(
            name: "Capture", dependencies: ["Bytes", "CPcap", "CGzipStream", "CSeccomp", "Trace"],
            swiftSettings: settings),
        .target(name: "LocalMachine", dependencies: ["Bytes", "Capture"], swiftSettings: settings),
        .target(
            name: "Network",
            dependencies: ["Bytes", "Trace", .product(name: "Collections", package: "swift-collections")],
            swiftSettings: settings),
        .target(
            name: "Protocols",
            dependencies: ["Bytes", "Trace", .product(name: "Collections", package: "swift-collections")],
            swiftSettings: settings),
        .target(
            name: "OpenStack", dependencies: ["Bytes", "Trace", "Services", "CZlib", "CBzip2", "CZstd", "CLzma"],
            swiftSettings: settings),
        .target(
            name: "Correlation",
            dependencies: [
                "Trace", "Services", "Protocols", "OpenStack",
                .product(name: "Collections", package: "swift-collections"),
            ],
            swiftSettings: settings),
        .target(name: "Operations", dependencies: ["Trace", "Services"], swiftSettings: settings),
        .target(name: "Diagnosis", dependencies: ["Trace", "Services", "Operations"], swiftSettings: settings),
        .target(
            name: "Advice", dependencies: ["Trace", "Services", "Operations", "Diagnosis"], swiftSettings: settings),
        .target(
            name: "Comparison", dependencies: ["Trace", "Services", "Operations", "Diagnosis"], swiftSettings: settings),
        .target(
            name: "Rendering",
            dependencies: [
                "Capture", "Trace", "Services", "Operations", "Diagnosis", "Advice", "Comparison",
                .product(name: "Collections", package: "swift-collections"),
            ],
            exclude: [
                "Comparison/novatrace.comparison.schema.json", "CSV/novatrace.csv-metadata.json",
                "JSON/novatrace.trace.schema.json",
            ],
            swiftSettings: settings),
        .target(
            name: "Pipeline",
            dependencies: [
                "Bytes", "Capture", "Network", "Protocols", "OpenStack", "Correlation", "Operations", "Diagnosis",
                "Advice", "Trace", "Services", .product(name: "Collections", package: "swift-collections"),
            ],
            swiftSettings: settings),
        .target(
            name: "NovatraceCommands",
            dependencies: [
                "LocalMachine", "Pipeline", "Rendering", "Trace", "Operations", "Diagnosis", "Advice", "Comparison",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: settings),
        .executableTarget(name: "novatrace", dependencies: ["NovatraceCommands"], swiftSettings: settings),

        .target(
            name: "TestSupport",
            dependencies: [
                "Bytes", "Trace", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/TestSupport", swiftSettings: settings),
        .target(name: "CAllocationCounter", path: "Tests/Support/CAllocationCounter"),
        .target(name: "CPacketSender", path: "Tests/Support/CPacketSender"),
        .executableTarget(
            name: "novatrace-bench",
            dependencies: [
                "CAllocationCounter", "CPacketSender", "Capture", "Correlation", "Pipeline", "Rendering", "TestSupport",
                "Trace",
            ],
            path: "Tests/Benchmarks", swiftSettings: settings),
        .target(
            name: "Mutation",
            dependencies: [
                "Capture", "Correlation", "Network", "Pipeline", "Protocols", "Rendering", "TestSupport", "Trace",
                "Operations", "Diagnosis", "Advice", "Comparison",
            ],
            path: "Tests/Mutation/Engine", swiftSettings: settings),
        .executableTarget(
            name: "novatrace-mutate", dependencies: ["Mutation"], path: "Tests/Mutation/Program",
            swiftSettings: settings),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Capture", "Network", "NovatraceCommands", "OpenStack", "Pipeline", "Protocols", "Rendering", "Trace",
                "Operations", "Diagnosis", "Advice", "Comparison",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Fuzz/Targets", swiftSettings: settings),
        .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: settings),
        .testTarget(name: "TraceTests", dependencies: ["Trace"], swiftSettings: settings),
        .testTarget(name: "ServicesTests", dependencies: ["Services"], swiftSettings: settings),
        .testTarget(name: "CaptureTests", dependencies: ["Capture", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "LocalMachineTests", dependencies: ["Capture", "LocalMachine", "novatrace", "TestSupport"],
            swiftSettings: settings),
        .testTarget(name: "NetworkTests", dependencies: ["Network", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "ProtocolsTests", dependencies: ["Protocols", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "OpenStackTests", dependencies: ["OpenStack", "TestSupport"], exclude: ["Fixtures", "Programs"],
            swiftSettings: settings),
        .testTarget(name: "CorrelationTests", dependencies: ["Correlation", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "WorkflowsTests", dependencies: ["Operations", "Diagnosis", "Advice", "Comparison", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "RenderingTests",
            dependencies: ["Rendering", "TestSupport", "Operations", "Diagnosis", "Advice", "Comparison"],
            exclude: ["Golden"],
            swiftSettings: settings),
        .testTarget(
            name: "MutationTests", dependencies: ["Mutation", "Pipeline", "TestSupport", "Trace"],
            swiftSettings: settings),
        .testTarget(
            name: "PipelineTests",
            dependencies: ["OpenStack", "Pipeline", "TestSupport", "Operations", "Diagnosis", "Advice", "Comparison"],
            exclude: ["Fixtures"],
            swiftSettings: settings),
        .testTarget(
            name: "CommandsTests",
            dependencies: ["Capture", "NovatraceCommands", "Pipeline", "Rendering", "novatrace", "TestSupport"],
            exclude: ["CaptureFlaws", "Cases/Captures", "Demands", "Golden", "Regressions", "Secrets"],
            swiftSettings: settings),
        .testTarget(
            name: "FormatTests", dependencies: ["Rendering", "Trace", "novatrace", "TestSupport"],
            exclude: ["Golden", "Programs"],
            swiftSettings: settings),
        .testTarget(
            name: "LiveTests",
            dependencies: ["novatrace", "TestSupport", .product(name: "Subprocess", package: "swift-subprocess")],
            exclude: ["Clients", "Link/Programs"], swiftSettings: settings),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: settings),
    ] + fuzzing,
    swiftLanguageModes: [.v6]
)
