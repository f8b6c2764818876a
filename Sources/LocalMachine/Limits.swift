/// A value: how much of the process table one scan may look at.
package struct ScanLimits: Sendable {
    /// Bytes read of each table of sockets; a line has about 150.
    package var tableBytes = 64 << 20
    /// Processes whose descriptors are looked at.
    package var processes = 65_536
    /// Descriptors looked at in one process; a broker has one for each connection.
    package var descriptorsPerProcess = 131_072
    /// Descriptors looked at in all.
    package var descriptors = 1_048_576

    package init() {}
}

/// How much of a process is told: enough to see what program it runs.
enum ProcessLimits {
    /// Bytes of the command line.
    static let commandLine = 4096
    static let arguments = 32
    /// Bytes of the name, the kernel's `TASK_COMM_LEN` and something to spare.
    static let name = 64
}

/// How much is asked, kept and sent between novatrace and its helper.
enum LookupLimits {
    /// Questions that are open at once; those beyond are dropped and counted.
    static let questions = 1024
    /// Answers that wait to be collected; those beyond are dropped and counted.
    static let answers = 1024
    /// Connections in one request.
    static let batch = 256
    /// Bytes of a request: two ends of at most 54 bytes and two spaces a connection.
    static let request = 32 << 10
    /// Bytes of an answer: each byte of a command line may become three when it is repaired, each of those three again
    /// when it is written down.
    static let answer = 48 << 10
    /// Time from the beginning of one scan to the beginning of the next.
    static let betweenScans = Duration.milliseconds(250)
    /// Milliseconds that the end of the helper is waited for; one that was stopped is killed within that time.
    static let endingSteps = 250
    /// How long after each scan that did not find it a connection is asked about again; then it is given up.
    static let retries: [Duration] = [.milliseconds(250), .milliseconds(500), .seconds(2)]
}
