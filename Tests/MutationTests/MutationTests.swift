import Foundation
import Mutation
import TestSupport
import Testing

/// A short run of what `.ci/mutate` does a hundred thousand times.
@Suite struct `Mutated recordings` {
    private static let corpus = Result {
        let captures = ExternalProgram.projectFolder.appending(path: "Tests/CommandsTests/Cases/Captures")
        return try Corpus(Corpus.files(in: captures.path(percentEncoded: false)))
    }

    private static let runs = 200

    @Test func `crash nothing, cost no more than their bytes are worth, and are told no otherwise than they were`()
        throws
    {
        let scratch = try Scratch()
        let runs = MutationRuns(try Self.corpus.get(), seed: 20_261_130, path: scratch.path("mutated"))
        var tally = Tally()
        for run in 0..<Self.runs {
            let line = RunLine(try runs.report(on: run), memory: 0)
            #expect(line.contradictions.isEmpty, "run \(run): .ci/mutate --seed 20261130 --run \(run)")
            tally.add(line)
        }
        #expect(tally.runs == Self.runs)
        #expect(Set(tally.mutations.keys) == Set(Mutation.allCases.map(\.rawValue)))
        // Otherwise nothing was held against anything.
        #expect(tally.untouched > 500 && tally.touched > 200 && tally.operations > 100)
    }

    @Test func `are the same for the same seed and number, and others for others`() throws {
        let corpus = try Self.corpus.get()
        func file(_ seed: UInt64, _ run: Int) -> [UInt8] {
            var mutator = Mutator(corpus, seed: seed, run: run)
            return mutator.mutate().file
        }
        #expect(file(1, 5) == file(1, 5))
        #expect(file(1, 5) != file(1, 6))
        #expect(file(1, 5) != file(2, 5))
    }
}
