import FoundationEssentials
import Glibc

/// What is known of the terminal that results go to.
enum Terminal {
    /// Columns of the terminal on standard output; `COLUMNS` where there is none; `nil` where neither tells.
    static var width: Int? {
        var size = winsize()
        if isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
            return Int(size.ws_col)
        }
        return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    }

    /// Whether colour is welcome: a terminal that can, and `NO_COLOR` is not set (no-color.org).
    static var wantsColor: Bool {
        let environment = ProcessInfo.processInfo.environment
        guard isatty(STDOUT_FILENO) == 1, environment["TERM"] != "dumb" else { return false }
        return (environment["NO_COLOR"] ?? "").isEmpty
    }
}
