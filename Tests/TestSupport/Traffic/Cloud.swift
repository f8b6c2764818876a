/// A value: who is on the bus; connections are indexes into `connections`.
struct Cloud {
    /// A service process, with one connection for each purpose (oslo.messaging _drivers/common.py, `ConnectionContext`).
    struct Process {
        let sender: Int
        let listener: Int
        let replies: Int
        /// The digits behind `reply_`.
        let replyQueue: [UInt8]
    }

    private(set) var connections: [BusConnection] = []
    private(set) var computes: [Process] = []
    private(set) var conductors: [Process] = []
    private(set) var schedulers: [Process] = []
    private(set) var apis: [Process] = []
    /// Takes notifications.
    private(set) var telemetry: [Process] = []
    private var pids = 1000
    private let segmentSize: Int

    private static let broker: UInt32 = 0x0A00_000A
    private static let controller: UInt32 = 0x0A00_0015

    init(segmentSize: Int = TCPFlow.usualSegmentSize, _ numbers: inout SeededGenerator) {
        self.segmentSize = segmentSize
        for host in 1...8 as ClosedRange<UInt32> {
            computes.append(
                process(
                    "nova-compute", at: 0x0A00_0100 + host,
                    ["compute", "compute.compute\(host)", "compute_fanout_\(Self.digits(&numbers))"], &numbers))
        }
        for _ in 0..<2 {
            conductors.append(
                process("nova-conductor", at: Self.controller, ["conductor", "conductor.controller"], &numbers))
            schedulers.append(
                process(
                    "nova-scheduler", at: Self.controller, ["scheduler", "scheduler_fanout_\(Self.digits(&numbers))"],
                    &numbers))
            apis.append(process("uwsgi", at: Self.controller, ["compute.unused"], &numbers))
        }
        telemetry.append(
            process(
                "ceilometer-agent-notification", at: Self.controller,
                ["notifications.info", "versioned_notifications.info"], &numbers))
    }

    subscript(connection: Int) -> BusConnection {
        get { connections[connection] }
        _modify { yield &connections[connection] }
    }

    private mutating func process(
        _ command: String, at address: UInt32, _ queues: [String], _ numbers: inout SeededGenerator
    ) -> Process {
        pids += 7
        let digits = numbers.hexDigits()
        let reply = "reply_" + String(decoding: digits, as: UTF8.self)
        let first = connections.count
        for consumed in [[], queues, [reply]] {
            connections.append(
                BusConnection(
                    process: "\(command):\(pids)", address: address, port: UInt16(40_000 + connections.count),
                    broker: Self.broker, consumed: consumed, segmentSize: segmentSize, &numbers))
        }
        return Process(sender: first, listener: first + 1, replies: first + 2, replyQueue: digits)
    }

    private static func digits(_ numbers: inout SeededGenerator) -> String {
        String(decoding: numbers.hexDigits(), as: UTF8.self)
    }
}
