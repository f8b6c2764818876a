import Operations
import Trace

/// The capture does not tell: what to capture instead.
enum CaptureAdvice {
    static let table: [Diagnosis.Cause: [AdviceEntry]] = [
        .unclear: [
            .bothDirections,
            .allNodes,
            .wholePackets,
            .withoutLoss,
            .wholeBoot,
            .alarmsWhereBlocked,
            .log("how far it came"),
            .whatItDoes,
            .stateNow,
            .silentConsole,
        ]
    ]
}

extension AdviceEntry {
    fileprivate static let bothDirections = AdviceEntry { situation in
        guard situation.coverage.contains(where: \.oneSided) else { return nil }
        return Advice(
            "capture where both directions pass: on the broker's host, on all its interfaces",
            command: "sudo novatrace capture -i any -w boot.pcap")
    }

    fileprivate static let allNodes = AdviceEntry { situation in
        guard situation.diagnosis.hasHiddenWays else { return nil }
        return Advice(
            "capture on all nodes of the broker at once, and read the files together",
            command: "novatrace explain node1.pcap node2.pcap node3.pcap")
    }

    fileprivate static let wholePackets = AdviceEntry { situation in
        guard situation.coverage.contains(where: { $0.packetsCut > 0 }) else { return nil }
        return Advice(
            "capture whole packets: tcpdump with -s 0, or novatrace, which keeps them whole",
            command: "sudo novatrace capture -w boot.pcap")
    }

    fileprivate static let withoutLoss = AdviceEntry { situation in
        guard situation.coverage.contains(where: { $0.gaps > 0 }) else { return nil }
        return Advice(
            "capture without loss: whole packets, a larger buffer",
            command: "sudo novatrace capture --buffer 256 -w boot.pcap")
    }

    /// Where the capture holds the beginning and lacks nothing, another one would show no more.
    fileprivate static let wholeBoot = AdviceEntry { situation in
        guard situation.lacksBeginning, !situation.diagnosis.isSilent else { return nil }
        let what = situation.operation.kind == .boot ? "the server is created" : "the request is made"
        return Advice(
            "capture on the broker's host from before \(what) until nothing more happens",
            command: "sudo novatrace capture -w boot.pcap")
    }

    private static func whereSilent(_ entry: AdviceEntry) -> AdviceEntry {
        AdviceEntry(each: { $0.diagnosis.isSilent ? entry.advise($0) : [] })
    }

    /// Without a workflow it is the end of the process that is known, not what it does.
    fileprivate static let whatItDoes = whereSilent(
        AdviceEntry(each: { situation in
            (situation.operation.kind == .other ? AdviceEntry.isUp : .guruMeditation).advise(situation)
        }))
    fileprivate static let silentConsole = whereSilent(.console)
}
