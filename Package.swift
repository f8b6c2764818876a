// swift-tools-version: 6.2
import PackageDescription

/// What every target is built with. `package import` says which of its imports a target's interface needs.
let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Targets in which every use of memory that the compiler does not check says `unsafe`: they have little of it, or none.
/// The others speak to C, or read bytes in place all over.
let memorySafe: Set = [
    "Bytes", "Trace", "Services", "Correlation", "Operations", "Diagnosis", "Advice", "Comparison", "novatrace",
]

/// What runs the fuzz targets under libFuzzer, which is there only where `-sanitize=fuzzer` is (`.ci/fuzz`).
let fuzzing: [Target] =
    Context.environment["NOVATRACE_FUZZ"] == nil
    ? []
    : [
        .executableTarget(name: "novatrace-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Driver")
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
        .systemLibrary(name: "CSigns"),

        .target(name: "Bytes"),
        .target(name: "Trace"),
        .target(name: "Services"),
        .target(name: "Capture", dependencies: ["Bytes", "CPcap", "CGzipStream", "CSeccomp", "Trace"]),
        .target(name: "LocalMachine", dependencies: ["Bytes", "Capture"]),
        .target(
            name: "Network",
            dependencies: [
                "Bytes", "Trace", .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]),
        .target(name: "Protocols", dependencies: ["Bytes", "Trace"]),
        .target(
            name: "OpenStack",
            dependencies: ["Bytes", "Trace", "Services", "CSigns", "CZlib", "CBzip2", "CZstd", "CLzma"]),
        .target(
            name: "Correlation",
            dependencies: [
                "Trace", "Services", "OpenStack", .product(name: "DequeModule", package: "swift-collections"),
            ]),
        .target(name: "Operations", dependencies: ["Trace", "Services"]),
        .target(name: "Diagnosis", dependencies: ["Trace", "Services", "Operations"]),
        .target(name: "Advice", dependencies: ["Trace", "Services", "Operations", "Diagnosis"]),
        .target(name: "Comparison", dependencies: ["Trace", "Operations"]),
        .target(
            name: "Rendering",
            dependencies: ["Capture", "Trace", "Services", "Operations", "Diagnosis", "Advice", "Comparison"],
            exclude: [
                "Comparison/novatrace.comparison.schema.json", "CSV/novatrace.csv-metadata.json",
                "JSON/novatrace.trace.schema.json",
            ]),
        .target(
            name: "Pipeline",
            dependencies: [
                "Bytes", "Capture", "Network", "Protocols", "OpenStack", "Correlation", "Operations", "Diagnosis",
                "Trace", "Services", .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]),
        .target(
            name: "NovatraceCommands",
            dependencies: [
                "Capture", "LocalMachine", "Network", "OpenStack", "Correlation", "Pipeline", "Rendering", "Trace",
                "Diagnosis", "Advice", "Comparison",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]),
        .executableTarget(name: "novatrace", dependencies: ["NovatraceCommands"]),

        .target(
            name: "TestSupport",
            dependencies: [
                "Trace", "Operations", "Diagnosis", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/TestSupport"),
        .target(name: "CAllocationCounter", path: "Tests/Support/CAllocationCounter"),
        .target(name: "CPacketSender", path: "Tests/Support/CPacketSender"),
        .executableTarget(
            name: "novatrace-bench",
            dependencies: [
                "CAllocationCounter", "CPacketSender", "Capture", "Correlation", "Pipeline", "Rendering", "TestSupport",
                "Trace",
            ],
            path: "Tests/Benchmarks"),
        .target(
            name: "Mutation",
            dependencies: [
                "Bytes", "Capture", "Correlation", "Network", "Pipeline", "Protocols", "Rendering", "TestSupport",
                "Trace", "Operations", "Diagnosis", "Advice",
            ],
            path: "Tests/Mutation/Engine"),
        .executableTarget(name: "novatrace-mutate", dependencies: ["Mutation"], path: "Tests/Mutation/Program"),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Bytes", "Capture", "Network", "NovatraceCommands", "OpenStack", "Pipeline", "Protocols", "Rendering",
                "Trace", "Diagnosis", "Advice", "Comparison",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Fuzz/Targets"),
        .testTarget(name: "BytesTests", dependencies: ["Bytes"]),
        .testTarget(name: "TraceTests", dependencies: ["Trace"]),
        .testTarget(name: "ServicesTests", dependencies: ["Services"]),
        .testTarget(name: "CaptureTests", dependencies: ["Capture", "TestSupport", "Trace"]),
        .testTarget(
            name: "LocalMachineTests", dependencies: ["Bytes", "Capture", "LocalMachine", "novatrace", "TestSupport"]),
        .testTarget(name: "NetworkTests", dependencies: ["Bytes", "Network", "TestSupport", "Trace"]),
        .testTarget(name: "ProtocolsTests", dependencies: ["Bytes", "Protocols", "TestSupport", "Trace"]),
        .testTarget(
            name: "OpenStackTests",
            dependencies: ["CZlib", "CBzip2", "CZstd", "CLzma", "OpenStack", "TestSupport", "Trace"],
            exclude: ["Fixtures", "Programs"]),
        .testTarget(name: "CorrelationTests", dependencies: ["Correlation", "OpenStack", "TestSupport", "Trace"]),
        .testTarget(name: "OperationsTests", dependencies: ["Operations", "TestSupport", "Trace"]),
        .testTarget(
            name: "DiagnosisTests", dependencies: ["Operations", "Diagnosis", "Advice", "TestSupport", "Trace"]),
        .testTarget(name: "AdviceTests", dependencies: ["Diagnosis", "Advice", "TestSupport", "Trace"]),
        .testTarget(name: "ComparisonTests", dependencies: ["Operations", "Comparison", "TestSupport", "Trace"]),
        .testTarget(
            name: "RenderingTests",
            dependencies: ["Rendering", "TestSupport", "Trace", "Operations", "Comparison"],
            exclude: ["Golden"]),
        .testTarget(name: "MutationTests", dependencies: ["Mutation", "Pipeline", "TestSupport", "Trace"]),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Bytes", "Capture", "Network", "Protocols", "OpenStack", "Correlation", "Pipeline", "TestSupport",
                "Trace", "Operations", "Diagnosis", "Advice",
            ],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "CommandsTests",
            dependencies: [
                "Capture", "NovatraceCommands", "Pipeline", "Rendering", "novatrace", "TestSupport", "Trace",
            ],
            exclude: ["CaptureFlaws", "Cases/Captures", "Demands", "Golden", "Regressions", "Secrets"]),
        .testTarget(
            name: "FormatTests", dependencies: ["Rendering", "Trace", "novatrace", "TestSupport"],
            exclude: ["Golden", "Programs"]),
        .testTarget(
            name: "LiveTests",
            dependencies: [
                "Rendering", "novatrace", "TestSupport", .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["Clients", "Link/Programs"]),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"]),
    ] + fuzzing,
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = settings + (memorySafe.contains(target.name) ? [.strictMemorySafety()] : [])
}
