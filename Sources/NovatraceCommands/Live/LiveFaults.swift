import Capture
import Rendering
import Trace

/// A machine that says what goes wrong while a capture goes on, each thing when it happens and once.
struct LiveFaults {
    private var endingsTold = 0
    private var dropsTold: Set<Int> = []
    private var isBehindTold = false
    /// Sentences on local processes, for the report as well.
    private(set) var lookup: [String] = []

    /// What is new since the last time, a sentence each.
    mutating func news(
        _ capture: LiveCapture, _ reader: LiveCapture.Reader, _ processes: inout LocalProcesses,
        _ display: DiagramOptions
    ) -> [String] {
        var news: [String] = capture.takeChanges().map { change in
            guard let time = change.downTime else {
                return "\(change.interface) went down: nothing comes from it until it is up again"
            }
            return "\(change.interface) is up again, after \(display.duration(time))"
        }
        let endings = capture.endings
        news += endings.dropFirst(endingsTold)
        endingsTold = endings.count
        for (index, counts) in capture.statistics.enumerated()
        where counts.droppedByKernel > 0 && dropsTold.insert(index).inserted {
            news.append(
                "the kernel drops packets of \(capture.names[index]), as novatrace does not take them in time: a larger "
                    + "--buffer holds more")
        }
        if !isBehindTold, reader.missedPackets > 0 {
            isBehindTold = true
            news.append("novatrace falls behind: packets are captured that it does not come to read")
        }
        if let fault = processes.newFault() {
            lookup.append(fault)
            news.append(fault)
        }
        return news
    }

    /// How long interfaces were down until `now`, a sentence for each that was.
    static func downtimes(_ capture: LiveCapture, until now: Nanoseconds, _ display: DiagramOptions) -> [String] {
        zip(capture.names, capture.links).compactMap { name, link -> String? in
            guard link.timesDown > 0 else { return nil }
            let times = link.timesDown == 1 ? "once" : "\(link.timesDown) times"
            let end = link.isUp ? "" : ", to the end"
            return "\(name) was down \(times), for \(display.duration(link.downTime(until: now)))\(end)"
        }
    }
}
