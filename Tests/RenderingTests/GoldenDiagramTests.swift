import Rendering
import TestSupport
import Testing
import Trace

/// Compares with a file in `Golden/`.
func expectGolden(_ name: String, _ text: String) throws {
    try GoldenFile("Golden/\(name)").check(text)
}

/// Everything that a renderer writes.
func rendered(_ write: (@escaping OutputSink) throws -> Void) rethrows -> String {
    var bytes: [UInt8] = []
    try withoutActuallyEscaping({ (chunk: [UInt8]) in bytes += chunk }) { try write($0) }
    return String(decoding: bytes, as: UTF8.self)
}

func diagram(of trace: BusTrace, _ options: DiagramOptions = DiagramOptions()) -> String {
    trace.operations.first.map { operation in
        rendered { TextDiagram(sequence(of: operation, in: trace, options: options), options: options).write(to: $0) }
    } ?? ""
}

extension DiagramOptions {
    init(width: Int, edit: (inout DiagramOptions) -> Void = { _ in }) {
        self.init()
        self.width = width
        edit(&self)
    }
}

@Suite struct `Golden diagrams` {
    @Test(arguments: [80, 120, 200]) func `a boot that became active`(width: Int) throws {
        try expectGolden("completed-\(width).txt", diagram(of: Boots.completed(), DiagramOptions(width: width)))
    }

    @Test(arguments: [80, 120]) func `a boot without a valid host`(width: Int) throws {
        try expectGolden("novalidhost-\(width).txt", diagram(of: Boots.noValidHost(), DiagramOptions(width: width)))
    }

    @Test(arguments: [80, 120]) func `a boot that hangs`(width: Int) throws {
        try expectGolden("stuck-\(width).txt", diagram(of: Boots.stuck(), DiagramOptions(width: width)))
    }

    @Test func `a boot that hangs in ASCII`() throws {
        try expectGolden("stuck-ascii.txt", diagram(of: Boots.stuck(), DiagramOptions(width: 100) { $0.ascii = true }))
    }

    @Test func `a boot in ASCII`() throws {
        try expectGolden(
            "completed-ascii.txt", diagram(of: Boots.completed(), DiagramOptions(width: 100) { $0.ascii = true }))
    }

    @Test func `a boot with everything in it and its background`() throws {
        try expectGolden(
            "completed-all.txt",
            diagram(
                of: Boots.completed(),
                DiagramOptions(width: 140) {
                    $0.showsBackground = true
                    $0.expand = true
                    $0.time = .clock
                }))
    }

    @Test func `what replay prints`() throws {
        try expectGolden(
            "replay.txt",
            rendered { TextReport(Boots.noValidHost(), options: DiagramOptions(width: 120)).write(to: $0) })
    }

    @Test func `a request for three servers is drawn once for what they share`() throws {
        try expectGolden(
            "three-100.txt", rendered { TextReport(Boots.three(), options: DiagramOptions(width: 100)).write(to: $0) })
    }
}
