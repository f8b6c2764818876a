package import Capture

/// What the helper process does: it answers requests about sockets from the process table until its input ends.
///
/// It has two rights more than the process that asks: to look into any folder and to see what any process has open. It sees
/// no packets, opens nothing that a request names, and takes nothing in but addresses and ports.
package enum LookupHelper {
    /// Makes the process a helper that keeps no rights but those to look at the processes of all users.
    ///
    /// - Parameter user: who it goes on as; `nil` for who it is.
    package static func prepare(as user: UnprivilegedUser?, isSandboxed: Bool) throws(CaptureError) {
        HelperProcess.prepare()
        try Confinement.enterProcessTable(as: user, isSandboxed: isSandboxed)
    }

    /// Answers the requests that come from `input` on `output`, until there are no more or nobody reads the answers.
    package static func serve(input: Int32, output: Int32, _ table: ProcessTable = ProcessTable()) {
        var lines = LineSplitter(longest: LookupLimits.request)
        var buffer = [UInt8](repeating: 0, count: LookupLimits.request)
        var isRead = true
        while isRead {
            let count = readSome(input, into: &buffer)
            guard count > 0 else { return }
            lines.receive(buffer[..<count]) { line in
                guard isRead else { return }
                isRead = writeAll(output, answers(to: line, table))
            }
        }
    }

    private static func answers(to line: ArraySlice<UInt8>?, _ table: ProcessTable) -> [UInt8] {
        guard let line, let sockets = LookupLine.sockets(inRequest: line) else { return LookupLine.line(.refused) }
        let owners = table.find(Set(sockets))
        var lines: [UInt8] = []
        for (index, socket) in sockets.enumerated() {
            guard let process = owners.processes[socket] else { continue }
            lines += LookupLine.line(.process(index: index, process))
        }
        return lines + LookupLine.line(.done(unreadable: owners.unreadable))
    }
}
