package import Capture
package import Trace

/// A machine that reads several capture files once to find out how far the clocks of their hosts are apart, before they
/// are merged by time.
///
/// The clock of the file named first is the measure; a file that saw nothing with that one is compared with those that
/// did. Differences below a millisecond, and those that the bounds do not prove, are none. What can be read only once, as
/// standard input, is not compared.
package struct ClockSurvey {
    /// What is found of each file, in the order of the paths.
    private var found: [ClockCorrection]

    /// - Parameter progress: called once in a while with the packets read so far.
    package init(of paths: [String], progress: (Int) -> Void = { _ in }) throws(CaptureError) {
        found = paths.map { _ in ClockCorrection() }
        let places = paths.indices.filter { CaptureFiles.canRepeat(paths[$0]) }
        guard places.count > 1 else { return }
        var sightings: [Int: ClockSightings] = [:]
        for place in places {
            sightings[place] = try ClockSightings(path: paths[place], of: places.count, progress: progress)
        }
        place(sightings)
        join(sightings)
    }

    /// Finds the files that one capture wrote one after the other: their times go by one clock.
    private mutating func join(_ sightings: [Int: ClockSightings]) {
        let files = sightings.compactMap { file, sightings in sightings.extent.map { (file, $0, sightings) } }
            .sorted { ($0.1.from, $0.0) < ($1.1.from, $1.0) }
        for (place, (file, _, later)) in files.enumerated() {
            let before = files[..<place].suffix(PipelineLimits.clockComparisons).last { later.goesOn(after: $0.2) }
            guard let former = before?.0, found[file].isNone == found[former].isNone else { continue }
            found[file].goesOnAfter = former
            let (clock, other) = (found[former].agreesWith ?? former, found[file].agreesWith ?? file)
            for index in found.indices where (found[index].agreesWith ?? index) == other && index != clock {
                found[index].agreesWith = clock
            }
        }
    }

    /// What is to be added to the times of each file; where that is not `applied`, only what is to be said of it.
    package func corrections(applied: Bool) -> [ClockCorrection] {
        guard !applied else { return found }
        return found.map { correction in
            var told = correction
            told.stretches = []
            told.offset?.isCorrected = false
            if told.offset != nil { told.agreesWith = nil }
            return told
        }
    }

    /// Compares each file with those whose clocks are known, the one with most in common first.
    private mutating func place(_ sightings: [Int: ClockSightings]) {
        var left = sightings.sorted { $0.key < $1.key }.map { Candidate(file: $0.key, sightings: $0.value) }
        while !left.isEmpty {
            let root = left.removeFirst()
            var known = [root]
            while let latest = known.last {
                for place in left.indices { left[place].compare(with: latest.sightings, at: known.count - 1) }
                let closest = left.indices.min { left[$0].isCloser(than: left[$1]) }
                guard let closest, let comparison = left[closest].best else { break }
                let file = left.remove(at: closest)
                let reference = known[file.reference].file
                found[file.file] = correction(of: comparison, against: reference, root: root.file)
                if comparison.isExact, reference == root.file || found[reference].agreesWith == root.file {
                    found[file.file].agreesWith = root.file
                }
                known.append(file)
            }
        }
    }

    /// A value: a file, and what it has most in common with of those whose clocks are known.
    private struct Candidate {
        let file: Int
        let sightings: ClockSightings
        /// Its place among those.
        var reference = 0
        var best: ClockComparison?
        private var comparisons = 0

        init(file: Int, sightings: ClockSightings) {
            self.file = file
            self.sightings = sightings
        }

        /// Compares it with a file whose clock has become known, if it has more in common with that.
        mutating func compare(with known: ClockSightings, at place: Int) {
            guard comparisons < PipelineLimits.clockComparisons,
                ClockComparison.count(known, sightings) > best?.count ?? 0
            else { return }
            comparisons += 1
            let comparison = ClockComparison(known, sightings)
            if comparison.isPlausible { (reference, best) = (place, comparison) }
        }

        func isCloser(than other: Self) -> Bool {
            let (count, others) = (best?.count ?? 0, other.best?.count ?? 0)
            return count != others ? count > others : reference < other.reference
        }
    }

    private func correction(of comparison: ClockComparison, against reference: Int, root: Int) -> ClockCorrection {
        var correction = ClockCorrection()
        for stretch in comparison.stretches {
            // The reference may be corrected itself.
            let referenceShift = found[reference].shift(at: stretch.from - stretch.offset)
            let shift = referenceShift - stretch.offset(unless: referenceShift)
            if let last = correction.stretches.last, (shift - last.shift).magnitude < ClockComparison.least { continue }
            correction.stretches.append(ClockCorrection.Stretch(from: stretch.from, shift: shift))
        }
        guard let first = correction.stretches.first, let last = correction.stretches.last,
            correction.stretches.contains(where: { $0.shift.magnitude >= ClockComparison.least })
        else { return ClockCorrection() }
        // That of the file which it was compared with comes on top.
        let doubt = comparison.stretches.map(\.uncertainty).max() ?? 0
        let uncertainty = doubt + (found[reference].offset?.uncertainty ?? 0)
        correction.offset = ClockOffset(
            reference: root, offset: -first.shift, lastOffset: -last.shift, uncertainty: uncertainty, isCorrected: true)
        return correction
    }
}
