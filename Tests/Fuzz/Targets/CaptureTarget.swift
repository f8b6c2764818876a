import Capture
import Rendering

/// A capture file to everything that is written of it. An input is the file.
extension FuzzTarget {
    static let captures = FuzzTarget(
        "captures", "capture files to every format and report", longest: 131_072,
        seeds: { [Array($0.file.prefix(131_072))] },
        run: { input in
            try MemoryFile.with(input) { path in
                let reports: Reports
                do {
                    reports = try Reports(of: path)
                } catch let error as CaptureError {
                    let hidden = HiddenCharacters.first(in: TerminalText("\(error)").string)
                    return try expect(hidden == nil, "\(hidden ?? "") in \(error)")
                }
                try reports.check()
            }
        })
}
