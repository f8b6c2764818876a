import Capture
import Foundation
import Pipeline
import Rendering
import TestSupport
import Testing
import Trace

/// What a live capture of an incident says before it ends, for the packets of the cases.
@Suite(.timeLimit(.minutes(10))) struct `While an incident goes on, a capture says` {
    private final class Text {
        var bytes: [UInt8] = []
    }

    /// The lines, without what is told at the end.
    private func lines(of file: String, problemsOnly: Bool = false) throws -> [String] {
        var options = DiagramOptions()
        options.width = 1000
        let text = Text()
        var lines = LiveLines(options, isBounded: false) { text.bytes += $0 }
        var wanted = Pipeline.Selection()
        wanted.problemsOnly = problemsOnly
        var selection = LiveSelection(wanted, showsBackground: false)
        var pipeline = LivePipeline(retention: nil)
        let files = try CaptureFiles(paths: [IncidentCase.path(of: file)])
        while try files.nextPacket({ header, bytes in
            pipeline.receive(bytes, header: header) { if selection.wants($0) { lines.write($0) } }
        }) {}
        lines.flush()
        return String(decoding: text.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test(arguments: [
        ("op-08-missed-heartbeats-fin.pcap", "boot vm1 stuck: nova-compute@cmp1 lost its connections at +120.0 s"),
        (
            "op-14-consumer-cancelled-by-broker.pcap",
            "boot vm1 stuck: build_and_run_instance was published to compute.cmp1"
        ),
        (
            "nova-05-multi-3-one-hangs-spawning.pcap",
            #"boot vm1 stuck: reached "spawning" on cmp2, and nothing further"#
        ),
        ("op-18-compute-silent-after-60s.pcap", "nova-compute@cmp2 fell silent at 22:14:"),
        (
            "op-01-reply-queue-gone-312.pcap",
            "boot vm1 stuck: the answer to Instance.save did not reach nova-compute@cmp1"
        ),
    ])
    func `that work stands still and who fell silent, once, and as a problem`(file: String, said: String) throws {
        for problemsOnly in [true, false] {
            #expect(try lines(of: file, problemsOnly: problemsOnly).count { $0.contains("✗ \(said)") } == 1)
        }
    }

    @Test func `of a server that became active, and a service that reports, nothing of the kind`() throws {
        for file in ["nova-05-multi-3-one-hangs-spawning.pcap", "op-18-compute-silent-after-60s.pcap"] {
            let lines = try lines(of: file)
            #expect(!lines.contains { $0.contains("boot vm0 stuck") || $0.contains("boot vm2 stuck") })
            #expect(!lines.contains { $0.contains("cmp1 fell silent") || $0.contains("cmp3 fell silent") })
        }
    }

    @Test func `for whom each message was meant`() throws {
        for file in IncidentCase.files {
            for line in try lines(of: file) { #expect(!line.contains(" → ? "), "\(file): \(line)") }
        }
        let returned = try lines(of: "ret-1-once.pcap")
        #expect(returned.contains { $0.contains("→ nova-api ") && $0.contains("the broker gave it back") })
        let untaken = try lines(of: "svc-03-cinder-volume-down.pcap")
        #expect(untaken.contains { $0.contains("→ cinder-volume.ctl1@ceph.ctl1 ") })
        let cells = try lines(of: "cells-5-cell-conductor-down-one-broker.pcap")
        #expect(cells.contains { $0.contains("(nova_cell1)") && $0.contains("taken by nobody") })
    }

    @Test func `how often an answer was given back in all, and not that there was none`() throws {
        let lines = try lines(of: "op-01-reply-queue-gone-312.pcap")
        #expect(
            lines.last { $0.contains("  reply  ") && $0.contains("the broker gave it back") }?.contains(
                "×241 in 60.000 s")
                == true)
        #expect(!lines.contains { $0.contains("no answer") })
        #expect(lines.contains { $0.contains("its answer was given back") })
    }

    @Test(arguments: ["op-01", "op-03", "op-08", "op-14", "net-01", "op-06", "svc-03", "cells-5"])
    func `it in order of time`(name: String) throws {
        let file = try #require(IncidentCase.files.first { $0.hasPrefix(name) })
        let times = try lines(of: file).map { $0.prefix(12) }
        #expect(times == times.sorted())
    }
}
