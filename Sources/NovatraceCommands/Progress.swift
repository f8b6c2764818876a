/// A machine that shows on a terminal how far a long reading has come.
struct Progress {
    private var isShown = false

    mutating func show(packets: Int) {
        guard StandardError.isTerminal else { return }
        isShown = true
        StandardError.write("\r\(packets) packets read")
    }

    mutating func clear() {
        if isShown { StandardError.write("\r\u{1B}[K") }
        isShown = false
    }
}
