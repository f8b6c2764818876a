package import Trace

extension DiagramOptions {
    /// A length of time for people, as in everything that is rendered.
    package func duration(_ length: Nanoseconds) -> String { glyphs.duration(length) }
}

extension GlyphTable {
    /// How long an operation took: `8.452 s`, and `>8.452 s` where its beginning was not captured.
    func duration(of operation: Operation) -> String {
        (operation.beganUnseen ? ">" : "") + duration(operation.duration)
    }

    /// A length of time for people: `350 µs`, `1.5 ms`, `16 ms`, `1.239 s`, `2 min 05 s`, `1 h 02 min`.
    func duration(_ length: Nanoseconds) -> String {
        let sign = length < 0 ? "-" : ""
        let nanoseconds = length.nanoseconds.magnitude
        let micro = (nanoseconds + 500) / 1000
        let milli = (nanoseconds + 500_000) / 1_000_000
        let seconds = (milli + 500) / 1000
        if micro < 1000 { return "\(sign)\(micro) \(microseconds)" }
        if micro < 9950 { return "\(sign)\((micro + 50) / 1000).\((micro + 50) / 100 % 10) ms" }
        if milli < 1000 { return "\(sign)\(milli) ms" }
        if milli < 120_000 { return "\(sign)\(fixed(milli)) s" }
        if seconds < 7200 { return "\(sign)\(seconds / 60) min \(padded(seconds % 60, 2)) s" }
        let minutes = (seconds + 30) / 60
        return "\(sign)\(minutes / 60) h \(padded(minutes % 60, 2)) min"
    }

    /// Seconds with three decimals, e.g. `8.349`.
    func seconds(_ length: Nanoseconds) -> String {
        let milli = (length.nanoseconds.magnitude + 500_000) / 1_000_000
        return (length < 0 && milli > 0 ? "-" : "") + fixed(milli)
    }

    private func fixed(_ milli: UInt64) -> String { "\(milli / 1000).\(padded(milli % 1000, 3))" }

    private func padded(_ value: UInt64, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
