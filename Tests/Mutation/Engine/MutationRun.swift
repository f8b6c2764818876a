import Capture
import Foundation
import Network
import Pipeline
import TestSupport
import Trace

/// A value: what came of one run.
package struct RunReport: Sendable {
    package var run: Int
    package var harm: Harm
    /// Bytes of the mutated file.
    package var bytes = 0
    /// Seconds of a processor that the trace took, and the renderers; 0 where none was asked.
    package var seconds = 0.0
    package var renderingSeconds = 0.0
    /// Whether the file was refused as no capture.
    package var isRefused = false
    package var untouched = 0
    package var touched = 0
    package var operations = 0
    /// `rule: sentence`.
    package var contradictions: [String] = []
}

/// A machine that makes the runs of one seed, one after the other.
package final class MutationRuns {
    /// A value: what is known of a cut that was not mutated.
    private struct Truth {
        var facts: TraceFacts
        var digests: StreamDigests
    }

    private let corpus: Corpus
    private let seed: UInt64
    /// Where the mutated capture is written for reading.
    private let path: String
    private var truths: [Int: Truth] = [:]
    private var rules = Rule.all

    package init(_ corpus: Corpus, seed: UInt64, path: String) {
        (self.corpus, self.seed, self.path) = (corpus, seed, path)
    }

    /// The mutated capture of a run.
    package func capture(of run: Int) -> MutatedCapture {
        var mutator = Mutator(corpus, seed: seed, run: run)
        return mutator.mutate()
    }

    package func report(on run: Int) throws -> RunReport {
        let mutated = capture(of: run)
        var report = RunReport(run: run, harm: mutated.harm)
        report.bytes = mutated.file.count
        let truth = try self.truth(of: mutated.cut)
        let donor = try mutated.harm.donor.map { try self.truth(of: $0).facts }
        try write(mutated.file)
        let began = Self.processorTime()
        let trace: BusTrace
        do {
            trace = try TracePipeline.trace(of: [path])
        } catch {
            report.isRefused = true
            if !mutated.isFileHarmed { report.contradictions.append("reading: \(error)") }
            return report
        }
        report.seconds = Self.processorTime() - began
        report.operations = trace.operations.count
        report.contradictions += trace.inconsistencies.map { "consistency: \($0)" }
        var comparison = try comparison(trace, mutated, truth)
        if let donor {
            // Captures that were made by one script may hold messages of one id.
            let own = comparison.own
            let isKin =
                own.messages.keys.contains { donor.messages[$0] != nil }
                || own.calls.keys.contains { donor.calls[$0] != nil }
                || own.operations.keys.contains { donor.operations[$0] != nil }
            comparison.harm.isDonorKin = comparison.harm.isDonorKin || isKin
            comparison.truth.add(donor)
        }
        report.untouched = comparison.untouched.count
        report.touched = truth.digests.packets.count - comparison.untouched.count
        for rule in rules {
            report.contradictions += rule.contradictions(comparison).map { "\(rule.name): \($0)" }
        }
        if run % Self.runsPerRendering == 0 {
            let began = Self.processorTime()
            report.contradictions += trace.renderingFaults.map { "rendering: \($0)" }
            report.renderingSeconds = Self.processorTime() - began
        }
        return report
    }

    private static let runsPerRendering = 8

    private func comparison(
        _ trace: BusTrace, _ mutated: MutatedCapture, _ truth: Truth
    ) throws -> Comparison {
        let digests = try digests(of: mutated.packets)
        let whole = truth.digests.packets
        let untouched = whole.keys.filter { digests.packets[$0] == whole[$0] }.map(\.description)
        var comparison = Comparison(
            truth: truth.facts, told: TraceFacts(trace), harm: mutated.harm, untouched: Set(untouched))
        comparison.disordered = Set(truth.digests.disordered.map(\.description))
        comparison.decodedBefore = truth.digests.decodedByName
        comparison.decodedAfter = digests.decodedByName
        let packets = mutated.packets
        comparison.holds = { text in packets.contains { $0.bytes.contains(text) } }
        return comparison
    }

    private func truth(of cut: Int) throws -> Truth {
        if let known = truths[cut] { return known }
        try write(corpus.cuts[cut].file)
        let facts = TraceFacts(try TracePipeline.trace(of: [path]))
        let truth = Truth(facts: facts, digests: try digests(of: corpus.cuts[cut].packets.map(\.recorded)))
        truths[cut] = truth
        return truth
    }

    /// - Parameter written: the packets as they were written, of which the times are taken as long as those that are read
    ///   are the same.
    private func digests(of written: [RecordedPacket]) throws -> StreamDigests {
        var digests = StreamDigests()
        let files = try TracePipeline.files([path])
        var index = 0
        var isSame = true
        while try files.nextPacket({ header, bytes in
            isSame = isSame && index < written.count && bytes.equals(written[index].bytes)
            digests.receive(bytes, header: header, written: isSame ? written[index].time : nil)
            index += 1
        }) {}
        digests.finish()
        return digests
    }

    private func write(_ file: [UInt8]) throws {
        try file.withUnsafeBytes { bytes in
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            defer { close(descriptor) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                guard count > 0 else { throw MutationFailure(description: "cannot write \(path)") }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Seconds that this thread has had of a processor.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// A value: why runs could not be made, as a sentence.
package struct MutationFailure: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

extension MutatedCapture {
    /// Whether more was harmed than packets.
    var isFileHarmed: Bool { harm.counts[.truncatedFile] != nil || harm.counts[.flippedRecordHeader] != nil }
}

extension StreamDigests {
    var decodedByName: [String: Decoded] {
        Dictionary(decoded.map { ($0.key.description, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

extension TraceFacts {
    /// Adds what another capture tells, of which packets were put into this one.
    mutating func add(_ other: TraceFacts) {
        messages.merge(other.messages) { own, _ in own }
        calls.merge(other.calls) { own, _ in own }
        operations.merge(other.operations) { $0 + $1 }
        var connections = other.connections
        // Nobody is in both captures.
        for (key, fact) in connections {
            connections[key]?.owners = Set(fact.owners.map { ParticipantID(-1 - $0.index) })
        }
        self.connections.merge(connections) { own, other in
            var both = own
            both.services.formUnion(other.services)
            both.hosts.formUnion(other.hosts)
            both.owners.formUnion(other.owners)
            both.ends += other.ends
            both.incidents.formUnion(other.incidents)
            both.isAbandoned = own.isAbandoned || other.isAbandoned
            both.count += other.count
            return both
        }
        silences += other.silences
        attempts.formUnion(other.attempts)
        services.formUnion(other.services)
        hosts.formUnion(other.hosts)
        labels.formUnion(other.labels)
    }
}

extension RawSpan {
    func equals(_ other: [UInt8]) -> Bool {
        withUnsafeBytes { $0.elementsEqual(other) }
    }
}

extension [UInt8] {
    func contains(_ text: String) -> Bool {
        let wanted = [UInt8](text.utf8)
        guard let first = wanted.first else { return true }
        var rest = self[...]
        while let place = rest.firstIndex(of: first) {
            rest = rest[place...]
            if rest.starts(with: wanted) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
