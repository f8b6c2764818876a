package import Trace

/// A machine that reads the packets of capture files, several merged by time.
///
/// Of packets with equal times that of the file named first comes first. A file is never reordered: where a packet has an
/// earlier time than one in front of it, it comes as early as it can; where the clock of a file was set back, time goes on
/// from there (`SourceClock`). Memory does not grow with the size of the files.
package final class CaptureFiles {
    /// Pointers that stay: what a class, or an array in it, holds is checked at each access for another one under way.
    private let files: UnsafeMutableBufferPointer<CaptureFileReader>
    /// Indices of the files that have a packet left, as a binary heap: the earliest is at the root.
    private var heap: [Int]

    /// Opens all files; `-` is standard input.
    ///
    /// `corrections` are what is added to the times of each file, where its clock is known to differ from the others'.
    /// Throws for the first that is no capture or cannot be read. A file that ends badly after its header is no error:
    /// `damages` tells of it.
    package init(
        paths: [String], corrections: [ClockCorrection] = [], judge: ClockJudge = ClockJudge()
    ) throws(CaptureError) {
        files = try Self.open(paths, corrections, judge)
        heap = []
        heap = files.indices.filter { files[$0].nextTime != nil }
        for place in heap.indices.reversed() { sink(place) }
    }

    private static func open(
        _ paths: [String], _ corrections: [ClockCorrection], _ judge: ClockJudge
    ) throws(CaptureError) -> UnsafeMutableBufferPointer<CaptureFileReader> {
        let files = UnsafeMutableBufferPointer<CaptureFileReader>.allocate(capacity: paths.count)
        for (index, path) in paths.enumerated() {
            let correction = index < corrections.count ? corrections[index] : ClockCorrection()
            do throws(CaptureError) {
                let file = try CaptureFileReader(path: path, index: index, correction: correction, judge)
                files.initializeElement(at: index, to: file)
            } catch {
                files.extracting(..<index).deinitialize()
                files.deallocate()
                throw error
            }
        }
        return files
    }

    deinit {
        files.deinitialize()
        files.deallocate()
    }

    /// Whether a path gives the same packets when it is opened once more: not so for pipes.
    package static func canRepeat(_ path: String) -> Bool { CaptureStream.isRepeatable(path) }

    /// What was read so far of each file, in the order of the paths.
    package var sources: [CaptureSource] { files.indices.map { files[$0].source } }

    /// The link type of each file, in the order of the paths; of a pcapng file that holds several, that of the first.
    package var linkTypes: [LinkType] { files.indices.map { files[$0].linkType } }

    /// How files ended before their time, known when they have been read to there.
    package var damages: [CaptureDamage] { files.indices.compactMap { files[$0].damage } }

    /// Hands on the next packet; `false` when there is none left. The bytes live for the call of `body`, which may ask
    /// for nothing of the files.
    package func nextPacket(_ body: (PacketHeader, RawSpan) -> Void) throws(CaptureError) -> Bool {
        guard files.count != 1 else { return files[0].nextPacket(body) }
        guard let earliest = heap.first else { return false }
        let isThere = files[earliest].nextPacket(body)
        if files[earliest].nextTime == nil {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
        }
        sink(0)
        return isThere
    }

    private func sink(_ place: Int) {
        var place = place
        while true {
            var earliest = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && precedes(child, earliest) {
                earliest = child
            }
            guard earliest != place else { return }
            heap.swapAt(place, earliest)
            place = earliest
        }
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = (heap[left], heap[right])
        guard let first = files[a].nextTime, let second = files[b].nextTime else { return false }
        return first == second ? a < b : first < second
    }
}
